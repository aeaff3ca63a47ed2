"""The verification as one file, a zip application that needs only Python's standard library."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Final

from aibrain_jupyter.evidence import verification

NAME: Final = "verify.pyz"
_ROOM: Final = "aibrain_jupyter/evidence/verification"
_MAIN: Final = """\
import sys

if sys.version_info < (3, 10):
    sys.exit("This needs Python 3.10 or later.")
from aibrain_jupyter.evidence.verification.verify import main

sys.exit(main())
"""


def verifier() -> bytes:
    """Return the file's content: ``python verify.pyz STORE``; the same bytes each time."""
    files = {"aibrain_jupyter/__init__.py": "", "aibrain_jupyter/evidence/__init__.py": ""}
    for path in sorted(Path(verification.__path__[0]).glob("*.py")):
        files[f"{_ROOM}/{path.name}"] = path.read_text("utf-8")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {"__main__.py": _MAIN, **files}.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return target.getvalue()
