"""
Carries out jobs: a few workers on the event loop, blocking functions in threads.

There is one worker per parallel call, not one per job (10 000 quick calls: 0.2 s
of CPU against 2.2 s): a task for functions of the loop, a thread for blocking ones
(``crew.py``), out of a pool of daemon threads that later runs reuse. Whatever
happens, every job ends in exactly one `CallOutcome`; what an abandoned call says
afterwards is dropped. Runs that go on at the same time share their limits
(``execution/calls/limits.py``).
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
from contextvars import copy_context
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.calls import outcomes
from aibrain_jupyter.execution.calls.engines.cancelling import wind_down
from aibrain_jupyter.execution.calls.engines.crew import Crew
from aibrain_jupyter.execution.calls.fair_queue import FairQueue, PausedCalls
from aibrain_jupyter.execution.calls.limits import SharedLimits
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import AROUND
from aibrain_jupyter.execution.metrics.measuring import BEGUN, ENDED, RUNNING
from aibrain_jupyter.shared.call_log import packed
from aibrain_jupyter.shared.collector import MANY_CALLS, paused_at_first
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.events import CallFinished, Listener, ignore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextvars import Context

    from aibrain_jupyter.execution.calls.engines.cancelling import Worker
    from aibrain_jupyter.execution.calls.engines.crew import Seat
    from aibrain_jupyter.execution.calls.engines.on_loop import OnLoop
    from aibrain_jupyter.execution.calls.job import CallOutcome, Job
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.error_handler import AibrainError
    from aibrain_jupyter.shared.events import Event


async def execute_jobs(
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
    """
    Run every job and return how each ended, in the order of `jobs`, whose indexes must differ.

    `max_parallel` run at the same time, `per_key` of one limit key; `limits` are shared with other
    runs that go on (None: these jobs have limits of their own). `emit` is told of `CallStarted` and
    `CallFinished`, on the loop; a call that never began (cancelled in the queue, or born failed)
    has only the latter. `on_outcome` is told of each outcome as it comes, on the loop. `token`
    stops the run: what waits is cancelled, calls under way have ``GRACE_S`` seconds (none when
    forced) and are then abandoned. Results that are there by then are kept. After `run_timeout`
    seconds for all jobs together (None: no limit) what is not done has timed out.

    Raises:
        ValueError: `max_parallel` or `per_key` is less than 1, or two jobs share an index.
    """
    if min(max_parallel, per_key) < 1:
        raise ValueError("max_parallel and per_key must be at least 1")
    if len({job.index for job in jobs}) < len(jobs):
        raise ValueError("two jobs share an index: their outcomes could not be told apart")
    execution = _Execution(jobs, emit, token, on_outcome, max_parallel, run_timeout or 0.0)
    is_many = len(jobs) >= MANY_CALLS
    with paused_at_first(execution.loop) if is_many else contextlib.nullcontext():
        await execution.run(limits or SharedLimits(), per_key)
    found = [execution.outcomes[job.index] for job in jobs]
    # A call that was given up may have hold of the run yet: not of its rows.
    execution.outcomes = dict.fromkeys(execution.outcomes)
    return found


STEP_S: Final = 0.001
"""How long a run looks whether its calls end at once before it takes more threads for them."""


class _Execution:
    """The state of one `execute_jobs`; of the event loop, but for `begin` and `is_stopping`."""

    _crew: Crew
    _queue: FairQueue

    def __init__(
        self,
        jobs: Sequence[Job],
        emit: Listener,
        token: CancelToken,
        on_outcome: Callable[[CallOutcome], object],
        max_parallel: int,
        run_timeout: float,
    ) -> None:
        self.outcomes: dict[int, Any] = {}
        self._jobs = jobs
        self._emit, self._is_watched = emit, emit is not ignore
        self._token = token
        self._on_outcome = on_outcome
        self._holds = PausedCalls(jobs, emit)
        self._contexts: dict[int, CallContext | None] = {}
        self._begun: dict[int, tuple[dt.datetime, float]] = {}
        self._workers: set[Worker] = set()
        self._cancellable: set[asyncio.Task[Any] | None] = set()
        self._changed = asyncio.Event()
        self._ended = 0
        self._next_step: asyncio.TimerHandle | None = None
        self.began = time.monotonic()
        self._is_measured = get_settings().get("metrics")
        self.loop = asyncio.get_running_loop()
        self._max_parallel = max_parallel
        self._run_timeout = run_timeout
        self._deadline = time.monotonic() + run_timeout if run_timeout else None
        self._is_expired = False
        self._fault: BaseException | None = None

    async def run(self, limits: SharedLimits, per_key: int) -> None:
        """Bring every job to its outcome."""
        for job in self._jobs:
            if job.born_failed is not None:
                self.end(job, error=job.born_failed)
        loop = asyncio.get_running_loop()
        begin_more = partial(_call_soon, loop, self._try_to_begin_more, copy_context())
        share = limits.join(max_parallel=self._max_parallel, per_key=per_key, on_room=begin_more)
        self._queue = FairQueue(
            (j for j in self._jobs if j.born_failed is None), share, is_held=self._holds.holds
        )
        self._crew = Crew(self, self._queue, is_watched=self._is_watched)
        timer = None
        if self._run_timeout:
            timer = loop.call_later(self._run_timeout, self._expire)
        RUNNING.add(self)
        BEGUN.put(None)
        forget = self._token.on_cancel(partial(_call_soon, loop, self._changed.set, copy_context()))
        self._holds.watch(begin_more)
        try:
            self._begin_more()
            await self._until_done_or(lambda: self.is_stopping)
            if self.is_stopping:
                for job in self._queue.drain():
                    self.end(job, error=self._stopped(job, has_begun=False))
                await wind_down(
                    self._workers,
                    self._cancellable,
                    self._until_done_or,
                    lambda: self._token.is_forced,
                )
        except asyncio.CancelledError:
            self._token.cancel()
            raise
        finally:
            forget()
            RUNNING.discard(self)
            self._holds.leave()
            for one in (timer, self._next_step):
                if one is not None:
                    one.cancel()
            for worker in list(self._workers):
                worker.cancel()
            self._crew.close()
            share.leave()
        if self._fault is not None:
            raise self._fault
        for job in self._jobs:
            if job.index not in self.outcomes:
                self.end(job, error=self._stopped(job, has_begun=job.index in self._begun))

    @property
    def waiting(self) -> int:
        """How many calls have not begun; from any thread."""
        return max(len(self._jobs) - len(self.outcomes) - len(self._workers), 0)

    @property
    def is_stopping(self) -> bool:
        """Whether no more calls begin; from any thread."""
        return self._token.is_cancelled or self._is_expired or self._fault is not None

    def _expire(self) -> None:
        self._is_expired = True
        self._changed.set()

    def _stopped(self, job: Job, *, has_begun: bool) -> AibrainError:
        if self._is_expired and not self._token.is_cancelled:
            return outcomes.run_timed_out(job, self._run_timeout, self._contexts.get(job.index))
        return outcomes.cancelled(job, has_begun=has_begun)

    async def _until_done_or(self, is_enough: Callable[[], bool]) -> None:
        while (self._workers or self._queue) and not is_enough():
            self._changed.clear()
            await self._changed.wait()

    def _begin_more(self) -> None:
        """
        Begin as many calls as there are places for; again when another run made room.

        In threads they begin in steps, each as many as went on before, and none while calls end:
        threads help where they wait. Those whose calls end at once only take the interpreter's lock
        from each other, which costs more than their calls do.
        """
        self._holds.tell()
        self._queue.wake()
        if self._next_step is not None:
            return
        self._crew.read()
        have_ended, self._ended = len(self.outcomes) > self._ended, len(self.outcomes)
        places = 0 if have_ended and self._workers else max(len(self._workers), 1)
        while not self.is_stopping and len(self._workers) < self._max_parallel:
            if not places:
                if self._queue:
                    self._next_step = self.loop.call_later(STEP_S, self._step)
                return
            job = self._queue.take()
            if job is None:
                return
            if job.work.is_async:
                self._on_loop.begin(job)
            elif self._seat(job):
                places -= 1
            elif self._workers:
                return  # those there are make it

    @cached_property
    def _on_loop(self) -> OnLoop:
        from aibrain_jupyter.execution.calls.engines.on_loop import OnLoop

        return OnLoop(
            self,
            self._queue,
            self._emit,
            self._workers,
            self._cancellable,
            seat=self._seat,
            on_change=self._worker_has_left,
        )

    def _worker_has_left(self) -> None:
        if self._queue and not self.is_stopping:
            self._try_to_begin_more()  # in its place
        self._changed.set()

    def _step(self) -> None:
        self._next_step = None
        self._try_to_begin_more()

    def _try_to_begin_more(self) -> None:
        # Where nobody else would see that it raised, and the run would wait for ever.
        try:
            self._begin_more()
        except Exception as exc:  # noqa: BLE001 - raised again by the run
            self.fail(exc)

    def _seat(self, job: Job) -> bool:
        """Have a job done in a further thread; tell whether there is one."""
        try:
            self._workers.add(self._crew.seat(job))
        except RuntimeError as exc:
            if self._workers:
                self._queue.put_back(job)
            else:
                self._queue.release(job)
                self.end(job, error=outcomes.no_thread(job, exc))
            return False
        return True

    def leave(self, seat: Seat, job: Job | None = None, made: Any = None) -> None:
        """
        Note that a thread makes no more calls: of those that wait, others may take its place.

        A `job` that it came to is for the loop, or what it has `made` is to be awaited there.
        """
        self._crew.seats.discard(seat)
        self._workers.discard(seat)
        if job is not None and made is None and self.is_stopping:
            self._queue.release(job)
            self.end(job, error=self._stopped(job, has_begun=False))
        elif job is not None:
            self._on_loop.begin(job, seat.context, made)
        if self._queue and not self.is_stopping:
            self._begin_more()
        self._changed.set()

    def fail(self, error: BaseException) -> None:
        """End the run with a fault that is no call's."""
        self._fault = self._fault or error
        self._changed.set()

    def begin(self, job: Job, emit: Listener) -> CallContext | None:
        """
        Note that a call begins now, in this thread, and return its context, a whole one: every call
        has its own, its counters are its own.
        """
        index = job.index
        self._begun[index] = (dt.datetime.now(dt.UTC), time.perf_counter())
        AROUND.set(self._token)  # for a run within the call; in the variables of the call
        context = job.work.context(
            target=job.target,
            index=index,
            emit=emit,
            cancelled=self._token.event,
            deadline=time.monotonic() + job.timeout if job.timeout else None,
            run_deadline=self._deadline,
        )
        if context is not None and not self._is_watched:
            context.sign_in_wait = 0.0  # nobody is told, so nobody would sign in
        self._contexts[index] = context
        return context

    def hear(self, event: Event) -> None:
        """Pass on what a thread tells, unless its call has ended meanwhile."""
        if getattr(event, "index", None) not in self.outcomes:
            self._emit(event)

    def end_late(self, job: Job, context: CallContext | None, *, is_over: bool) -> None:
        """Settle a job that is given up: its own time `is_over`, or its run is stopped."""
        if not is_over:
            self.end(job, error=self._stopped(job, has_begun=True))
            return
        self.end(job, error=outcomes.timed_out(job, context))

    def end(self, job: Job, *, value: Any = None, error: BaseException | None = None) -> None:
        """Settle a job, unless it is settled already: the first outcome holds."""
        index = job.index
        if index in self.outcomes:
            return
        if error is not None and isinstance(error, (KeyboardInterrupt, asyncio.CancelledError)):
            if isinstance(error, KeyboardInterrupt):  # raised in a thread
                self._token.cancel()
            error = self._stopped(job, has_begun=True)
        started_at, began = self._begun.get(index, (None, 0.0))
        seconds = time.perf_counter() - began if started_at else 0.0
        context, throttled = self._contexts.pop(index, None), 0
        if context is not None:
            throttled = context.throttled
            # One that went well and asked nothing has nothing to add.
            has_asked = context.answered or context.operations or error is not None
            if has_asked and self._is_measured:
                ENDED.append((job, context))
        when = (seconds, started_at, throttled)
        if error is None:
            try:
                outcome = outcomes.outcome_of_value(job, value, *when)
            except Exception as exc:  # noqa: BLE001 - a value that cannot be looked at is a fault
                error, value = exc, None
        if error is not None:
            requests = packed(context.answered) if context is not None else ""
            outcome = outcomes.outcome_of_error(job, error, *when, requests)
        self.outcomes[index] = outcome
        self._on_outcome(outcome)
        if not self._is_watched:
            return
        self._emit(
            CallFinished(
                job.index,
                job.target,
                job.title,
                outcome.outcome,
                outcomes.count_rows(value),
                seconds,
                outcomes.source_of(value),
                outcome.error.reason if outcome.error else "",
            )
        )


def _call_soon(
    loop: asyncio.AbstractEventLoop, callback: Callable[[], object], variables: Context
) -> None:
    """
    Call on `loop`, from any thread, in variables of the run's own: who asks may be another run.
    Nothing to do when the loop is closed: its run is over.
    """
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(callback, context=variables.copy())
