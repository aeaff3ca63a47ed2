"""What a control total says, for each way it can come out."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from aibrain_jupyter.shared.tools.totals import (
    Claim,
    ControlTotal,
    Count,
    Kind,
    Listing,
    Verdict,
    judge,
)

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def claim(kind=Kind.COUNTER, **more):
    return Claim("users", "iam:GetAccountSummary", kind, **more)


def number(value):
    return Count(value, as_of=NOON)


def ids(*names):
    return Count(len(names), frozenset(names), NOON)


def listing(*names, **more):
    return Listing(len(names), frozenset(names), **more)


@pytest.mark.parametrize(
    ("before", "listed", "after", "verdict"),
    [
        (3, 3, 3, Verdict.MATCH),
        (0, 0, 0, Verdict.MATCH),
        (3, 2, 3, Verdict.MISMATCH),
        (3, 4, 3, Verdict.MISMATCH),
        (3, 3, 5, Verdict.CHANGED),
        (3, 4, 5, Verdict.CHANGED),
        (5, 4, 3, Verdict.CHANGED),
        (3, 2, 5, Verdict.MISMATCH),
        (3, 6, 5, Verdict.MISMATCH),
    ],
)
def test_a_counter_before_and_after(before, listed, after, verdict):
    """Two equal counts must be what was listed; between two others lies a change."""
    found = judge(claim(), Listing(listed), before=number(before), after=number(after))

    assert (verdict, before, after, listed) == (
        found.verdict,
        found.before,
        found.after,
        found.listed,
    )


def test_a_second_listing_names_what_is_missing():
    """Identifiers are compared, not numbers: one lost and one too many do not cancel out."""
    found = judge(
        claim(Kind.SECOND_LISTING),
        listing("a", "x"),
        before=ids("a", "b", "new"),
        after=ids("a", "b"),
    )

    assert Verdict.MISMATCH is found.verdict
    assert (("b",), ("x",)) == (found.missing, found.extra)
    assert "not listed: b" in found.words


def test_what_came_or_went_meanwhile_is_no_mismatch():
    """An item that only one of the two counts has may be listed or not."""
    for listed in (
        listing("a"),
        listing("a", "new"),
        listing("a", "gone"),
        listing("a", "new", "gone"),
    ):
        found = judge(
            claim(Kind.SECOND_LISTING), listed, before=ids("a", "gone"), after=ids("a", "new")
        )
        assert (Verdict.CHANGED, (), ()) == (found.verdict, found.missing, found.extra)


@pytest.mark.parametrize(
    ("listed", "verdict"),
    [
        (3, Verdict.MATCH_AS_OF),
        (2, Verdict.TO_EXPLAIN),
        (4, Verdict.NEWER),
        (5, Verdict.TO_EXPLAIN),
    ],
)
def test_a_lagging_total_never_fails(listed, verdict):
    """Fewer is a question; more is newer only if so many are younger than the total."""
    younger = (NOON + dt.timedelta(minutes=1), NOON - dt.timedelta(days=1))

    found = judge(claim(Kind.LAGGING), Listing(listed, created=younger), after=number(3))

    assert verdict is found.verdict
    assert NOON == found.as_of
    assert not found.verdict.has_failed


@pytest.mark.parametrize(
    ("listed", "verdict"), [(2, Verdict.TO_EXPLAIN), (3, Verdict.NOT_CONTRADICTED)]
)
def test_a_capped_total_can_only_ask(listed, verdict):
    """Fewer than it counts is a question, more says nothing."""
    found = judge(claim(Kind.ONE_SIDED), Listing(listed), after=number(3))

    assert verdict is found.verdict


def test_a_total_that_is_not_there_is_not_zero():
    """A refusal confirms nothing, least of all that nothing is there."""
    refused = Count(why="denied: account 1 refused iam:GetAccountSummary")

    found = judge(claim(), Listing(0), before=refused, after=refused)

    assert (Verdict.NO_TOTAL, None, None) == (found.verdict, found.before, found.after)
    assert refused.why == found.why
    assert not found.confirms_nothing_is_there


def test_zero_rows_are_confirmed_by_a_total_of_zero_only():
    """A lagging or absent total is no proof of nothing."""
    zero, lagging = (
        judge(claim(k), Listing(0), before=number(0), after=number(0))
        for k in (Kind.COUNTER, Kind.LAGGING)
    )

    assert zero.confirms_nothing_is_there
    assert not lagging.confirms_nothing_is_there


@pytest.mark.parametrize(
    "given",
    [
        {"after": number(4)},
        {"before": number(4), "after": Count(why="throttled")},
        {"after": number(4), "is_later": True},
    ],
    ids=["only after", "only before", "later"],
)
def test_one_count_alone_raises_a_question(given):
    """Between one count and the listing something may have changed: that is no mismatch."""
    assert Verdict.TO_EXPLAIN is judge(claim(), Listing(3), **given).verdict


def test_answers_of_the_run_fail_it_and_later_ones_do_not():
    """What the run itself was answered must agree with its rows; the same asked later need not."""
    own = claim(Kind.OWN_ANSWERS)

    assert Verdict.MISMATCH is judge(own, listing("a"), after=ids("a", "b")).verdict
    assert (
        Verdict.TO_EXPLAIN is judge(own, listing("a"), after=ids("a", "b"), is_later=True).verdict
    )


def test_rows_that_do_not_say_leave_it_open():
    """Where the column that decides is not known, the total cannot be compared."""
    found = judge(
        claim(scope="kind manual"), Listing(3, undecided=1), before=number(4), after=number(4)
    )

    assert Verdict.NO_TOTAL is found.verdict
    assert "1 rows do not say whether they are kind manual" == found.why


def test_it_survives_a_manifest():
    """As plain data it is JSON, and comes back the same."""
    found = judge(
        claim(Kind.SECOND_LISTING, differences=("shared ones",), place="1/eu-west-1"),
        listing("a"),
        before=ids("a", "b"),
        after=ids("a", "b"),
    )

    assert found == ControlTotal.from_dict(json.loads(json.dumps(found.as_dict())))
