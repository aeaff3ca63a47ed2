"""Stats: the figures of runs as a table, in this kernel and in others, now and before."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from contextlib import closing

import pandas as pd
import pytest

from aibrain_jupyter.execution.metrics import reading, store
from aibrain_jupyter.execution.metrics.alerts.watching import AlertWatch
from aibrain_jupyter.execution.metrics.comparing import compared_frame
from aibrain_jupyter.execution.metrics.reading import UnreadMetricsError
from aibrain_jupyter.execution.metrics.recording import record_now
from aibrain_jupyter.execution.metrics.stats import run_totals, stats_frame, totals_frame
from aibrain_jupyter.execution.runs.history.history import History
from aibrain_jupyter.execution.runs.request import Request
from aibrain_jupyter.execution.runs.run import run_request
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import PermissionDeniedError
from aibrain_jupyter.shared.metrics.meter import Figures, Series, get_meter
from aibrain_jupyter.shared.metrics.sketch import Sketch
from aibrain_jupyter.tool_registry import get_tool_registry

_AT = 1_900_000_000.0
_NOTES = [
    [_AT, "iam", "ListUsers", "us-east-1", "a", 200, 1, 1, 3, 100, 0, 0.5, 0.2, 0.01, ""],
    [_AT, "iam", "ListUsers", "us-east-1", "b", 200, 3, 2, 1, 50, 2, 0.0, 0.4, 0.01, ""],
    [_AT, "iam", "ListMFADevices", "us-east-1", "c", 403, 1, 1, None, 9, 0, 0.0, 0.1, 0.0, ""],
]
_NOW = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
_WEEK = dt.timedelta(days=7)


def _asks(ctx):
    ctx.answered.extend(map(list, _NOTES))
    return [{"name": "a"}, {"name": "b"}]


def _is_refused(ctx):
    ctx.answered.append(list(_NOTES[2]))
    raise PermissionDeniedError("Account 1 refused iam:ListUsers.")


@pytest.fixture(autouse=True)
def _new_session():
    get_session.cache_clear()
    get_meter.cache_clear()
    yield
    get_session.cache_clear()
    get_meter.cache_clear()


def _run(name, function):
    code = f"{__name__}:{function.__name__}"
    spec = ToolSpec(name=name, summary="Ask.", handler=code, is_cacheable=False)
    get_tool_registry().register(spec, replace=True)
    return run_request(Request(spec, {}, text=f"%aibrain {name}"))


def _row(frame, **labels):
    for name, value in labels.items():
        frame = frame[frame[name] == value]
    (found,) = frame.to_dict("records")
    return found


def test_what_runs_asked_is_counted_by_operation():
    """Every answered request of a run is in the figures of its operation, with its time."""
    _run("asks_1", _asks)

    frame = stats_frame(get_session().history, ["operation"])

    users = _row(frame, service="iam", operation="ListUsers")
    assert (2, 4, 2, 2, 0) == tuple(
        users[name] for name in ("requests", "rows", "throttled", "retried", "errors")
    )
    assert (150, 0.5, 0.6) == (users["bytes"], users["waited_s"], users["wire_s"])
    assert pytest.approx(300, rel=0.02) == users["p50_ms"]
    assert pytest.approx(0.5) == users["throttled_share"]
    assert 1 == _row(frame, operation="ListMFADevices")["errors"]
    assert frame["calls"].isna().all()
    assert frame["hit_rate"].isna().all()


def test_calls_are_counted_by_how_they_ended():
    """A refused call is failed and refused; one that gave rows is neither."""
    _run("asks_2", _asks)
    _run("refused_2", _is_refused)

    frame = stats_frame(get_session().history, ["tool"])

    names = ("requests", "calls", "failed", "refused", "lost", "rows_given")
    assert (3, 1, 0, 0, 0, 2) == tuple(_row(frame, tool="asks_2")[name] for name in names)
    assert (1, 1, 1, 1, 0, 0) == tuple(_row(frame, tool="refused_2")[name] for name in names)
    assert 0 == _row(frame, tool="asks_2")["hit_rate"]
    assert pd.isna(_row(frame, tool="refused_2")["hit_rate"])


def test_a_run_is_counted_once():
    """Reading twice, or from another kernel, changes no figure."""
    _run("asks_3", _asks)
    history = get_session().history

    first = stats_frame(history, ["tool"])
    again = stats_frame(History(history.path), ["tool"])

    pd.testing.assert_frame_equal(first, again)


def test_one_run_has_the_figures_of_its_own(monkeypatch):
    """`stats RUN` counts that run's requests alone."""
    run = _run("asks_4", _asks)
    _run("asks_4", _asks)

    frame = totals_frame(run_totals(run.calls, "asks_4", ["operation"]), ["operation"])

    assert {"ListUsers": 2, "ListMFADevices": 1} == dict(
        zip(frame["operation"], frame["requests"], strict=True)
    )


