"""What goes on behind the runs of a shell: refused before one, told in one, gone with the magic."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import urllib.request
import warnings
from collections import Counter
from pathlib import Path

import pytest
from IPython.utils.capture import capture_output

from aibrain_jupyter.execution.exporters import following
from aibrain_jupyter.execution.exporters.destinations import forget_all
from aibrain_jupyter.execution.metrics.measuring import drain
from aibrain_jupyter.execution.metrics.recording import FOLLOWERS, RECORDER
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.config import get_settings

DATA = Path(__file__).parents[1] / "execution" / "data"
CELL = "%aibrain list_vpcs --accounts 111122223300 ;"
THREADS = ("aibrain-metrics", "aibrain-exports", "aibrain-notify")


@pytest.fixture
def shell(make_shell, monkeypatch, tmp_path):
    """A shell with the tool in trouble, whatever ran here before forgotten."""
    monkeypatch.setenv("AIBRAIN_TEST_FOLDER", str(tmp_path))
    monkeypatch.syspath_prepend(DATA)
    import troubled_tools

    get_session.cache_clear()
    forget_all()
    for name in ("metrics_to", "metrics", "alerts"):
        get_settings().unset(name)
    troubled_tools.register()
    made = make_shell()
    made.run_line_magic("reload_ext", "aibrain_jupyter")
    yield made
    get_settings().unset("metrics_to")
    made.run_line_magic("unload_ext", "aibrain_jupyter")
    forget_all()
    get_session.cache_clear()


def _ours(before):
    """Return the names of our threads but for those of tests before."""
    found = set(threading.enumerate()) - before
    return sorted(one.name for one in found if one.name in THREADS)


def _ran(shell, cell):
    with capture_output() as shown:
        result = shell.run_cell(cell)
    return result, shown.stdout + shown.stderr


def test_a_place_that_is_none_is_refused_before_anything_runs(shell, monkeypatch):
    """From the environment too, after earlier runs too: no run begins, and no thread ends of it."""
    assert _ran(shell, CELL)[0].success
    monkeypatch.setenv("AIBRAIN_METRICS_TO", "push:http://who:hunter2@gateway:port")
    before = len(get_session().runs)

    for cell in (CELL, f"{CELL[:-1]} --bg", f"{CELL[:-1]} --dry-run"):
        result, said = _ran(shell, cell)
        assert "no place that figures can go to" in str(result.error_in_exec), cell
        assert "hunter2" not in said + str(result.error_in_exec)
    assert before == len(get_session().runs)
    assert {} == get_session().under_way
    _, said = _ran(shell, "%aibrain config --sources")
    assert "hunter2" not in said

    monkeypatch.delenv("AIBRAIN_METRICS_TO")
    assert _ran(shell, CELL)[0].success


def test_a_password_is_in_no_output(shell):
    """Neither `%config` nor `%aibrain config` prints what signs in, and it is in force."""
    address = "push:http://who:hunter2@127.0.0.1:9"
    _ran(shell, f"%config AibrainMagics.metrics_to = {address!r}")

    for cell in (
        *("%config AibrainMagics.metrics_to", "%config AibrainMagics", "%aibrain config"),
        *("%aibrain config --sources", "%aibrain config metrics_to", "%aibrain doctor"),
        *("%aibrain help config", f"%aibrain stats --to {address}"),
    ):
        result, said = _ran(shell, cell)
        assert "hunter2" not in f"{said}{result.result!r}", cell
    assert address == get_settings().get("metrics_to")


def test_what_failed_behind_the_runs_is_told_in_the_next_cell_once(shell):
    """The next cell of ours warns, whatever it is; the one after it does not."""

    def fails(history):
        raise RuntimeError("a fault")

    FOLLOWERS.append(fails)
    try:
        RECORDER.tell_followers()
        said = []
        for _ in range(2):
            with warnings.catch_warnings(record=True) as found:
                warnings.simplefilter("always")
                _ran(shell, "%aibrain history ;")
            said.append([str(one.message) for one in found if "a fault" in str(one.message)])
    finally:
        FOLLOWERS.remove(fails)
        RECORDER.problems.clear()

    (first,), again = said
    assert "failed behind the runs: RuntimeError: a fault" in first
    assert [] == again


def test_with_the_extension_everything_behind_it_goes(shell, tmp_path):
    """Unloaded: no thread, no port, nobody who follows; loaded again: one of each, no doubles."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    path = tmp_path / "runs.jsonl"
    RECORDER.stop()
    following.end()
    before = set(threading.enumerate())
    for _ in range(2):
        shell.run_line_magic("config", f"AibrainMagics.metrics_to = '{path}, port:{port}'")
        assert _ran(shell, CELL)[0].success
        drain()
        assert _ran(shell, f"%aibrain stats --to port:{port}")[0].success
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60).read()
        assert b"aibrain_requests_total{" in page
        assert ["aibrain-exports", "aibrain-metrics"] == _ours(before)

        shell.run_line_magic("unload_ext", "aibrain_jupyter")

        assert [] == _ours(before)
        assert [] == FOLLOWERS
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60)
        shell.run_line_magic("load_ext", "aibrain_jupyter")

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert {"run": 2} == {k: n for k, n in Counter(x["type"] for x in lines).items() if k == "run"}


def test_alerts_that_are_not_watched_are_no_empty_table(shell, monkeypatch, tmp_path):
    """With the setting off, or a history that cannot be used, the verb says so and gives none."""
    get_settings().set("alerts", value=False, source="a test")
    result, _ = _ran(shell, "%aibrain alerts")
    get_settings().unset("alerts")
    assert "not watched: the setting alerts is off" in str(result.error_in_exec)

    (tmp_path / "file").touch()
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "file" / "folder"))
    with contextlib.suppress(UserWarning):
        result, _ = _ran(shell, "%aibrain alerts")
    assert "The history cannot be read" in str(result.error_in_exec)


@pytest.mark.parametrize(
    "line",
    [
        "history",
        "history r7",
        "resume",
        "resume r7",
        "fix r7",
        "stats r7",
        "timeline r7",
        "alerts --history",
        "cache why r7",
        "cache warm --from last-week",
    ],
)
def test_a_history_that_cannot_be_read_is_no_empty_history(shell, monkeypatch, tmp_path, line):
    """Whoever asks for runs that are kept is told that they are not known, not that none are."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "file" / "folder"))
    result, _ = _ran(shell, f"%aibrain {line}")

    assert "The history of runs cannot be read" in str(result.error_in_exec)


def test_rules_without_a_value_are_not_in_order(shell):
    """Before anything was asked every rule is without a value, and none is ok."""
    result, _ = _ran(shell, "%aibrain alerts")

    measured = result.result[~result.result["metric"].str.startswith(("evidence", "plan"))]
    assert {"no value"} == set(measured["state"])
    assert not (measured["says"] == "").any()
