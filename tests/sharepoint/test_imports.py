"""Nothing of SharePoint is imported before it is used."""

from __future__ import annotations

import json
import subprocess
import sys

_LOADED = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "aibrain_jupyter")
names = lambda: [n for n in sys.modules if n.startswith(("aibrain_jupyter.sharepoint", "msal"))]
loaded = names()
from aibrain_jupyter.tool_registry import get_tool_registry
spec = get_tool_registry().spec("sharepoint_list")
listed = names()
spec.load()
print(json.dumps([loaded, listed, "msal" in sys.modules, bool(names())]))
"""


def test_loading_and_listing_import_nothing_of_it():
    """Neither %load_ext nor the spec of a tool imports its code; the code does not import MSAL."""
    found = subprocess.run(
        [sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True, timeout=60
    )

    assert [[], [], False, True] == json.loads(found.stdout.splitlines()[-1])
