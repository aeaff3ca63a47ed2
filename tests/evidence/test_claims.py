"""What an item claims: no rows are three different statements, and only one of them is 'none'."""

from __future__ import annotations

import pytest

from aibrain_jupyter.evidence.saving.claims import reasons_against, what_rows_mean

ZERO = {"name": "rds_clusters", "source": "rds:X", "verdict": "match", "listed": 0, "after": 0}
ROLL_CALL = {"name": "regions", "source": "ec2:Y", "verdict": "match", "listed": 3, "after": 3}


def _section(outcome, *, totals=(), gaps=()):
    return {"rows": 0, "targets": [{"outcome": outcome}], "totals": totals, "gaps": gaps}


def test_no_rows_are_three_statements():
    """Truly empty, switched off and denied read differently, and only the first is complete."""
    empty = _section("empty", totals=[ROLL_CALL, ZERO])
    off = _section("not enabled", gaps=[{"label": "not enabled"}])
    denied = _section("denied", gaps=[{"label": "denied"}])

    assert what_rows_mean(empty).startswith("There are none: 1 place")
    assert "not switched on" in what_rows_mean(off)
    assert "Nothing is known: denied" in what_rows_mean(denied)
    assert [True, False, False] == [not reasons_against(s) for s in (empty, off, denied)]


@pytest.mark.parametrize("totals", [[], [ROLL_CALL], [{**ZERO, "verdict": "no independent total"}]])
def test_an_empty_list_that_nothing_confirms_is_incomplete(totals):
    """Neither a roll-call of regions nor a total that was refused says that there is none."""
    section = _section("empty", totals=totals)

    assert "no independent total confirms" in reasons_against(section)[0]
    assert "nothing independent confirms" in what_rows_mean(section)


def test_a_total_that_does_not_agree_makes_it_incomplete():
    """A mismatch stands whatever the rows are; one that changed meanwhile does not."""
    section = {**_section("ok"), "rows": 36}
    mismatch = {**ZERO, "verdict": "mismatch", "listed": 36, "after": 37, "why": "1 is missing"}

    assert "does not agree: 1 is missing" in reasons_against({**section, "totals": [mismatch]})[0]
    changed = {**mismatch, "verdict": "changed while collected"}
    assert [] == reasons_against({**section, "totals": [changed]})


def test_one_place_that_is_confirmed_is_not_all():
    """Of two empty places each needs its own total of 0."""
    two = {"rows": 0, "targets": [{"outcome": "empty"}] * 2, "gaps": ()}
    zeros = [{**ZERO, "place": "a/us-east-1"}, {**ZERO, "place": "a/eu-west-1"}]

    assert [] == reasons_against({**two, "totals": zeros})
    refused = {**zeros[1], "verdict": "no independent total"}
    for totals in (zeros[:1], [zeros[0], refused], [zeros[0], zeros[0]]):
        assert "no independent total confirms" in reasons_against({**two, "totals": totals})[0]
        assert "nothing independent confirms" in what_rows_mean({**two, "totals": totals})


def test_a_filter_that_leaves_none_is_a_result():
    """Of 16 users that were listed and counted none was as asked for: that is complete."""
    listed = {**ZERO, "name": "iam_users", "listed": 16, "after": 16}
    section = {**_section("ok", totals=[listed]), "left_out": 16}

    assert [] == reasons_against(section)
    assert "None of 16 rows from 1 place is as asked for" in what_rows_mean(section)
    assert "iam_users 16 by rds:X" in what_rows_mean(section)
