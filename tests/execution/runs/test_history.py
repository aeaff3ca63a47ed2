"""The history: runs outlive their kernel, without data and without secrets."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import warnings

import pandas as pd
import pytest

from aibrain_jupyter.execution.metrics import recording
from aibrain_jupyter.execution.runs.history import history, reads
from aibrain_jupyter.execution.runs.history.schema import COSTS, insert
from aibrain_jupyter.execution.runs.request import Request
from aibrain_jupyter.execution.runs.run import run_request
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.base_tool import Param, ToolResult, ToolSpec
from aibrain_jupyter.shared.config import user_dir
from aibrain_jupyter.shared.error_handler import HistoryError
from aibrain_jupyter.tool_registry import get_tool_registry

_RUN = """
import json, sys
from aibrain_jupyter.execution.runs.request import Request
from aibrain_jupyter.execution.runs.run import run_request
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.tool_registry import get_tool_registry

spec = ToolSpec(name="echo", summary="Echo.", handler="history_tool:echo", is_cacheable=False)
get_tool_registry().register(spec, replace=True)
run_request(Request(spec, {}, text="%aibrain echo password=hunter2hunter2"))
"""
_PATIENT = "from aibrain_jupyter.execution.runs.history import reads; reads._BUSY_S = 60.0"
_TOOL = "def echo(ctx):\n    return [{'name': 'a-row-of-data'}]\n"


def _spec(name):
    code = f"{__name__}:_one_row"
    return ToolSpec(name=name, summary="Echo.", handler=code, is_cacheable=False)


def _one_row(ctx):
    return [{"name": "echo"}]


@pytest.fixture(autouse=True)
def _new_session():
    get_session.cache_clear()


@pytest.fixture
def recorder_rests(monkeypatch):
    """The thread that writes metrics leaves the history alone from now on; one run was made."""
    rests = threading.Event()
    monkeypatch.setattr(recording, "FOLLOWERS", [])
    monkeypatch.setattr(recording, "record_now", lambda _: rests.set() or True)
    run_request(_echo("echo10"))
    assert rests.wait(60)
    get_session().history.flush()


@pytest.fixture
def patient(monkeypatch):
    """A slow disk is no lost run: who is not alone waits as long as it takes."""
    monkeypatch.setattr(reads, "_BUSY_S", 60.0)


@pytest.fixture
def run_elsewhere(tmp_path, monkeypatch):
    """Return a function that runs a cell in another process with the same data folder."""
    (tmp_path / "history_tool.py").write_text(_TOOL)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return lambda: subprocess.run([sys.executable, "-c", _RUN], check=True)


def test_a_run_of_another_kernel_is_in_the_history(run_elsewhere):
    """After a restart the earlier runs are still there, and told apart from this kernel's."""
    run_elsewhere()

    frame = get_session().history.frame()

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
    spec = ToolSpec(
        name="echo2", summary="Echo.", handler=f"{__name__}:_one_row", is_cacheable=False
    )
    get_tool_registry().register(spec, replace=True)
    run_request(Request(spec, {}, text="%aibrain echo2"))

    assert 2 == len(get_session().history.frame())
    with sqlite3.connect(user_dir("data") / "history.sqlite") as file:
        assert 2 == file.execute("SELECT COUNT(DISTINCT run_key) FROM calls").fetchone()[0]


def _with_runs_of(days):
    """Enter runs that began so many days ago, in that order, as earlier kernels would have."""
    run_request(_echo("echo12"))
    now = dt.datetime.now(dt.UTC)
    with contextlib.closing(get_session().history.opened()) as file, file:
        file.execute("DELETE FROM runs")
        for number, ago in enumerate(days):
            started = (now - dt.timedelta(days=ago)).isoformat()
            insert(file, {"run": f"old{number}", "started": started, "outcome": "complete"}, [])
    get_session.cache_clear()


def _days_left():
    """Run something in a new kernel, and return how old the older runs are that are left."""
    run_request(_echo("echo12"))
    frame = get_session().history.frame()
    left = frame["started"][frame["run"].str.startswith("old")]
    return ((pd.Timestamp.now("UTC") - left).dt.total_seconds() / 86_400).round().tolist()[::-1]


def test_runs_of_more_than_400_days_ago_go():
    """Where the history was used all the time, what is older than 400 days is let go of."""
    _with_runs_of(range(455, 0, -10))

    assert [*range(395, 0, -10)] == _days_left()


