"""
The runs that go on in this process, for whoever looks at them meanwhile.

A run enters itself when it begins. It is taken out when it has ended and the session keeps it, or
when it could not be carried out. What
its calls have brought is only referred to. Which calls have begun is known where somebody watches:
nobody is told of events otherwise.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aibrain_jupyter.shared.events import CallFinished, CallStarted, Event, Listener, RunStarted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.calls.job import CallOutcome


@dataclass(slots=True, eq=False)
class RunUnderWay:
    """
    A run that goes on.

    `title` is what it is called, `places` the columns of its targets, `started_at` aware (UTC),
    `outcomes` how the calls ended that have ended, in that order; `calls` how many there will be,
    None while accounts and regions are looked up.
    """

    id: str
    title: str
    places: Sequence[str]
    started_at: dt.datetime
    outcomes: list[CallOutcome] = field(default_factory=list)
    calls: int | None = None
    is_background: bool = False
    _began: float = field(default_factory=time.monotonic)
    _active: dict[int, tuple[CallStarted, dt.datetime]] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._began

    @property
    def active(self) -> list[tuple[CallStarted, dt.datetime]]:
        """The calls that have begun and not ended, with the moment (UTC) they began."""
        return list(self._active.values())

    def beside(self, listener: Listener) -> Listener:
        """Return a listener that tells `listener` of every event and keeps count of the calls."""

        def listen(event: Event) -> None:
            if isinstance(event, CallStarted):
                self._active[event.index] = event, dt.datetime.now(dt.UTC)
            elif isinstance(event, CallFinished):
                self._active.pop(event.index, None)
            elif isinstance(event, RunStarted) and event.total:
                self.calls = event.total
            listener(event)

        return listen
