"""
What a run tells about itself while it goes on.

Events are small and immutable. The executor emits them on the event loop; only
`CallProgressed` may come from a worker thread, so listeners must be quick,
must not raise, and must be safe to call from any thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aibrain_jupyter.shared.coverage import Outcome, Target
    from aibrain_jupyter.shared.pauses import Pause


@dataclass(frozen=True, slots=True)
class RunStarted:
    """
    A run begins: its id, a title to show, and how many calls it has.

    It is told twice: `total` is 0 while accounts and regions are looked up, then the number.
    """

    run_id: str
    title: str
    total: int


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A call left the queue."""

    index: int
    target: Target
    title: str


@dataclass(frozen=True, slots=True)
class CallProgressed:
    """A call has read so many pages and rows by now, and was so often refused for rate."""

    index: int
    pages: int
    rows: int
    throttled: int = 0


@dataclass(frozen=True, slots=True)
class CallsPaused:
    """The calls of a profile wait for what `pause` says; None: they go on."""

    profile: str
    pause: Pause | None


@dataclass(frozen=True, slots=True)
class CallFinished:
    """A call ended. `source`: ``live``, ``memory`` or ``disk``; `why`: empty when all is well."""

    index: int
    target: Target
    title: str
    outcome: Outcome
    rows: int
    seconds: float
    source: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run ended; every call has its outcome."""

    run_id: str
    seconds: float
    was_cancelled: bool


Event = RunStarted | CallStarted | CallProgressed | CallsPaused | CallFinished | RunFinished
Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Listen to nothing."""
