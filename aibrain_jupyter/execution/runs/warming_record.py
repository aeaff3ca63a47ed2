"""
What was warmed, in the history: each request as a run of its own, each call with its outcome.

A warmed run is marked as one: it can be looked up like any other, and what stands
there of a call's duration serves estimates. But it is no work that was left
undone and none that a period consists of, so ``resume`` without an id and
``cache warm --from`` pass it over. Only figures are kept, never rows.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.calls.outcomes import cancelled, outcome_of_error
from aibrain_jupyter.execution.runs.combine import find_gaps
from aibrain_jupyter.execution.runs.history import call_row
from aibrain_jupyter.execution.runs.plan import oldest_accepted
from aibrain_jupyter.execution.runs.session import COMPLETE, get_session

if TYPE_CHECKING:
    from aibrain_jupyter.execution.calls.job import CallOutcome
    from aibrain_jupyter.execution.runs.plan import Plan


class WarmRecord:
    """The warming of one request, entered into the history at once and completed by `finish`."""

    def __init__(self, plan: Plan) -> None:
        self.run_id = get_session().next_run_id()
        self._plan = plan
        self._began = time.monotonic()
        self._calls: list[tuple[Any, ...]] = []
        self._gaps = 0
        self._has_success = False
        started_at = dt.datetime.now(dt.UTC)
        get_session().begin(
            self.run_id,
            plan,
            started_at=started_at,
            accepts_from=oldest_accepted(plan.request, started_at),
            is_warming=True,
        )

    def add(self, outcome: CallOutcome) -> None:
        """Note how a call ended. Calls end in the order of the plan."""
        self._calls.append(call_row(outcome))
        self._gaps += len(find_gaps([outcome]))
        self._has_success |= not outcome.outcome.is_gap

    def finish(self, *, was_cancelled: bool) -> None:
        """Complete the run; calls that have not ended by now were not made."""
        for job in self._plan.jobs[len(self._calls) :]:
            self.add(outcome_of_error(job, cancelled(job, has_begun=False)))
        word = "cancelled" if was_cancelled else "gaps" if self._has_success else "failed"
        get_session().keep_warmed(
            self.run_id,
            self._calls,
            gaps=self._gaps,
            seconds=time.monotonic() - self._began,
            outcome=word if self._gaps else COMPLETE,
        )
