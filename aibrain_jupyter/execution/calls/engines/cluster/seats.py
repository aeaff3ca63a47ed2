"""
Which worker has which place: accounts and regions of many parcels stay where they were begun.

Whoever had the last parcel of a place has its clients, and knows the pace. The scheduler chooses
who gets the first one; where it put more places on a worker than that has threads, while another
has one free, the next parcel goes there. It is a wish: a worker that is lost is replaced.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Seats:
    """
    The places of a run at their workers. Used on its loop only.

    Args:
        threads: How many parcels each worker takes at the same time, by its address.
    """

    def __init__(self, threads: Mapping[str, int]) -> None:
        self._threads = dict(threads)
        self._worker_of: dict[Any, str] = {}
        self._taken: Counter[str] = Counter()

    def of(self, place: Any) -> str:
        """Return the worker that the next parcel of a place is meant for; empty: any."""
        worker = self._worker_of.get(place, "")
        if not worker or self._taken[worker] <= self._threads[worker]:
            return worker
        free = max(self._threads, key=lambda one: self._threads[one] - self._taken[one])
        if self._taken[free] < self._threads[free]:
            self.sit(place, free)
            return free
        return worker

    def sit(self, place: Any, worker: str) -> None:
        """Note who has a place."""
        if self._worker_of.get(place) == worker:
            return
        self.leave(place)
        if worker in self._threads:  # one that came later has what the scheduler gives it
            self._worker_of[place] = worker
            self._taken[worker] += 1

    def leave(self, place: Any) -> None:
        """Note that nothing of a place is left, or that its worker is."""
        if worker := self._worker_of.pop(place, ""):
            self._taken[worker] -= 1

    def lose(self, worker: str) -> None:
        """Note that a worker is gone."""
        self._threads.pop(worker, None)
        for place in [place for place, at in self._worker_of.items() if at == worker]:
            del self._worker_of[place]
        self._taken.pop(worker, None)
