"""What a tool gets besides its parameters: where it asks, through what, and until when."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event as ThreadEvent
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from aibrain_jupyter.shared.coverage import NOWHERE
from aibrain_jupyter.shared.error_handler import (
    CallCancelledError,
    CallTimeoutError,
    ToolLoadError,
)
from aibrain_jupyter.shared.events import CallProgressed, Listener, ignore
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aibrain_jupyter.shared.raw_answers import RawAnswers

MOST_REPAIRS: Final = 2
"""How often one call may mend something by itself."""

ASKED_AT: Final = "asked_at"
"""The key of the moment that relative words count from, where parameters say what is shown."""

_Item = TypeVar("_Item")
_Value = TypeVar("_Value")


class Clients(Protocol):
    """The clients of a provider as a tool sees them."""

    def client_for(self, target: Any, service: str, *args: Any, **where: Any) -> Any:
        """Return the shared client of a service for a target, or for another place `where`."""


@dataclass(slots=True)
class CallContext:
    """
    What a tool gets besides its parameters: one per call, used by one worker thread.

    `deadline` and `run_deadline` are `time.monotonic` readings or None: the call's own, which
    moves on while the call is `standing_still`, and that of its whole run, which does not.
    `columns` are the only columns that are wanted, None for all: details of others need not be
    asked. `share` is the largest part of a provider's rate limit the call wants to use, 1 for all
    of it, `sign_in_wait` the seconds it waits for a new session when its own has ended (0 where
    nobody is watching). `asked_at` is the start of its run (aware, UTC), which words such as
    ``90 days ago`` count from. `requests`, `pages` and `rows` are counted by the domain code,
    `throttled` (requests refused for rate) by the client; `operations` collects
    ``service:Operation`` names for the provenance, `answered` a note of each answered request
    (``shared/call_log.py``). `may_be_kept` turns False when the provider's
    code notices that the result is not what its key in the cache says (other rights, say).
    `wants_totals` asks for control totals, too. `own`
    is what the provider's code keeps of the call, an object of its own type; `raw` keeps the
    answers themselves, None: they are not kept; `repairs` says what the call mended by itself,
    `remarks` what else a reader of its result should know.
    `map` asks for the details of many items at once.
    """

    # Any: each provider reads the parts of its own kind of `Target`.
    target: Any = NOWHERE
    clients: Clients | None = None
    emit: Listener = ignore
    index: int = 0
    cancelled: ThreadEvent = field(default_factory=ThreadEvent)
    deadline: float | None = None
    run_deadline: float | None = None
    requests: int = 0
    pages: int = 0
    rows: int = 0
    operations: dict[str, int] = field(default_factory=dict)
    columns: frozenset[str] | None = None
    share: float = 1.0
    sign_in_wait: float = 0.0
    throttled: int = 0
    asked_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    may_be_kept: bool = True
    wants_totals: bool = False
    own: Any = None
    answered: list[list[Any]] = field(default_factory=list)
    raw: RawAnswers | None = None
    repairs: list[str] = field(default_factory=list)
    remarks: dict[str, None] = field(default_factory=dict)
    _standing: int = field(default=0, repr=False)
    _stood_since: float = field(default=0.0, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def client(self, service: str, **where: Any) -> Any:
        """Return the shared client of `service` for this call's target, or for another place."""
        if self.clients is None:
            raise ToolLoadError("This call has no clients: its tool has no targets.")
        return self.clients.client_for(self.target, service, **where)

    def count(self, operation: str, *, rows: int = 0) -> None:
        """Record one answered request (one page) of ``service:Operation`` and its rows."""
        with self._lock:
            self.requests += 1
            self.pages += 1
            self.rows += rows
            self.operations[operation] = self.operations.get(operation, 0) + 1
        self._tell_progress()

    def count_throttled(self) -> None:
        """Record one request that was refused for rate; it may be made again."""
        with self._lock:
            self.throttled += 1
        self._tell_progress()

    def may_repair(self, said: str) -> bool:
        """
        Tell whether the call may mend something by itself, which `said` says in a sentence.

        That is bounded, by number and by the call's time. What was said is in the result's notes.
        """
        with self._lock:
            if len(self.repairs) >= MOST_REPAIRS:
                return False
        if self.is_over:
            return False
        with self._lock:
            self.repairs.append(said)
        return True

    def remark(self, said: str) -> None:
        """Have the result's notes say a sentence, once."""
        self.remarks[said] = None

    def uncount(self, rows: int) -> None:
        """Take back rows that were counted and are not kept."""
        with self._lock:
            self.rows -= rows

    def map(
        self, function: Callable[[_Item], _Value], items: Iterable[_Item], *, workers: int = 8
    ) -> list[_Value]:
        """
        Return ``[function(item) for item in items]``, `workers` at a time, in the items' order.

        The first exception is raised, and items not begun by then are not begun; a function that
        must not stop the others returns its fault (a `Gap`) instead of raising it.
        """
        todo = list(items)
        if len(todo) <= 1:
            return [function(item) for item in todo]
        with DaemonThreadPool(min(workers, len(todo)), name="aibrain-detail") as pool:
            return [future.result() for future in [pool.submit(function, item) for item in todo]]

    @property
    def held_up_by(self) -> str:
        """Why the call took its time, if the provider refused requests for rate; else empty."""
        if not self.throttled:
            return ""
        times = "once" if self.throttled == 1 else f"{self.throttled} times"
        return f"It was throttled: the provider refused its requests for rate {times}."

    def _tell_progress(self) -> None:
        if self.emit is not ignore:
            self.emit(CallProgressed(self.index, self.pages, self.rows, self.throttled))

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Stop the clock of the call's time-out in here: it cannot go on, and waits."""
        with self._lock:
            if not self._standing:
                self._stood_since = time.monotonic()
            self._standing += 1
        try:
            yield
        finally:
            with self._lock:
                self._standing -= 1
                if not self._standing and self.deadline is not None:
                    self.deadline += time.monotonic() - self._stood_since

    @property
    def time_left(self) -> float | None:
        """Seconds until the call's own time-out, less than 0 after it; None without one."""
        with self._lock:
            if self.deadline is None:
                return None
            return self.deadline - (self._stood_since if self._standing else time.monotonic())

    def has_time_for(self, seconds: float) -> bool:
        """Tell whether so many seconds are left before a deadline ends the call."""
        run_left = self.run_deadline - time.monotonic() if self.run_deadline else None
        return all(left is None or left >= seconds for left in (self.time_left, run_left))

    @property
    def is_over(self) -> bool:
        """Whether the call was cancelled or is past a deadline."""
        if self.cancelled.is_set():
            return True
        now, deadline = time.monotonic(), self.deadline
        if self.run_deadline is not None and now > self.run_deadline:
            return True
        # A clock that stands still only adds to what is left: it is asked for past the deadline.
        return deadline is not None and now > deadline and (self.time_left or 0.0) < 0

    def check(self) -> None:
        """Raise if the call was cancelled or is past its deadline. Call it before each request."""
        if self.cancelled.is_set():
            raise CallCancelledError(f"The call on {self.target.label} was cancelled.")
        now = time.monotonic()  # three times a request: nearly always this is all
        is_due = (self.deadline is not None and now > self.deadline) or (
            self.run_deadline is not None and now > self.run_deadline
        )
        if is_due and self.is_over:
            raise CallTimeoutError(
                f"The call on {self.target.label} took longer than its time-out.",
                why=self.held_up_by,
                next_steps=["Give it more time with --timeout, or ask for fewer regions."],
            )
