"""
What goes into a package and what does not: by code, item and audit period, approved items alone.

What is left out is named with its reason; a code that nothing answers is *missing*, never silent.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.evidence.decisions.codes import Code, codes_of
from aibrain_jupyter.evidence.decisions.states import APPROVED, PURGED, SUPERSEDED, state_of
from aibrain_jupyter.evidence.plans.due import LATE, MISSING, STALE
from aibrain_jupyter.evidence.saving.times import audit_of
from aibrain_jupyter.shared.error_handler import EvidenceError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aibrain_jupyter.evidence.packaging.snapshot import Snapshot
    from aibrain_jupyter.evidence.plans.due import Duty
    from aibrain_jupyter.evidence.store.store import Item
    from aibrain_jupyter.shared.texts.periods import Period


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What a package is asked for: `codes` and `items` (none of both: everything), the audit `period`
    (None: any), and whether items that nobody approved are taken too.
    """

    codes: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    period: Period | None = None
    with_unapproved: bool = False

    def as_record(self) -> dict[str, Any]:
        """Return it as the package says it."""
        period = str(self.period) if self.period else ""
        return {"codes": list(self.codes), "items": list(self.items), "period": period}


@dataclass(frozen=True, slots=True)
class Missing:
    """
    What was asked for and is not in a package: under which `code`, `what` it is, and `why`; or
    what is in it and came ``late`` or is ``stale`` (`kind`), with its `item`.
    """

    code: str
    what: str
    why: str
    kind: str = "missing"
    item: str = ""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An item that answers what was asked and is not in the package, and `why`."""

    item: Item
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The `items` of a package, those `not_taken`, what is `missing`, and the `codes` it is for."""

    items: tuple[Item, ...]
    not_taken: tuple[NotTaken, ...]
    missing: tuple[Missing, ...]
    codes: tuple[Code, ...]


def choose(found: Snapshot, asked: Asked, missing: Sequence[Missing] = ()) -> Choice:
    """
    Return what is packed of a store.

    Raises:
        UnknownNameError: an item is named that there is not.
        EvidenceError: nothing is left to be packed.
    """
    named = _named(found, asked)
    meant = [item for item in found.items if _is_meant(item, asked, named)]
    taken, not_taken = [], []
    for item in meant:
        if why := _why_not(item, asked):
            not_taken.append(NotTaken(item, why))
        else:
            taken.append(item)
    told = {one.code for one in missing}
    unanswered = _unanswered(asked, taken, not_taken)
    lacking = (*missing, *(one for one in unanswered if one.code not in told))
    if not taken:
        raise EvidenceError(
            "There is nothing to pack of what was asked for.",
            why="; ".join(
                dict.fromkeys(
                    [f"{one.item.id}: {one.why}" for one in not_taken]
                    or [f"{one.code}: {one.why}" for one in lacking]
                    or ["The store has no item."]
                )
            ),
            next_steps=[
                "%aibrain evidence approve ITEM: what is approved is packed",
                "--unapproved takes all, and the first page says so",
            ],
        )
    codes = dict.fromkeys(code for item in taken for code in codes_for(item, asked))
    # What a newer item replaced is no loss, unless it was asked for by its name.
    left = (one for one in not_taken if one.item.id in named or state_of(one.item) != SUPERSEDED)
    return Choice(tuple(taken), tuple(left), lacking, tuple(codes))


def codes_for(item: Item, asked: Asked) -> list[Code]:
    """Return the codes of an item that a package is for; all where it was asked by item."""
    codes = codes_of(item)
    if not asked.codes or not any(_answers(code, asked) for code in codes):
        return list(codes)
    return [code for code in codes if _answers(code, asked)]


def missing_of(duties: Iterable[Duty], asked: Asked) -> list[Missing]:
    """Return what a plan still waits for, of the codes that were asked for."""
    return [
        Missing(
            str(duty.code),
            f"{duty.row.title}, {duty.occurrence.words}",
            "; ".join(duty.remarks) or "nothing is saved for it",
            duty.status,
            duty.item,
        )
        for duty in duties
        # What is incomplete, rejected or returned is told of its item.
        if duty.status in (MISSING, LATE, STALE) and (not asked.codes or _answers(duty.code, asked))
    ]


def _answers(code: Code, asked: Asked) -> bool:
    return bool({str(code), code.code} & set(asked.codes))


def _named(found: Snapshot, asked: Asked) -> set[str]:
    """Return the ids of the items that are named, in full or in part."""
    ids, named = [item.id for item in found.items], set()
    for name in asked.items:
        fits = [i for i in ids if i == name] or [i for i in ids if i.startswith(name)]
        fits = fits or [i for i in ids if i.endswith(name)]
        if len(fits) != 1:
            raise unknown_name("evidence item", name, ids, next_steps=["%aibrain evidence list"])
        named.add(fits[0])
    return named


def _is_meant(item: Item, asked: Asked, named: set[str]) -> bool:
    if not (asked.codes or asked.items):
        return True
    return item.id in named or any(_answers(code, asked) for code in codes_of(item))


def _why_not(item: Item, asked: Asked) -> str:
    """Return why an item is not packed; empty: it is."""
    state = state_of(item)
    if state in (PURGED, SUPERSEDED):
        return f"it is {state}"
    if asked.period and (why := _outside(item, asked.period)):
        return why
    if state != APPROVED and not asked.with_unapproved:
        return f"it is {state}, not approved"
    return ""


def _outside(item: Item, period: Period) -> str:
    manifest = item.manifest()
    times = manifest["times"]
    if audit := times.get("audit_period"):
        is_in_it = audit["words"] == str(period) or _is_part(audit_of(manifest), period)
        return "" if is_in_it else f"it is for {audit['words']}"
    first, last = (dt.datetime.fromisoformat(times["as_of"][edge]) for edge in ("from", "to"))
    is_before = period.start is not None and last < period.start
    if is_before or (period.end is not None and first >= period.end):
        return f"it is as of {times['as_of']['words']}, outside {period}"
    return ""


def _is_part(part: Period | None, whole: Period) -> bool:
    """Tell whether a period lies in another one, as a quarter does in its year."""
    if part is None or part.start is None or part.end is None:
        return False
    begins = whole.start is None or whole.start <= part.start
    return begins and (whole.end is None or part.end <= whole.end)


def _unanswered(asked: Asked, taken: list[Item], left: list[NotTaken]) -> Iterator[Missing]:
    """Yield the codes that no packed item answers."""
    codes = asked.codes or dict.fromkeys(str(c) for one in left for c in codes_of(one.item))
    for text in codes:
        one = Asked(codes=(text,))
        if any(_answers(code, one) for item in taken for code in codes_of(item)):
            continue
        near = [n for n in left if any(_answers(c, one) for c in codes_of(n.item))]
        why = "; ".join(f"{n.item.id}: {n.why}" for n in near) or "nothing is saved for it"
        what = ", ".join(dict.fromkeys(str(n.item.saved.facts.get("title", "")) for n in near))
        yield Missing(text, what, why)
