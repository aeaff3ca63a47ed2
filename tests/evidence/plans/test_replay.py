"""Last period's items as this period's plan: what is moved, what stays, what is to be checked."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml

from aibrain_jupyter.evidence.decisions.codes import CONTROL, Code
from aibrain_jupyter.evidence.plans.plan_file import parse_plan
from aibrain_jupyter.evidence.plans.replay import Move, Then, period_before, replay
from aibrain_jupyter.shared.texts.periods import parse_period

OLD, NEW = parse_period("2026"), parse_period("2027")
MOVE = Move(OLD, NEW)
AT = dt.datetime(2026, 7, 8, 9, tzinfo=dt.UTC)


def then(item="i1", tool="iam_users", audit=OLD, codes=("CC6.1",), **more):
    """Return what an item was asked with."""
    codes = tuple(Code.parse(code, CONTROL) for code in codes)
    return Then(item, more.pop("title", "IAM users"), codes, audit, AT, tool, **more)


def replayed(*items):
    """Return the plan's rows and the changes as tuples."""
    plan, changes = replay(items, MOVE, "2027", "p")
    parse_plan(yaml.safe_dump(plan), "p.yml")  # what is written can be read
    return plan["rows"], [(c.what, c.old, c.new, c.status) for c in changes]


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("2026", "@period", "moved"),
        ("2026-01-01..2026-12-31", "@period", "moved"),
        ("2026-Q2", "2027-04-01..2027-06-30", "moved"),
        ("2026-02-28", "2027-02-28..2027-02-28", "moved"),
        ("2025", "2025", "to be checked"),
        ("..2026-06-30", "..2026-06-30", "to be checked"),
        ("last-30d", "last-30d", "to be checked"),
        ("last-year", "last-year", "to be checked"),
    ],
)
def test_periods_are_those_of_the_new_period(old, new, status):
    """The audit period is the occurrence, a part of it moves, all else is named."""
    rows, changes = replayed(then(parameters={"period": old}))

    assert {"period": new} == rows[0]["parameters"]
    assert [("period=", status)] == [(what, found) for what, _, _, found in changes]


def test_a_relative_period_that_meant_the_audit_period_is_the_occurrence():
    """Words that counted from the day of collection do not drift into another period."""
    quarter = parse_period("2026-Q2")
    rows, changes = replayed(then(audit=quarter, parameters={"period": "last-quarter"}))

    assert "@period" == rows[0]["parameters"]["period"]
    assert "last-quarter (2026-04-01..2026-06-30)" == changes[0][1]


def test_days_in_filters_move_and_others_are_named():
    """A literal day of the old period in a query would ask for last year again."""
    where = "created >= '2026-01-01' and created < '2027-01-01' and last_used > '2020-05-05'"
    rows, changes = replayed(then(parameters={"where": where, "columns": ["arn"]}))

    moved = "created >= '2027-01-01' and created < '2028-01-01' and last_used > '2020-05-05'"
    assert moved == rows[0]["parameters"]["where"]
    assert [("where=", where, moved, "moved")] == changes


def test_a_day_of_another_time_is_to_be_checked():
    """It stays, and is named, so that nobody overlooks it."""
    _, changes = replayed(then(parameters={"where": "created > '2020-05-05'"}))

    assert ["to be checked"] == [change[-1] for change in changes]


def test_quarters_become_one_row_and_a_missing_one_is_named():
    """What was asked the same way four times is a row that is collected every quarter."""
    quarters = [parse_period(f"2026-Q{n}") for n in (1, 2, 4)]
    rows, changes = replayed(
        *(then(f"i{n}", audit=q, codes=[f"C{n}"]) for n, q in enumerate(quarters))
    )

    assert [("quarter", ["C0", "C1", "C2"])] == [(row["every"], row["controls"]) for row in rows]
    assert [("every", "quarter", "quarter", "to be checked")] == changes


def test_other_parameters_are_other_rows():
    """Each way of asking is a row, with an id of its own."""
    rows, _ = replayed(then(), then(parameters={"where": "x"}), then(regions=("eu-west-1",)))

    assert ["iam-users", "iam-users-2", "iam-users-3"] == [row["id"] for row in rows]


def test_what_a_plan_said_is_kept():
    """Row, reason, owner and checks of the plan that collected it are those of the new one."""
    planned = {
        "row": "users",
        "why": "because",
        "owner": "Ann",
        "checks": [{"name": "MFA", "where": "not mfa_active", "verdict": "failed"}],
    }
    rows, _ = replayed(then(planned=planned))

    assert ("users", "because", "Ann") == tuple(rows[0][k] for k in ("id", "why", "owner"))
    assert [{"name": "MFA", "where": "not mfa_active"}] == rows[0]["checks"]


def test_samples_are_drawn_anew_and_files_are_asked_of_people():
    """A sample belongs to its population's row; what somebody attached is a document."""
    sample = {"n": 25, "seed": "FY26", "by": ["account_id"]}
    rows, changes = replayed(
        then(), then("s", of="i1", sample=sample), then("f", tool="", title="Signed policy")
    )

    assert {"n": 25, "by": ["account_id"]} == rows[0]["sample"]
    assert "Signed policy" == rows[1]["document"]
    assert [("sample", "25 rows, seed FY26", "25 rows, a new seed", "moved")] == changes


def test_what_cannot_be_asked_again_is_named():
    """A set made by hand, and a sample of it, are left out and not forgotten."""
    rows, changes = replayed(
        then(), then("d", why="It is derived."), then("s", of="d", sample={"n": 5})
    )

    assert 1 == len(rows)
    assert [("d", "left out"), ("s", "left out")] == [
        (old, status) for _, old, _, status in changes
    ]


@pytest.mark.parametrize(
    ("new", "before"),
    [
        ("2027", "2026-01-01..2026-12-31"),
        ("2026-Q1", "2025-10-01..2025-12-31"),
        ("2026-03", "2026-02-01..2026-02-28"),
        ("2026-07-01..2027-06-30", "2025-07-01..2026-06-30"),
    ],
)
def test_the_period_before_is_as_long(new, before):
    """Without a word the period just before is replayed."""
    assert before == period_before(parse_period(new)).days


@pytest.mark.parametrize(
    ("months", "day", "later"),
    [
        (1, "2026-01-31", "2026-02-28"),
        (12, "2024-02-29", "2025-02-28"),
        (12, "2027-02-28", "2028-02-29"),
        (3, "2026-12-15", "2027-03-15"),
    ],
)
def test_the_last_day_of_a_month_stays_the_last(months, day, later):
    """Months have not the same days: a period's end stays the end of its month."""
    start = OLD.start.replace(year=2026, month=1)
    end = start.replace(year=2026 + months // 12, month=1 + months % 12)
    move = Move(parse_period(f"{start:%Y-%m-%d}"), parse_period(f"{end:%Y-%m-%d}"))

    assert later == move.day(dt.date.fromisoformat(day)).isoformat()
