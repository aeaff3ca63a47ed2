"""
The cyclic collector, paused while much is made that nobody throws away.

Python looks for cycles whenever enough objects were made, through all there are. Reading a model or
a long page makes 100 000 objects that are kept: a third of the time would go into looking through
them, again and again. Keep it short: meanwhile no cycle of anybody's is freed.
"""

from __future__ import annotations

import gc
import threading
from typing import Final


class _PausedCollector:
    """Keeps the collector off until the last of the threads in here leaves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._was_enabled = False

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._was_enabled = gc.isenabled()
                gc.disable()
            self._inside += 1

    def __exit__(self, *exc_info: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._was_enabled:
                gc.enable()


# One for the process, because the collector is.
paused_collector: Final = _PausedCollector()
