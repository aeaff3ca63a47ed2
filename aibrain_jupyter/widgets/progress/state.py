"""
What the events of a run add up to, at any moment.

`RunProgress.add` may be called from any thread; `snapshot` copies, so that a
view never sees a half-written state.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import (
    CallFinished,
    CallProgressed,
    CallsPaused,
    CallStarted,
    Event,
    RunFinished,
    RunStarted,
)
from aibrain_jupyter.widgets.progress.causes import Causes
from aibrain_jupyter.widgets.progress.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aibrain_jupyter.shared.pauses import Pause
    from aibrain_jupyter.widgets.progress.causes import Cause

MOST_CAUSES: Final = 3
"""Causes of failure shown one by one."""


@dataclass(frozen=True, slots=True)
class ActiveCall:
    """A call that has begun and not ended."""

    title: str
    target: str
    seconds: float
    pages: int
    rows: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    A run at one moment.

    `active` is ordered by age, the oldest first. `rows` counts those of unfinished calls too.
    `remaining` is an estimate in seconds, None while there is too little to go by.
    `calls_per_second` (of late) and `curve` (from the beginning, in equal steps) leave out what
    the cache answered. `throttled` requests were refused for rate, most of them made again.
    `paused` says, for each profile whose session has ended, what its calls wait for. `causes` are
    the newest reasons why calls failed, `known_causes` how many there were in all.
    """

    run_id: str = ""
    title: str = ""
    total: int = 0
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    from_cache: int = 0
    active: tuple[ActiveCall, ...] = ()
    rows: int = 0
    throttled: int = 0
    paused: tuple[Pause, ...] = ()
    seconds: float = 0.0
    remaining: float | None = None
    calls_per_second: float = 0.0
    curve: tuple[float, ...] = ()
    causes: tuple[Cause, ...] = ()
    known_causes: int = 0
    is_cancelling: bool = False
    is_finished: bool = False
    was_cancelled: bool = False

    @property
    def done(self) -> int:
        """How many calls have ended, in whatever way."""
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        """How many calls have not begun."""
        return max(0, self.total - self.done - len(self.active))

    @property
    def is_planning(self) -> bool:
        """Whether it is not known yet how many calls there will be."""
        return not self.total and not self.is_finished


class _Active(NamedTuple):
    started: CallStarted
    began: float
    last: CallProgressed


class RunProgress:
    """
    Adds up the events of one run.

    `clock` gives seconds from any fixed moment; only differences count.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._run_id = self._title = ""
        self._total = 0
        self._began = clock()
        self._pace = Pace(clock)
        self._causes = Causes()
        self._counts: Counter[Outcome] = Counter()
        self._from_cache = 0
        self._rows = 0
        self._throttled = 0
        self._paused: dict[str, Pause] = {}
        self._active: dict[int, _Active] = {}
        self._is_cancelling = False
        self._end: RunFinished | None = None

    def add(self, event: Event) -> None:
        """Take one event into account. Quick, and safe from any thread."""
        with self._lock:
            match event:
                case RunStarted(run_id, title, total):
                    self._pace.restart()
                    if not self._run_id:  # it comes again when planning is over
                        self._began = self._clock()
                    self._run_id, self._title, self._total = run_id, title, total
                case CallStarted(index):
                    self._active[index] = _Active(event, self._clock(), CallProgressed(index, 0, 0))
                    self._pace.note_active(len(self._active))
                case CallProgressed(index):
                    # A page that arrives after its call was given up belongs to nobody.
                    if active := self._active.get(index):
                        self._throttled += event.throttled - active.last.throttled
                        self._active[index] = active._replace(last=event)
                case CallsPaused(profile, pause):
                    self._paused.pop(profile, None)
                    if pause is not None:
                        self._paused[profile] = pause
                case CallFinished():
                    self._finish_call(event)
                case RunFinished():
                    self._end = event

    def cancel_requested(self) -> None:
        """Remember that the user asked for the end of the run."""
        with self._lock:
            self._is_cancelling = True

    def end_now(self) -> None:
        """Count the run as cancelled unless it has said that it ended."""
        with self._lock:
            if self._end is None:
                self._end = RunFinished(self._run_id, self._clock() - self._began, True)

    def snapshot(self) -> Snapshot:
        """Return the state now."""
        with self._lock:
            now = self._clock()
            seconds = now - self._began if self._end is None else self._end.seconds
            done = sum(self._counts.values())
            active = sorted(self._active.values(), key=lambda call: call.began)
            still_open = 0 if self._end else max(0, self._total - done)
            return Snapshot(
                run_id=self._run_id,
                title=self._title,
                total=self._total,
                counts={o: self._counts[o] for o in Outcome if o in self._counts},
                from_cache=self._from_cache,
                active=tuple(_seen(call, now) for call in active),
                rows=self._rows + sum(call.last.rows for call in active),
                throttled=self._throttled,
                seconds=seconds,
                paused=() if self._end else tuple(self._paused.values()),
                remaining=None if self._paused else self._pace.remaining(still_open),
                calls_per_second=self._pace.calls_per_second(),
                curve=self._pace.curve(),
                causes=self._causes.newest(MOST_CAUSES),
                known_causes=self._causes.known,
                is_cancelling=self._is_cancelling and self._end is None,
                is_finished=self._end is not None,
                was_cancelled=self._end is not None and self._end.was_cancelled,
            )

    def _finish_call(self, event: CallFinished) -> None:
        from_cache = event.source in ("memory", "disk", "team", "stale")
        is_cancelled = event.outcome is Outcome.CANCELLED
        self._active.pop(event.index, None)
        self._counts[event.outcome] += 1
        self._rows += event.rows
        self._from_cache += from_cache
        self._is_cancelling |= is_cancelled
        self._pace.note_end(is_live=not (from_cache or is_cancelled))
        if event.outcome.is_gap and not is_cancelled:
            self._causes.note(event.outcome, event.why, event.target)


def _seen(call: _Active, now: float) -> ActiveCall:
    started, began, last = call
    return ActiveCall(started.title, started.target.label, now - began, last.pages, last.rows)
