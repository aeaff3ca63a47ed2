"""A collection in the background: a job like any other, whose rows are the table."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.runs.background import BackgroundRun
from aibrain_jupyter.execution.runs.combine import RunSummary

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.execution.runs.run import Run
    from aibrain_jupyter.magics.collecting.collection import Collection
    from aibrain_jupyter.shared.events import Listener


@dataclasses.dataclass(frozen=True)
class EndedCollection:
    """A collection that has ended, as jobs see a run: table, figures, coverage."""

    frame: pd.DataFrame
    summary: RunSummary
    coverage: pd.DataFrame
    error: BaseException | None = None

    @property
    def outcome_word(self) -> str:
        """``complete``, ``gaps`` or ``cancelled``."""
        if self.summary.was_cancelled:
            return "cancelled"
        return "gaps" if self.frame.attrs["evidence"]["status"] else "complete"


class BackgroundCollection(BackgroundRun):
    """A collection that goes on while other cells compute."""

    def __init__(self, collection: Collection, token: CancelToken, listener: Listener) -> None:
        super().__init__(collection.works[0].request, token=token, listener=listener)
        self.title = collection.plan.title
        self._collection = collection

    async def _carry_out(self) -> Any:
        table = await self._collection.carry_out(
            self.id, self._listen, self._token, self._outcomes.append
        )
        coverage = self.coverage
        self._frame, self._outcomes = table, []
        runs, seconds = self._collection.runs, time.monotonic() - self._began
        return EndedCollection(table, summary_of(self.id, self.title, runs, seconds), coverage)

    @property
    def frame(self) -> pd.DataFrame | None:
        """The table once it has ended; None before."""
        return self._frame


def summary_of(run_id: str, title: str, runs: Sequence[Run], seconds: float) -> RunSummary:
    """Return the figures of several runs as those of one."""
    summaries = [run.summary for run in runs]
    counts: Counter[Any] = Counter()
    for one in summaries:
        counts.update(one.counts)
    return RunSummary(
        run_id=run_id,
        tool=title,
        calls=sum(one.calls for one in summaries),
        rows=sum(one.rows for one in summaries),
        counts=dict(counts),
        from_cache=sum(one.from_cache for one in summaries),
        oldest_age_s=max((one.oldest_age_s for one in summaries), default=0.0),
        gaps=tuple(gap for one in summaries for gap in one.gaps),
        seconds=seconds,
        was_cancelled=any(one.was_cancelled for one in summaries),
        is_demo=any(one.is_demo for one in summaries),
        not_known=sum(one.not_known for one in summaries),
    )