@pytest.mark.parametrize("set_back", [False, True], ids=["ahead", "right again"])
def test_a_clock_that_is_set_ahead_deletes_no_year_of_runs(set_back):
    """One jump of the clock is a jump of the clock, and no year in which nothing was asked."""
    days = [*range(360, 0, -10)]
    shift = 0 if set_back else 400
    _with_runs_of([*(day + shift for day in days), *([-400.0, -399.0, 0.0] if set_back else [])])

    assert [day + shift for day in days] == _days_left()[: len(days)]


def test_kernels_whose_clocks_differ_by_a_year_delete_nothing():
    """Of two computers with one home folder one is a year ahead: each change is no month more."""
    _with_runs_of([ago for day in range(360, 0, -10) for ago in (day + 401, day)])

    assert 72 == len(_days_left())


def test_a_history_that_cannot_be_written_fails_no_run(run_elsewhere):
    """A damaged file costs a warning, never the result of a run."""
    folder = user_dir("data")
    folder.mkdir(parents=True)
    (folder / "history.sqlite").write_bytes(b"this is no database" * 100)
    spec = ToolSpec(
        name="echo3", summary="Echo.", handler=f"{__name__}:_one_row", is_cacheable=False
    )
    get_tool_registry().register(spec, replace=True)

    with pytest.warns(UserWarning, match=r"history\.sqlite"):
        run = run_request(Request(spec, {}, text="%aibrain echo3"))

    assert 1 == len(run.outcomes)
    with pytest.raises(HistoryError, match="not a database"):
        get_session().history.frame()


def test_one_time_that_is_none_costs_one_cell():
    """A damaged row is listed without its time; to go on from there is refused, not guessed."""
    run_request(_echo("echo12"))
    with contextlib.closing(get_session().history.opened()) as file, file:
        insert(file, {"run": "r99", "started": "\x00", "outcome": "gaps", "tool": "echo12"}, [])

    history = get_session().history
    assert [True, False] == history.frame()["started"].isna().tolist()
    with pytest.raises(HistoryError, match="r99"):
        history.find("r99")


def test_a_locked_history_costs_a_second_and_fails_no_run(run_elsewhere, monkeypatch):
    """Another process has the file all the time: one wait and one warning, then runs go on."""
    run_elsewhere()
    monkeypatch.setattr(recording, "FOLLOWERS", [])  # alerts would be read meanwhile
    waits = []
    connect = sqlite3.connect

    def waited(*args, **options):
        if threading.current_thread().name != "aibrain-metrics":  # nobody waits for that one
            waits.append(options["timeout"])
        return connect(*args, **options)

    spec = _spec("echo8")
    get_tool_registry().register(spec, replace=True)
    with contextlib.closing(connect(user_dir("data") / "history.sqlite")) as other:
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr(sqlite3, "connect", waited)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            runs = [run_request(Request(spec, {}, text="%aibrain echo8")) for _ in range(2)]
            get_session().history.flush()

    assert [1, 1] == [run.summary.calls for run in runs]
    told = [str(one.message) for one in seen if "history.sqlite" in str(one.message)]
    assert 1 == len(told)  # others may tell of something else
    assert "locked" in told[0]
    assert 1.5 > sum(waits)
    assert ["echo"] == get_session().history.frame()["tool"].tolist()


def _counted(ctx, requests):
    for _ in range(requests):
        ctx.count("x:List")
    return ToolResult(pd.DataFrame({"a": [1]}), operations=dict(ctx.operations))


def test_a_call_is_remembered_with_what_it_cost():
    """The newest live call of an account and region, its seconds and requests by operation."""
    spec = ToolSpec(
        name="counted",
        summary="Count.",
        handler=f"{__name__}:_counted",
        params=(Param("requests", int, "how many", 1),),
        is_cacheable=False,
    )
    get_tool_registry().register(spec, replace=True)
    for requests in (5, 3):
        run_request(Request(spec, {"requests": requests}, text="%aibrain counted"))

    [(place, cost)] = get_session().history.call_costs("counted", is_demo=False).items()
    assert (("", ""), {"x:List": 3}) == (place, cost.requests)
    assert 0 <= cost.seconds < 5
    assert {} == get_session().history.call_costs("counted", is_demo=True)


def _echo(name):
    spec = ToolSpec(name=name, summary="Echo.", handler=f"{__name__}:_one_row", is_cacheable=False)
    get_tool_registry().register(spec, replace=True)
    return Request(spec, {}, text=f"%aibrain {name}")


