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
import os
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from aibrain_jupyter.execution.calls.engines.call_in_thread import pool
from aibrain_jupyter.shared.base_tool import ToolResult
from aibrain_jupyter.shared.events import CallStarted, ignore

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from aibrain_jupyter.execution.calls.fair_queue import FairQueue
    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.events import Event

_NEVER: Final = float("inf")
_SOON_S: Final = 0.005
_MANY: Final = 2
"""Words at a time, above which the loop looks for more by itself a moment later. Being called for
each costs more than a quick call does: the loop's thread and the others take turns."""


class Execution(Protocol):
    """What carries out the run; everything but `begin` and `is_stopping` is called on its loop."""

    @property
    def is_stopping(self) -> bool:
        """Whether no more calls begin."""

    def begin(self, job: Job, emit: Callable[[Event], None]) -> CallContext | None:
        """Note that a call begins now, in this thread, and return its context."""

    def hear(self, event: Event) -> None:
        """Pass on what a thread tells."""

    def end(self, job: Job, *, value: Any = None, error: BaseException | None = None) -> None:
        """Settle a job."""

    def end_late(self, job: Job, context: CallContext | None, *, is_over: bool) -> None:
        """Settle a job that is given up: its own time `is_over`, or its run is stopped."""

    def leave(self, seat: Seat, job: Job | None = None, made: Any = None) -> None:
        """
        Note that a thread makes no more calls, and make one on the loop that it came to: or await
        what it has `made`.
        """

    def fail(self, error: BaseException) -> None:
        """End the run with a fault that is no call's."""


@dataclass(slots=True, eq=False)
class Seat:
    """
    One of the threads, and the call it makes now. Its fields change under the lock of the queue.

    `due` is when the time-out of the call is looked at (`time.monotonic`), and `has_left` when it
    ended its last call or was given up.
    """

    crew: Crew
    job: Job
    context: CallContext | None = None
    due: float = _NEVER
    has_left: bool = False
    future: Future[None] | None = None

    def cancel(self) -> None:
        """Give its call up. On the loop."""
        self.crew.give_up(self)


