"""
What tasks gave, fetched for several of them at once.

Each trip costs the scheduler, through which answers come, more than a short task does. So whoever
is done waits a moment for others, if many are on their way.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

_MOMENT_S: Final = 0.1
_MANY: Final = 16
"""So many are worth the whole moment, fewer a part of it."""


class Fetching:
    """Fetches what tasks gave a client. Used on the loop of its run only."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._asking = 0
        self._others: asyncio.Future[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def result(self, future: Any) -> Any:
        """Return what a task gave; raises as ``await future.result()`` does."""
        from distributed import wait

        with self._client.as_current():
            done = wait([future])
        self._asking += 1
        try:
            await done
            await self._moment()
            return await future.result()  # those that ask now are fetched together
        except TypeError:
            # One that cannot be read spoils the others.
            async with self._one_at_a_time:
                return await future.result()
        finally:
            self._asking -= 1

    async def _moment(self) -> None:
        """Wait until the moment is over that the first one to come has begun."""
        if self._others is None:
            loop = asyncio.get_running_loop()
            self._others = loop.create_future()
            moment_s = _MOMENT_S * min(self._asking - 1, _MANY) / _MANY
            loop.call_later(moment_s, self._end_moment)
        await asyncio.shield(self._others)

    def _end_moment(self) -> None:
        if self._others is not None:
            self._others.set_result(None)
            self._others = None
