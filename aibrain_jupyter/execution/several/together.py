"""
Several requests carried out as one: one queue of calls, one progress, one Cancel; a run of each.

Each request keeps its own plan, its own entry in the history and its own run, so what is missing of
one is resumed like any other. One that cannot even be planned ends nothing but itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aibrain_jupyter.execution.calls.engines.choosing import opened
from aibrain_jupyter.execution.calls.limits import get_shared_limits
from aibrain_jupyter.execution.exporters.following import begin as begin_recording
from aibrain_jupyter.execution.runs.dividing import EarlierRuns
from aibrain_jupyter.execution.runs.plan import make_plan, oldest_accepted
from aibrain_jupyter.execution.runs.roll_calls import call_the_roll
from aibrain_jupyter.execution.runs.run import check_recording, ended_run
from aibrain_jupyter.execution.runs.session import Together, get_session
from aibrain_jupyter.execution.runs.under_way import RunUnderWay
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import AibrainError, InputError
from aibrain_jupyter.shared.events import Listener, RunFinished, RunStarted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aibrain_jupyter.execution.calls.engines.report import Report
    from aibrain_jupyter.execution.calls.job import CallOutcome
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.execution.runs.plan import Plan
    from aibrain_jupyter.execution.runs.request import Request
    from aibrain_jupyter.shared.tools.totals import ControlTotal
from aibrain_jupyter.execution.runs.run import Run


@dataclass(frozen=True, slots=True)
class Planned:
    """A request of several, the id of its run, and its plan or why there is none."""

    request: Request
    run_id: str
    plan: Plan | None = None
    problem: AibrainError | None = None


async def plan_all(
    requests: Sequence[Request], token: CancelToken, started_at: dt.datetime
) -> list[Planned]:
    """
    Return the plans of several requests; their calls are numbered through.
    Raises InputError: one names an account, profile or region that does not exist.
    """
    found: list[Planned] = []
    number = 0
    for request in requests:
        run_id = get_session().next_run_id()
        try:
            plan = await make_plan(request, token, asked_at=started_at)
        except InputError as exc:
            exc.what = f"{request.text.partition(chr(10))[0]}: {exc.what}"
            raise
        except AibrainError as exc:
            found.append(Planned(request, run_id, problem=exc))
            continue
        jobs = tuple(dataclasses.replace(job, index=number + job.index) for job in plan.jobs)
        number += len(jobs)
        found.append(Planned(request, run_id, dataclasses.replace(plan, jobs=jobs)))
    return found


async def carry_out_all(
    requests: Sequence[Request],
    run_id: str,
    title: str,
    listener: Listener,
    token: CancelToken,
    on_planned: Callable[[], object] = lambda: None,
    on_ended: Callable[[Planned, Run], object] = lambda planned, run: None,
    on_outcome: Callable[[CallOutcome], object] = lambda outcome: None,
    cell: str = "",
) -> list[Run | AibrainError]:
    """
    Carry out several requests on the running loop.

    Args:
        requests: In the order of their rows.

        run_id: What the whole is called in its progress.

        title: What it says there.

        listener: Told of every event, on the loop.

        token: Cancelled, each run ends with what it has.

        on_planned: Called when nothing was found wrong, before anything is asked.

        on_ended: Given a request and its run as soon as all its calls have ended, in a thread,
            while calls of others go on.

        on_outcome: Told how each call ended.

        cell: What asks again for what is missing of them.

    Returns:
        For each request its run, kept in the session, or why it could not be planned.
    """
    started_at, began = dt.datetime.now(dt.UTC), time.monotonic()
    check_recording()
    begin_recording()
    listener(RunStarted(run_id, title, 0))
    ends: list[_End] = []
    try:
        planned = await plan_all(requests, token, started_at)
        on_planned()
        ends = [_End(each, started_at, token, on_ended) for each in planned]
        jobs = [job for each in planned if each.plan for job in each.plan.jobs]
        owners = [end for end in ends if end.planned.plan for _ in end.planned.plan.jobs]
        listener(RunStarted(run_id, title, len(jobs)))

        def tell(outcome: CallOutcome) -> None:
            on_outcome(outcome)
            owners[outcome.index].add(outcome)

        said = next((request.options.engine for request in requests), "")
        plans = [each.plan for each in planned if each.plan]
        async with opened(jobs, said, EarlierRuns(plans), token) as engine:
            for end in ends:
                end.begin(engine.report)
            await engine.execute_jobs(
                jobs,
                max_parallel=get_settings().get("max_parallel"),
                emit=listener,
                token=token,
                limits=get_shared_limits(),
                on_outcome=tell,
            )
        found = [await end.result() for end in ends]
        runs = tuple(one.id for one in found if not isinstance(one, AibrainError))
        problems = tuple(
            (end.planned.request.spec, one)
            for end, one in zip(ends, found, strict=True)
            if isinstance(one, AibrainError)
        )
        get_session().keep_together(Together(run_id, title, cell, runs, problems))
        return found
    finally:
        for end in ends:
            end.leave()
        listener(RunFinished(run_id, time.monotonic() - began, token.is_cancelled))


class _End:
    """
    The end of one request: when its last call has ended its run is made, kept and handed over.

    That is done in a thread, while calls of others go on and others end.
    """

    def __init__(
        self,
        planned: Planned,
        started_at: dt.datetime,
        token: CancelToken,
        on_ended: Callable[[Planned, Run], object],
    ) -> None:
        self.planned = planned
        self._started_at, self._began = started_at, time.monotonic()
        self._token, self._on_ended = token, on_ended
        self._outcomes: list[CallOutcome] = []
        self._raw = contextlib.ExitStack()
        self._report: Report | None = None
        self._task: asyncio.Task[Run] | None = None

    def begin(self, report: Report) -> None:
        """Enter it in the history; where it has no call, it has ended."""
        self._report = report
        if (plan := self.planned.plan) is not None:
            began = self._started_at
            since = oldest_accepted(plan.call.policy, began)
            history = get_session().history
            history.begin(self.planned.run_id, plan, started_at=began, accepts_from=since)
            self._raw.enter_context(plan.call.raw or contextlib.nullcontext())
            spec, run_id = plan.request.spec, self.planned.run_id
            get_session().under_way[run_id] = RunUnderWay(
                run_id, plan.title, spec.places, began, self._outcomes, len(plan.jobs)
            )
            self._end_if_over()

    def add(self, outcome: CallOutcome) -> None:
        """Take the outcome of one of its calls."""
        self._outcomes.append(outcome)
        self._end_if_over()

    async def result(self) -> Run | AibrainError:
        """Return its run, without rows, or why it could not be planned."""
        if self._task is None:
            assert self.planned.problem is not None
            return self.planned.problem
        return await self._task

    def leave(self) -> None:
        """Take it out of the runs that go on."""
        get_session().under_way.pop(self.planned.run_id, None)

    def _end_if_over(self) -> None:
        plan = self.planned.plan
        assert plan is not None
        if len(self._outcomes) == len(plan.jobs):
            self._task = asyncio.ensure_future(self._finish(plan))

    async def _finish(self, plan: Plan) -> Run:
        self._raw.close()
        outcomes, self._outcomes = sorted(self._outcomes, key=lambda one: one.index), []
        roll_calls: tuple[ControlTotal, ...] = ()
        if plan.call.policy.wants_totals:
            roll_calls = await call_the_roll(plan, outcomes, self._token)
        seconds = time.monotonic() - self._began
        began, report = self._started_at, self._report
        run = ended_run(self.planned.run_id, plan, outcomes, began, seconds, roll_calls, report)
        get_session().keep(run)
        await asyncio.to_thread(self._on_ended, self.planned, run)
        return run.without_values()
