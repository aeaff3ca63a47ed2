"""Calls and requests as bars: times since the run's start, nothing of an earlier collection."""

from __future__ import annotations

import datetime as dt

import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.runs.combine import KeptCall
from aibrain_jupyter.execution.timeline.bars import (
    COLUMNS,
    Bar,
    bar_of_call,
    bars_of_requests,
    frame_of,
)
from aibrain_jupyter.execution.timeline.critical_path import critical_calls
from aibrain_jupyter.shared.call_log import packed
from aibrain_jupyter.shared.coverage import Outcome

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
PLACE = AwsTarget("111122223333", "eu-west-1", profile="prod")


def note(at, *, operation="ListUsers", status=200, attempts=1, throttled=0, waited=0.0, wire=0.2):
    """A note of an answered request, `at` seconds after the start."""
    names = ("iam", operation, "us-east-1", "id-1")
    when = START.timestamp() + at
    return [when, *names, status, attempts, 1, 5, 100, throttled, waited, wire, 0.1, None]


def call(*notes, source="live", began=1.0, seconds=2.0, outcome=Outcome.OK, number=0):
    """A call that began `began` seconds after the start; None: never."""
    moment = None if began is None else START + dt.timedelta(seconds=began)
    kept = KeptCall(number, "iam users", PLACE, outcome, seconds, None, 5, source)
    return kept._replace(requests=packed(notes), started_at=moment)


def bar(call=0, began=0.0, seconds=1.0, **more):
    """A bar of a call."""
    return Bar({"account_id": "1"}, "", "iam users", call, None, began, seconds, **more)


def test_a_call_says_when_it_began_and_what_it_waited_for():
    """The queue, the pace, the wire and what was sent again are figures of its bar."""
    found = bar_of_call(call(note(1.5, waited=0.7, attempts=3, throttled=2), note(2.0)), START)

    assert (1.0, 2.0, 3.0) == (found.queued_s, found.seconds, found.end)
    assert (0.7, 0.4, 0.2) == (found.waited_s, found.wire_s, found.parse_s)
    assert (2, 2, 2) == (found.requests, found.retried, found.throttled)
    assert "111122223333/eu-west-1" == found.label


@pytest.mark.parametrize("source", ["memory", "disk"])
def test_the_log_of_an_earlier_collection_is_not_of_this_run(source):
    """A call that the cache answered has no requests, whatever the log it hands on says."""
    cached = call(note(-3600, waited=9.0, throttled=4), source=source)

    assert 0 == bar_of_call(cached, START).requests
    assert 0.0 == bar_of_call(cached, START).waited_s
    assert [] == bars_of_requests(cached, START)


def test_a_call_that_never_began_has_no_place_in_time():
    """One that was cancelled in the queue is a row without a beginning, not a bar at 0."""
    found = bar_of_call(call(began=None, seconds=0.0, outcome=Outcome.CANCELLED), START)

    assert found.queued_s is None
    assert found.end is None
    frame = frame_of("r1", [found], ["account_id", "region"])
    assert frame["began"].isna().all()
    assert frame["queued_s"].isna().all()


@pytest.mark.parametrize(
    ("status", "throttled", "outcome"),
    [(200, 1, "ok"), (403, 0, "refused"), (400, 1, "throttled"), (503, 0, "throttled")],
)
def test_a_request_is_a_bar_from_its_wait_to_its_answer(status, throttled, outcome):
    """It ends when its answer is there, begins with its wait, and a throttle is no refusal."""
    one = note(3.0, status=status, throttled=throttled, waited=0.5, wire=0.4)

    (found,) = bars_of_requests(call(one), START)

    assert outcome == found.outcome
    assert "iam:ListUsers" == found.operation
    assert (2.0, 1.0) == (found.queued_s, found.seconds)


def test_the_columns_are_the_documented_ones():
    """Run, places, then the columns of a bar, whatever there is to show."""
    frame = frame_of("r1", [], ["account_id", "region"])

    assert ["run", "account_id", "region", *COLUMNS] == list(frame)
    assert COLUMNS["waited_s"] == str(frame["waited_s"].dtype)


def test_the_critical_path_is_the_chain_the_end_waited_for():
    """Two places: the long call, and what began when its place was free; not what ran beside."""
    bars = [
        bar(0, 0.0, 1.0),
        bar(1, 0.0, 3.0),
        bar(2, 1.0, 0.5),
        bar(3, 3.001, 2.0),
        bar(4, 1.501, 1.0),
        bar(5, None, 0.0),
    ]

    assert frozenset({1, 3}) == critical_calls(bars)


def test_calls_that_take_no_time_lead_back_and_not_to_themselves():
    """A hundred calls that began and ended at one moment are a path that ends."""
    assert 100 == len(critical_calls([bar(n, 0.0, 0.0) for n in range(100)]))
