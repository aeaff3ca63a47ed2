"""The metrics in the history: of all kernels, rolled up, bounded."""

from __future__ import annotations

import contextlib
import datetime as dt
import multiprocessing
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from aibrain_jupyter.execution.metrics import store
from aibrain_jupyter.execution.metrics.measuring import Gauge
from aibrain_jupyter.execution.metrics.reading import Metrics, UnreadMetricsError
from aibrain_jupyter.execution.runs.history.history import History
from aibrain_jupyter.shared.metrics.meter import Figures, Series, get_meter
from aibrain_jupyter.shared.metrics.sketch import Sketch

_NOON = dt.datetime(2026, 11, 27, 12, 0, tzinfo=dt.UTC)
_USERS = Series("iam_users", "iam", "ListUsers", "123456789012", "global")
_KEYS = Series("iam_users", "iam", "ListAccessKeys", "123456789012", "global")


@pytest.fixture(autouse=True)
def _new_meter():
    get_meter.cache_clear()
    yield
    get_meter.cache_clear()


@pytest.fixture
def history(tmp_path):
    return History(tmp_path / "history.sqlite")


def _figures(seconds, **counts):
    found = Figures()
    found.requests, found.latency = len(seconds), Sketch(seconds)
    for name, value in counts.items():
        setattr(found, name, value)
    return found


def _write(history, at, *items, now=None):
    minutes = {(int(at.timestamp()), series): figures for series, figures in items}
    store.write(history, minutes, {}, (now or at).timestamp())


def _asked(totals, name="requests"):
    return [total.asked[name] for total in totals]


def test_percentiles_are_right_over_minutes_days_and_kernels(history):
    """Figures that were written in parts and rolled up give numpy's percentiles within 5 %."""
    seconds = np.random.default_rng(3).lognormal(-2, 1, 6_000)
    for number in range(60):
        part = seconds[number::60]
        _write(history, _NOON + dt.timedelta(minutes=number), (_USERS, _figures(part)))
    later = _NOON + dt.timedelta(days=9)
    _write(history, later, (_KEYS, _figures([0.1])))

    total = Metrics(history).totals(["operation"], until=later)[0]

    assert 6_000 == total.asked["requests"] == len(total.latency)
    for part in (0.5, 0.9, 0.99):
        assert pytest.approx(np.quantile(seconds, part), rel=0.05) == total.latency.quantile(part)


def test_minutes_become_days(history):
    """Minutes older than two days are rows of a day, with the same sums."""
    for minute in range(30):
        one = _figures([0.1], rows=2, throttled=1, waited_s=0.5)
        _write(history, _NOON + dt.timedelta(minutes=minute), (_USERS, one))
    before = Metrics(history).totals(["operation"])
    _write(history, _NOON, (_KEYS, _figures([1.0])), now=_NOON + dt.timedelta(days=4))

    after = Metrics(history).totals(["operation"], until=_NOON + dt.timedelta(days=4))

    with closing(history.opened()) as file:
        spans = file.execute("SELECT span, COUNT(*) FROM metric_requests GROUP BY 1").fetchall()
    assert [(store.DAY, 2)] == spans
    assert before[0].asked == after[0].asked
    assert (30, 60, 30, 15_000) == tuple(
        after[0].asked[name] for name in ("requests", "rows", "throttled", "waited_ms")
    )


def test_times_are_kept_apart(history):
    """`since` and `until` choose minutes, and grouping by day gives a total for each."""
    for days in range(3):
        at = _NOON + dt.timedelta(days=days)
        _write(history, at, (_USERS, _figures([0.1] * (days + 1))), now=_NOON)

    metrics = Metrics(history)

    assert [1, 2, 3] == _asked(metrics.totals(["day"]))
    assert [2] == _asked(
        metrics.totals(since=_NOON + dt.timedelta(days=1), until=_NOON + dt.timedelta(days=2))
    )
    assert [] == metrics.totals(since=_NOON + dt.timedelta(days=3))


def test_old_days_lose_their_places_when_there_are_too_many(history, monkeypatch):
    """Beyond the most rows the oldest days are added up over accounts; no request is lost."""
    monkeypatch.setattr(store, "MOST_ROWS", 40)
    for days in range(6):
        at = _NOON + dt.timedelta(days=days)
        series = [_USERS._replace(account_id=f"{number:012}") for number in range(10)]
        _write(history, at, *((one, _figures([0.1, 0.2])) for one in series))
    _write(history, _NOON + dt.timedelta(days=30), (_KEYS, _figures([0.1])))

    totals = Metrics(history).totals(["day", "account_id"], until=_NOON + dt.timedelta(days=20))

    assert 120 == sum(_asked(totals))
    oldest, newest = totals[0].labels, totals[-1].labels
    assert store.EVERYWHERE == oldest["account_id"]
    assert store.EVERYWHERE != newest["account_id"]
    assert len(totals) <= 30


def test_a_clock_that_is_set_years_ahead_deletes_nothing(history):
    """A write in the wrong year keeps every figure; where days went by, the oldest go."""
    for days in range(4):
        _write(history, _NOON + dt.timedelta(days=days), (_USERS, _figures([0.1])))
    ahead = _NOON + dt.timedelta(days=5 * 366)
    _write(history, ahead, (_USERS, _figures([0.1])), now=ahead)
    _write(history, _NOON + dt.timedelta(days=5), (_USERS, _figures([0.1])))

    assert [6] == _asked(Metrics(history).totals())

    for days in range(store.DAYS_BELIEVED + 3):
        at = ahead + dt.timedelta(days=days)
        _write(history, at, (_KEYS, _figures([0.1])))
    assert {"ListUsers": 1} == {
        total.labels["operation"]: total.asked["requests"]
        for total in Metrics(history).totals(["operation"])
        if total.labels["operation"] == "ListUsers"
    }


def _write_much(path, times):
    history = History(path)
    for _ in range(times):
        is_written = False
        while not is_written:  # as the recorder, which tries again later
            with contextlib.suppress(sqlite3.OperationalError):
                _write(history, _NOON, (_USERS, _figures([0.25])))
                is_written = True


def test_kernels_add_to_the_same_figures(history):
    """What two processes write at the same time is all there."""
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=_write_much, args=(history.path, 40)) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join()
        assert 0 == other.exitcode

    assert [80] == _asked(Metrics(history).totals())
    assert 80 == len(Metrics(history).totals()[0].latency)


def test_gauges_keep_mean_and_most(history):
    """Queue, places and lag are read back by minute, as mean and greatest value."""
    at = int(_NOON.timestamp())
    store.write(history, {}, {(at, "queue"): Gauge(2, 10.0, 8.0)}, float(at))
    store.write(history, {}, {(at, "queue"): Gauge(2, 2.0, 2.0)}, float(at))

    assert [{"start": at, "span": 60, "name": "queue", "mean": 3.0, "most": 8.0}] == Metrics(
        history
    ).gauges()


def test_a_history_that_cannot_be_written_loses_nothing(history, tmp_path):
    """While the file cannot be used, what was measured stays here and is written later."""
    history.path.mkdir()
    meter = get_meter()
    note = [_NOON.timestamp(), "iam", "ListUsers", "", "", 200, 1, 1, 1, 1, 0, 0, 0.1, 0, ""]
    meter.add("iam_users", ("", ""), [note])

    with pytest.raises(UnreadMetricsError, match="not known"):
        Metrics(history).totals()
    history.path.rmdir()

    assert [1] == _asked(Metrics(history).totals())
