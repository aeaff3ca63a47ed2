"""The time-out of one call, by the clock of its context, which may stand still."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.shared.base_tool import CallContext


class CallTimer:
    """``async with`` it: as ``asyncio.timeout``, which can only be moved by those who know when."""

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
