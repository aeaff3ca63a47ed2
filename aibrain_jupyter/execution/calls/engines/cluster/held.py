"""
The tasks of a run that its cluster keeps when this kernel is killed, and those of one that was.

A task is written into the journal before it leaves, and then wanted twice at the scheduler: by this
client, and by one that is none (`at_scheduler`), which goes on wanting it. It is let go when its
answer was taken, so nothing is kept longer than by this kernel. Who comes later finds in the
journal what had been sent, and at the scheduler what is there of it: that is waited for and not
sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.calls.engines.cluster import at_scheduler
from aibrain_jupyter.execution.calls.engines.cluster.asking import ask_scheduler
from aibrain_jupyter.execution.calls.engines.cluster.connecting import ANSWER_S
from aibrain_jupyter.execution.calls.engines.elsewhere.journal import (
    Journal,
    Left,
    SentParcel,
    digests,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aibrain_jupyter.execution.calls.engines.cluster.connecting import Cluster
    from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run
    from aibrain_jupyter.execution.calls.job import Job


@dataclass(frozen=True, slots=True)
class Kept:
    """
    What is to be kept of a run, and what was of another.

    `name` is the run's id (``r8``), `address` the scheduler's, as configured, `keeps_s` how long a
    cluster keeps its tasks when nobody looks after them (0: not at all), `left` what the kernel had
    sent of the run that this one resumes.
    """

    name: str
    address: str
    keeps_s: float
    left: Left | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A task that an earlier kernel sent: its `calls` are jobs of today, by the index they had."""

    parcel: SentParcel
    calls: Mapping[int, Job] = field(default_factory=dict)


