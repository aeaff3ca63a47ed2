"""
Which calls go out next, so that each account and region is asked at its own pace.

Providers count requests by account and region. One worker keeps their pace; two that know nothing
of each other find the same limit twice, by refusals. So of one place one parcel is under way at
first, twice as many after each that was not refused anything, and again one, for the rest of the
run, after one that was. Places with the most parcels come first, as they need the most turns.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, TypeAlias

from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aibrain_jupyter.execution.calls.job import Job


_Place: TypeAlias = tuple[Any, ...]


class Turns:
    """
    The parcels of a run that wait. Used on its loop only.

    Args:
        parcels: Calls that travel together, all of one place; the first ones first.

        most: How many parcels of one place may be under way at the same time.
    """

    def __init__(self, parcels: Iterable[Sequence[Job]], most: int) -> None:
        self._most = most
        self._waiting: dict[_Place, deque[Sequence[Job]]] = {}
        self._under_way: Counter[_Place] = Counter()
        self._may: dict[_Place, int] = {}
        self._throttled: set[_Place] = set()
        for jobs in parcels:
            self._waiting.setdefault(place_of(jobs[0]), deque()).append(jobs)
        self._order = {place: number for number, place in enumerate(self._waiting)}
        self._ready: list[tuple[int, int, _Place]] = []
        self._is_ready: set[_Place] = set()
        for place in self._waiting:
            self._queue(place)

    def __bool__(self) -> bool:
        """Whether any parcel waits."""
        return bool(self._waiting)

    def take(self, most: int) -> list[Sequence[Job]]:
        """Return parcels that may go out now, at most so many; one at least if none is out."""
        found: list[Sequence[Job]] = []
        while self._ready and len(found) < most:
            place = heapq.heappop(self._ready)[2]
            self._is_ready.discard(place)
            found.append(self._waiting[place].popleft())
            self._under_way[place] += 1
            if not self._waiting[place]:
                del self._waiting[place]
            self._queue(place)
        return found

    def begun(self, jobs: Sequence[Job]) -> None:
        """Note that a parcel is under way that was not taken here: its place has its turn."""
        self._under_way[place_of(jobs[0])] += 1

    def ended(self, jobs: Sequence[Job], *, was_throttled: bool) -> None:
        """Note that a parcel has come back: its place has its turn again."""
        place = place_of(jobs[0])
        self._under_way[place] -= 1
        if was_throttled:
            self.slow_down(jobs[0])
        elif place not in self._throttled:
            self._may[place] = min(2 * self._may.get(place, 1), self._most)
        self._queue(place)

    def _queue(self, place: _Place) -> None:
        """Give a place its turn if it may have one; the more parcels it has, the sooner."""
        may = self._under_way[place] < self._may.get(place, 1)
        if may and place in self._waiting and place not in self._is_ready:
            self._is_ready.add(place)
            heapq.heappush(self._ready, (-len(self._waiting[place]), self._order[place], place))

    def has_more(self, jobs: Sequence[Job]) -> bool:
        """Whether more parcels wait of the place of one."""
        return place_of(jobs[0]) in self._waiting

    def slow_down(self, job: Job) -> None:
        """Note that a place refuses requests for their rate: one parcel of it at a time."""
        self._throttled.add(place_of(job))
        self._may[place_of(job)] = 1

    def is_slow(self, job: Job) -> bool:
        """Whether the place of a call has refused requests for their rate in this run."""
        return place_of(job) in self._throttled

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._ready.clear()
        self._is_ready.clear()
