"""
Refreshing behind: a stale answer was given, and its successor is fetched meanwhile.

In daemon threads, a few at a time, one per key in all kernels. A refresh that
fails changes nothing: the old result stays until it is too old to be served. The
failure is counted and its words are kept for the statistics; the key is left alone
for a while, and after a throttle so is everything.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.cache.counters import Counters
    from aibrain_jupyter.cache.fetching.single_flight import SingleFlight
    from aibrain_jupyter.cache.keys import CacheKey

WORKERS: Final = 2
PAUSE_S: Final = 60.0
"""How long a key is left alone after its refresh failed."""


class Refresher:
    """The refreshes of one cache."""

    def __init__(self, flight: SingleFlight, counters: Counters) -> None:
        self.last_failure = ""
        self._flight = flight
        self._counters = counters
        self._pool: DaemonThreadPool | None = None
        self._queued: set[str] = set()
        self._paused_until: dict[str, float] = {}
        self._all_paused_until = 0.0
        self._lock = threading.Lock()

    def ask(self, key: CacheKey, fetch: Callable[[], object]) -> bool:
        """
        Have `fetch` called in the background; it stores what it gets.

        Returns:
            Whether it will be: not when it is on its way already, or failed a moment ago.
        """
        now = time.monotonic()
        with self._lock:
            pause = max(self._paused_until.get(key.digest, 0.0), self._all_paused_until)
            if key.digest in self._queued or now < pause:
                return False
            self._queued.add(key.digest)
            if self._pool is None:
                self._pool = DaemonThreadPool(WORKERS, name="aibrain-refresh")
        self._pool.submit(self._run, key, fetch)
        return True

    @property
    def pending(self) -> int:
        """How many refreshes wait or are under way."""
        return len(self._queued)

    def _run(self, key: CacheKey, fetch: Callable[[], object]) -> None:
        try:
            if time.monotonic() < self._all_paused_until:
                return
            # Another kernel at it is as good.
            with self._flight.hold_if_free(key.digest) as is_free:
                if is_free:
                    fetch()
                    self._counters.add("refreshes", tool=key.tool, account=key.account)
        except Exception as exc:  # noqa: BLE001 - nobody waits here: counted, and kept to be read
            self._note(key, exc)
        finally:
            with self._lock:
                self._queued.discard(key.digest)

    def _note(self, key: CacheKey, exc: Exception) -> None:
        self._counters.add("refresh_failures", tool=key.tool, account=key.account)
        until = time.monotonic() + PAUSE_S
        with self._lock:
            what = getattr(exc, "what", "") or f"{type(exc).__name__}: {exc}"
            self.last_failure = f"{key.tool}: {what}"
            self._paused_until[key.digest] = until
            if getattr(exc, "outcome", None) is Outcome.THROTTLED:
                self._all_paused_until = until
