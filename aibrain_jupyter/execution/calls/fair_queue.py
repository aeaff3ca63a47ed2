"""
The order in which jobs begin: each limit key in turn, none above its share.

One account with a thousand calls must not keep the others waiting, so keys take
turns (round-robin); within a key the jobs keep their order. Those that wait because the session of
their profile has ended are held back, so that they neither fail one by one nor take the places of
other accounts.
"""

from __future__ import annotations

import collections
import threading
from functools import cached_property
from typing import TYPE_CHECKING

from aibrain_jupyter.execution.calls.limits import Place
from aibrain_jupyter.shared.events import CallsPaused
from aibrain_jupyter.shared.pauses import get_pauses

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.execution.calls.limits import Share
    from aibrain_jupyter.shared.events import Listener
    from aibrain_jupyter.shared.pauses import Pause


class FairQueue:
    """
    Jobs that wait for a place in their run's `share`. Safe from any thread.

    A key whose next job `is_held` gets no turn until `wake`. Who wants to do several things with
    nobody between holds `lock`.
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
        self.lock = threading.RLock()
        # By key, the next one last.
        self._waiting: dict[Hashable, list[Job]] = {}
        for job in jobs:
            self._waiting.setdefault(job.limit_key, []).append(job)
        for of_key in self._waiting.values():
            of_key.reverse()
        self._turns = collections.deque(self._waiting)
        # Keys that were full when asked. They get no turn until something of theirs has ended.
        self._parked: set[Hashable] = set()

    def __bool__(self) -> bool:
        return bool(self._turns or self._parked)

    def take(self) -> Job | None:
        """Return the next job, its place taken; None when none waits or there is no place."""
        with self.lock:
            turns = self._turns
            while turns:
                key = turns[0]
                jobs = self._waiting[key]
                if self._is_held(jobs[-1]):
                    self._parked.add(turns.popleft())
                    continue
                place = self._share.begin(key)
                if place is Place.NO_ROOM:
                    return None
                turns.popleft()
                if place is Place.GIVEN:
                    job = jobs.pop()
                    if jobs:
                        turns.append(key)
                    return job
                self._parked.add(key)
            return None

    def release(self, job: Job) -> None:
        """Give back the place of a job that has ended."""
        with self.lock:
            self._share.end(job.limit_key)
            if job.limit_key in self._parked:
                self._parked.discard(job.limit_key)
                self._turns.append(job.limit_key)

    def put_back(self, job: Job) -> None:
        """Let a job that was taken and has not begun be the next of its key again."""
        with self.lock:
            self._waiting[job.limit_key].append(job)
            self.release(job)
            if job.limit_key not in self._turns:
                self._turns.append(job.limit_key)

    def wake(self) -> None:
        """Give every key a turn again: another run has made room."""
        with self.lock:
            self._turns.extend(self._parked)
            self._parked.clear()

    def drain(self) -> list[Job]:
        """Return all jobs that wait and keep none."""
        with self.lock:
            rest = [job for jobs in self._waiting.values() for job in reversed(jobs)]
            self._turns.clear()
            self._parked.clear()
            for jobs in self._waiting.values():
                jobs.clear()
            return rest


class PausedCalls:
    """
    The calls of one run that `Pauses` holds back. Used on its loop only.

    The run's listener is told once per profile what is waited for, and when it is over.
    """

    def __init__(self, jobs: Sequence[Job], emit: Listener) -> None:
        self._jobs = jobs
        self._emit = emit
        self._told: dict[str, Pause] = {}
        self._forget: Callable[[], None] | None = None

    def watch(self, on_change: Callable[[], object]) -> None:
        """Call `on_change`, on any thread, when a pause has begun or ended, until `leave`."""
        self._forget = get_pauses().on_change(on_change)

    def leave(self) -> None:
        """Watch no longer."""
        if self._forget is not None:
            self._forget()
        self._forget = None  # it refers to the run, as the run does to this

    @cached_property
    def _sources(self) -> set[str]:
        found = {job.target.signs_in_as for job in self._jobs}
        return {source for source in found if source is not None}

    def holds(self, job: Job) -> bool:
        """Tell whether a job must not begin now."""
        pauses = get_pauses()
        if not pauses:
            return False
        source = job.target.signs_in_as
        return source is not None and pauses.find(source) is not None

    def tell(self) -> None:
        """Tell the listener what has changed."""
        pauses = get_pauses()
        if not (pauses or self._told):
            return
        now = {source: pause for source in self._sources if (pause := pauses.find(source))}
        for source in {*self._told, *now}:
            if self._told.get(source) != now.get(source):
                self._emit(CallsPaused(source, now.get(source)))
        self._told = now
