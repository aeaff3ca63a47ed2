"""What a text says about a time: days, instants, and words that count from a moment."""

from __future__ import annotations

import datetime as dt

import pytest

from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.moments import is_relative, parse_moment

NOW = dt.datetime(2026, 3, 31, 12, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-31", "2026-03-31T00:00:00Z to 2026-04-01T00:00:00Z"),
        ("2026-02", "2026-02-01T00:00:00Z to 2026-03-01T00:00:00Z"),
        ("2026", "2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z"),
        ("2026-Q1", "2026-01-01T00:00:00Z to 2026-04-01T00:00:00Z"),
        ("FY2026", "2025-07-01T00:00:00Z to 2026-07-01T00:00:00Z"),
        ("2026-03-31T12:00", "2026-03-31T12:00:00Z"),
        ("2026-03-31 12:00:00.5+02:00", "2026-03-31T10:00:00.500000Z"),
        ("2026-03-31 12:00 UTC", "2026-03-31T12:00:00Z"),
        ("now", "2026-03-31T12:30:00Z"),
        ("today", "2026-03-31T00:00:00Z to 2026-04-01T00:00:00Z"),
        ("Yesterday", "2026-03-30T00:00:00Z to 2026-03-31T00:00:00Z"),
        ("12 hours ago", "2026-03-31T00:30:00Z"),
        ("90 days ago", "2025-12-31T12:30:00Z"),
        ("90  Days\u00a0ago", "2025-12-31T12:30:00Z"),
        ("90-days-ago", "2025-12-31T12:30:00Z"),
        ("a month ago", "2026-02-28T12:30:00Z"),
        ("1 quarter ago", "2025-12-31T12:30:00Z"),
        ("2 years ago", "2024-03-31T12:30:00Z"),
        ("in 2 weeks", "2026-04-14T12:30:00Z"),
        ("30 minutes from now", "2026-03-31T13:00:00Z"),
        ("last-month", "2026-02-01T00:00:00Z to 2026-03-01T00:00:00Z"),
    ],
)
def test_a_text_is_a_time_in_utc(text, expected):
    """A date is its whole day, a time an instant, an offset is honoured."""
    assert expected == str(parse_moment(text, NOW, fiscal_year_start=7))


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-02-30", "12:00", "20260331", "9999-12-31T99:00", "999999 years ago"]
)
def test_what_is_no_time_is_refused(text):
    """Nothing is guessed."""
    with pytest.raises(ParameterError, match="is no time"):
        parse_moment(text, NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90 days ago", True),
        ("today", True),
        ("in 3 weeks", True),
        ("last-30d", True),
        ("2026-03-31", False),
        ("2026-Q1", False),
    ],
)
def test_words_that_mean_another_time_tomorrow_are_known(text, expected):
    """Only these need their moment in the provenance."""
    assert expected is is_relative(text)
