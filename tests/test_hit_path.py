"""How much code a cell enters: a hit stays short, whatever is added beside it."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import aibrain_jupyter
from aibrain_jupyter.execution.calls.engines import call_in_thread

PACKAGE = str(Path(aibrain_jupyter.__file__).parent)


class Entered:
    """Notes the files and named functions of the package entered here and in new threads."""

    def __init__(self):
        self.functions = set()
        self._is_over = False

    def __call__(self, frame, event, argument):
        if self._is_over:  # threads that began meanwhile go on being profiled
            return
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(PACKAGE) and code.co_name[0] != "<":
            self.functions.add((code.co_filename, code.co_qualname))

    @property
    def files(self):
        return {file for file, _ in self.functions}

    def __enter__(self):
        threading.setprofile(self)
        sys.setprofile(self)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)
        threading.setprofile(None)
        self._is_over = True
        self.functions = frozenset(self.functions)


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """A shell with the demo account in use."""
    from aibrain_jupyter.execution.runs.session import get_session

    patch = pytest.MonkeyPatch()
    for name in ("CACHE", "DATA"):
        patch.setenv(f"AIBRAIN_{name}_DIR", str(tmp_path_factory.mktemp(name.lower())))
    # Every few seconds one cell also writes how often the cache was of use: none of these.
    patch.setattr("aibrain_jupyter.cache.counters._WRITE_EVERY_S", 600.0)
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


CELL = "%aibrain iam_users"


@pytest.mark.parametrize(
    ("cell", "files", "functions", "with_workers"),
    [
        # Memory is looked at in the cell's own thread: there is nothing beside it.
        (CELL, 45, 200, True),
        (f"{CELL} --fresh", 70, 330, False),
        # Threads that exist already are not profiled; new ones show what the calls do there.
        (f"{CELL} --fresh", 105, 450, True),
    ],
    ids=["memory hit", "live", "live, with its workers"],
)
def test_a_cell_enters_little_code(shell, cell, files, functions, with_workers):
    """The second run of a cell in a kernel, its frame shown, enters so much at most."""
    with capture_output():
        assert shell.run_cell(cell).success
        if with_workers:
            call_in_thread.pool.cache_clear()
        with Entered() as entered:
            assert shell.run_cell(cell).success

    assert len(entered.files) <= files, sorted(entered.files)
    assert len(entered.functions) <= functions, sorted(entered.functions)


def test_a_hit_stays_away_from_what_only_a_live_call_needs(shell):
    """No engine, loop, progress, client, call log, metrics or control totals in a memory hit."""
    with capture_output():
        assert shell.run_cell(CELL).success
        call_in_thread.pool.cache_clear()
        with Entered() as entered:
            assert shell.run_cell(CELL).success

    folders = ("execution/calls/engines", "execution/loop", "execution/metrics", "evidence")
    folders += ("widgets/progress", "aws/answers", "aws/errors", "cache/disk", "shared/thread_pool")
    found = {str(Path(file).relative_to(PACKAGE)) for file in entered.files}
    assert [] == sorted(file for file in found if file.startswith(folders))
