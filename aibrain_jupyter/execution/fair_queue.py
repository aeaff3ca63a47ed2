"""
The order in which jobs begin: each limit key in turn, none above its share.

One account with a thousand calls must not keep the others waiting, so keys take
turns (round-robin); within a key the jobs keep their order.
"""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from aibrain_jupyter.execution.jobs import Job


class FairQueue:
    """
    Jobs that wait, and how many of each key are out.

    A key of None has no limit of its own. Used on the event loop only.
    """

    def __init__(self, jobs: Iterable[Job], *, per_key: int) -> None:
        self._per_key = per_key
        self._waiting: dict[Hashable, collections.deque[Job]] = {}
        self._running: collections.Counter[Hashable] = collections.Counter()
        for job in jobs:
            self._waiting.setdefault(job.limit_key, collections.deque()).append(job)
        self._turns = collections.deque(self._waiting)

    def take(self) -> Job | None:
        """
        Return the next job, or None when none waits or every key with jobs is full.

        On None a worker may leave for good: room under a full key is made only by another worker
        that finishes a job of that key, and that worker then takes the next one.
        """
        if not self._turns:
            return None
        key = self._turns.popleft()
        job = self._waiting[key].popleft()
        self._running[key] += 1
        self._queue_up(key)
        return job

    def release(self, job: Job) -> None:
        """Give back the place of a job that has ended."""
        key = job.limit_key
        was_full = self._is_full(key)
        self._running[key] -= 1
        if was_full:
            self._queue_up(key)

    def drain(self) -> list[Job]:
        """Return all jobs that wait and keep none."""
        rest = [job for jobs in self._waiting.values() for job in jobs]
        self._turns.clear()
        for jobs in self._waiting.values():
            jobs.clear()
        return rest

    def _is_full(self, key: Hashable) -> bool:
        return key is not None and self._running[key] >= self._per_key

    def _queue_up(self, key: Hashable) -> None:
        if self._waiting[key] and not self._is_full(key):
            self._turns.append(key)
