"""
The order in which jobs begin: each limit key in turn, none above its share.

One account with a thousand calls must not keep the others waiting, so keys take
turns (round-robin); within a key the jobs keep their order.
"""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from aibrain_jupyter.execution.calls.limits import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.execution.calls.limits import Share


class FairQueue:
    """
    Jobs that wait for a place in their run's `share`. Used on the event loop only.

    A key whose next job `is_held` gets no turn until `wake`.
    """

    def __init__(
        self,
        jobs: Iterable[Job],
        share: Share,
        *,
        is_held: Callable[[Job], bool] = lambda job: False,
    ) -> None:
        self._share = share
        self._is_held = is_held
        self._waiting: dict[Hashable, collections.deque[Job]] = {}
        for job in jobs:
            self._waiting.setdefault(job.limit_key, collections.deque()).append(job)
        self._turns = collections.deque(self._waiting)
        # Keys that were full when asked. They get no turn until something of theirs has ended.
        self._parked: set[Hashable] = set()

    def __bool__(self) -> bool:
        return bool(self._turns or self._parked)

    def take(self) -> Job | None:
        """Return the next job, its place taken; None when none waits or there is no place."""
        while self._turns:
            key = self._turns[0]
            if self._is_held(self._waiting[key][0]):
                self._parked.add(self._turns.popleft())
                continue
            place = self._share.begin(key)
            if place is Place.NO_ROOM:
                return None
            self._turns.popleft()
            if place is Place.GIVEN:
                jobs = self._waiting[key]
                job = jobs.popleft()
                if jobs:
                    self._turns.append(key)
                return job
            self._parked.add(key)
        return None

    def release(self, job: Job) -> None:
        """Give back the place of a job that has ended."""
        self._share.end(job.limit_key)
        if job.limit_key in self._parked:
            self._parked.discard(job.limit_key)
            self._turns.append(job.limit_key)

    def wake(self) -> None:
        """Give every key a turn again: another run has made room."""
        self._turns.extend(self._parked)
        self._parked.clear()

    def drain(self) -> list[Job]:
        """Return all jobs that wait and keep none."""
        rest = [job for jobs in self._waiting.values() for job in jobs]
        self._turns.clear()
        self._parked.clear()
        for jobs in self._waiting.values():
            jobs.clear()
        return rest
