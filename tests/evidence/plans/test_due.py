"""What is due: one item answers one occurrence, and nothing that is open looks settled."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from aibrain_jupyter.evidence.decisions.codes import CONTROL, Code
from aibrain_jupyter.evidence.decisions.exclusions import exclude
from aibrain_jupyter.evidence.decisions.states import take_code_step, take_step
from aibrain_jupyter.evidence.plans.due import due_of
from aibrain_jupyter.evidence.plans.plan_file import parse_plan
from aibrain_jupyter.evidence.saving.saving import Saving, save_frame
from aibrain_jupyter.evidence.saving.times import MOMENT, PERIOD, Times

PLAN = parse_plan(
    "plan: p\nperiod: 2026\nevery: quarter\ndue: 14d\nrows:\n"
    "  - {id: users, tool: iam_users, controls: [CC6.1, CC6.2]}\n",
    "p.yml",
)
AFTER = dt.datetime(2027, 2, 1, tzinfo=dt.UTC)
QUARTERS = ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")


def _at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def _save(store, as_of, collected="", *, kind=MOMENT, to="", gaps=(), codes=("CC6.1", "CC6.2")):
    """Save a list of users of two accounts and three regions, as of a day."""
    start, end, at = _at(as_of), _at(to or as_of), _at(collected or to or as_of)
    rows = pd.DataFrame(
        {
            "account_id": ["111122223333", "444455556666"] * 3,
            "region": ["eu-west-1", "eu-west-2", "eu-west-3"] * 2,
            "arn": [f"arn:{n}" for n in range(6)],
        }
    )
    source = {"tool": "iam_users", "version": "1", "sha256": "0" * 64}
    sections = {"source": source}
    if gaps:
        sections["completeness"] = {"gaps": list(gaps), "targets": [{"outcome": "ok"}]}
    times, meant = Times(kind, start, end, at, at), [Code.parse(c, CONTROL) for c in codes]
    saving = Saving("users", meant, times, key=["arn"])
    with store.draft("users") as draft:
        return save_frame(store, draft, rows, saving, sections)


def _due(store, now=AFTER, plan=PLAN):
    return due_of(plan, store.items() if store.exists else (), now)


def _statuses(found, code):
    return [found[code, quarter].status for quarter in QUARTERS]


def test_four_quarters_with_one_of_each_trouble(store):
    """One quarter late, one region excluded, one denied, one item returned: these four, no more."""
    _save(store, "2026-03-30", "2026-05-02")
    exclude(store, {"region": "eu-west-3"}, "not in scope", "the CISO")
    _save(store, "2026-06-30", "2026-07-08")
    denied = {"account_id": "444455556666", "outcome": "denied", "label": "444455556666: denied"}
    _save(store, "2026-09-30", gaps=[denied])
    returned = _save(store, "2026-12-15")
    take_code_step(store, returned, "deliver", ["CC6.1"])
    take_code_step(store, store.item(returned.id), "return", ["CC6.1"], reason="no date on it")

    found = {(str(d.code), d.occurrence.words): d for d in _due(store)}

    assert ["late", "present", "incomplete", "returned"] == _statuses(found, "CC6.1")
    assert ["late", "present", "incomplete", "present"] == _statuses(found, "CC6.2")
    excluded = "excluded on purpose: region=eu-west-3 (not in scope)"
    assert excluded in found["CC6.2", "2026-Q2"].remarks
    assert excluded not in found["CC6.2", "2026-Q1"].remarks
    assert any("444455556666: denied" in text for text in found["CC6.1", "2026-Q3"].remarks)
    assert "returned: no date on it" in found["CC6.1", "2026-Q4"].remarks
    assert any("collected 2026-05-02" in text for text in found["CC6.1", "2026-Q1"].remarks)


def test_one_item_at_the_end_of_the_year_does_not_cover_four_quarters(store):
    """What is as of December settles the fourth quarter alone."""
    _save(store, "2026-12-30")

    assert ["missing"] * 3 + ["present"] == [
        d.status for d in _due(store) if d.code.code == "CC6.1"
    ]


def test_what_happened_in_a_part_of_a_quarter_does_not_cover_it(store):
    """Events of one month settle no quarter, events of the whole quarter do."""
    _save(store, "2026-01-01", kind=PERIOD, to="2026-02-01")
    _save(store, "2026-04-01", kind=PERIOD, to="2026-07-01")

    assert ["missing", "present"] == [d.status for d in _due(store) if d.code.code == "CC6.1"][:2]


def test_time_that_is_left_is_due_and_time_that_is_over_is_missing(store):
    """Until its grace has passed an occurrence is due, then missing; later ones are due."""
    by_day = {
        day: [d.status for d in _due(store, _at(day)) if d.code.code == "CC6.1"]
        for day in ("2026-04-14", "2026-04-16")
    }

    assert {"2026-04-14": ["due"] * 4, "2026-04-16": ["missing", "due", "due", "due"]} == by_day


def test_an_old_item_of_the_current_occurrence_is_stale(store):
    """``valid`` counts from when an item is of, and only where a newer one could be collected."""
    plan = parse_plan(
        "plan: p\nperiod: 2026\nvalid: 90d\nrows:\n"
        "  - {id: users, tool: iam_users, controls: [CC6.1]}\n",
        "p.yml",
    )
    _save(store, "2026-02-01")

    assert ["present", "stale"] == [
        due_of(plan, store.items(), _at(day))[0].status for day in ("2026-04-30", "2026-06-01")
    ]


@pytest.mark.parametrize(("step", "status"), [("reject", "rejected"), ("supersede", "missing")])
def test_a_decision_against_an_item_opens_its_occurrence(store, step, status):
    """A rejected or superseded item settles nothing; a good one beside it does."""
    item = _save(store, "2026-03-01")
    take_step(store, item, step, reason="wrong account")

    assert status == _due(store)[0].status
    _save(store, "2026-03-02")
    assert "present" == _due(store)[0].status


def test_an_incomplete_item_settles_only_what_somebody_approved(store):
    """An item with gaps is incomplete until it is approved with a reason; the gap stays said."""
    item = _save(store, "2026-03-01", gaps=[{"outcome": "denied", "label": "eu-west-1: denied"}])
    assert "incomplete" == _due(store)[0].status

    take_step(store, item, "approve", reason="that region is not used")
    found = _due(store)[0]
    assert "present" == found.status
    assert any("eu-west-1: denied" in text for text in found.remarks)


def test_an_item_of_another_tool_or_code_settles_nothing(store):
    """A code alone does not make an item the one a row asks for, nor does the tool alone."""
    _save(store, "2026-03-01", codes=("CC7.1",))
    plan = parse_plan(
        "plan: p\nperiod: 2026\nrows:\n  - {id: roles, tool: iam_roles, controls: [CC7.1]}\n",
        "p.yml",
    )

    assert {"missing"} == {d.status for d in _due(store)}
    assert "missing" == due_of(plan, store.items(), AFTER)[0].status
