"""What a plan collects becomes an item: with the row and occurrence it is for, and its checks."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.codes import codes_of
from aibrain_jupyter.evidence.decisions.exclusions import (
    Exclusion,
    exclude,
    exclusions_of,
    row_named,
)
from aibrain_jupyter.evidence.decisions.states import state_of, take_step
from aibrain_jupyter.evidence.plans.due import DUE, MISSING, due_of
from aibrain_jupyter.evidence.samples.draws import Draw, save_sample
from aibrain_jupyter.evidence.saving.saving import Saving
from aibrain_jupyter.evidence.saving.times import iso
from aibrain_jupyter.evidence.store.default import anchor, default_store
from aibrain_jupyter.evidence.store.store import COLLECTED, INCOMPLETE
from aibrain_jupyter.tool_executors.evidence.plans.checks import judged_run
from aibrain_jupyter.tool_executors.evidence.saver import RunSaver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aibrain_jupyter.evidence.plans.occurrences import Occurrence
    from aibrain_jupyter.evidence.plans.plan import CollectionPlan, PlannedExclusion, PlanRow
    from aibrain_jupyter.evidence.store.store import Item, Store
    from aibrain_jupyter.shared.collected import Collected
    from aibrain_jupyter.tool_executors.evidence.known import Known


class PlannedSaver(RunSaver):
    """
    The draft of what one row of a plan collects for one occurrence; it holds the claim on that
    until it has kept it, or nothing.
    """

    def __init__(
        self,
        plan: CollectionPlan,
        row: PlanRow,
        occurrence: Occurrence,
        release: Callable[[], None],
    ) -> None:
        super().__init__((), row.tool)
        self._open.callback(release)
        self._plan, self._row, self._occurrence = plan, row, occurrence
        self._codes = list(row.codes)

    def keep(self, collected: Collected) -> Item:
        """Save what was collected, in place of what lacked something; return the item."""
        before = _incomplete(self._store, self._plan, self._row, self._occurrence)
        item = super().keep(collected)
        if item.saved.facts["status"] != INCOMPLETE:
            for old in before:
                take_step(self._store, old, "supersede", reason=f"collected again: {item.id}")
        return item

    def sample(self, item: Item, collected: Collected) -> None:
        """
        Draw the sample that the plan asks for, of what was saved.

        Raises:
            AibrainError: it cannot be drawn: the rows have no key, say.
        """
        if (asked := self._row.sample) is None or not item.saved.facts.get("rows"):
            return
        draw = Draw(asked.n, asked.seed, asked.by, basis=f"the plan {self._plan.name}")
        saving = dataclasses.replace(
            self._saving(self._known(collected)),
            title=f"Sample of {self._row.title}",
            kind="sample",
        )
        save_sample(self._store, item, draw, saving)

    def _known(self, collected: Collected) -> Known:
        known = super()._known(collected)
        row = _row_named(self._plan, self._row)
        checks = judged_run(self._row.checks, collected, known, self._store, row)
        return dataclasses.replace(
            known, sections={**known.sections, "collection": self._collection(checks)}
        )

    def _saving(self, known: Known) -> Saving:
        return Saving(
            self._row.title,
            self._codes,
            known.times,
            key=known.key,
            audit=self._occurrence.period,
            work=_work(self._row, known.sections["collection"]["checks"]),
        )

    def _collection(self, checks: list[dict[str, Any]]) -> dict[str, Any]:
        span = self._occurrence
        return {
            "plan": self._plan.name,
            "plan_sha256": self._plan.sha256,
            "row": self._row.id,
            "occurrence": {"words": span.words, "from": iso(span.start), "to": iso(span.end)},
            "asked": self._row.asked,
            "why": self._row.why,
            "owner": self._row.owner,
            "checks": checks,
        }


def decide_exclusions(plan: CollectionPlan) -> int:
    """
    Enter the exclusions of a plan's rows that the ledger does not have, each for its row alone;
    return how many those are.
    """
    store, today = default_store(), dt.datetime.now(dt.UTC).date()
    known = [dataclasses.replace(one, name="") for one in exclusions_of(store, today, None)]
    new = [
        one
        for row in plan.rows
        for each in row.exclude
        if (one := _decided(each, _row_named(plan, row))) not in known
    ]
    for one in new:
        exclude(store, one.where, one.reason, one.decided_by, one.until, one.row)
    if new:
        anchor(store)
    return len(new)


def _decided(one: PlannedExclusion, row: str) -> Exclusion:
    return Exclusion("", dict(one.where), one.reason, one.decided_by, one.until, row)


def _row_named(plan: CollectionPlan, row: PlanRow) -> str:
    return row_named({"plan": plan.name, "row": row.id})


_LACKING: Final = (INCOMPLETE, DUE, MISSING)


def _incomplete(store: Store, plan: CollectionPlan, row: PlanRow, span: Occurrence) -> list[Item]:
    """
    Return the items of a row and occurrence that lack something, gaps or its end, and that nobody
    has decided about.
    """
    only = dataclasses.replace(plan, rows=(row,))
    items = [
        item
        for item in store.items()
        # Their codes are in the ledger: no manifest of another row is read.
        if state_of(item) in (COLLECTED, INCOMPLETE) and set(codes_of(item)) & set(row.codes)
    ]
    named = {
        duty.item
        for item in items
        for duty in due_of(only, [item], dt.datetime.now(dt.UTC))
        if duty.item and duty.occurrence.start == span.start and duty.status in _LACKING
    }
    return [item for item in items if item.id in named]


def _work(row: PlanRow, checks: list[dict[str, Any]]) -> dict[str, str]:
    """Return what the card says of the work: why this answers the codes, and the checks."""
    found = {"Objective": row.why} if row.why else {}
    if checks:
        found["Procedure"] = "; ".join(f"{one['name']}: {one['rule']}" for one in checks)
        found["Result"] = "; ".join(f"{one['name']}: {said(one)}" for one in checks)
    return found


def said(check: Mapping[str, Any]) -> str:
    """Return the verdict of a check in words: ``failed for 3 rows, not known of 1``."""
    bad, unsure, verdict = check["rows"], check["not_known"], str(check["verdict"])
    words = [f"{verdict} for {bad:,} {check['counts']}{'s' * (bad != 1)}" if bad else verdict]
    if unsure:
        words = [*words[: bool(bad)], f"not known of {unsure:,}"]
    return ", ".join(words)