_OF_REQUESTS = ("requests", "rows", "throttled", "retried", "errors", "bytes", "waited_s", "wire_s")


def _off():
    get_settings().set("metrics", value=False, source="a test")


def _on():
    get_settings().unset("metrics")


@pytest.fixture
def off():
    """Metrics are off; afterwards they are as before."""
    _off()
    yield
    _on()


def test_what_was_not_measured_is_not_zero(off):
    """With metrics off a run's calls stand beside no figure of requests: NA, and counted."""
    _run("asks_5", _asks)

    row = _row(stats_frame(get_session().history, ["tool"]), tool="asks_5")

    assert (1, 1) == (row["calls"], row["unmeasured"])
    assert all(pd.isna(row[name]) for name in _OF_REQUESTS)
    assert stats_frame(get_session().history, ["operation"]).empty


def test_the_setting_counts_at_the_time_of_the_call():
    """Switched right after a run, before anything was written, it changes nothing of that run."""
    _run("asks_8", _asks)
    _off()
    _run("asks_9", _asks)
    _on()
    _run("asks_9", _asks)
    frame = stats_frame(get_session().history, ["tool"])

    assert (3, 0) == tuple(_row(frame, tool="asks_8")[n] for n in ("requests", "unmeasured"))
    assert (3, 1) == tuple(_row(frame, tool="asks_9")[n] for n in ("requests", "unmeasured"))


def test_the_dashboard_says_what_was_not_measured(off):
    """With metrics off its tiles have a dash and words, no 0; a section says why."""
    from aibrain_jupyter.execution.dashboard.reading import DashboardReader
    from aibrain_jupyter.widgets.dashboard.page import dashboard_page

    _run("asks_10", _asks)
    text = dashboard_page(DashboardReader(dt.timedelta(hours=1), is_fresh=True).read()).text()

    assert "requests now – (not measured)" in text
    assert "throttled – (not measured)" in text
    assert "1 call asked while metrics were off" in text
    assert "0 in all" not in text
    _on()
    _run("asks_10", _asks)
    text = dashboard_page(DashboardReader(dt.timedelta(hours=1), is_fresh=True).read()).text()
    assert "at least 3 in all" in text
    assert "metrics are off:" not in text


def test_what_was_not_measured_is_compared_with_nothing():
    """A time without figures of requests is neither faster nor slower than another."""
    _off()
    _run("asks_11", _asks)
    _on()
    now = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)

    frame = compared_frame(
        get_session().history, ["tool"], since=now - _WEEK, until=now, before=_WEEK
    )

    row = _row(frame, tool="asks_11")
    assert pd.isna(row["requests"])
    assert pd.isna(row["throttled_share"])


def test_days_keep_what_was_not_measured(tmp_path):
    """Rolled up from minutes to days, unmeasured calls are still told apart from none."""
    history = History(tmp_path / "history.sqlite")
    _enter_runs(history, ("2026-11-27T10:00:00+00:00", 0), ("2026-11-27T11:00:00+00:00", 1))
    store.write(history, {}, {}, dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC).timestamp())
    store.write(history, {}, {}, dt.datetime(2026, 12, 5, tzinfo=dt.UTC).timestamp())

    row = _row(stats_frame(history, ["tool"]), tool="iam_users")

    assert (2, 1) == (row["calls"], row["unmeasured"])
    assert pd.isna(row["requests"])


def _enter_runs(history, *runs):
    """Enter runs of one call that asked its provider: when, and whether that was counted."""
    with closing(history.opened()) as file, file:
        for number, (started, is_counted) in enumerate(runs, 1):
            file.execute(
                "INSERT INTO runs (key, kernel, run, started, tool, outcome, calls, is_counted)"
                " VALUES (?, 'k', ?, ?, 'aws_export', 'complete', 1, ?)",
                (number, f"r{number}", started, is_counted),
            )
            file.execute(
                "INSERT INTO calls (run_key, account_id, region, title, outcome, rows, seconds,"
                " source, requests) VALUES (?, '1', 'global', 'iam users', 'ok', 5, 0.5, 'live',"
                " ?)",
                (number, json.dumps({"iam:ListUsers": 2})),
            )


