"""
The threads of one run: each makes one call after the other, as long as there are any.

A thread that has ended a call takes the next one itself and leaves word of it, which the loop reads
when it comes to it: many ends at a time where calls are quick. Going back to the loop between two
calls costs several times what a quick call does. Whoever has taken too long is given up: another
thread takes its place, and nothing is heard of it any more.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import contextvars
import inspect
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from aibrain_jupyter.execution.calls.engines.call_in_thread import abandon, attempt, submit
from aibrain_jupyter.shared.events import CallStarted, ignore

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from aibrain_jupyter.execution.calls.fair_queue import FairQueue
    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.events import Event

_NEVER: Final = float("inf")


class Execution(Protocol):
    """What carries out the run; everything but `begin` and `is_stopping` is called on its loop."""

    @property
    def is_stopping(self) -> bool:
        """Whether no more calls begin."""

    def begin(self, job: Job, emit: Callable[[Event], None]) -> CallContext | None:
        """Note that a call begins now, in this thread, and return its context."""

    def hear(self, event: Event) -> None:
        """Pass on what a thread tells."""

    def end(self, job: Job, value: Any, error: BaseException | None) -> None:
        """Settle a job."""

    def end_late(self, job: Job, seat: Seat, *, is_over: bool) -> None:
        """Settle a job that is given up: its own time `is_over`, or its run is stopped."""

    def on_loop(self, job: Job, made: Any) -> None:
        """Make a call on the loop, or await what a call in a thread has `made`."""

    def leave(self, seat: Seat) -> None:
        """Note that a thread makes no more calls."""

    def fail(self, error: Exception) -> None:
        """End the run with a fault that is no call's."""


class Seat:
    """
    One of the threads, and the call it makes now. Its fields change under the lock of the crew.

    `due` is when the time-out of the call is looked at (`time.monotonic`), and `has_left` when it
    ended its last call or was given up.
    """

    def __init__(self, crew: Crew, job: Job) -> None:
        self.job: Job = job
        self.context: CallContext | None = None
        self.due = _NEVER
        self.has_left = False
        self._crew = crew
        self.future: Future[None] | None = None

    def cancel(self) -> None:
        """Give its call up. On the loop."""
        self._crew.give_up(self, is_over=False)


