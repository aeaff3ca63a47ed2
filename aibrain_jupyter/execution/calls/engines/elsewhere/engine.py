"""An engine whose calls other processes make: some leave, the rest is made here meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.calls.engines import local
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run
from aibrain_jupyter.execution.calls.engines.elsewhere.sending import Carrier, Sent, send
from aibrain_jupyter.shared.collector import paused_throughout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aibrain_jupyter.execution.calls.engines.leaving import Parted
    from aibrain_jupyter.execution.calls.engines.report import Report
    from aibrain_jupyter.execution.calls.job import CallOutcome, Job
    from aibrain_jupyter.execution.calls.limits import SharedLimits
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.shared.events import Listener


class Elsewhere:
    """
    Carries out the jobs that were parted.

    Args:
        parted: Which of them leave.

        carrier: How they travel.

        report: What is said of it all; filled while it goes on.

        seconds: What calls took before, by place; where to begin with.
    """

    def __init__(
        self, parted: Parted, carrier: Carrier, report: Report, seconds: Mapping[Any, float]
    ) -> None:
        self.report = report
        self._parted, self._carrier, self._seconds = parted, carrier, seconds

    async def execute_jobs(
        self,
        jobs: Sequence[Job],
        *,
        max_parallel: int,
        per_key: int = 8,
        emit: Listener,
        token: CancelToken,
        limits: SharedLimits | None = None,
        run_timeout: float | None = None,
        on_outcome: Callable[[CallOutcome], object] = lambda outcome: None,
    ) -> list[CallOutcome]:
        """Run the jobs that were parted, as `local.execute_jobs` would."""
        loop = asyncio.get_running_loop()
        until = loop.time() + run_timeout if run_timeout else None
        common: Any = {
            "max_parallel": max_parallel,
            "per_key": per_key,
            "emit": emit,
            "token": token,
            "limits": limits,
            "on_outcome": on_outcome,
        }
        sent = Sent(
            self._parted.away,
            Run(parallel=min(per_key, max_parallel)),
            carried=self._parted.carried,
            seconds=self._seconds,
            emit=emit,
            on_outcome=on_outcome,
            report=self.report,
        )
        try:
            with paused_throughout(loop, len(self._parted.away)):
                async with asyncio.TaskGroup() as both:
                    here = both.create_task(
                        local.execute_jobs(self._parted.here, run_timeout=run_timeout, **common)
                    )
                    both.create_task(send(sent, self._carrier, token, run_timeout))
        except BaseExceptionGroup as faults:
            raise faults.exceptions[0] from None  # a group has no error output in a notebook
        found = {outcome.index: outcome for outcome in here.result()} | sent.outcomes
        if sent.staying:
            left = max(until - loop.time(), 0.001) if until else None
            staying = [sent.jobs[index] for index in sent.staying]
            for outcome in await local.execute_jobs(staying, run_timeout=left, **common):
                found[outcome.index] = outcome
        for why in sent.staying.values():
            words = f"a worker could not ({why.rstrip('.')})"
            self.report.stayed[words] = self.report.stayed.get(words, 0) + 1
        labels = {i: f"{one.title} on {one.target.label}" for i, one in found.items()}
        self.report.begun_twice = [labels[index] for index in sent.begun_twice]
        self.report.maybe_begun_twice = [labels[index] for index in sent.maybe_begun_twice]
        return [found[job.index] for job in jobs]
