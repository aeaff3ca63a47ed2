"""The lines of control totals: short where all is well, by name where it is not."""

from __future__ import annotations

import dataclasses

from aibrain_jupyter.shared.tools.totals import ControlTotal, Kind, Verdict
from aibrain_jupyter.widgets.coverage_line import CoverageLine

USERS = ControlTotal(
    "iam_users", "iam:GetAccountSummary", Kind.COUNTER, Verdict.MATCH, 36, 36, 36, place="1/global"
)


def lines(make_summary, *totals):
    return CoverageLine(make_summary(totals=totals)).text().splitlines()[1:]


def test_a_match_is_one_line(make_summary):
    """What was counted, by whom, and that it agrees; invariants that hold are not named."""
    pages = ControlTotal("pages", "", Kind.INVARIANT, Verdict.MATCH, 4)

    assert ["iam_users · 36 listed · control total 36 (iam:GetAccountSummary) · match"] == lines(
        make_summary, USERS, pages
    )


def test_a_run_without_totals_says_nothing_of_them(make_summary):
    """Nobody asked: there is no line, and not a total of 0."""
    assert [] == lines(make_summary)


def test_what_does_not_agree_is_named_with_its_place(make_summary):
    """Several places are one line with how often each verdict came; the odd ones follow."""
    odd = dataclasses.replace(
        USERS, verdict=Verdict.TO_EXPLAIN, listed=35, place="2/global", why="counted once"
    )

    counted = "iam_users · 71 listed · control total 72 (iam:GetAccountSummary)"
    assert [
        f"{counted} · 2 places: match 1, to explain 1",
        "2/global iam_users: to explain; 36 by iam:GetAccountSummary, 35 listed; counted once",
    ] == lines(make_summary, USERS, odd)


def test_no_total_is_no_number(make_summary):
    """Where nothing counts them the line has the verdict and the reason, and no 0."""
    none = ControlTotal(
        "scps", "", Kind.NONE, Verdict.NO_TOTAL, 3, why="nothing counts them", place="1/global"
    )

    assert [
        "scps · 3 listed · no independent total",
        "1/global scps: no independent total; nothing counts them",
    ] == lines(make_summary, none)


def test_many_are_cut_with_the_way_to_all(make_summary):
    """Five odd ones are named, the others are in ``last --totals``."""
    odd = [dataclasses.replace(USERS, verdict=Verdict.TO_EXPLAIN) for _ in range(9)]

    assert "and 4 more: %aibrain last --totals" == lines(make_summary, *odd)[-1]
