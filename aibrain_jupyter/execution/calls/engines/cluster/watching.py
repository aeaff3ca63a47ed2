"""
Whether a cluster is still there for a run: its scheduler, a worker, and who has its parcels.

Where a network is cut nothing is refused and nothing ends: there is only silence. It counts from
the last word of anybody, and what is silent for too long is lost: gaps, to be resumed.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.calls.engines.cluster.connecting import ANSWER_S, WORKER_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aibrain_jupyter.execution.calls.engines.cluster.connecting import Cluster
    from aibrain_jupyter.execution.calls.engines.elsewhere.sending import Sent
    from aibrain_jupyter.execution.calls.job import Job

GONE: Final = "Its connection ended. What workers had begun is not known here."
_LOOK_S: Final = 1.0
SCHEDULER_SILENT_S: float = 60.0
"""After so long without an answer a scheduler is lost, though its connection has not ended."""
PARCEL_SILENT_S: float = 180.0
"""After so long without a word a parcel that had begun is lost: three times a worker's ttl."""


class Watch:
    """
    What was heard of a cluster, and when. Used on the loop of its run only.

    Args:
        cluster: What is watched.

        give_up: Told of a parcel, by its key, whose answers will not come.
    """

    def __init__(self, cluster: Cluster, give_up: Callable[[str], object]) -> None:
        self._client = cluster.client
        self._give_up = give_up
        self._key_of: dict[int, str] = {}
        self._parcels: dict[str, Sequence[Job]] = {}
        self._heard_at: dict[str, float] = {}
        self._heard_of: dict[str, set[str]] = {}

    def sent(self, key: str, jobs: Sequence[Job]) -> None:
        """Note that a parcel has left."""
        self._parcels[key] = jobs
        for job in jobs:
            self._key_of[job.index] = key

    def heard(self, index: int, worker: str) -> None:
        """Note that a worker said something of a call."""
        key = self._key_of.get(index)
        if key in self._parcels:
            self._heard_at[key] = time.monotonic()
            self._heard_of.setdefault(key, set()).add(worker)

    def has_heard(self, key: str, worker: str = "") -> bool:
        """Whether a parcel is known to have begun, at a worker or at any."""
        return worker in self._heard_of.get(key, ()) if worker else key in self._heard_at

    def ended(self, key: str) -> None:
        """Note that a parcel has come back, or will not."""
        self._parcels.pop(key, None)
        self._heard_at.pop(key, None)
        self._heard_of.pop(key, None)

    async def until_lost(self, sent: Sent) -> None:
        """Return when scheduler or workers are gone for good; what they had is lost then."""
        without_worker_since, answered_at = None, time.monotonic()
        while True:
            await asyncio.sleep(_LOOK_S)
            if self._client.status != "running":
                sent.lost(sent.open_jobs(), "the scheduler was lost", GONE)
                return
            has_worker = await self._has_worker()
            now = time.monotonic()
            if has_worker is not None:
                answered_at = now
            elif now - answered_at > SCHEDULER_SILENT_S:
                why = f"It has said nothing for {SCHEDULER_SILENT_S:.0f} s: stopped, or cut off."
                sent.lost(sent.open_jobs(), "the scheduler is silent", why)
                return
            if has_worker is not False:
                without_worker_since = None
            elif without_worker_since is None:
                without_worker_since = now
            elif now - without_worker_since > WORKER_S:
                why = f"The cluster has had no worker for {WORKER_S:.0f} s."
                sent.lost(sent.open_jobs(), "no worker was left", why)
                return
            self._lose_silent(sent, now)

    async def _has_worker(self) -> bool | None:
        """Return whether there is a worker; None: the scheduler has not answered."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return bool((await self._client.scheduler.identity(n_workers=0))["n_workers"])
        except (OSError, TimeoutError):
            return None

    def _lose_silent(self, sent: Sent, now: float) -> None:
        why = f"Nothing was heard of it for {PARCEL_SILENT_S:.0f} s."
        for key in [key for key, at in self._heard_at.items() if now - at > PARCEL_SILENT_S]:
            del self._heard_at[key]
            sent.lost(self._parcels[key], "its worker is silent", why)
            self._give_up(key)
