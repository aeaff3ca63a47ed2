"""
A collection: rows of a plan, collected together, each saved as soon as its own calls have ended.

What is saved already and whole is not asked again, so a collection that was cancelled, or whose
kernel died, goes on where it was when its cell is run again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aibrain_jupyter.evidence.plans.due import due_of
from aibrain_jupyter.evidence.plans.occurrences import occurrence_at, occurrence_named
from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.execution.provenance.collected import collected_of
from aibrain_jupyter.execution.runs.together import carry_out_all
from aibrain_jupyter.magics.collecting.cells import with_answers, work_of
from aibrain_jupyter.magics.collecting.table import SETTLED, Collected, table
from aibrain_jupyter.shared.error_handler import AibrainError, unknown_name
from aibrain_jupyter.tool_executors.evidence.planned import PlannedSaver, decide_exclusions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    import pandas as pd

    from aibrain_jupyter.evidence.plans.plan import CollectionPlan, PlanRow
    from aibrain_jupyter.execution.calls.job import CallOutcome
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.execution.runs.run import Run
    from aibrain_jupyter.execution.runs.together import Planned
    from aibrain_jupyter.magics.collecting.cells import Work
    from aibrain_jupyter.shared.events import Listener


@dataclass
class Collection:
    """
    What is collected of a plan: `works` by tools, `by_hand` by people, `done` is saved already.

    `notebook` is the notebook's name, where the caller knows it.
    """

    plan: CollectionPlan
    works: tuple[Work, ...]
    by_hand: tuple[Collected, ...] = ()
    done: tuple[Collected, ...] = ()
    notebook: str = ""
    runs: list[Run] = field(default_factory=list)

    async def carry_out(
        self,
        run_id: str,
        listener: Listener,
        token: CancelToken,
        on_outcome: Callable[[CallOutcome], object] = lambda outcome: None,
    ) -> pd.DataFrame:
        """
        Collect and save on the running loop, and return the table: see `table`.

        Raises:
            EvidenceError: the store cannot be written; nothing was asked.
        """
        savers = [PlannedSaver(self.plan, work.row, work.occurrence) for work in self.works]
        requests = [
            with_answers(work, saver.raw_folder)
            for work, saver in zip(self.works, savers, strict=True)
        ]
        number_of = {id(request): number for number, request in enumerate(requests)}
        ended: dict[int, Collected] = {}

        def end(planned: Planned, run: Run) -> None:
            number = number_of[id(planned.request)]
            ended[number] = self._ended(self.works[number], savers[number], run)

        try:
            found = await carry_out_all(
                requests,
                run_id,
                self.plan.title,
                listener,
                token,
                on_planned=lambda: decide_exclusions(self.plan),
                on_ended=end,
                on_outcome=on_outcome,
            )
        finally:
            for saver in savers:
                saver.drop()
        for number, one in enumerate(found):
            if isinstance(one, AibrainError):
                ended[number] = Collected.missing(self.works[number], one.what)
            else:
                self.runs.append(one)
        rows = [*self.done, *(ended[number] for number in sorted(ended)), *self.by_hand]
        return table(self.plan, rows)

    def _ended(self, work: Work, saver: PlannedSaver, run: Run) -> Collected:
        """Save the rows of a run; of one that gave none, or was cancelled, say why not."""
        if run.error is not None:
            return Collected.missing(work, run.error.what, run)
        if run.summary.was_cancelled:
            return Collected.missing(work, "cancelled", run)
        kept = collected_of(run, notebook=self.notebook)
        if kept is None:
            return Collected.missing(work, "no call gave rows", run)
        try:
            item = saver.keep(kept)
        except AibrainError as exc:
            return Collected.missing(work, f"not saved: {exc.what}", run)
        found = Collected.of_item(work.row, work.occurrence, item, run)
        try:
            saver.sample(item, kept)
        except AibrainError as exc:
            return found.without_sample(exc.what)
        return found


def collection_of(
    plan: CollectionPlan,
    *,
    rows: Sequence[str] = (),
    occurrence: str = "",
    again: bool = False,
    now: dt.datetime,
    notebook: str = "",
) -> Collection:
    """
    Return what is to be collected of a plan; everything in it is checked, nothing is sent.

    Args:
        plan: The plan.

        rows: Ids of the rows that are meant; none: all.

        occurrence: Which occurrence of them; empty: the one that is now, or was last.

        again: Collect also what is saved and whole.

        now: The moment it is asked at, aware.

        notebook: The notebook's name.

    Raises:
        InputError: there is no such row or occurrence, or a row's tool or parameters do not fit.
    """
    store = default_store()
    duties = due_of(plan, store.items() if store.exists else (), now)
    works: list[Work] = []
    by_hand: list[Collected] = []
    done: list[Collected] = []
    for row in _chosen(plan, rows):
        span = (
            occurrence_named(plan, row, occurrence) if occurrence else occurrence_at(plan, row, now)
        )
        mine = [d for d in duties if d.row is row and d.occurrence.start == span.start]
        saved = {d.item for d in mine if d.status in SETTLED and d.item}
        if len(saved) == 1 and all(d.status in SETTLED and d.item for d in mine) and not again:
            done.append(Collected.of_item(row, span, store.item(saved.pop())))
        elif row.tool:
            works.append(work_of(plan, row, span))
        else:
            by_hand.append(Collected.by_hand(row, span))
    return Collection(plan, tuple(works), tuple(by_hand), tuple(done), notebook)


def _chosen(plan: CollectionPlan, ids: Sequence[str]) -> list[PlanRow]:
    known = {row.id: row for row in plan.rows}
    for name in ids:
        if name not in known:
            raise unknown_name("row", name, known, of=f"the plan {plan.name}")
    return [row for row in plan.rows if not ids or row.id in ids]
