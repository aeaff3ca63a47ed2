"""The call log as a text: small, whole, and read back as it was."""

from __future__ import annotations

import datetime as dt
import random

from aibrain_jupyter.shared.call_log import clock_difference, described, packed, unpacked

AT = dt.datetime(2026, 11, 29, 9, 0, 10, 500_000, dt.UTC)


def note(at=AT, *, request_id="4f1b", date="Sun, 29 Nov 2026 09:00:10 GMT", wire_s=0.2):
    row = [at.timestamp(), "iam", "ListUsers", "us-east-1", request_id, 200]
    return [*row, 1, 1, 3, 512, 0, 0.0, wire_s, 0.1, date]


def test_what_is_packed_comes_back_in_the_order_of_the_answers():
    """Threads note as they come; the log is in order of time."""
    later = AT + dt.timedelta(seconds=1)

    found = unpacked(packed([note(later, request_id="2"), note(request_id="1")]))

    assert ["1", "2"] == [request.request_id for request in found]
    assert [AT, later] == [request.at for request in found]
    assert (3, 512, 0.2) == (found[0].rows, found[0].bytes, found[0].wire_s)


def test_a_call_without_requests_has_an_empty_log():
    """So has a result of before there was one, and one of a version to come."""
    assert "" == packed([])
    assert [] == unpacked("") == unpacked("9:something else")


def test_a_thousand_requests_take_little_room():
    """At most 60 bytes each, ids included: it lies beside every kept result."""
    ids = random.Random(1)
    notes = [
        note(AT + dt.timedelta(seconds=n / 7), request_id=f"{ids.getrandbits(128):032x}")
        for n in range(1_000)
    ]

    assert len(packed(notes)) < 60_000


def test_the_clock_difference_is_bounded_by_all_answers_together():
    """A server that is 5 s ahead is found to be, as exactly as its whole seconds allow."""
    notes = []
    for n in range(20):
        at = AT + dt.timedelta(seconds=n * 1.05)
        told = at + dt.timedelta(seconds=5 - 0.1)
        notes.append(note(at, date=told.strftime("%a, %d %b %Y %H:%M:%S GMT")))

    low, high = clock_difference(unpacked(packed(notes)))

    assert low <= 5 <= high
    assert high - low < 0.5


def test_a_server_without_a_clock_tells_no_difference():
    """No header, or one that is no date: not known, not 0."""
    found = unpacked(packed([note(date=None), note(date="soon")]))

    assert [None, None] == [request.clock_skew_s for request in found]
    assert None is clock_difference(found)


def test_a_note_as_data_has_times_in_utc():
    """As it stands beside a raw answer: JSON, by names."""
    found = described(note())

    assert "2026-11-29T09:00:10.500000+00:00" == found["at"]
    assert "2026-11-29T09:00:10+00:00" == found["server_date"]
    assert ("iam", "ListUsers", 3) == (found["service"], found["operation"], found["rows"])
