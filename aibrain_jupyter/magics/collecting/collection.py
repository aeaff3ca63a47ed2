"""
A collection: rows of a plan, collected together, each saved as soon as its own calls have ended.

What is saved already and whole is not asked again, so a collection that was cancelled, or whose
kernel died, goes on where it was when its cell is run again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aibrain_jupyter.execution.provenance.collected import collected_of
from aibrain_jupyter.execution.several.together import carry_out_all
from aibrain_jupyter.magics.collecting.cells import with_answers, work_of
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.tool_executors.evidence.plans.collected import Collected, table
from aibrain_jupyter.tool_executors.evidence.plans.planned import PlannedSaver, decide_exclusions
from aibrain_jupyter.tool_executors.evidence.plans.wanted import saver_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from aibrain_jupyter.execution.calls.job import CallOutcome
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.execution.runs.run import Run
    from aibrain_jupyter.execution.several.together import Planned
    from aibrain_jupyter.magics.collecting.cells import Work
    from aibrain_jupyter.shared.events import Listener
    from aibrain_jupyter.tool_executors.evidence.plans.planning import CollectionPlan
    from aibrain_jupyter.tool_executors.evidence.plans.wanted import Wanted


@dataclass
class Collection:
    """
    What is collected of a plan: `works` by tools; of `known` rows there is nothing to ask.

    `notebook` is the notebook's name, where the caller knows it; `cell` what goes on with it;
    `runs` those that have ended.
    """

    plan: CollectionPlan
    works: tuple[Work, ...]
    known: tuple[Collected, ...] = ()
    notebook: str = ""
    cell: str = ""
    runs: list[Run] = field(default_factory=list)

    async def carry_out(
        self,
        run_id: str,
        listener: Listener,
        token: CancelToken,
        on_outcome: Callable[[CallOutcome], object] = lambda outcome: None,
    ) -> pd.DataFrame:
        """
        Collect and save on the running loop, and return the table.

        Raises:
            InputError: an account, profile or region does not exist; nothing was asked.
            EvidenceError: the store cannot be written; nothing was asked.
        """
        now = dt.datetime.now(dt.UTC)
        ready = [(work, saver_of(self.plan, work.wanted, now)) for work in self.works]
        elsewhere = [saver for _, saver in ready if isinstance(saver, Collected)]
        works = [(work, saver) for work, saver in ready if isinstance(saver, PlannedSaver)]
        savers, wanted = [saver for _, saver in works], [work.wanted for work, _ in works]
        requests = [with_answers(work, saver.raw_folder) for work, saver in works]
        number_of = {id(request): number for number, request in enumerate(requests)}
        ended: dict[int, Collected] = {}

        def end(planned: Planned, run: Run) -> None:
            number = number_of[id(planned.request)]
            ended[number] = self._ended(wanted[number], savers[number], run)

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
                cell=self.cell,
            )
        finally:
            for saver in savers:
                saver.drop()
        for number, one in enumerate(found):
            if isinstance(one, AibrainError):
                want = wanted[number]
                ended[number] = Collected.missing(want.row, want.occurrence, one.what)
            else:
                self.runs.append(one)
        return table(self.plan, [*self.known, *elsewhere, *ended.values()])

    def _ended(self, want: Wanted, saver: PlannedSaver, run: Run) -> Collected:
        """Save the rows of a run; of one that gave none, or was cancelled, say why not."""
        kept = None
        why = "no call gave rows"
        if run.summary.was_cancelled:
            why = "cancelled"
        elif run.error is not None:
            why = run.error.what
        else:
            kept = collected_of(run, notebook=self.notebook)
        if kept is not None:
            try:
                item = saver.keep(kept)
            except AibrainError as exc:
                why = f"not saved: {exc.what}"
            else:
                found = Collected.of_item(want.row, want.occurrence, item, run.id)
                try:
                    saver.sample(item, kept)
                except AibrainError as exc:
                    found = found.without_sample(exc.what)
                try:
                    saver.anchor()
                except AibrainError as exc:
                    found = found.with_remark(exc.what)
                return found
        gaps = len(run.summary.gaps)
        return Collected.missing(want.row, want.occurrence, why, run.id, gaps)


def collection_of(
    plan: CollectionPlan, wanted: Sequence[Wanted], notebook: str = "", cell: str = ""
) -> Collection:
    """
    Return what is to be collected of a plan; everything in it is checked, nothing is sent.
    Raises InputError: a row's tool or parameters do not fit.
    """
    works = tuple(work_of(plan.name, one) for one in wanted if one.known is None)
    known = tuple(one.known for one in wanted if one.known is not None)
    return Collection(plan, works, known, notebook, cell)
