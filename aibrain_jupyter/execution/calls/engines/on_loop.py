"""
The calls of one run that are made on its loop: async ones, and what a blocking one has made.

Each is a task, which goes on with the next call that is for the loop, as a thread does
(``crew.py``). Its time-out cancels it; one that goes on all the same is left behind.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.calls.engines.call_in_thread import call_timer
from aibrain_jupyter.shared.events import CallStarted, Listener, ignore

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aibrain_jupyter.execution.calls.engines.cancelling import Worker
    from aibrain_jupyter.execution.calls.engines.crew import Execution
    from aibrain_jupyter.execution.calls.fair_queue import FairQueue
    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.shared.base_tool import CallContext


class OnLoop:
    """
    The tasks of one run. Of its loop.

    Args:
        run: What carries out the run.

        queue: Where further calls come from.

        emit: Told that a call begins.

        workers: Those of the run, to which each task belongs until it ends or is given up.

        cancellable: Has the tasks whose call is awaited now.

        seat: Has a job done in a thread.

        on_change: Called when a task has left.
    """

    def __init__(
        self,
        run: Execution,
        queue: FairQueue,
        emit: Listener,
        workers: set[Worker],
        cancellable: set[asyncio.Task[Any] | None],
        *,
        seat: Callable[[Job], object],
        on_change: Callable[[], object],
    ) -> None:
        self._run, self._queue, self._emit, self._workers = run, queue, emit, workers
        self._cancellable = cancellable
        self._seat, self._on_change = seat, on_change

    def begin(self, job: Job, context: CallContext | None = None, made: Any = None) -> None:
        """Make a call; or await what it has `made` in a thread, where it has its context."""
        worker = asyncio.get_running_loop().create_task(
            self._work(job, context, made), name=f"aibrain-worker-{job.index}"
        )
        self._workers.add(worker)
        worker.add_done_callback(self._forget)

    def _forget(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        # What ended a worker, such as a listener that raises, is a fault; never lose it.
        error = None if worker.cancelled() else worker.exception()
        if error is not None and not isinstance(error, KeyboardInterrupt | GeneratorExit):
            self._run.fail(error)
        self._on_change()

    async def _work(self, job: Job, context: CallContext | None, made: Any) -> None:
        following: Job | None = job
        worker = asyncio.current_task()
        while following is not None and (following.work.is_async or made is not None):
            try:
                await self._make(following, context, made)
            finally:
                if worker in self._workers:
                    self._queue.release(following)
            if worker not in self._workers:
                return  # given up: another one has its place
            following, made = None if self._run.is_stopping else self._queue.take(), None
        if following is not None:
            self._seat(following)

    async def _make(self, job: Job, context: CallContext | None, made: Any) -> None:
        if made is None and self._emit is not ignore:
            self._emit(CallStarted(job.index, job.target, job.title))
        try:
            if made is None:
                context = self._run.begin(job, self._emit)
            value = await self._in_time(job, context, made)
        except asyncio.CancelledError as exc:
            self._run.end(job, error=exc)
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
        except GeneratorExit as exc:
            self._run.end(job, error=exc)
            raise  # it may be that this coroutine is closed
        except BaseException as exc:  # noqa: BLE001 - becomes the call's outcome
            # KeyboardInterrupt, too: Stop was pressed again while this job blocked the loop. Passed
            # on, it would end the kernel's own loop.
            self._run.end(job, error=exc)
        else:
            self._run.end(job, value=value)

    async def _in_time(self, job: Job, context: CallContext | None, made: Any) -> Any:
        give_up = partial(self._give_up, job, context, asyncio.current_task())
        try:
            async with call_timer(job, context, give_up) as limit:
                return await self._awaited(job.work.call(context) if made is None else made)
        except TimeoutError:
            if not limit.expired():
                raise
            self._run.end_late(job, context, is_over=True)
            return None

    async def _awaited(self, awaitable: Awaitable[Any]) -> Any:
        worker = asyncio.current_task()
        self._cancellable.add(worker)
        try:
            return await awaitable
        finally:
            self._cancellable.discard(worker)

    def _give_up(self, job: Job, context: CallContext | None, worker: Any) -> None:
        """Let a call go on alone that goes on though its time-out has cancelled it."""
        if worker not in self._workers:
            return
        self._workers.discard(worker)
        self._queue.release(job)
        try:
            self._run.end_late(job, context, is_over=True)
        except Exception as exc:  # noqa: BLE001 - a listener's: raised again by the run
            self._run.fail(exc)
        if context is not None:
            context.emit = ignore
        self._on_change()
