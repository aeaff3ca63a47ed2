"""
What engines leave for the meter: calls that have ended, and the runs that go on.

An engine pays an append for a call, and no more; the recorder's thread adds them up behind the runs
(`drain`) and looks at queue, places and loop of those that last (`look`).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from functools import cache, lru_cache
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from aibrain_jupyter.execution.calls.limits import get_shared_limits
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.metrics.meter import count_call
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    import asyncio

    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.shared.base_tool import CallContext


class Execution(Protocol):
    """Jobs that an engine is carrying out, as seen from another thread."""

    began: float
    loop: asyncio.AbstractEventLoop

    @property
    def waiting(self) -> int:
        """How many calls have not begun."""


ENDED: Final[deque[tuple[Job, CallContext]]] = deque(maxlen=100_000)
"""
Calls that have ended while metrics were on, each with its context; bounded for a process that has
no recorder.
"""
RUNNING: Final[set[Execution]] = set()
"""What goes on now, in whatever thread."""
BEGUN: Final[SimpleQueue[None]] = SimpleQueue()
"""Something is put in when an execution begins: that wakes the recorder."""

LASTING_S: Final = 2.0
"""An execution is looked at once it has gone on for so long."""
LONGEST_LAG_S: Final = 1.0
"""A loop that has not turned after so long is looked at again later."""
QUEUE, PLACES, LAG = "queue", "places", "loop_lag_s"
"""Calls that wait; calls under way in all runs of this process; how late the loop was, in s."""


class Gauge(NamedTuple):
    """What was seen of a gauge in a minute: how often, the sum of the values, the greatest."""

    times: int
    sum: float
    most: float

    def plus(self, other: Gauge) -> Gauge:
        """Return both together."""
        most = max(self.most, other.most)
        return Gauge(self.times + other.times, self.sum + other.sum, most)


_DRAINING: Final = threading.Lock()


def drain() -> None:
    """
    Add the calls that have ended to the meter, each once, under its tool's own name.

    When it returns those that had ended before are there, whichever thread added them.
    """
    with _DRAINING:
        while ENDED:
            try:
                job, context = ENDED.popleft()
            except IndexError:  # a test emptied it
                return
            spec = getattr(job.work, "spec", None)
            # Planning asks as well, for identities and regions, and is no tool.
            count_call("" if spec is None else _own_name(spec.name, job.title), context)


@lru_cache(maxsize=512)
def _own_name(tool: str, title: str) -> str:
    return get_tool_registry().own_name(tool, title.split())


def look() -> None:
    """Note queue, places and lag of the executions that last; each loop tells how late it is."""
    gauges, now = get_gauges(), time.monotonic()
    going = [one for one in list(RUNNING) if now - one.began > LASTING_S]
    if not going or not get_settings().get("metrics"):
        gauges.see({})
        return
    places = get_shared_limits().running
    gauges.see({QUEUE: sum(one.waiting for one in going), PLACES: places})
    for loop in {one.loop for one in going}:
        has_turned, asked = threading.Lock(), time.monotonic()
        has_turned.acquire()
        try:
            loop.call_soon_threadsafe(has_turned.release)
        except RuntimeError:  # its run has ended meanwhile
            continue
        # Waited for here, so that the loop has nothing to do but to let go.
        has_turned.acquire(timeout=LONGEST_LAG_S)
        gauges.see_lag(time.monotonic() - asked)


class Gauges:
    """The gauges of this process: of now, and by minute what nobody has taken. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: dict[tuple[int, str], Gauge] = {}
        self._now: dict[str, float] = {}

    def see(self, values: dict[str, float]) -> None:
        """Note queue and places as they are now; nothing where nothing lasts."""
        with self._lock:
            self._now = {**values, **({LAG: self._now[LAG]} if values and LAG in self._now else {})}
            self._add(values)

    def see_lag(self, seconds: float) -> None:
        """Note how long a loop took to turn."""
        with self._lock:
            self._now[LAG] = seconds
            self._add({LAG: seconds})

    def _add(self, values: dict[str, float]) -> None:
        minute = int(time.time()) // 60 * 60
        for name, value in values.items():
            key, seen = (minute, name), Gauge(1, value, value)
            before = self._pending.get(key)
            self._pending[key] = seen if before is None else before.plus(seen)

    def now(self) -> dict[str, float]:
        """
        Return ``queue``, ``places`` and ``loop_lag_s``: of this moment, the lag as last seen.

        All are 0 where nothing goes on. Queue and lag are those of the runs of this process.
        """
        with self._lock:
            lag = self._now.get(LAG, 0.0) if RUNNING else 0.0
        waiting = sum(one.waiting for one in list(RUNNING))
        return {QUEUE: waiting, PLACES: get_shared_limits().running, LAG: lag}

    def take(self) -> dict[tuple[int, str], Gauge]:
        """Return what was seen since the last time, by minute (seconds since 1970) and name."""
        with self._lock:
            taken, self._pending = self._pending, {}
            return taken

    def put_back(self, taken: dict[tuple[int, str], Gauge]) -> None:
        """Take back what could not be kept."""
        with self._lock:
            for key, gauge in taken.items():
                before = self._pending.get(key)
                self._pending[key] = gauge if before is None else before.plus(gauge)


@cache
def get_gauges() -> Gauges:
    """Return the gauges of this process."""
    return Gauges()
