"""A plan's file: what can be wrong with it is found before anything runs, with its row."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from aibrain_jupyter.evidence.plans.occurrences import (
    occurrence_at,
    occurrence_named,
    occurrences_of,
)
from aibrain_jupyter.evidence.plans.plan_file import parse_plan
from aibrain_jupyter.shared.error_handler import InputError, UnknownNameError

_ROW = "rows:\n  - {id: users, tool: iam_users, controls: [CC6.1]}\n"
_HEAD = "plan: p\nperiod: 2026\n"


def _plan(text=_HEAD + _ROW, **given):
    return parse_plan(text, "p.yml", **given)


def test_a_plan_is_read_with_what_its_rows_inherit():
    """Accounts, rhythm and grace of the plan hold for rows that say nothing else."""
    plan = _plan(
        "plan: p\nframework: soc2-2017\nperiod: 2026\naccounts: [prod, '012345678901']\n"
        "every: quarter\ndue: 14d\nrows:\n"
        "  - {id: users, tool: iam_users, controls: [CC6.1], rfi: '#164, Reference'}\n"
        "  - {id: policy, document: the policy, controls: [cis-3:1.1], every: once, "
        "accounts: dev}\n"
    )

    users, policy = plan.rows
    assert ["soc2-2017:CC6.1", "#164, Reference"] == [str(code) for code in users.codes]
    assert (("prod", "012345678901"), "quarter", dt.timedelta(14)) == (
        users.accounts,
        users.every,
        users.due,
    )
    assert (("dev",), "once", "cis-3:1.1") == (policy.accounts, policy.every, str(policy.codes[0]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plan: p\nperiod: 2026\nrows: []\n", "has no rows"),
        ("plan: p\n" + _ROW, "needs the audit period"),
        (_HEAD + _ROW.replace("tool", "tol"), "no key of row users of p.yml named 'tol'"),
        (_HEAD + _ROW.replace("id: users, ", ""), "Row 1 of p.yml has no id"),
        (_HEAD + _ROW.replace("controls: [CC6.1]", "controls: []"), "names nothing with controls"),
        (_HEAD + _ROW.replace("}", ", document: x}"), "names a tool and a document"),
        (_HEAD + _ROW.replace("}", ", every: fortnight}"), "no rhythm of row users"),
        (_HEAD + _ROW.replace("}", ", valid: soon}"), "has valid: soon"),
        (_HEAD + _ROW.replace("}", ", sample: {n: none}}"), "has n: none"),
        (_HEAD + _ROW.replace("}", ", checks: [{name: a}]}"), "has no where"),
        (_HEAD + _ROW.replace("}", ", exclude: [{where: {a: b}}]}"), "has no reason"),
        (_HEAD + _ROW.replace("}", ", accounts: []}"), "names nothing with accounts"),
        (_HEAD + _ROW + _ROW.partition("\n")[2], "More than one row of p.yml has the id 'users'"),
        ("plan: p\nperiod: 2026..\n" + _ROW, "open at one end"),
        ("plan: p\nplan: q\n" + _ROW, "Line 2 of p.yml cannot be read"),
        ("- a\n", "is no plan"),
        ("plan: p\nperiod: 2026\nrows: [users]\n", "is str, not `key: value`"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(text, said):
    """Each fault of a plan is an error that names the row or line, and nothing else."""
    with pytest.raises(InputError) as caught:
        _plan(text)

    assert said in str(caught.value)
    assert caught.value.next_steps or "is str" in said


def test_quarters_begin_where_the_fiscal_year_does():
    """A fiscal year from July has quarters from July, named by the year it ends in."""
    plan = parse_plan(
        "plan: p\nperiod: FY2026\nevery: quarter\n" + _ROW, "p.yml", fiscal_year_start=7
    )
    spans = occurrences_of(plan, plan.rows[0])

    assert ["FY2026-Q1", "FY2026-Q2", "FY2026-Q3", "FY2026-Q4"] == [one.words for one in spans]
    assert "2025-07-01 to 2025-09-30 UTC" == str(spans[0].period)
    assert spans[-1].end == plan.period.end


@pytest.mark.parametrize(
    ("every", "period", "count", "last"),
    [
        ("once", "2026-Q2", 1, "2026-04-01..2026-06-30"),
        ("month", "2026", 12, "2026-12"),
        ("week", "2026-01", 5, "2026-01-29..2026-01-31"),
        ("year", "2025-01-01..2026-06-30", 2, "2026-01-01..2026-06-30"),
    ],
)
def test_occurrences_fill_the_period(every, period, count, last):
    """Occurrences follow each other without a hole, and the last ends with the period."""
    plan = _plan(f"plan: p\nperiod: {period}\nevery: {every}\n" + _ROW)
    spans = occurrences_of(plan, plan.rows[0])

    assert count == len(spans)
    assert last == spans[-1].words
    assert (plan.period.start, plan.period.end) == (spans[0].start, spans[-1].end)
    assert all(a.end == b.start for a, b in itertools.pairwise(spans))


def test_the_occurrence_of_a_moment_and_of_a_name():
    """Before the period it is the first, after it the last; a wrong name is told the right ones."""
    plan = _plan("plan: p\nperiod: 2026\nevery: quarter\n" + _ROW)
    row = plan.rows[0]
    at = [dt.datetime(*day, tzinfo=dt.UTC) for day in ((2025, 1, 1), (2026, 5, 5), (2027, 1, 1))]

    assert ["2026-Q1", "2026-Q2", "2026-Q4"] == [occurrence_at(plan, row, t).words for t in at]
    with pytest.raises(UnknownNameError, match="2026-Q1"):
        occurrence_named(plan, row, "2026-Q5")