def test_many_calls_make_old_runs_go(monkeypatch):
    """The limit counts calls as well: runs of thousands do not make the file grow without end."""
    monkeypatch.setattr(history, "KEEP_CALLS", 2)
    for name in ("echo4", "echo5", "echo6"):
        run_request(_echo(name))

    assert ["echo6", "echo5"] == get_session().history.frame()["tool"].tolist()


def test_a_file_of_the_first_version_is_taken_over():
    """Runs that an older version wrote down are still there, and new ones come beside them."""
    folder = user_dir("data")
    folder.mkdir(parents=True)
    with sqlite3.connect(folder / "history.sqlite") as file:
        file.executescript(_FIRST_VERSION)
    run_request(_echo("echo7"))

    frame = get_session().history.frame()
    assert ["echo7", "iam_users"] == frame["tool"].tolist()
    assert ["r10", "r9"] == frame["run"].tolist()
    assert "old" == get_session().history.find("r9").outcome
    assert 1 == len(get_session().history.calls("r9"))


_FIRST_VERSION = """
CREATE TABLE runs (
    key INTEGER PRIMARY KEY, kernel TEXT, run TEXT, started TEXT, tool TEXT, cell TEXT,
    calls INTEGER, rows INTEGER, gaps INTEGER, from_cache INTEGER, seconds REAL, outcome TEXT,
    is_demo INTEGER, accounts TEXT, regions TEXT
);
CREATE INDEX runs_started ON runs (started);
CREATE TABLE calls (
    run_key INTEGER REFERENCES runs (key) ON DELETE CASCADE, position INTEGER, account_id TEXT,
    region TEXT, profile TEXT, title TEXT, outcome TEXT, rows INTEGER, seconds REAL, source TEXT,
    why TEXT
);
CREATE INDEX calls_run ON calls (run_key);
INSERT INTO runs VALUES (1, 'k', 'r9', '2099-01-01T00:00:00+00:00', 'iam_users',
    '%aibrain iam_users', 1, 3, 0, 0, 1.0, 'old', 0, '[]', '[]');
INSERT INTO calls VALUES (1, 0, '111111111111', 'global', '', 'iam users', 'ok', 3, 1.0, 'live',
    '');
"""