class Crew:
    """The threads of one run. `take` and `release` are of any thread, the others of its loop."""

    def __init__(self, run: Execution, queue: FairQueue, *, is_watched: bool) -> None:
        self._run = run
        self._queue = queue
        self._tell_events = self._tell if is_watched else ignore
        self._loop = asyncio.get_running_loop()
        # Output belongs to the cell that began the run, whoever makes room for a further thread.
        self._variables = contextvars.copy_context()
        self._lock = threading.Lock()
        self._inbox: collections.deque[Callable[[], None]] = collections.deque()
        self._is_asked = False
        self._seats: set[Seat] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = _NEVER

    def take(self) -> Job | None:
        """Return the next job, its place taken; None when none may begin."""
        with self._lock:
            return None if self._run.is_stopping else self._queue.take()

    def release(self, job: Job) -> None:
        """Give back the place of a job that has ended."""
        with self._lock:
            self._queue.release(job)

    def wake(self) -> None:
        """Give every key a turn again."""
        with self._lock:
            self._queue.wake()

    def drain(self) -> list[Job]:
        """Return all jobs that wait; none of them begins."""
        with self._lock:
            return self._queue.drain()

    def seat(self, job: Job) -> Seat:
        """Have a job, and then others, done in a thread."""
        seat = Seat(self, job)
        self._seats.add(seat)
        if job.timeout:
            self._look_at(time.monotonic() + job.timeout)
        # In variables of its own, as every call of it.
        seat.future = self._variables.copy().run(submit, partial(self._serve, seat))
        return seat

    def close(self) -> None:
        """Hear nothing more: the run is over."""
        if self._timer is not None:
            self._timer.cancel()
        self._is_asked = True
        self._inbox.clear()

    # In the threads.

    def _serve(self, seat: Seat) -> None:
        job: Job | None = seat.job
        while job is not None:
            value, error = self._variables.copy().run(self._call, seat, job)
            made = value if error is None and inspect.isawaitable(value) else None
            job = self._next(seat, job, value, error, made)
            del value, error, made  # a thread that waits must keep nothing alive

    def _call(self, seat: Seat, job: Job) -> tuple[Any, BaseException | None]:
        if self._tell_events is not ignore:
            self._tell_events(CallStarted(job.index, job.target, job.title))
        context, error = attempt(lambda: self._run.begin(job, self._tell_events))
        if error is not None:
            return None, error
        # In this order: who gives it up does the reverse, and one of both sees the other.
        seat.context = context
        if seat.has_left:
            return None, None
        if job.timeout:
            seat.due = time.monotonic() + job.timeout
            if seat.due < self._looks_at:
                self._post(lambda: self._look_at(seat.due))
        return attempt(lambda: job.work.call(context))

    def _next(
        self, seat: Seat, job: Job, value: Any, error: BaseException | None, made: Any
    ) -> Job | None:
        """Leave word of the end of a job, and return what this thread does next."""
        with self._lock:
            if seat.has_left:
                return None
            following = None
            if made is None:
                self._inbox.append(lambda: self._run.end(job, value, error))
                self._queue.release(job)
                following = None if self._run.is_stopping else self._queue.take()
            if following is not None and not following.work.is_async:
                seat.job, seat.context, seat.due = following, None, _NEVER
            else:
                # Nothing more is this thread's, and it cannot be given up any more.
                seat.has_left = True
                again = (job, made) if made is not None else (following, None)
                self._inbox.append(lambda: self._rise(seat, *again))
                following = None
        self._ask_loop()
        return following

    def _tell(self, event: Event) -> None:
        self._post(lambda: self._run.hear(event))

    def _post(self, word: Callable[[], None]) -> None:
        self._inbox.append(word)
        self._ask_loop()

    def _ask_loop(self) -> None:
        # No lock, which many threads would queue for: to be asked twice does no harm.
        if self._is_asked:
            return
        self._is_asked = True
        with contextlib.suppress(RuntimeError):  # the loop is closed: its run is over
            self._loop.call_soon_threadsafe(self.read)

    # On the loop.

    def read(self) -> None:
        """Hear what the threads have left word of, in their order."""
        self._is_asked = False
        inbox = self._inbox
        while inbox:
            try:
                inbox.popleft()()
            except Exception as exc:  # noqa: BLE001 - a listener's fault ends the run; never lose it
                self._run.fail(exc)

    def _rise(self, seat: Seat, job: Job | None, made: Any) -> None:
        self._seats.discard(seat)
        if job is not None:
            self._run.on_loop(job, made)
        self._run.leave(seat)

    def _look_at(self, moment: float) -> None:
        if moment >= self._looks_at:
            return
        self._looks_at = moment
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(max(moment - time.monotonic(), 0.0), self._look)

    def _look(self) -> None:
        """Give up the calls whose time is over; some clocks stand still meanwhile."""
        self._looks_at, self._timer = _NEVER, None
        for seat in list(self._seats):
            context, due = seat.context, seat.due
            if due == _NEVER:
                # Not begun: its time begins with it.
                due = time.monotonic() + (seat.job.timeout or _NEVER)
            elif context is not None and (left := context.time_left) is not None:
                due = time.monotonic() + left
            if due <= time.monotonic():
                self.give_up(seat, is_over=True)
            elif due != _NEVER:
                self._look_at(due)

    def give_up(self, seat: Seat, *, is_over: bool) -> None:
        """Let a thread go on alone; its job ends here, unless it has ended by now."""
        self.read()  # what it did before counts
        with self._lock:
            if seat.has_left:
                return
            seat.has_left = True
            job = seat.job
            self._queue.release(job)
        if seat.future is not None:
            abandon(seat.future)
        if seat.context is not None:
            seat.context.emit = ignore
        self._seats.discard(seat)
        self._run.end_late(job, seat, is_over=is_over)
        self._run.leave(seat)
