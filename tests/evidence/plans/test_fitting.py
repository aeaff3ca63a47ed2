"""Which item is of which occurrence: nothing that is early, half, filtered or of another row."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from aibrain_jupyter.evidence.decisions.codes import CONTROL, Code
from aibrain_jupyter.evidence.plans.due import due_of
from aibrain_jupyter.evidence.plans.plan_file import parse_plan
from aibrain_jupyter.evidence.saving.saving import Saving, save_frame
from aibrain_jupyter.evidence.saving.times import MOMENT, PERIOD, Times, iso
from aibrain_jupyter.shared.error_handler import ParameterError

USERS = "  - {id: users, tool: iam_users, controls: [CC6.1]}\n"
EVENTS = (
    "  - {id: users, tool: iam_users, controls: [CC6.1], parameters: {population: '@period'}}\n"
)
AFTER = "2027-02-01"
Q1, Q4, YEAR = (
    ("2026-01-01", "2026-04-01"),
    ("2026-10-01", "2027-01-01"),
    ("2026-01-01", "2027-01-01"),
)


def _at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def _plan(rows=USERS, **head):
    given = {"plan": "p", "period": "2026", **head}
    lines = "".join(f"{name}: {value}\n" for name, value in given.items())
    return parse_plan(f"{lines}rows:\n{rows}", "p.yml")


def _save(store, start, end="", *, occurrence=(), saved_as="collected", then=None, **source):
    """Save users as of a day, or of what happened between two, for an occurrence or by hand."""
    kind, first, last = PERIOD if end else MOMENT, _at(start), _at(end or start)
    sections = {"source": {"tool": "iam_users", "version": "1", "sha256": "0" * 64, **source}}
    if occurrence:
        edges = {name: iso(_at(at)) for name, at in zip(("from", "to"), occurrence, strict=True)}
        about = {"plan": "p", "row": "users", "occurrence": edges, "checks": []}
        sections["collection"] = {**about, **({"asked": then} if then else {})}
    codes = [Code.parse("CC6.1", CONTROL)]
    times = Times(kind, first, last, last, last)
    saving = Saving("users", codes, times, key=["arn"], kind=saved_as)
    with store.draft("users") as draft:
        return save_frame(store, draft, pd.DataFrame({"arn": ["a", "b"]}), saving, sections)


def _statuses(store, plan, now=AFTER):
    return [duty.status for duty in due_of(plan, store.items(), _at(now))]


QUARTERLY = {"every": "quarter", "due": "14d"}


@pytest.mark.parametrize(
    ("saved", "head", "expected"),
    [
        (("2026-01-10", "", Q4), QUARTERLY, ["missing"] * 4),
        (("2026-01-01", "2026-02-01", Q1), QUARTERLY, ["missing"] * 4),
        (("2026-01-01", "2026-04-01", Q1), QUARTERLY, ["present", *["missing"] * 3]),
        (("2026-12-30", "", YEAR), QUARTERLY, [*["missing"] * 3, "present"]),
        (("2026-01-01", "2026-04-01", Q1), {}, ["missing"]),
        (("2026-04-05", "", Q1), QUARTERLY, ["present", *["missing"] * 3]),
        (("2026-04-16", "", Q1), QUARTERLY, ["late", *["missing"] * 3]),
    ],
    ids=["early", "half", "whole", "yearly then", "quarterly then", "in its grace", "late"],
)
def test_what_was_collected_for_an_occurrence_is_of_it_or_of_none(store, saved, head, expected):
    """Early, half, or of a plan that has been edited since: none settles what it does not have."""
    start, end, occurrence = saved
    _save(store, start, end, occurrence=occurrence)

    assert expected == _statuses(store, _plan(**head))


def test_who_was_there_in_a_period_is_known_when_it_is_over(store):
    """A row about an occurrence as a whole is due until an item was collected after its end."""
    _save(store, "2026-07-01", occurrence=YEAR)
    (during,) = due_of(_plan(EVENTS), store.items(), _at("2026-08-01"))
    after = _statuses(store, _plan(EVENTS))
    _save(store, "2027-01-05", occurrence=YEAR)

    assert ("due", ["missing"], ["present"]) == (
        during.status,
        after,
        _statuses(store, _plan(EVENTS)),
    )
    assert "until 2026-07-01" in during.remarks[0]


@pytest.mark.parametrize(
    ("rows", "more"),
    [
        (USERS, {"saved_as": "derived"}),
        (USERS, {"parameters": {"where": "user_name == 'x'"}}),
        (USERS.replace("}", ", accounts: [prod, dev]}"), {"asked": {"accounts": ["prod"]}}),
        (USERS.replace("}", ", regions: [a, b]}"), {"asked": {"regions": "a"}}),
    ],
    ids=["derived", "filtered", "one account", "one region"],
)
def test_less_than_a_row_asks_for_does_not_settle_it(store, rows, more):
    """What was saved by hand with its code, and has rows left out, is not what a row asks for."""
    _save(store, "2026-03-01", **more)

    assert ["missing"] == _statuses(store, _plan(rows))


def test_what_leaves_no_row_out_settles_it(store):
    """Fewer columns, or all accounts where some are meant, are what a row asks for."""
    _save(store, "2026-03-01", parameters={"columns": ["arn"]})

    assert ["present"] == _statuses(store, _plan())


def test_a_list_that_another_row_asks_for_is_no_document(store):
    """A document with the code of a list is missing until somebody attaches it."""
    document = "  - {id: policy, document: the policy, controls: [CC6.1]}\n"
    _save(store, "2026-03-01")

    assert ["present", "missing"] == _statuses(store, _plan(USERS + document))
    _save(store, "2026-03-01", saved_as="external", tool="")
    assert ["present", "present"] == _statuses(store, _plan(USERS + document))


def test_an_item_of_a_row_as_it_was_is_stale_now_and_says_so_of_then(store):
    """Asked otherwise since, a row wants a new item now; what is over keeps its item, and why."""
    then = _plan().rows[0].asked
    _save(store, "2026-02-01", occurrence=Q1, then=then)
    _save(store, "2026-10-05", occurrence=Q4, then=then)
    now = _plan(USERS.replace("}", ", accounts: [prod]}"), **QUARTERLY)

    assert ["present", "missing", "missing", "stale"] == _statuses(store, now)
    assert ("the row has changed since in accounts",) == due_of(now, store.items(), _at(AFTER))[
        0
    ].remarks


@pytest.mark.parametrize(
    "row",
    [
        "valid: 90",
        "due: '14'",
        "exclude: {where: {region: [a, b]}, reason: r, decided_by: d}",
        "exclude: {where: {region: ''}, reason: r, decided_by: d}",
    ],
)
def test_what_would_mean_something_else_is_refused(row):
    """A bare number of days would be seconds, a list of regions would exclude nothing."""
    with pytest.raises(ParameterError, match="users of p"):
        _plan(USERS.replace("}", f", {row}}}"))


def test_a_code_that_is_named_twice_is_one_duty(store):
    """A code counts once, as a control and as a control again."""
    _save(store, "2026-03-01")

    assert ["present"] == _statuses(store, _plan(USERS.replace("[CC6.1]", "[CC6.1, CC6.1]")))
