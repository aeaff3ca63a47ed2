"""Events put in order, from whatever they came."""

from __future__ import annotations

import datetime as dt

from aibrain_jupyter.aws.cloudtrail.found_events import FoundEvent, rows_in_order

EARLY, LATE = (dt.datetime(2026, 3, 10, hour, tzinfo=dt.UTC) for hour in (8, 9))


def test_rows_are_in_the_order_of_the_events():
    """By time, those of one moment by id, those without a time last."""
    found = [
        FoundEvent(None, "a", {"n": 4}),
        FoundEvent(LATE, "a2", {"n": 3}),
        FoundEvent(EARLY, "c", {"n": 2}),
        FoundEvent(EARLY, "b", {"n": 1}),
    ]

    assert [{"n": n} for n in (1, 2, 3, 4)] == rows_in_order(found)


def test_only_events_of_one_id_are_the_same():
    """Of those the first is kept; events of old versions, without an id, are all there."""
    found = [
        FoundEvent(EARLY, "a", {"n": 1}),
        FoundEvent(LATE, None, {"n": 2}),
        FoundEvent(LATE, "a", {"n": 0}),
        FoundEvent(LATE, None, {"n": 3}),
    ]

    assert [{"n": n} for n in (1, 2, 3)] == rows_in_order(found)
