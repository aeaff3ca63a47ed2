"""
One call: a blocking function in a thread of our own, and the time-out of any.

Not in the loop's default executor: that has only ``cpu + 4`` threads, is shared
with whatever else runs in the kernel, and delays the kernel's exit.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.calls.engines.cancelling import GRACE_S
from aibrain_jupyter.shared.events import ignore
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.shared.base_tool import CallContext


async def call_in_thread(context: CallContext | None, function: Callable[[], Any]) -> Any:
    """
    Return what `function` returns, or raise what it raises, run in a thread of the pool.

    Cancelling the caller abandons the call: its thread goes on until the function returns, another
    takes its place, and nothing is heard of it any more.
    """
    threads = pool(os.getpid())
    future = threads.submit(_attempt, function)
    try:
        value, error = await asyncio.wrap_future(future)
    except asyncio.CancelledError:
        threads.abandon(future)
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
def pool(process_id: int) -> DaemonThreadPool:
    """
    Return the threads for blocking calls. A forked child has none of them and begins its own.

    Each run brings its own limit, so the pool needs none; its threads stay for later runs.
    """
    return DaemonThreadPool(None, name="aibrain-call")


@contextlib.asynccontextmanager
async def call_timer(
    job: Job, context: CallContext | None, give_up: Callable[[], object]
) -> AsyncIterator[asyncio.Timeout]:
    """
    Give the time-out of a call, by the clock of its context, which may stand still.

    As ``asyncio.timeout``, which can only be moved by those who know when. A call that does not
    heed it is given a moment, then `give_up` is called.
    """
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle | None = None

    def look() -> None:
        nonlocal timer
        left = context.time_left if context is not None else None
        if left is not None and left > 0:
            timer = loop.call_later(left, look)
        else:
            limit.reschedule(loop.time())
            timer = loop.call_later(GRACE_S, give_up)

    async with asyncio.timeout(None) as limit:
        if job.timeout:
            timer = loop.call_later(job.timeout, look)
        try:
            yield limit
        finally:
            if timer is not None:
                timer.cancel()