def test_kernels_that_begin_at_once_make_one_file(tmp_path, patient):
    """Who finds no file, or an old one, may not be alone: each of many gets a file that works."""
    for number in range(10):
        path = tmp_path / str(number) / "history.sqlite"
        barrier, found = threading.Barrier(8), []

        def look(path=path, barrier=barrier, found=found):
            kept = history.History(path)
            barrier.wait()
            found.append((len(kept.frame()), kept._has_warned))

        threads = [threading.Thread(target=look) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert [(0, False)] * 8 == found


def test_processes_that_write_at_once_lose_nothing(run_elsewhere):
    """Several kernels enter their first runs into a file that is not there yet."""
    code = [sys.executable, "-W", "error", "-c", _PATIENT + _RUN]
    processes = [subprocess.Popen(code) for _ in range(4)]
    assert [0] * 4 == [process.wait() for process in processes]

    assert ["complete"] * 4 == get_session().history.frame()["outcome"].tolist()


def test_an_id_means_one_run_over_all_kernels(run_elsewhere):
    """Kernels one after the other and at once never give two runs the same id."""
    run_elsewhere()
    for _ in range(12):
        run_request(_echo("echo9"))
    code = [sys.executable, "-c", _PATIENT + _RUN]
    processes = [subprocess.Popen(code) for _ in range(3)]
    assert [0] * 3 == [process.wait() for process in processes]

    runs = get_session().history.frame()["run"]
    assert (16, True) == (len(runs), runs.is_unique)


def test_where_no_number_can_be_taken_runs_still_have_ids(monkeypatch):
    """A history that cannot be written costs the promise, never a run."""
    monkeypatch.setattr(history.History, "take_numbers", lambda self, count, after: None)

    ids = [get_session().next_run_id() for _ in range(25)]
    assert [f"r{n}" for n in range(1, 26)] == ids


def test_a_run_goes_by_the_tools_own_name(monkeypatch):
    """What was asked as aws_export is listed as the curated tool that it is."""
    monkeypatch.setattr(
        get_session().history,
        "asked_for",
        lambda query: [{**_KEPT, "tool": tool, "title": title} for tool, title in _TITLES],
    )

    assert ["iam_users", "aws_export", "echo"] == get_session().history.frame()["tool"].tolist()


_KEPT = {"started": "2026-01-01T00:00:00+00:00", "kernel": "k", "outcome": "complete"}
_KEPT |= dict.fromkeys(("is_demo", "is_warming"), False)
_TITLES = [("aws_export", "iam users"), ("aws_export", "ec2 describe_vpcs"), ("echo", None)]


def test_the_calls_of_a_run_can_be_looked_at():
    """How each call ended is there, as a typed table; of an unknown run there is nothing."""
    run_request(_echo("echo8"))

    calls = get_session().history.calls("r1")
    assert [("echo8", "ok")] == list(calls[["call", "outcome"]].itertuples(index=False, name=None))
    assert "Int64" == str(calls["rows"].dtype)
    assert get_session().history.calls("r99").empty


def test_who_opens_the_file_leaves_its_writer_the_lock():
    """While one thread writes, another that reads lets no other process write as well."""
    history_of = get_session().history
    run_request(_echo("echo12"))
    history_of.flush()
    write = (
        "import sqlite3, sys\n"
        "try: sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')\n"
        "except sqlite3.OperationalError as exc: print(exc)\n"
    )
    command = [sys.executable, "-c", write, str(history_of.path)]
    with contextlib.closing(history_of.opened()) as writer:
        writer.execute("BEGIN IMMEDIATE")
        history_of.opened().close()

        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "database is locked" == said.strip()


@pytest.fixture
def written_late(monkeypatch):
    """Nothing is written before somebody reads."""
    monkeypatch.setattr(history, "LATER_S", 600)


@pytest.mark.usefixtures("written_late", "recorder_rests")
def test_a_run_that_is_over_at_once_is_written_once(monkeypatch):
    """What began and ended in a moment is one transaction, behind the answer."""
    history_of, opened = get_session().history, []
    open_file = history_of._open

    def open_and_count():
        opened.append(1)
        return open_file()

    monkeypatch.setattr(history_of, "_open", open_and_count)

    runs = [run_request(_echo("echo10")) for _ in range(3)]
    assert [] == opened
    history_of.flush()

    assert [1] == opened
    found = history_of.frame().head(3)
    assert [run.id for run in reversed(runs)] == found["run"].tolist()
    assert {"complete"} == set(found["outcome"])


def test_what_cannot_be_written_behind_is_told_to_the_next_cell(recorder_rests):
    """The thread that writes has nobody to warn; the next run does."""
    file = user_dir("data") / "history.sqlite"
    file.unlink()
    file.mkdir()
    run_request(_echo("echo11"))

    with pytest.warns(UserWarning, match=r"history\.sqlite"):
        get_session().history.flush()


_KILLED = """
import os, signal, threading, time
from aibrain_jupyter.execution.runs.request import Request
from aibrain_jupyter.execution.runs.run import run_request
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.tool_registry import get_tool_registry

spec = ToolSpec(name="wait", summary="Wait.", handler="history_tool:wait", is_cacheable=False)
get_tool_registry().register(spec, replace=True)
run_request(Request(spec, {}, text="%aibrain wait"))
"""


def test_a_killed_kernel_leaves_its_run_unfinished(tmp_path, monkeypatch):
    """A run that is under way when its process is killed is there for other kernels to resume."""
    (tmp_path / "history_tool.py").write_text(
        "import sqlite3, time\ndef wait(ctx):\n    print('waits', flush=True)\n    time.sleep(60)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED], stdout=subprocess.PIPE, text=True
    ) as process:
        assert "waits" == process.stdout.readline().strip()
        deadline = time.monotonic() + 55
        while not (found := get_session().history.find()) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.kill()

    assert found is not None
    assert ("wait", "unfinished") == (found.tool, found.outcome)


def test_costs_and_what_to_resume_are_found_by_an_index():
    """Neither reads the whole history: no table is scanned for what a call cost."""
    run_request(_echo("echo12"))
    plans = get_session().history
    asked = {"title": "x", "is_demo": False}
    steps = [row["detail"] for row in plans.rows_of(f"EXPLAIN QUERY PLAN {COSTS}", asked)]

    assert [step for step in steps if "calls_costs" in step], steps
    assert not [step for step in steps if step.startswith(("SCAN calls", "SCAN newest"))], steps
