"""
One fetch at a time for each key, within this process.

A fetch that was given up (its run cancelled, its time over) may hang in a request for minutes
yet; nobody waits for it. Whoever is over while waiting is let in to find out by itself.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOOK_UP_S: Final = 0.1
"""How often those who wait look whether somebody is over: no event tells of a deadline."""


def never() -> bool:
    """Tell that a fetch is not over: one that nobody can give up."""
    return False


class _Flight:
    def __init__(self, is_over: Callable[[], bool]) -> None:
        self.is_over = is_over
        self.has_ended = threading.Event()


class SingleFlight:
    """The fetches under way by key, there only while they last."""

    def __init__(self) -> None:
        self._flights: dict[str, _Flight] = {}
        self._guard = threading.Lock()

    @contextmanager
    def hold(self, key: str, *, is_over: Callable[[], bool] = never) -> Iterator[None]:
        """Be the only one in here for that key, save those for whom `is_over` is true."""
        own = _Flight(is_over)
        while (other := self._begin(key, own)) and not is_over():
            other.has_ended.wait(_LOOK_UP_S)
        try:
            yield
        finally:
            with self._guard:
                if self._flights.get(key) is own:
                    del self._flights[key]
            own.has_ended.set()

    def _begin(self, key: str, own: _Flight) -> _Flight | None:
        """Take the key, or return who has it."""
        with self._guard:
            other = self._flights.get(key)
            if other is not None and not other.is_over():
                return other
            self._flights[key] = own
            return None
