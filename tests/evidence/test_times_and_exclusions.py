"""Times that are kept apart, and exclusions that are said."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from aibrain_jupyter.evidence.decisions.exclusions import exclude, exclusions_of, lift, mark
from aibrain_jupyter.evidence.saving.times import MOMENT, PERIOD, Times
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.periods import parse_period


def _at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def _list_of(day, collected):
    return Times(MOMENT, _at(day), _at(day), _at(collected), _at(collected))


def test_a_list_of_the_last_day_saved_later_is_inside():
    """A list as of 30 June collected on 8 July is in the quarter and says when it was."""
    remarks = _list_of("2026-06-30T20:00", "2026-07-08").remarks(parse_period("2026-Q2"))

    assert ("It was collected on 2026-07-08, after the audit period's end.",) == remarks


def test_a_list_of_two_days_later_is_outside():
    """A list as of 2 July is marked outside the quarter to 30 June."""
    remarks = _list_of("2026-07-02", "2026-07-02").remarks(parse_period("2026-Q2"))

    assert remarks[0].startswith("As of 2026-07-02 00:00 UTC lies outside the audit period 2026-04")
    assert 2 == len(remarks)


@pytest.mark.parametrize(
    ("days", "is_inside"), [(("2026-03-31", "2026-04-01"), False), (("2026-04-01",) * 2, True)]
)
def test_the_day_before_a_period_is_outside(days, is_inside):
    """A day ends where the next begins: the last one before a quarter is not in it."""
    first, last = map(_at, days)
    times = Times(MOMENT, first, last, first, first)

    assert is_inside == (not times.remarks(parse_period("2026-Q2")))


@pytest.mark.parametrize(
    ("at", "is_inside"), [("2025-06-30T13:59", False), ("2025-06-30T14:01", True)]
)
def test_the_day_is_that_of_the_zone(at, is_inside):
    """Two minutes apart at the edge of a fiscal year in Melbourne, one is out and one is in."""
    audit = parse_period("FY2026", fiscal_year_start=7, zone="Australia/Melbourne")
    times = _list_of(at, at)

    assert is_inside == (not times.remarks(audit))
    edges = times.as_facts(audit)["audit_period"]["edges"]
    assert "2025-07-01T00:00+1000 (2025-06-30T14:00Z)" in edges
    assert "2026-07-01T00:00+1000 (2026-06-30T14:00Z)" in edges


@pytest.mark.parametrize(
    ("of", "collected", "words"),
    [
        ("2026-07-08", "2026-07-08", ""),
        ("2099-01-01", "2026-07-08", "As of 2099-01-01 00:00 UTC lies after it was saved"),
        ("2026-07-08", "2026-07-19", "Collected on 2026-07-19 00:00 UTC lies after it was saved"),
    ],
)
def test_what_lies_ahead_of_the_save_is_said(of, collected, words):
    """A slip in a day, or a clock that was set back between, is on the card."""
    said = "".join(_list_of(of, collected).remarks_when_saved(_at("2026-07-09")))
    assert said.startswith(words)
    assert bool(words) == bool(said)


def test_events_of_a_part_of_the_period_say_so():
    """Events of one month do not stand for a quarter."""
    collected = _at("2026-05-02")
    times = Times(PERIOD, _at("2026-04-01"), _at("2026-05-01"), collected, collected)

    assert "covers a part of the audit period" in times.remarks(parse_period("2026-Q2"))[0]


def test_excluded_rows_stay_and_are_counted(store):
    """What is excluded is marked with the reason, counted, and ends with its last day."""
    frame = pd.DataFrame({"account_id": ["1", "2", "2"], "user": ["a", "b", "c"]})
    exclude(store, {"account_id": "2"}, "sandbox", "CISO", dt.date(2026, 12, 31))

    marked, counted = mark(frame, exclusions_of(store, dt.date(2026, 12, 31)))
    assert [True, False, False] == marked["excluded"].isna().tolist()
    assert ["sandbox", "sandbox"] == marked["excluded"].dropna().tolist()
    assert 2 == counted[0]["rows"]
    assert [] == exclusions_of(store, dt.date(2027, 1, 1))
    lift(store, counted[0]["name"], "in scope again")
    assert [] == exclusions_of(store, dt.date(2026, 12, 31))


@pytest.mark.parametrize("where", [{}, {"account_id": ""}])
def test_excluding_nothing_is_refused(store, where):
    """An empty list means neither all nor none."""
    with pytest.raises(ParameterError, match="neither all nor none"):
        exclude(store, where, "x", "y")
