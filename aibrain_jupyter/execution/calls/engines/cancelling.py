"""
What Cancel does to the calls of a run: those under way get a moment, and are then given up.

Calls that wait never begin (``local.py`` gives them their outcome before). A call that is given up
goes on in its thread until it looks whether it is over, and nothing is heard of it any more
(``crew.py``). The same happens when the time of the whole run is over.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

GRACE_S: Final = 0.6
"""How long calls under way may go on after a cancel: a cell must end within a second of Stop."""

_FAREWELL_S: Final = 0.1
"""How long calls that were then given up may take to notice."""


class Worker(Protocol):
    """What makes calls: a task on the loop, or a thread."""

    def cancel(self) -> object:
        """Give up its call."""


async def wind_down(
    workers: Collection[Worker],
    on_loop: Collection[asyncio.Task[Any] | None],
    until_done_or: Callable[[Callable[[], bool]], Awaitable[None]],
    is_forced: Callable[[], bool],
) -> None:
    """
    End the calls under way.

    Args:
        workers: The tasks and threads under way; those that end leave it meanwhile.

        on_loop: Those among them whose call runs on the loop: they are cancelled at once.

        until_done_or: Waits until no worker is left, or its argument says that it is enough.

        is_forced: Whether Cancel was asked for again: then there is no grace.
    """
    for task in on_loop:
        if task is not None:
            task.cancel()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GRACE_S):
            await until_done_or(is_forced)
    for worker in list(workers):
        worker.cancel()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_FAREWELL_S):
            await until_done_or(lambda: False)
