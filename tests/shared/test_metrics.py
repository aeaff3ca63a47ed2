"""Sketches and the meter: percentiles that can be added, and requests counted once."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from aibrain_jupyter.shared.metrics.meter import Meter, Series
from aibrain_jupyter.shared.metrics.sketch import Sketch

_DATA = {
    "log-normal": lambda r: r.lognormal(-2, 1.2, 20_000),
    "two humps": lambda r: np.concatenate([r.normal(0.05, 0.004, 9_500), r.normal(9, 1, 500)]),
    "few": lambda r: r.uniform(0.001, 20, 7),
    "all the same": lambda r: np.full(50, 0.125),
}
_NOTE = [1_800_000_030.5, "iam", "ListUsers", "us-east-1", "id", 200, 1, 1, 10, 900, 0]


def _note(**changes):
    places = {"at": 0, "status": 5, "attempts": 6, "rows": 8, "throttled": 10, "wire_s": 12}
    note = [*_NOTE, 0.5, 0.25, 0.125, ""]
    for name, value in changes.items():
        note[places[name]] = value
    return note


@pytest.mark.parametrize("data", _DATA.values(), ids=_DATA)
@pytest.mark.parametrize("part", [0.5, 0.9, 0.99])
def test_percentiles_are_those_of_numpy(data, part):
    """A percentile is within 5 % of numpy's, also put together of parts that were stored."""
    values = np.abs(data(np.random.default_rng(7)))
    merged = Sketch()
    for number in range(5):
        merged.merge_encoded(Sketch(values[number::5]).encode())

    assert Sketch(values) == merged
    assert pytest.approx(np.quantile(values, part), rel=0.05) == merged.quantile(part)


def test_an_empty_sketch_knows_no_percentile():
    """Where nothing was measured the percentile is not known, which is not zero."""
    assert Sketch().quantile(0.5) is None
    assert Sketch() == Sketch.decode(Sketch().encode())
    assert Sketch() == Sketch.decode(None)


def test_no_time_at_all_is_a_value():
    """A value of zero seconds counts, as a millionth of a second at most."""
    sketch = Sketch([0.0, 0.0, 1.0])

    assert 3 == len(sketch)
    assert sketch.quantile(0.5) <= 1.05e-6


def test_notes_are_added_up_by_minute_and_series():
    """Each answered request counts in the minute of its answer, under its operation and place."""
    meter = Meter()
    place = ("123456789012", "us-east-1")
    meter.add("iam_users", place, [_note(), _note(status=403, rows=None, attempts=3, throttled=2)])
    meter.add("iam_users", place, [_note(at=_NOTE[0] + 60)])

    taken = meter.take()

    series = Series("iam_users", "iam", "ListUsers", *place)
    assert [(1_800_000_000, series), (1_800_000_060, series)] == sorted(taken)
    figures = taken[1_800_000_000, series]
    counts = {name: getattr(figures, name) for name in figures.COUNTS}
    assert {
        "requests": 2,
        "pages": 1,
        "rows": 10,
        "errors": 1,
        "throttled": 2,
        "retried": 2,
        "bytes": 1800,
        "waited_s": 1.0,
        "wire_s": 0.5,
        "parse_s": 0.25,
    } == counts
    assert not meter.is_pending


def test_what_is_being_written_is_counted_meanwhile():
    """From `take` to `kept` or `put_back` no count becomes less, and none is counted twice."""
    meter = Meter()
    for keep in (True, False, True):
        meter.add("iam_users", ("1", "global"), [_note()])
        before = meter.sent()
        taken = meter.take()
        assert before == meter.sent()
        assert sum(before.values()) == sum(one.requests for one in meter.totals().values())
        meter.kept(taken) if keep else meter.put_back(taken)
        assert before == meter.sent()


def test_what_could_not_be_kept_is_not_lost():
    """Figures that were put back are taken again, together with what came meanwhile."""
    meter = Meter()
    meter.add("iam_users", ("", ""), [_note()])
    taken = meter.take()
    meter.add("iam_users", ("", ""), [_note()])

    meter.put_back(taken)

    assert [2] == [figures.requests for figures in meter.take().values()]


def test_threads_lose_nothing():
    """Calls that end at the same time in several threads are all counted."""
    meter = Meter()

    def add():
        for _ in range(500):
            meter.add("iam_users", ("", ""), [_note()])

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [2000] == [figures.requests for figures in meter.totals().values()]
