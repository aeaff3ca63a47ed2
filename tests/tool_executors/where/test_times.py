"""A text beside a time is a UTC date or time, relative ones count from the run's start."""

from __future__ import annotations

import datetime as dt

import pytest

from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.frames.columns import TEXT, TIME, Column

COLUMNS = (Column("name", TEXT, ""), Column("created", TIME, ""), Column("ended", TIME, ""))
TIMES = {
    "before": "2025-12-31T23:59:59.999999Z",
    "first": "2026-01-01T00:00:00Z",
    "noon": "2026-01-01T12:00:00Z",
    "last": "2026-01-01T23:59:59.999999Z",
    "after": "2026-01-02T00:00:00Z",
}
ROWS = tuple({"name": name, "created": time} for name, time in TIMES.items())


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        ("==", ["first", "noon", "last"]),
        ("!=", ["before", "after"]),
        ("<", ["before"]),
        ("<=", ["before", "first", "noon", "last"]),
        (">", ["after"]),
        (">=", ["first", "noon", "last", "after"]),
        ("in", ["first", "noon", "last"]),
        ("not in", ["before", "after"]),
    ],
)
def test_a_date_means_its_whole_day(names, sign, expected):
    """Equal is on that day, less is before its start, more is after its end."""
    text = '["2026-01-01"]' if sign.endswith("in") else '"2026-01-01"'

    assert expected == names(f"created {sign} {text}", rows=ROWS, columns=COLUMNS)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('created == "2026-01-01T12:00:00Z"', ["noon"]),
        ('created == "2026-01-01 12:00"', ["noon"]),
        ('created == "2026-01-01T14:00+02:00"', ["noon"]),
        ('created == "2026-01-01 12:00:00 UTC"', ["noon"]),
        ('created > "2026-01-01T12:00:00"', ["last", "after"]),
        ('created <= "2026-01-01T12:00:00"', ["before", "first", "noon"]),
        ('"2026-01-01" > created', ["before"]),
        ('"2026-01-01" <= created <= "2026-01-01"', ["first", "noon", "last"]),
        ('created in ["2025-12-31", "2026-01-02"]', ["before", "after"]),
        ('created.isin(["2025-12-31"])', ["before"]),
        ('created >= "2026"', ["first", "noon", "last", "after"]),
        ('created == "2025-12"', ["before"]),
        ('created < "2026-Q1"', ["before"]),
        ('created in "2025"', ["before"]),
        ("created < 2026-01-01", ["before"]),
        ("created == 2026-01-01 12:00:00+00:00", ["noon"]),
        ("created.dt.year == 2025", ["before"]),
        ('created.dt.date == "2026-01-01"', ["first", "noon", "last"]),
        ('created.dt.day_name() == "Friday"', ["after"]),
        ('created.dt.tz_convert("Europe/Berlin").dt.hour == 13', ["noon"]),
        ('created - "2026-01-01" > "20 hours"', ["last", "after"]),
        ('created + "1 day" < "2026-01-02"', ["before"]),
        ('created.fillna("2020-01-01") < "2021"', []),
    ],
)
def test_times_are_compared_as_times(names, where, expected):
    """Instants, offsets, months, years, parts and differences, on either side."""
    assert expected == names(where, rows=ROWS, columns=COLUMNS)


@pytest.mark.parametrize(
    ("now", "where", "expected"),
    [
        ("2026-01-02T12:00Z", 'created == "yesterday"', ["first", "noon", "last"]),
        ("2026-01-02T12:00Z", 'created >= "today"', ["after"]),
        ("2026-01-01T01:00Z", 'created == "Tomorrow"', ["after"]),
        ("2026-01-02T00:00Z", 'created < "12 hours ago"', ["before", "first"]),
        ("2026-04-01T12:00Z", 'created < "90 days ago"', ["before", "first"]),
        ("2026-04-01T12:00Z", 'created == "90 days ago"', ["first", "noon", "last"]),
        ("2026-04-01T12:00Z", 'created <= "3 months ago"', ["before", "first", "noon"]),
        ("2027-01-01T00:00Z", 'created < "a year ago"', ["before"]),
        ("2025-12-31T12:00Z", 'created > "in 1 day"', ["last", "after"]),
        ("2025-12-31T12:00Z", 'created > "1 day from now"', ["last", "after"]),
        ("2026-01-05T09:00Z", 'created == "last-week"', list(TIMES)),
        ("2026-01-30T09:00Z", 'created in "last-month"', ["before"]),
        ("2026-01-01T12:00Z", 'created > "now"', ["last", "after"]),
        ("2026-01-02T03:00+03:00", 'created == "yesterday"', ["first", "noon", "last"]),
    ],
)
def test_relative_words_count_from_the_moment_given(names, now, where, expected):
    """All calls of a run mean the same by them, however long it takes."""
    moment = dt.datetime.fromisoformat(now)

    assert expected == names(where, rows=ROWS, columns=COLUMNS, now=moment)


def test_what_relative_words_meant_is_kept(choose):
    """Words and moment are kept for the provenance; a date says itself what it means."""
    where = 'created < "90 days ago" or created == "yesterday" or created < "2020-01-01"'

    assert {
        "90 days ago": "2026-01-10T12:00:00Z",
        "yesterday": "2026-04-09T00:00:00Z to 2026-04-10T00:00:00Z",
    } == choose(where).chosen.moments


def test_times_without_a_zone_are_utc(names):
    """Rows whose times come without a zone are UTC, as everything is."""
    columns = (COLUMNS[0], Column("created", "datetime64[us]", ""))
    rows = [{"name": "x", "created": dt.datetime(2026, 1, 1, 0, 0, 1)}]  # noqa: DTZ001 - meant

    assert ["x"] == names('created == "2026-01-01T00:00:01Z"', rows=rows, columns=columns)


def test_columns_of_times_are_compared_with_each_other(names):
    """A time before another, a difference of two, and none where one is absent."""
    rows = [
        {"name": "short", "created": "2026-01-01", "ended": "2026-01-02"},
        {"name": "long", "created": "2026-01-01", "ended": "2026-03-02"},
        {"name": "open", "created": "2026-01-01"},
    ]

    def found(where):
        return names(where, rows=rows, columns=COLUMNS)

    assert ["short", "long"] == found("created < ended")
    assert ["long"] == found('ended - created > "30 days"')
    assert ["long"] == found("(ended - created).dt.days > 30")
    assert ["short", "long", "open"] == found("created != ended")


@pytest.mark.parametrize(
    "text", ["soon", "", "2026-13-01", "2026-02-30", "90 dogs ago", "99999 years ago", "30"]
)
def test_a_text_that_is_no_time_is_refused(names, text):
    """The column, its type and the forms there are are named."""
    with pytest.raises(ParameterError, match="created is a time") as refused:
        names(f"created < {text!r}")

    assert "90 days ago" in str(refused.value)