class Held:
    """The tasks of this run at the scheduler. Used on its loop only."""

    def __init__(self, cluster: Cluster, kept: Kept) -> None:
        self._client, self._kept = cluster.client, kept
        self._journal: Journal | None = None
        self._held: dict[str, str] = {}
        self.is_alone = True
        """Whether no other kernel waits for what was left."""
        self.said: dict[str, int] = {}
        """How often workers said something of what was left, by run."""
        self._fault = ""
        """Why nothing of this run is kept."""

    @property
    def remarks(self) -> list[str]:
        """What is to be said of it."""
        fault = self._fault
        return [f"Its calls would not have outlived this kernel: {fault}."] if fault else []

    async def begin(self, run: Run, jobs: Sequence[Job]) -> list[Found]:
        """Begin to keep tasks; return those of an earlier kernel that are there, with calls."""
        kept = self._kept
        if kept.keeps_s <= 0:
            return []
        if await self._look_after(run.id, []) is None:
            self._fault = "the scheduler does not look after it"
            return []
        try:
            self._journal = Journal(kept.name, kept.address)
        except OSError as exc:
            self._fault = f"its journal cannot be written ({exc.strerror or exc})"
            return []
        self._want(run.id, [])
        try:
            found = await self._find(kept.left, jobs) if kept.left else []
        except BaseException:  # stopped before it has begun: who resumes later reads the other one
            self.close(is_over=True)
            raise
        by_run: dict[str, list[str]] = {}
        for one in found:
            by_run.setdefault(one.parcel.run.id, []).append(one.parcel.key)
        if found and self.is_alone and self._add([one.parcel for one in found]):
            for name, keys in by_run.items():
                self._want(name, keys)
        if kept.left and self.is_alone and kept.left.name != kept.name:
            kept.left.remove()
        return found

    async def _find(self, left: Left, jobs: Sequence[Job]) -> list[Found]:
        """Return the tasks of an earlier kernel that are there and have calls of ours."""
        waiting: dict[str, list[Job]] = {}
        by_index = digests(jobs)
        for job in jobs:
            waiting.setdefault(by_index[job.index], []).append(job)
        by_run: dict[str, list[SentParcel]] = {}
        for parcel in left.parcels:
            by_run.setdefault(parcel.run.id, []).append(parcel)
        found: list[Found] = []
        for name, parcels in by_run.items():
            said = await self._look_after(name, [parcel.key for parcel in parcels]) or {}
            self.is_alone = self.is_alone and not said.get("others")
            states = said.get("states")
            self.said[name] = said.get("said") or 0
            for parcel in parcels:
                if not isinstance(states, dict) or parcel.key not in states:
                    continue
                calls = {
                    index: waiting[digest].pop(0)
                    for index, digest in parcel.calls.items()
                    if waiting.get(digest)
                }
                if calls:
                    found.append(Found(parcel, calls))
                elif self.is_alone:
                    self._want(name, [])
                    self._want_no_more(name, [parcel.key])  # the cache has what it gave
        return found

    async def _look_after(self, run: str, keys: Sequence[str]) -> dict[str, Any] | None:
        """Have the scheduler note that this client looks after a run; None: it did not."""
        args = (run, self._client.id, list(keys), self._kept.keeps_s)
        found = await ask_scheduler(self._client, at_scheduler.look_after, *args)
        return found if isinstance(found, dict) else None

    def claimed(self, key: str) -> Any:
        """Return the future of a task that is at the scheduler: this client wants it as well."""
        from distributed import Future

        future = Future(key, self._client)
        self._want_as(self._client.id, [key])
        return future

    def sends(self, run: Run, parcels: Sequence[tuple[str, Sequence[Job]]]) -> Callable[[], None]:
        """Write down parcels before they leave; return what has them kept once they have."""
        keys = [key for key, _ in parcels]
        by = self._kept.name
        if not self._add([SentParcel(key, run, digests(jobs), by) for key, jobs in parcels]):
            return lambda: None
        return lambda: self._want(run.id, keys)

    def _add(self, parcels: Sequence[SentParcel]) -> bool:
        if self._journal is None:
            return False
        try:
            self._journal.add(parcels)
        except OSError as exc:
            self._fault = f"its journal cannot be written ({exc.strerror or exc})"
            return False
        return True

    def let_go(self, keys: Sequence[str]) -> None:
        """Have the scheduler keep tasks no longer than other clients want them."""
        by_run: dict[str, list[str]] = {}
        for key in keys:
            if (name := self._held.pop(key, None)) is not None:
                by_run.setdefault(name, []).append(key)
        for name, of_run in by_run.items():
            self._want_no_more(name, of_run)

    def close(self, *, is_over: bool) -> None:
        """End; where the run is over, what is still kept of it is let go."""
        if is_over:
            self.let_go(list(self._held))
        if self._journal is not None:
            self._journal.close(is_over=is_over)
            self._journal = None

    def _want(self, name: str, keys: Sequence[str]) -> None:
        self._held |= dict.fromkeys(keys, name)
        self._want_as(name, keys)

    def _want_as(self, client: str, keys: Sequence[str]) -> None:
        self._tell({"op": "client-desires-keys", "keys": list(keys), "client": client})

    def _want_no_more(self, name: str, keys: Sequence[str]) -> None:
        self._tell({"op": "client-releases-keys", "keys": list(keys), "client": name})

    def _tell(self, message: dict[str, Any]) -> None:
        # In its turn, on the way that the tasks take: the scheduler must know them by then.
        self._client.loop.add_callback(self._send, message)

    def _send(self, message: dict[str, Any]) -> None:
        if self._client.status in ("running", "closing") and self._client.scheduler_comm:
            with contextlib.suppress(OSError):
                self._client.scheduler_comm.send(message)


async def hear_all(
    client: Any,
    hears: Mapping[str, Callable[[Any], None]],
    said: Mapping[str, int],
    misses: Callable[[], object],
) -> None:
    """
    Have everything heard of some topics: what was said before, and then what is. Each event once.

    `hears` has who hears it, by topic; what was said before of the first topic comes before that of
    the next. Within a topic it comes in its order, whatever the scheduler's clock did meanwhile,
    whose times are as little taken for the names of events. Where more was `said` before than a
    scheduler keeps, `misses` is called first.
    """
    waiting: list[tuple[str, Any]] | None = []
    told: Counter[str] = Counter()

    def listen(topic: str, event: Any) -> None:
        if waiting is not None:
            waiting.append((topic, event))
        elif told[name := repr((topic, event))]:
            told[name] -= 1
        else:
            hears[topic](event)

    before: list[tuple[str, Any]] = []
    for topic in hears:
        client.subscribe_topic(topic, partial(listen, topic))
        with contextlib.suppress(TimeoutError, OSError, TypeError):
            async with asyncio.timeout(ANSWER_S):
                events = await client.scheduler.events(topic=topic)
            before += [(topic, event) for event in events]
            if len(events) < said.get(topic, 0):
                misses()
    for topic, event in before:
        told[repr((topic, event))] += 1
        hears[topic](event)
    found, waiting = waiting or [], None
    for topic, event in found:
        listen(topic, event)
