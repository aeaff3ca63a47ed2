"""What of a plan is to be collected now, and what is saved already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.evidence.plans.due import due_of
from aibrain_jupyter.evidence.plans.occurrences import occurrence_at, occurrence_named
from aibrain_jupyter.evidence.plans.plan import OCCURRENCE
from aibrain_jupyter.evidence.saving.times import iso, utc
from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.evidence.store.draft import claim
from aibrain_jupyter.shared.error_handler import unknown_name
from aibrain_jupyter.tool_executors.evidence.plans.collected import SETTLED, Collected
from aibrain_jupyter.tool_executors.evidence.plans.planned import PlannedSaver

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from aibrain_jupyter.evidence.plans.occurrences import Occurrence
    from aibrain_jupyter.evidence.plans.plan import CollectionPlan, PlanRow
    from aibrain_jupyter.evidence.store.store import Store


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    A row of a plan and the occurrence it is collected for; `known` where nothing is to ask. `seen`
    is the last event of the store that was looked at for it; None: it is wanted whatever is there.
    """

    row: PlanRow
    occurrence: Occurrence
    known: Collected | None = None
    seen: int | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """What the tool is called with: the occurrence's days are put in."""
        return {key: self._filled(value) for key, value in self.row.parameters.items()}

    def _filled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        if isinstance(value, dict):
            return {key: self._filled(one) for key, one in value.items()}
        return self.occurrence.period.days if value == OCCURRENCE else value


def wanted_of(
    plan: CollectionPlan,
    now: dt.datetime,
    *,
    rows: Sequence[str] = (),
    occurrence: str = "",
    again: bool = False,
    ahead: bool = False,
) -> list[Wanted]:
    """
    Return the rows of a plan that are meant, in its order.

    Args:
        plan: The plan.

        now: The moment it is asked at, aware.

        rows: Ids of the rows that are meant; none: all.

        occurrence: Which occurrence of them; empty: the one that is now, or was last.

        again: Want also what is saved and whole.

        ahead: Want also what has not begun.

    Raises:
        UnknownNameError: there is no such row or occurrence.
    """
    store = default_store()
    seen = _last(store)
    duties = due_of(plan, store.items() if store.exists else (), now)
    found = []
    for row in _chosen(plan, rows):
        if occurrence:
            span = occurrence_named(plan, row, occurrence)
        else:
            span = occurrence_at(plan, row, now)
        mine = [d for d in duties if d.row is row and d.occurrence.start == span.start]
        saved = {d.item for d in mine if d.status in SETTLED}
        known = None
        if len(saved) == 1 and all(d.status in SETTLED for d in mine) and not again:
            known = Collected.of_item(row, span, store.item(saved.pop()))
        elif span.start > now and not ahead:
            why = f"{span.words} begins {utc(span.start)}: there is nothing of it yet"
            known = Collected.missing(row, span, why)
        elif not row.tool:
            known = Collected.by_hand(row, span)
        found.append(Wanted(row, span, known, None if again else seen))
    return found


def saver_of(plan: CollectionPlan, wanted: Wanted, now: dt.datetime) -> PlannedSaver | Collected:
    """
    Return who keeps what a row collects; where somebody is at it, or has saved it since the
    store was looked at, what is to be said of it instead.
    """
    row, span, store = wanted.row, wanted.occurrence, default_store()
    store.make()
    release = claim(store.folder, f"{plan.name}\n{row.id}\n{iso(span.start)}")
    if release is None:
        why = "it is being collected, here or in another kernel: run this again after that"
        return Collected.missing(row, span, why)
    if wanted.seen is not None and wanted.seen != _last(store):
        (newer,) = wanted_of(plan, now, rows=(row.id,), occurrence=span.words)
        if newer.known is not None:
            release()
            return newer.known
    return PlannedSaver(plan, row, span, release)


def _last(store: Store) -> int:
    last = store.ledger.last() if store.exists else None
    return last.seq if last else 0


def _chosen(plan: CollectionPlan, ids: Sequence[str]) -> list[PlanRow]:
    known = {row.id: row for row in plan.rows}
    for name in ids:
        if name not in known:
            raise unknown_name("row", name, known, of=f"the plan {plan.name}")
    return [row for row in plan.rows if not ids or row.id in ids]
