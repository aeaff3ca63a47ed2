"""The history: runs outlive their kernel, without data and without secrets."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys

import pytest

from aibrain_jupyter.execution import history
from aibrain_jupyter.execution.request import Request
from aibrain_jupyter.execution.run import run_request
from aibrain_jupyter.execution.session import get_session
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.shared.config import user_dir
from aibrain_jupyter.tool_registry import get_tool_registry

_RUN = """
import json, sys
from aibrain_jupyter.execution.request import Request
from aibrain_jupyter.execution.run import run_request
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.tool_registry import get_tool_registry

spec = ToolSpec(name="echo", summary="Echo.", target="history_tool:echo", is_cacheable=False)
get_tool_registry().register(spec, replace=True)
run_request(Request(spec, {}, text="%aibrain echo password=hunter2hunter2"))
"""
_TOOL = "def echo(ctx):\n    return [{'name': 'a-row-of-data'}]\n"


@pytest.fixture
def run_elsewhere(tmp_path, monkeypatch):
    """Return a function that runs a cell in another process with the same data folder."""
    (tmp_path / "history_tool.py").write_text(_TOOL)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return lambda: subprocess.run([sys.executable, "-c", _RUN], check=True)


def test_a_run_of_another_kernel_is_in_the_history(run_elsewhere):
    """After a restart the earlier runs are still there, and told apart from this kernel's."""
    run_elsewhere()

    frame = get_session().history()

    assert [("r1", "echo", 1, "complete", False, False)] == list(
        frame[["run", "tool", "rows", "outcome", "is_demo", "is_here"]].itertuples(
            index=False, name=None
        )
    )


def test_it_holds_no_data_and_no_secret(run_elsewhere):
    """Neither the rows nor a secret typed into a cell are written down."""
    run_elsewhere()

    written = (user_dir("data") / "history.sqlite").read_bytes()

    assert b"%aibrain echo" in written
    assert b"hunter2" not in written
    assert b"a-row-of-data" not in written


def test_nobody_else_can_read_it(run_elsewhere):
    """What was audited is nobody else's business."""
    run_elsewhere()

    assert 0o600 == stat.S_IMODE((user_dir("data") / "history.sqlite").stat().st_mode)


def test_old_runs_go(run_elsewhere, monkeypatch):
    """The file does not grow without end, and the calls go with their run."""
    for _ in range(3):
        run_elsewhere()
    monkeypatch.setattr(history, "KEEP_RUNS", 2)
    spec = ToolSpec(name="echo2", summary="Echo.", target="json:dumps", is_cacheable=False)
    get_tool_registry().register(spec, replace=True)
    run_request(Request(spec, {}, text="%aibrain echo2"))

    assert 2 == len(get_session().history())
    with sqlite3.connect(user_dir("data") / "history.sqlite") as file:
        assert 2 == file.execute("SELECT COUNT(DISTINCT run_key) FROM calls").fetchone()[0]


def test_a_history_that_cannot_be_written_fails_no_run(run_elsewhere):
    """A damaged file costs a warning, never the result of a run."""
    folder = user_dir("data")
    folder.mkdir(parents=True)
    (folder / "history.sqlite").write_bytes(b"this is no database" * 100)
    spec = ToolSpec(name="echo3", summary="Echo.", target="json:dumps", is_cacheable=False)
    get_tool_registry().register(spec, replace=True)

    with pytest.warns(UserWarning, match=r"history\.sqlite"):
        run = run_request(Request(spec, {}, text="%aibrain echo3"))

    assert 1 == len(run.outcomes)
    assert get_session().history().empty