@pytest.mark.parametrize(("version", "measured"), [(7, 0), (8, 1)])
def test_calls_of_older_versions_are_counted_and_said_to_be_unmeasured(tmp_path, version, measured):
    """Before there were metrics no request was counted: NA. What version 8 measured stays."""
    from aibrain_jupyter.execution.runs.history import schema

    path = tmp_path / "history.sqlite"
    with closing(sqlite3.connect(path)) as file, file:
        for step in schema._STEPS[:version]:
            file.executescript(step)
        file.execute(f"PRAGMA user_version = {version}")
        if version == 8:
            at = int(dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC).timestamp())
            file.execute(
                "INSERT INTO metric_series VALUES (1, 'iam_users', 'iam', 'ListUsers', '1',"
                " 'global')"
            )
            file.execute(
                "INSERT INTO metric_requests VALUES (60, ?, 1, 2, 2, 5, 0, 0, 0, 9, 0, 9, 0, ?)",
                (at, Sketch([0.1, 0.2]).encode()),
            )
        file.execute(
            "INSERT INTO runs (kernel, run, started, tool, outcome, calls) VALUES"
            " ('k', 'r1', '2026-11-27T10:00:00+00:00', 'aws_export', 'complete', 1)"
        )
        file.execute(
            "INSERT INTO calls (run_key, account_id, region, title, outcome, rows, seconds, source,"
            " requests) VALUES (1, '1', 'global', 'iam users', 'ok', 5, 0.5, 'live', ?)",
            (json.dumps({"iam:ListUsers": 2}),),
        )

    row = _row(stats_frame(History(path), ["tool"]), tool="iam_users")

    assert (1, 1 - measured) == (row["calls"], row["unmeasured"])
    assert (2 if measured else None) == (row["requests"] if pd.notna(row["requests"]) else None)


def test_a_kernel_that_was_killed_is_missing_and_not_zero(tmp_path, monkeypatch):
    """A run that another kernel began and never ended: the figures say that it is missing."""
    from aibrain_jupyter.execution.dashboard.reading import DashboardReader
    from aibrain_jupyter.widgets.dashboard.page import dashboard_page

    history = get_session().history
    with closing(history.opened()) as file, file:
        file.execute(
            "INSERT INTO runs (kernel, run, started, tool, outcome, calls) VALUES"
            " ('killed', 'r1', ?, 'aws_export', 'unfinished', 5)",
            (dt.datetime.now(dt.UTC).isoformat(),),
        )

    assert (0, 1) == reading.Metrics(history).unfinished(_NOW - _WEEK)
    text = dashboard_page(DashboardReader(dt.timedelta(hours=1), is_fresh=True).read()).text()
    assert "in all: not known" in text
    assert "failed calls – (not known)" in text
    assert "1 run of another kernel not ended, or ended with it" in text


def test_an_old_history_is_added_up_in_parts(tmp_path, monkeypatch):
    """However many calls were never added up, each counts once; a part that fails comes again."""
    from aibrain_jupyter.execution.metrics import new_calls

    monkeypatch.setattr(new_calls, "CALLS_AT_ONCE", 3)
    history = History(tmp_path / "history.sqlite")
    _enter_runs(history, *((f"2024-01-{day:02d}T10:00:00+00:00", 1) for day in range(1, 12)))
    taken, parts = store.take_part, []

    def fails_once(file, last, **more):
        parts.append(last)
        if len(parts) == 3:
            raise sqlite3.OperationalError("disk I/O error")
        return taken(file, last, **more)

    monkeypatch.setattr(store, "take_part", fails_once)
    with pytest.raises(sqlite3.Error):
        store.write(history, {}, {}, _NOW.timestamp())
    store.write(history, {}, {}, _NOW.timestamp())

    frame = stats_frame(history, ["day"])

    assert 11 == frame["calls"].sum() == len(frame)
    assert [3, 6, 9, 9, 11] == parts
    assert pytest.approx(0.5, rel=0.03) == frame["call_p50_s"].iloc[0]


