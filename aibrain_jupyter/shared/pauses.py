"""
The sources of credentials whose session ended while a run used it, and why nothing goes on.

Their calls wait for the next session (``aws/accounts/signing_in/sign_in_pause.py``). Meanwhile
the engine begins no more calls of theirs, and the progress says what to do.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Pause:
    """`why` nothing goes on, and the `step` that helps."""

    why: str
    step: str


class Pauses:
    """Which profiles are paused. Safe from any thread; listeners must be quick."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, Pause] = {}
        self._listeners: list[Callable[[], object]] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def find(self, source: str) -> Pause | None:
        """Return the pause of a profile, None when its calls go on."""
        return self._found.get(source)

    def begin(self, source: str, pause: Pause) -> None:
        """Pause a profile."""
        self._change(source, pause)

    def end(self, source: str) -> None:
        """Let the calls of a profile go on, or fail."""
        self._change(source, None)

    def on_change(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Call `listener`, on any thread, after each change; return what takes it away."""
        with self._lock:
            self._listeners.append(listener)

        def forget() -> None:
            with self._lock:
                self._listeners.remove(listener)

        return forget

    def _change(self, source: str, pause: Pause | None) -> None:
        with self._lock:
            self._found.pop(source, None)
            if pause is not None:
                self._found[source] = pause
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()


@cache
def get_pauses() -> Pauses:
    """Return the pauses of this process."""
    return Pauses()
