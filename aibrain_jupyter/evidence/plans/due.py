"""
What is due: for each code and occurrence of a plan, whether there is an item that answers it.

One item answers one occurrence: what is as of the end of a year says nothing of its first quarter.
An item that is incomplete, rejected or returned does not settle it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.codes import codes_of
from aibrain_jupyter.evidence.decisions.states import (
    APPROVED,
    PURGED,
    REJECTED,
    RETURNED,
    SUPERSEDED,
    code_states,
    state_of,
)
from aibrain_jupyter.evidence.plans.occurrences import occurrences_of
from aibrain_jupyter.evidence.saving.times import MOMENT, utc
from aibrain_jupyter.evidence.store.store import INCOMPLETE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.evidence.decisions.codes import Code
    from aibrain_jupyter.evidence.plans.occurrences import Occurrence
    from aibrain_jupyter.evidence.plans.plan import CollectionPlan, PlanRow
    from aibrain_jupyter.evidence.store.store import Item

PRESENT, DUE, LATE, MISSING, STALE = "present", "due", "late", "missing", "stale"
SETTLED: Final = (PRESENT, DUE)
"""Statuses that need nobody now; all others do."""

_GONE: Final = (PURGED, SUPERSEDED)
_MADE_OF_ITEMS: Final = ("sample", "test sheet")
"""They have the codes of what they are made of, and are not the population that is asked for."""


@dataclass(frozen=True, slots=True)
class Duty:
    """
    One code in one occurrence of a row.

    `status` is `PRESENT`, `DUE` (nothing yet, and time is left), `LATE` (collected after it was
    due), `MISSING`, `STALE` (older than the row's `valid`), ``incomplete``, ``rejected`` or
    ``returned``; `item` the id of the item it is about (empty: none), `remarks` what there is to
    know besides: gaps, exclusions, why it came back.
    """

    code: Code
    row: PlanRow
    occurrence: Occurrence
    status: str
    item: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is read once of an item: its manifest, state, codes, and edges of its as-of time."""

    item: Item
    manifest: Mapping[str, Any]
    state: str
    codes: Mapping[Code, str]
    start: dt.datetime
    end: dt.datetime
    collected: dt.datetime


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
    kept = [_kept(item) for item in items if state_of(item) not in _GONE]
    found: list[Duty] = []
    for row in plan.rows:
        mine = [one for one in kept if _answers(one, plan, row)]
        spans = occurrences_of(plan, row)
        for number, span in enumerate(spans):
            is_current = number + 1 == len(spans) or spans[number + 1].start > now
            found += [_duty(code, row, span, mine, now, is_current) for code in row.codes]
    return found


def _duty(
    code: Code,
    row: PlanRow,
    span: Occurrence,
    kept: Sequence[_Kept],
    now: dt.datetime,
    is_current: bool,
) -> Duty:
    about = [one for one in kept if code in one.codes and _is_of(one, span)]
    if not about:
        status = MISSING if now >= span.due else DUE
        until = f"collected before {utc(span.due)}"
        return Duty(code, row, span, status, remarks=(until,) if status == DUE else ())
    # The best there is settles it; among equals the newest.
    judged = [(one, *_judged(one, code, row, span, now, is_current)) for one in about]
    one, status, remarks = min(reversed(judged), key=lambda each: _WORST_LAST.index(each[1]))
    return Duty(code, row, span, status, one.item.id, remarks)


_WORST_LAST: Final = (PRESENT, STALE, LATE, INCOMPLETE, RETURNED, REJECTED)


def _judged(
    one: _Kept, code: Code, row: PlanRow, span: Occurrence, now: dt.datetime, is_current: bool
) -> tuple[str, tuple[str, ...]]:
    remarks: tuple[str, ...] = tuple(_exclusions(one))
    if one.state == REJECTED or one.codes[code] == RETURNED:
        word = REJECTED if one.state == REJECTED else RETURNED
        return word, (*_reasons(one.item, word), *remarks)
    if one.manifest["status"] == INCOMPLETE:
        remarks = (*one.manifest.get("incomplete_because", ()), *remarks)
        if one.state != APPROVED:  # who approves what is incomplete has said why
            return INCOMPLETE, remarks
    if one.collected > span.due or one.start >= span.end:
        return LATE, (f"collected {utc(one.collected)}, due {utc(span.due)}", *remarks)
    if row.valid is not None and is_current and now > one.end + row.valid:
        return STALE, (f"as of {utc(one.end)}, good for {row.valid.days} days", *remarks)
    return PRESENT, remarks


def _kept(item: Item) -> _Kept:
    manifest = item.manifest()
    as_of, collected = manifest["times"]["as_of"], manifest["times"]["collected"]
    times = map(dt.datetime.fromisoformat, (as_of["from"], as_of["to"], collected["to"]))
    return _Kept(item, manifest, state_of(item), code_states(item), *times)


def _answers(one: _Kept, plan: CollectionPlan, row: PlanRow) -> bool:
    """Tell whether an item is of a row: collected by it, or saved by hand for a code of it."""
    if one.manifest["kind"] in _MADE_OF_ITEMS:
        return False
    if collection := one.manifest.get("collection"):
        return bool(collection["plan"] == plan.name and collection["row"] == row.id)
    if not set(codes_of(one.item)) & set(row.codes):
        return False
    return not row.tool or one.manifest.get("source", {}).get("tool") == row.tool


def _is_of(one: _Kept, span: Occurrence) -> bool:
    if occurrence := one.manifest.get("collection", {}).get("occurrence"):
        return bool(dt.datetime.fromisoformat(occurrence["from"]) == span.start)
    if one.manifest["times"]["as_of"]["kind"] == MOMENT:
        return span.start <= one.start < span.end
    return one.start <= span.start and one.end >= span.end


def _exclusions(one: _Kept) -> list[str]:
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
