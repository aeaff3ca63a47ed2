"""
The wish to stop a run, as one object that everybody can reach.

A button, a verb, a signal handler and a background thread may all ask, from any
thread and more than once; worker threads look at `event` between requests, the
event loop is told through `on_cancel`.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class CancelToken:
    """
    Cancels a run, once and for all.

    Asking a second time *forces* it: calls under way then get no time to end on their own.
    """

    def __init__(self) -> None:
        self.event = threading.Event()
        self._forced = threading.Event()
        self._callbacks: list[Callable[[], object]] = []
        # Re-entrant: a signal may arrive, and ask, while the main thread holds it.
        self._lock = threading.RLock()

    @property
    def is_cancelled(self) -> bool:
        """Whether anybody asked to stop."""
        return self.event.is_set()

    @property
    def is_forced(self) -> bool:
        """Whether it was asked for more than once."""
        return self._forced.is_set()

    def cancel(self) -> None:
        """Ask to stop. Safe from any thread."""
        with self._lock:
            if self.event.is_set():
                self._forced.set()
            self.event.set()
            callbacks = tuple(self._callbacks)
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], object]) -> Callable[[], None]:
        """
        Call `callback` at every `cancel`, in the thread that asks; at once if that has happened.

        A loop gives ``lambda: loop.call_soon_threadsafe(…)``. Returns a function that takes the
        callback away; call it before the loop is closed.
        """
        with self._lock:
            self._callbacks.append(callback)
            is_late = self.event.is_set()
        if is_late:
            callback()

        def forget() -> None:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)

        return forget
