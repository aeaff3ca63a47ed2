"""
Sessions and clients of a worker: kept while they are used, and for a few profiles afterwards.

A worker goes through a thousand accounts, and what each was asked with takes megabytes. The last
few stay, since the next parcel of an account often follows at once: its clients need not be made
anew, and know the pace.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aibrain_jupyter.shared.tools.provider import Provider

_MOST_UNUSED: Final = 8


class KeptProfiles:
    """The profiles of a process that calls were made with. Safe from any thread."""

    def __init__(self) -> None:
        self._used: Counter[tuple[str, str]] = Counter()
        self._unused: dict[tuple[str, str], Provider] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def used(self, provider: Provider, profile: str) -> Iterator[None]:
        """Keep a profile for the time of the block, whoever else is done with it."""
        key = (provider.name, profile)
        with self._lock:
            self._used[key] += 1
            self._unused.pop(key, None)
        try:
            yield
        finally:
            with self._lock:
                self._used[key] -= 1
                if not self._used[key]:
                    del self._used[key]
                    self._unused[key] = provider
                while len(self._unused) > _MOST_UNUSED:
                    oldest = next(iter(self._unused))
                    self._unused.pop(oldest).let_go(oldest[1])