class Crew:
    """The threads of one run. Of its loop, but for what says otherwise."""

    def __init__(self, run: Execution, queue: FairQueue, *, is_watched: bool) -> None:
        self._run = run
        self._queue = queue
        self._tell_events = self._tell if is_watched else ignore
        self._loop = asyncio.get_running_loop()
        # Output belongs to the cell that began the run, whoever makes room for a further thread.
        self._variables = contextvars.copy_context()
        self._inbox: collections.deque[Callable[[], None]] = collections.deque()
        self._is_asked = self._is_reading = self._is_closed = False
        self._soon: asyncio.TimerHandle | None = None
        self.seats: set[Seat] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = _NEVER

    def seat(self, job: Job) -> Seat:
        """
        Have a job, and then others, done in a thread.
        Raises RuntimeError: there is no further thread to be had.
        """
        seat = Seat(self, job)
        # In variables of its own, as every call of it.
        seat.future = self._variables.copy().run(pool(os.getpid()).submit, self._serve, seat)
        self.seats.add(seat)
        if job.timeout:
            self._look_at(time.monotonic() + job.timeout)
        return seat

    def close(self) -> None:
        """Hear nothing more: the run is over, every thread has ended its calls or was given up."""
        for timer in (self._timer, self._soon):
            if timer is not None:
                timer.cancel()
        self._is_closed = True
        self._inbox.clear()
        # A call that was given up may hang for minutes yet: not with the rows of its run.
        del self._run

    # In the threads.

    def _serve(self, seat: Seat) -> None:
        try:
            job: Job | None = seat.job
            while job is not None:
                value, error, is_made = self._variables.copy().run(self._call, seat, job)
                job = self._next(seat, job, value, error, value if is_made else None)
                del value, error  # a thread that waits must keep nothing alive
        except BaseException as exc:  # noqa: BLE001 - no call's: a run must not wait for it for ever
            self._post(partial(self._fail, exc))

    def _call(self, seat: Seat, job: Job) -> tuple[Any, BaseException | None, bool]:
        """Return what a call gave, or how it failed, and whether that is still to be awaited."""
        if self._tell_events is not ignore:
            self._tell_events(CallStarted(job.index, job.target, job.title))
        try:
            # In this order: who gives it up does the reverse, and one of both sees the other.
            seat.context = context = self._run.begin(job, self._tell_events)
            if seat.has_left:
                return None, None, False
            if job.timeout:
                seat.due = time.monotonic() + job.timeout
                if seat.due < self._looks_at:
                    self._post(lambda: self._look_at(seat.due))
            value = job.work.call(context)
            # Nearly every value is a result, and to ask costs as much as much of a quick call.
            return value, None, not isinstance(value, ToolResult) and inspect.isawaitable(value)
        except BaseException as exc:  # noqa: BLE001 - becomes the call's outcome, on the loop
            return None, exc, False

    def _next(
        self, seat: Seat, job: Job, value: Any, error: BaseException | None, made: Any
    ) -> Job | None:
        """Leave word of the end of a job, and return what this thread does next."""
        with self._queue.lock:
            if seat.has_left:
                return None
            following = None
            if made is None:
                self._inbox.append(partial(self._run.end, job, value=value, error=error))
                self._queue.release(job)
                following = None if self._run.is_stopping else self._queue.take()
            if following is not None and not following.work.is_async:
                seat.job, seat.context, seat.due = following, None, _NEVER
            else:
                # Nothing more is this thread's, and it cannot be given up any more.
                seat.has_left = True
                again = (job, made) if made is not None else (following, None)
                self._inbox.append(partial(self._run.leave, seat, *again))
                following = None
        if following is None:
            self._is_asked = False  # the last of this thread is not to wait
        self._ask_loop()
        return following

    def _tell(self, event: Event) -> None:
        self._post(lambda: self._run.hear(event))

    def _post(self, word: Callable[[], None]) -> None:
        self._inbox.append(word)
        self._ask_loop()

    def _ask_loop(self) -> None:
        # No lock, which many threads would queue for: to be asked twice does no harm.
        if self._is_asked or self._is_closed:
            return
        self._is_asked = True
        # In the run's own variables: what is heard begins calls, and whoever asks may be in a call.
        with contextlib.suppress(RuntimeError):  # the loop is closed: its run is over
            self._loop.call_soon_threadsafe(self._look_in, context=self._variables.copy())

    # On the loop.

    def _look_in(self) -> None:
        """Read, as asked; where many words came, again in a moment, and nobody asks till then."""
        if self._is_closed:
            return
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        if len(self._inbox) > _MANY:
            self.read()
            self._soon = self._loop.call_later(_SOON_S, self._look_in)
            return
        self._is_asked = False  # before it is read: what comes after that asks again
        self.read()

    def read(self) -> None:
        """
        Hear what the threads have left word of, in their order.

        What is heard may lead here again, and then comes back at once: each of some hundred threads
        that leave would otherwise be heard within the one before.
        """
        if self._is_reading or self._is_closed:
            return
        self._is_reading, inbox = True, self._inbox
        try:
            while inbox:
                try:
                    inbox.popleft()()
                except Exception as exc:  # noqa: BLE001 - a listener's fault ends the run
                    self._fail(exc)
        finally:
            self._is_reading = False

    def _fail(self, error: BaseException) -> None:
        self._run.fail(error)

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
        for seat in list(self.seats):
            job, context, due = seat.job, seat.context, seat.due
            if due == _NEVER:
                # Not begun: its time begins with it.
                due = time.monotonic() + (job.timeout or _NEVER)
            elif context is not None and (left := context.time_left) is not None:
                due = time.monotonic() + left
            if due <= time.monotonic():
                self.give_up(seat, of=job)
            elif due != _NEVER:
                self._look_at(due)

    def give_up(self, seat: Seat, *, of: Job | None = None) -> None:
        """
        Let a thread go on alone; its job ends here, unless it has ended by now.

        With a job whose time is over: unless the thread has come to another one meanwhile.
        """
        self.read()  # what it did before counts
        with self._queue.lock:
            job = seat.job
            if seat.has_left or (of is not None and job is not of):
                return
            seat.has_left = True
            self._queue.release(job)
        if seat.future is not None:
            pool(os.getpid()).abandon(seat.future)
        if seat.context is not None:
            seat.context.emit = ignore
        try:
            self._run.end_late(job, seat.context, is_over=of is not None)
        except Exception as exc:  # noqa: BLE001 - a listener's: the others are given up as well
            self._fail(exc)
        self._run.leave(seat)
