"""Which part of a period comes from where, and what is refused before anything is sent."""

from __future__ import annotations

import datetime as dt

import pytest

from aibrain_jupyter.aws.cloudtrail.asked import asked_for, kept_since, permissions_of_events
from aibrain_jupyter.aws.cloudtrail.selection import Span
from aibrain_jupyter.shared.error_handler import ParameterError

NOW = dt.datetime(2026, 11, 25, 15, 30, tzinfo=dt.UTC)
KEPT = dt.datetime(2026, 8, 28, tzinfo=dt.UTC)


def day(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("params", "lookup", "files"),
    [
        pytest.param({}, Span(), None, id="nothing said"),
        pytest.param(
            {"period": "2026-10"}, Span(day("2026-10-01"), day("2026-11-01")), None, id="recent"
        ),
        pytest.param(
            {"period": "2026-08-28"}, Span(KEPT, day("2026-08-29")), None, id="the last day kept"
        ),
        pytest.param(
            {"period": "2026-08-27"}, None, Span(day("2026-08-27"), KEPT), id="the day before it"
        ),
        pytest.param(
            {"period": "2026-Q3"},
            Span(KEPT, day("2026-10-01")),
            Span(day("2026-07-01"), KEPT),
            id="both",
        ),
        pytest.param(
            {"period": "2026-10", "source": "s3"},
            None,
            Span(day("2026-10-01"), day("2026-11-01")),
            id="files by name",
        ),
        pytest.param(
            {"period": "2026-10", "category": "data"},
            None,
            Span(day("2026-10-01"), day("2026-11-01")),
            id="data events",
        ),
        pytest.param(
            {"period": "2026-10", "log_accounts": ["111122223333"]},
            None,
            Span(day("2026-10-01"), day("2026-11-01")),
            id="another account's files",
        ),
        pytest.param(
            {"period": "2026-10", "bucket": "b"},
            None,
            Span(day("2026-10-01"), day("2026-11-01")),
            id="a place is given",
        ),
    ],
)
def test_each_moment_comes_from_one_source(params, lookup, files):
    """A period is cut where LookupEvents begins, without a hole and without an overlap."""
    asked = asked_for(params, NOW)

    assert (lookup, files) == (asked.lookup, asked.files)
    assert kept_since(NOW) == KEPT


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"source": "lookup", "period": "2020"}, "source=auto"),
        ({"source": "s3"}, "period=2026-Q1"),
        ({"category": "data"}, "for a period only"),
        ({"trail": "main"}, "for a period only"),
        ({"source": "lookup", "category": "all"}, "management events only"),
        ({"source": "lookup", "bucket": "b"}, "reads none"),
        ({"bucket": "b", "trail": "t"}, "one of them"),
        ({"prefix": "p"}, "bucket="),
        ({"log_accounts": ["1234"]}, "12 digits"),
        ({"organization": "ou-1"}, "o-…"),
        ({"period": "soon"}, "no period"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_what_cannot_work_is_refused_with_the_way_out(params, words):
    """A source is never asked for what it has not; the error says what to write."""
    with pytest.raises(ParameterError) as caught:
        asked_for(params, NOW)

    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("params", "actions"),
    [
        ({"source": "lookup"}, ("cloudtrail:LookupEvents",)),
        (
            {"period": "2020"},
            ("cloudtrail:DescribeTrails", "s3:ListBucket", "s3:GetObject"),
        ),
        ({"period": "2020", "bucket": "b"}, ("s3:ListBucket", "s3:GetObject")),
        (
            {"period": "2020..2099"},
            (
                "cloudtrail:LookupEvents",
                "cloudtrail:DescribeTrails",
                "s3:ListBucket",
                "s3:GetObject",
            ),
        ),
    ],
    ids=["lookup", "files", "a bucket", "both"],
)
def test_only_what_is_needed_is_asked_for(params, actions):
    """Nobody has to allow reading objects for events that LookupEvents has."""
    assert actions == permissions_of_events(params)
