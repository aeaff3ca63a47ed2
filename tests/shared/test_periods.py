"""Audit periods: the words auditors use, as spans of time in UTC."""

from __future__ import annotations

import datetime as dt

import pytest

from aibrain_jupyter.shared.error_handler import ParameterError, UnknownNameError
from aibrain_jupyter.shared.texts.periods import parse_period


@pytest.mark.parametrize(
    ("text", "first_month", "expected"),
    [
        ("2026", 1, "2026-01-01 to 2026-12-31 UTC"),
        ("2026-02", 1, "2026-02-01 to 2026-02-28 UTC"),
        ("2026-Q1", 1, "2026-01-01 to 2026-03-31 UTC"),
        ("2026-q4", 1, "2026-10-01 to 2026-12-31 UTC"),
        ("2026-H2", 7, "2026-07-01 to 2026-12-31 UTC"),
        ("2026-03-31", 1, "2026-03-31 to 2026-03-31 UTC"),
        ("2026-01-01..2026-03-31", 1, "2026-01-01 to 2026-03-31 UTC"),
        ("2025-12 .. 2026-Q1", 1, "2025-12-01 to 2026-03-31 UTC"),
        ("FY2026", 1, "2026-01-01 to 2026-12-31 UTC"),
        ("FY2026", 7, "2025-07-01 to 2026-06-30 UTC"),
        ("fy2026-Q2", 10, "2026-01-01 to 2026-03-31 UTC"),
    ],
)
def test_words_are_days_of_utc(text, first_month, expected):
    """Each form is the days it names, both ends included; fiscal years end in their number."""
    period = parse_period(text, fiscal_year_start=first_month)

    assert expected == str(period)
    assert "+00:00" == period.start.isoformat()[-6:]


@pytest.mark.parametrize(
    "text", ["", "last year", "2026-13", "2026-02-30", "2026-Q5", "2026..2025", ".."]
)
def test_other_words_are_refused(text):
    """What is no period is refused with the forms there are."""
    with pytest.raises(ParameterError, match="is no period") as refused:
        parse_period(text)

    assert "2026-Q1" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last-week", "2026-03-23 to 2026-03-29 UTC"),
        ("last-month", "2026-02-01 to 2026-02-28 UTC"),
        ("last-quarter", "2025-10-01 to 2025-12-31 UTC"),
        ("Last-Year", "2025-01-01 to 2025-12-31 UTC"),
        ("last-30d", "2026-03-02 to 2026-03-31 UTC"),
        ("last-1d", "2026-03-31 to 2026-03-31 UTC"),
        ("..2025-12-31", "up to 2025-12-31 UTC"),
        ("2025-07-01..", "from 2025-07-01 UTC"),
        ("2025-12-01..last-month", "2025-12-01 to 2026-02-28 UTC"),
    ],
)
def test_periods_that_are_relative_or_open(text, expected):
    """The last whole week, month or quarter, so many days of which today is one, an open end."""
    now = dt.datetime(2026, 3, 31, 23, 30, tzinfo=dt.UTC)

    assert expected == str(parse_period(text, now=now))


@pytest.mark.parametrize("text", ["2026-03", "..2025-12-31", "2025-07-01..", "last-30d"])
def test_a_period_in_days_is_the_same_period(text):
    """What is asked of a source, and is part of a key, has days instead of words."""
    period = parse_period(text)

    assert period == parse_period(period.days)


def test_a_moment_of_another_zone_is_its_day_in_utc():
    """Today is the day in UTC, wherever the kernel is."""
    now = dt.datetime.fromisoformat("2026-04-01T01:00+03:00")

    assert "2026-03-31 to 2026-03-31 UTC" == str(parse_period("last-1d", now=now))


def test_a_fiscal_year_has_the_days_of_its_zone():
    """A fiscal year from July in Melbourne begins ten hours before that of UTC, and says both."""
    found = parse_period("FY2026", fiscal_year_start=7, zone="Australia/Melbourne")
    utc = [edge.astimezone(dt.UTC) for edge in (found.start, found.end)]

    assert [dt.datetime(y, 6, 30, 14, tzinfo=dt.UTC) for y in (2025, 2026)] == utc
    assert "2025-07-01 to 2026-06-30 Australia/Melbourne" == str(found)
    assert "2025-06-30..2026-06-30" == found.days
    assert (
        "from 2025-07-01T00:00+1000 (2025-06-30T14:00Z) before 2026-07-01T00:00+1000 "
        "(2026-06-30T14:00Z)" == found.edges
    )


def test_relative_words_count_the_zones_days():
    """``last-30d`` ends with the day it is in the zone, also where UTC is a day behind."""
    now = dt.datetime(2026, 3, 31, 20, tzinfo=dt.UTC)

    assert "2026-03-03 to 2026-04-01 Australia/Melbourne" == str(
        parse_period("last-30d", now=now, zone="Australia/Melbourne")
    )


def test_a_day_with_a_changed_clock_is_its_own_length():
    """The day clocks go forward has 23 hours."""
    found = parse_period("2026-03-29", zone="Europe/Berlin")

    assert dt.timedelta(hours=23) == found.end.astimezone(dt.UTC) - found.start.astimezone(dt.UTC)


def test_an_unknown_zone_is_refused_with_the_nearest():
    """A zone that does not exist is an error that names the nearest."""
    with pytest.raises(UnknownNameError) as caught:
        parse_period("2026", zone="Europe/Berln")
    assert "Europe/Berlin" in str(caught.value.next_steps)


@pytest.mark.parametrize("text", ["last-0d", "last-decade", "last-", "last-99999999d"])
def test_relative_words_there_are_not(text):
    """They are refused as any other."""
    with pytest.raises(ParameterError, match="is no period"):
        parse_period(text)
