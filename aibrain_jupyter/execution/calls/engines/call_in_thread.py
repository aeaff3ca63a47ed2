"""
One call: a blocking function in a thread of our own, and the time-out of any.

Not in the loop's default executor: that has only ``cpu + 4`` threads, is shared
with whatever else runs in the kernel, and delays the kernel's exit.
"""

from __future__ import annotations

import asyncio
import functools
import os
import sys
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.events import ignore
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.shared.base_tool import CallContext


async def call_in_thread(context: CallContext | None, function: Callable[[], Any]) -> Any:
    """
    Return what `function` returns, or raise what it raises, run in a thread of the pool.

    Cancelling the caller abandons the call: its thread goes on until the function returns, another
    takes its place, and nothing is heard of it any more.
    """
    pool = _pool(os.getpid())
    future = pool.submit(_attempt, function)
    try:
        value, error = await asyncio.wrap_future(future)
    except asyncio.CancelledError:
        pool.abandon(future)
        if context is not None:
            context.emit = ignore  # the run is over, or will be, when it still goes on
        raise
    if error is not None:
        raise error
    return value


def _attempt(function: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """Return value and exception: a future that nobody waits for must not hold an exception."""
    try:
        return function(), None
    except BaseException as exc:  # noqa: BLE001 - raised again where the call is awaited
        return None, exc


@functools.cache
def _pool(process_id: int) -> DaemonThreadPool:
    """
    Return the threads for blocking calls. A forked child has none of them and begins its own.

    Each run brings its own limit, so the pool needs none; its threads stay for later runs.
    """
    return DaemonThreadPool(sys.maxsize, name="aibrain-call")


class CallTimer:
    """
    The time-out of a call, by the clock of its context, which may stand still.

    ``async with`` it: as ``asyncio.timeout``, which can only be moved by those who know when.
    """

    def __init__(self, job: Job, context: CallContext | None) -> None:
        self._job = job
        self._context = context
        self._limit = asyncio.timeout(None)
        self._timer: asyncio.TimerHandle | None = None

    def expired(self) -> bool:
        """Tell whether the time is over."""
        return self._limit.expired()

    async def __aenter__(self) -> CallTimer:
        await self._limit.__aenter__()
        if self._job.timeout:
            self._look_in(self._job.timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self._limit.__aexit__(kind, error, traceback)

    def _look_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        left = self._context.time_left if self._context is not None else None
        if left is not None and left > 0:
            self._look_in(left)
        else:
            self._limit.reschedule(asyncio.get_running_loop().time())
