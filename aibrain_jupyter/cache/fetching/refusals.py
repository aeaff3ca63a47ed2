"""
Refusals that are remembered for a while, where that was asked for.

A refusal is no result: it is never written to disk, it is a gap each time it is
given, and nothing remembers one unless the setting ``refusal_ttl`` says so. It
saves asking 340 regions and accounts again for what was denied a minute ago.
"""

from __future__ import annotations

import copy
import threading
import time
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.coverage import Outcome

if TYPE_CHECKING:
    from aibrain_jupyter.cache.keys import CacheKey
    from aibrain_jupyter.shared.error_handler import AibrainError

LASTING: Final = (Outcome.DENIED, Outcome.NOT_OFFERED, Outcome.NOT_ENABLED)
"""Outcomes that asking again at once would not change."""

_MOST: Final = 10_000


class Refusals:
    """The refusals of this process, by key."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, AibrainError]] = {}
        self._lock = threading.Lock()

    def keep(self, key: CacheKey, error: AibrainError) -> None:
        """Remember a refusal that will last; others are forgotten at once."""
        if error.outcome in LASTING:
            with self._lock:
                if len(self._found) >= _MOST:
                    self._found.pop(next(iter(self._found)))
                self._found[key.digest] = (time.monotonic(), copy.copy(error))

    def find(self, key: CacheKey, *, max_age: float) -> AibrainError | None:
        """Return a copy of the refusal if it is at most `max_age` seconds old."""
        with self._lock:
            found = self._found.get(key.digest)
        if found is None or time.monotonic() - found[0] > max_age:
            return None
        return copy.copy(found[1])

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._found.clear()
