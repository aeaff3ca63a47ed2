"""
Python's cyclic collector, off while much is made that nobody throws away.

It looks for cycles whenever enough objects were made, through all there are. Reading a model or a
long page makes 100 000 objects that are kept: a quarter to a third of the time would go into
looking through them, again and again. It is on again when the last one has ended, however that
was, unless somebody else had switched it off before. What stays as long as the process, a model
say, need not be looked through afterwards either (`count_as_old`).
"""

from __future__ import annotations

import gc
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

MOST_NEW: Final = 500_000
"""Objects made since the last collection, less those that are gone."""
LONGEST_S: Final = 5.0
MANY_CALLS: Final = 64
"""Calls whose outcomes are worth a pause; fewer are soon over."""
PAUSE_S: Final = 2.0
MOST_UNSEEN: Final = 16
"""Runs in a row that count as old without a look through all there is."""
MOST_UNSEEN_NEW: Final = 2_000_000
"""Objects of theirs, less those that are gone: some hundred MB if all were garbage."""
FROZEN_BY_PYTHON: Final = 1000
"""Python 3.12 begins with some hundred objects frozen; who freezes his own has many more."""


class _PausedCollector:
    """Keeps the collector off until the last of the threads in here leaves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._was_enabled = False
        self._collected_at = 0.0
        self._unseen_runs = self._unseen = 0

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._was_enabled = gc.isenabled()
                self._collected_at = time.monotonic()
                gc.disable()
            self._inside += 1

    def __exit__(self, *exc_info: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._was_enabled:
                gc.enable()

    def collect_if_due(self) -> None:
        """
        Collect the younger objects if `MOST_NEW` were made or `LONGEST_S` seconds went by inside:
        who stays long calls it now and then, so that cycles of others are freed.
        """
        now = time.monotonic()
        if gc.get_count()[0] < MOST_NEW and now - self._collected_at < LONGEST_S:
            return
        with self._lock:
            if not self._inside or not self._was_enabled:
                return
            self._collected_at = now
        gc.collect(1)

    def count_as_old(self) -> None:
        """
        Count all there is as old: what was made in here stays.

        The collector would look through it three times before it does so by itself. Garbage of
        others that is among it is found when the old is looked through.
        """
        # Somebody who froze objects has them stay frozen.
        if gc.get_freeze_count() < FROZEN_BY_PYTHON:
            gc.freeze()
            gc.unfreeze()  # to the oldest: nothing is looked through for that

    def count_run_as_old(self) -> None:
        """
        Do the same with what a run leaves, until its successor ends; to be called inside.

        Python looks through the old when enough has become old by itself, and what is counted so
        has not: cycles that tools leave would stay. So all is looked through after `MOST_UNSEEN`
        runs, or `MOST_UNSEEN_NEW` objects.
        """
        self._unseen_runs += 1
        self._unseen += gc.get_count()[0]
        self.count_as_old()
        is_due = self._unseen_runs >= MOST_UNSEEN or self._unseen >= MOST_UNSEEN_NEW
        if is_due and self._was_enabled:
            self._unseen_runs = self._unseen = 0
            gc.collect()


# One for the process, because the collector is.
paused_collector: Final = _PausedCollector()


@contextmanager
def paused_throughout(loop: asyncio.AbstractEventLoop, calls: int) -> Iterator[None]:
    """
    Keep the collector off in here, for many calls that other processes make: what comes of them is
    kept. What others made meanwhile is looked through every `LONGEST_S` seconds, by the loop's
    clock.
    """
    if calls < MANY_CALLS:
        yield
        return
    timer: asyncio.TimerHandle

    def look() -> None:
        nonlocal timer
        paused_collector.collect_if_due()
        timer = loop.call_later(LONGEST_S, look)

    timer = loop.call_later(LONGEST_S, look)
    with paused_collector:
        try:
            yield
        finally:
            timer.cancel()


@contextmanager
def paused_at_first(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """
    Keep the collector off in here for `PAUSE_S` seconds, by the clock of a loop.

    What a run makes of thousands of quick calls is kept. One that goes on has calls that take their
    time, and they may throw away what only the collector finds.
    """
    with ExitStack() as pause:
        pause.enter_context(paused_collector)
        resume = loop.call_later(PAUSE_S, pause.close)
        try:
            yield
        finally:
            resume.cancel()
