"""
The calls of one run that wait because the session of their profile has ended.

Those that have not begun are held back, so that they neither fail one by one nor take the places
of other accounts; the run's listener is told once per profile what is waited for, and when it is
over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.shared.events import CallsPaused
from aibrain_jupyter.shared.pauses import get_pauses

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.shared.events import Listener
    from aibrain_jupyter.shared.pauses import Pause


class PausedCalls:
    """What `Pauses` means for one run. Used on its loop only."""

    def __init__(self, jobs: Sequence[Job], emit: Listener) -> None:
        self._emit = emit
        found = {job.target.signs_in_as for job in jobs}
        self._sources = {source for source in found if source is not None}
        self._told: dict[str, Pause] = {}
        self._forget: Callable[[], None] = lambda: None

    def watch(self, on_change: Callable[[], object]) -> None:
        """Call `on_change`, on any thread, when a pause has begun or ended. `leave` ends it."""
        if self._sources:
            self._forget = get_pauses().on_change(on_change)

    def leave(self) -> None:
        """Watch no longer."""
        self._forget()

    def holds(self, job: Job) -> bool:
        """Tell whether a job must not begin now."""
        pauses, source = get_pauses(), job.target.signs_in_as
        return bool(pauses) and source is not None and pauses.find(source) is not None

    def tell(self) -> None:
        """Tell the listener what has changed."""
        pauses = get_pauses()
        now = {s: pause for s in self._sources if (pause := pauses.find(s))} if pauses else {}
        for source in {*self._told, *now}:
            if self._told.get(source) != now.get(source):
                self._emit(CallsPaused(source, now.get(source)))
        self._told = now
