"""How much code a cell enters: a hit stays short, whatever is added beside it."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import aibrain_jupyter

PACKAGE = str(Path(aibrain_jupyter.__file__).parent)


class Entered:
    """Notes which files and named functions of the package are entered, in every thread."""

    def __init__(self):
        self.functions = set()

    def __call__(self, frame, event, argument):
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(PACKAGE) and code.co_name[0] != "<":
            self.functions.add((code.co_filename, code.co_qualname))

    @property
    def files(self):
        return {file for file, _ in self.functions}

    def __enter__(self):
        threading.setprofile(self)
        threading.setprofile_all_threads(self) if sys.version_info >= (3, 12) else None
        sys.setprofile(self)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)
        threading.setprofile(None)
        if sys.version_info >= (3, 12):
            threading.setprofile_all_threads(None)


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """A shell with the demo account in use."""
    from aibrain_jupyter.execution.runs.session import get_session

    patch = pytest.MonkeyPatch()
    for name in ("CACHE", "DATA"):
        patch.setenv(f"AIBRAIN_{name}_DIR", str(tmp_path_factory.mktemp(name.lower())))
    get_session.cache_clear()
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    made.run_line_magic("load_ext", "aibrain_jupyter")
    made.run_cell("%aibrain demo start")
    yield made
    made.run_cell("%aibrain demo stop")
    InteractiveShell.clear_instance()
    get_session.cache_clear()
    patch.undo()


@pytest.mark.parametrize(
    ("cell", "files", "functions"),
    [("%aibrain iam_users", 45, 200), ("%aibrain iam_users --fresh", 70, 330)],
    ids=["memory hit", "live"],
)
def test_a_cell_enters_little_code(shell, cell, files, functions):
    """The second run of a cell in a kernel, its frame shown, enters so much at most."""
    with capture_output():
        assert shell.run_cell(cell).success
        with Entered() as entered:
            assert shell.run_cell(cell).success

    assert len(entered.files) <= files, sorted(entered.files)
    assert len(entered.functions) <= functions, sorted(entered.functions)
