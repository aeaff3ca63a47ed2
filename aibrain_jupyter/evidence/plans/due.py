"""
What is due: for each code and occurrence of a plan, whether there is an item that answers it.

One item answers one occurrence: what is as of the end of a year says nothing of its first quarter,
and neither does what was collected before it began or, of events, before it ended. An item that is
incomplete, rejected or returned does not settle it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.evidence.decisions.states import (
    APPROVED,
    PURGED,
    REJECTED,
    RETURNED,
    SUPERSEDED,
    state_of,
)
from aibrain_jupyter.evidence.plans.fitting import (
    Kept,
    answers,
    asked_otherwise,
    is_of,
    reaches_end,
)
from aibrain_jupyter.evidence.plans.occurrences import occurrences_of
from aibrain_jupyter.evidence.saving.times import utc
from aibrain_jupyter.evidence.store.store import INCOMPLETE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from aibrain_jupyter.evidence.decisions.codes import Code
    from aibrain_jupyter.evidence.plans.occurrences import Occurrence
    from aibrain_jupyter.evidence.plans.plan import CollectionPlan, PlanRow
    from aibrain_jupyter.evidence.store.store import Item

PRESENT, DUE, LATE, MISSING, STALE = "present", "due", "late", "missing", "stale"
SETTLED: Final = (PRESENT, DUE)
"""Statuses that need nobody now; all others do."""

_GONE: Final = (PURGED, SUPERSEDED)


@dataclass(frozen=True, slots=True)
class Duty:
    """
    One code in one occurrence of a row.

    `status` is `PRESENT`, `DUE` (nothing yet, and time is left), `LATE` (collected after it was
    due), `MISSING`, `STALE` (older than the row's `valid`, or the row has changed since),
    ``incomplete``, ``rejected`` or ``returned``; `item` the id of the item it is about (empty:
    none), `remarks` what there is to know besides: gaps, exclusions, why it came back.
    """

    code: Code
    row: PlanRow
    occurrence: Occurrence
    status: str
    item: str = ""
    remarks: tuple[str, ...] = ()


def due_of(plan: CollectionPlan, items: Iterable[Item], now: dt.datetime) -> list[Duty]:
    """
    Return what a plan asks for, by row, occurrence and code.

    Args:
        plan: The plan.

        items: Those of the store.

        now: The moment it is asked at, aware.

    Raises:
        EvidenceError: a manifest is not as it was saved.
    """
    kept = [Kept.of(item) for item in items if state_of(item) not in _GONE]
    found: list[Duty] = []
    for row in plan.rows:
        mine = [one for one in kept if answers(one, plan, row)]
        spans = occurrences_of(plan, row)
        for number, span in enumerate(spans):
            is_current = number + 1 == len(spans) or spans[number + 1].start > now
            of_it = [one for one in mine if is_of(one, row, span, spans)]
            found += [_duty(code, row, span, of_it, now, is_current) for code in row.codes]
    return found


def _duty(
    code: Code,
    row: PlanRow,
    span: Occurrence,
    kept: Sequence[Kept],
    now: dt.datetime,
    is_current: bool,
) -> Duty:
    about = [one for one in kept if code in one.codes]
    others = {one.item.id: asked_otherwise(one, row) for one in about}
    mine = [one for one in about if one.collection or not others[one.item.id]]
    if not mine:
        status = MISSING if now >= span.due else DUE
        said = [f"collected before {utc(span.due)}"] if status == DUE else []
        said += [f"{name} was asked otherwise: {what}" for name, what in others.items()]
        return Duty(code, row, span, status, remarks=tuple(said))
    # The best there is settles it; among equals the newest.
    judged = [
        (one, *_judged(one, code, row, span, now, is_current, others[one.item.id])) for one in mine
    ]
    one, status, remarks = min(reversed(judged), key=lambda each: _WORST_LAST.index(each[1]))
    return Duty(code, row, span, status, one.item.id, remarks)


_WORST_LAST: Final = (PRESENT, STALE, LATE, INCOMPLETE, DUE, MISSING, RETURNED, REJECTED)


def _judged(
    one: Kept,
    code: Code,
    row: PlanRow,
    span: Occurrence,
    now: dt.datetime,
    is_current: bool,
    other: str,
) -> tuple[str, tuple[str, ...]]:
    remarks: tuple[str, ...] = tuple(_exclusions(one))
    if one.state == REJECTED or one.codes[code] == RETURNED:
        word = REJECTED if one.state == REJECTED else RETURNED
        return word, (*_reasons(one.item, word), *remarks)
    if one.manifest["status"] == INCOMPLETE:
        remarks = (*one.manifest.get("incomplete_because", ()), *remarks)
        if one.state != APPROVED:  # who approves what is incomplete has said why
            return INCOMPLETE, remarks
    if not reaches_end(one, row, span):
        until = one.end if one.is_of_period else one.collected
        said = f"what happened until {utc(until)}; the rest, to {utc(span.end)}, is to be collected"
        return MISSING if now >= span.due else DUE, (said, *remarks)
    if other:
        remarks = (f"the row has changed since in {other}", *remarks)
    if one.collected > span.due and not (row.is_of_whole and row.due is None):
        return LATE, (f"collected {utc(one.collected)}, due {utc(span.due)}", *remarks)
    if one.start >= span.end:
        remarks = (f"as of {utc(one.start)}, after the end of {span.words}", *remarks)
    if row.valid is not None and is_current and now > one.end + row.valid:
        return STALE, (f"as of {utc(one.end)}, good for {row.valid.days} days", *remarks)
    return STALE if other and is_current else PRESENT, remarks


def _exclusions(one: Kept) -> list[str]:
    return [
        "excluded on purpose: "
        + " ".join(f"{name}={value}" for name, value in each["where"].items())
        + f" ({each['reason']})"
        for each in one.manifest.get("exclusions", ())
        if each.get("rows")
    ]


def _reasons(item: Item, word: str) -> list[str]:
    kinds = {REJECTED: "reject", RETURNED: "return"}
    reasons = [e.facts.get("reason", "") for e in item.events if e.type == kinds[word]]
    return [f"{word}: {reasons[-1]}"] if reasons and reasons[-1] else []