def test_calls_of_older_histories_are_counted(tmp_path):
    """A history of the version before is brought up to date, and its calls count, by service."""
    history = History(tmp_path / "history.sqlite")
    with closing(history.opened()) as file, file:
        file.execute(
            "INSERT INTO runs (kernel, run, started, tool, outcome) VALUES"
            " ('k', 'r1', '2026-11-27T10:00:00.123456+00:00', 'aws_export', 'complete')"
        )
        for source, asked in (("live", {"iam:ListUsers": 2}), ("memory", {"iam:ListUsers": 2})):
            file.execute(
                "INSERT INTO calls (run_key, account_id, region, title, outcome, rows, seconds,"
                " source, requests) VALUES (1, '1', 'global', 'iam users', 'ok', 5, 0.5, ?, ?)",
                (source, json.dumps(asked)),
            )

    frame = stats_frame(history, ["tool", "service"])

    row = _row(frame, tool="iam_users", service="iam")
    assert (2, 10, 0.5, 1) == (row["calls"], row["rows_given"], row["hit_rate"], row["from_memory"])
    assert pytest.approx(0.5, rel=0.03) == row["call_p50_s"]


def _write(history, at, operation, seconds, **counts):
    figures = Figures()
    figures.requests, figures.latency = len(seconds), Sketch(seconds)
    for name, value in counts.items():
        setattr(figures, name, value)
    series = Series("iam_users", "iam", operation, "1", "global")
    minute = int(at.timestamp()) // 60 * 60
    store.write(history, {(minute, series): figures}, {}, at.timestamp())


def test_what_became_worse_comes_first(tmp_path):
    """Slower and more throttled operations are named, before what is as it was; few are not."""
    history = History(tmp_path / "history.sqlite")
    for at, factor in ((_NOW - _WEEK, 1), (_NOW, 3)):
        _write(history, at, "Steady", [0.1] * 50)
        _write(history, at, "Slow", [0.1 * factor] * 50)
        _write(history, at, "Throttled", [0.1] * 50, throttled=10 * factor - 10)
        _write(history, at, "Rare", [0.1 * factor] * 3)
    _write(history, _NOW, "New", [0.1] * 50)

    frame = compared_frame(
        history,
        ["operation"],
        since=_NOW - _WEEK / 2,
        until=_NOW + _WEEK / 2,
        before=_WEEK,
    )

    changes = dict(zip(frame["operation"], frame["change"], strict=True))
    assert ["Throttled", "Slow"] == list(changes)[:2]
    assert {
        "Throttled": "throttled more",
        "Slow": "slower",
        "Steady": "",
        "Rare": "too few",
        "New": "new",
    } == changes
    assert pytest.approx(3, rel=0.05) == _row(frame, operation="Slow")["slower_by"]
    assert pd.isna(_row(frame, operation="New")["p90_ms_before"])


def test_a_run_is_measured_behind_it():
    """The recorder writes what a run asked without anybody reading."""
    import time

    _run("asks_6", _asks)
    path = get_session().history.path
    until = time.monotonic() + 20
    count = 0
    while not count and time.monotonic() < until:
        with closing(sqlite3.connect(path)) as file:
            count = file.execute("SELECT SUM(requests) FROM metric_requests").fetchone()[0]
        time.sleep(0.05)

    assert 3 == count
    record_now(get_session().history)


def test_a_history_that_cannot_be_read_is_not_one_without_figures(tmp_path):
    """Stats and alerts say that a damaged file has not told them; none of them says nothing."""
    history = History(tmp_path / "history.sqlite")
    history.path.write_bytes(b"garbage " * 1000)
    watch = AlertWatch(lambda: _NOW)

    with pytest.raises(UnreadMetricsError, match="not known"):
        stats_frame(history, ["tool"])
    with pytest.raises(UnreadMetricsError, match="not known"):
        compared_frame(history, ["tool"], since=_NOW - _WEEK, until=_NOW, before=_WEEK)
    watch.tick(history, [])
    assert isinstance(watch.problem, UnreadMetricsError)


def test_figures_without_what_could_not_be_written_say_so(tmp_path, monkeypatch):
    """While another program writes, what is read is of before, with a warning that says so."""
    history = History(tmp_path / "history.sqlite")
    history.opened().close()
    monkeypatch.setattr(reading, "record_now", lambda history: False)

    with pytest.warns(UserWarning, match="missing in these figures"):
        assert stats_frame(history, ["tool"]).empty
