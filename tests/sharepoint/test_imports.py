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


_HOME = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "aibrain_jupyter")
with capture_output() as shown:
    assert shell.run_cell("%aibrain").success
names = ["tool_executors.sharepoint_executor", "sharepoint.client", "sharepoint.sign_in"]
loaded = [name for name in names if f"aibrain_jupyter.{name}" in sys.modules]
text = shown.outputs[0].data["text/plain"]
from aibrain_jupyter.tool_registry import get_tool_registry
names = [provider.name for provider in get_tool_registry().providers()]
print(json.dumps([loaded, "sharepoint_list" in text, "sharepoint" in names]))
"""


def test_the_home_screen_imports_no_tool_of_it():
    """%aibrain lists the tools of SharePoint, whose code is imported when one of them runs."""
    found = subprocess.run(
        [sys.executable, "-c", _HOME], capture_output=True, text=True, check=True, timeout=60
    )

    assert [[], True, True] == json.loads(found.stdout.splitlines()[-1])


def test_a_provider_of_its_own_is_the_handlers():
    """What a spec names as its provider is the object that its handler has."""
    from aibrain_jupyter.shared.imports import import_target
    from aibrain_jupyter.tool_registry import get_tool_registry

    named = [spec for spec in get_tool_registry().specs() if spec.provider]
    for spec in named:
        assert spec.load().provider is import_target(spec.provider, what=spec.name)
    assert 5 == len(named)
