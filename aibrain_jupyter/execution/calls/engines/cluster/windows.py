"""
How many parcels of a run are at the scheduler: enough that no worker waits, and few more.

What is there is in no order that could still be changed, and another run has to wait for it. But
to send a few costs the scheduler as much as to send many. So where parcels are quick more are sent
at a time, up to about as many as are made in a second.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MOST: Final = 1_000
"""Tasks at the scheduler at once; cancelling many more takes it seconds."""
_EACH_THREAD: Final = 4
_MOST_EACH_THREAD: Final = 64
_OFTEN_S: Final = 0.25
"""Sent more often than so, more is sent at a time; four times as seldom, less."""


class Window:
    """
    The parcels of one run that are at the scheduler.

    Args:
        threads: How many its workers take at the same time.

        clock: In seconds.
    """

    def __init__(self, threads: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._least = max(_EACH_THREAD, min(MOST, _EACH_THREAD * threads))
        self._most = max(_EACH_THREAD, min(MOST, _MOST_EACH_THREAD * threads))
        self._size, self._clock = self._least, clock
        self._sent_at: float | None = None

    def room(self, at_scheduler: int) -> int:
        """Return how many may be sent now that so many are there; 0: it is not worth it yet."""
        room = self._size - at_scheduler
        return room if room >= max(1, self._size // 4) else 0

    def sent(self) -> None:
        """Note that some were sent."""
        now = self._clock()
        if self._sent_at is not None:
            if now - self._sent_at < _OFTEN_S:
                self._size = min(2 * self._size, self._most)
            elif now - self._sent_at > 4 * _OFTEN_S:
                self._size = max(self._size // 2, self._least)
        self._sent_at = now
