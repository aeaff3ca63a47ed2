"""
Parcels to the workers of a Dask cluster.

Tasks have keys that say nothing, and go out in windows, so that a run larger than the cluster waits
in this kernel and not in the scheduler; `Turns` has which. Each future is let go as soon as it was
read: one that is
held is computed again when its worker dies. What kills its worker is sent once more, call by call;
what does so again is a gap. When the scheduler is gone, so is what it held: gaps, to be resumed.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import itertools
import pickle  # what we send, never what we get
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.cache.problems import NotStorableError
from aibrain_jupyter.execution.calls.engines.cluster import at_worker
from aibrain_jupyter.execution.calls.engines.cluster.address import read_address
from aibrain_jupyter.execution.calls.engines.cluster.connecting import (
    ANSWER_S,
    Cluster,
    TaskFailedError,
    connected,
    own_versions,
)
from aibrain_jupyter.execution.calls.engines.cluster.fetching import Fetching
from aibrain_jupyter.execution.calls.engines.cluster.seats import Seats
from aibrain_jupyter.execution.calls.engines.cluster.watching import GONE, Watch
from aibrain_jupyter.execution.calls.engines.cluster.windows import Window
from aibrain_jupyter.execution.calls.engines.elsewhere.letters import Letter
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import groups, packed, place_of
from aibrain_jupyter.execution.calls.engines.elsewhere.turns import Turns
from aibrain_jupyter.execution.calls.engines.leaving import Parted, part
from aibrain_jupyter.execution.calls.engines.report import DASK
from aibrain_jupyter.shared.config import get_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run
    from aibrain_jupyter.execution.calls.engines.elsewhere.sending import Sent
    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.shared.tools.provider import Provider

PARCELS_EACH: Final = 16
"""Places of few calls go together if so many parcels are left for each thread: then the last ones
end at much the same time."""
_NOT_OURS: Final = (TypeError, ValueError, LookupError, ArithmeticError)
"""What reading words and answers raises that no worker of ours sent."""


@contextlib.asynccontextmanager
async def open_carrier(
    jobs: Sequence[Job],
) -> AsyncIterator[tuple[DaskCarrier | None, Parted, Mapping[str, Any]]]:
    """
    Give the carrier for some jobs (None: none of them leaves), and how they are parted.
    Raises AibrainError: the cluster cannot be used; see `connected`.
    """
    address = read_address(get_settings().get("engine_address"))
    parted = part(jobs, DASK, is_here=address.is_here)
    if not parted.away:
        yield None, parted, {}
        return
    async with connected(address) as cluster:
        await _keep_unknown_profiles(cluster, parted)
        facts = {"scheduler": address.url, "versions": own_versions()}
        yield DaskCarrier(cluster), parted, facts


async def _keep_unknown_profiles(cluster: Cluster, parted: Parted) -> None:
    """Leave calls here whose profile not every worker has."""
    by_provider: dict[str, str] = {}
    provider_of: dict[int, Provider] = {}
    for job in parted.away:
        if id(job.work) not in provider_of:
            provider = job.work.handler.provider  # type: ignore[union-attr]
            provider_of[id(job.work)] = provider
            by_provider.setdefault(provider.name, job.work.spec.name)  # type: ignore[union-attr]
    said = await ask_workers(cluster, at_worker.who_is_it, sorted(by_provider.values()))
    unknown_of: dict[tuple[str, str], str] = {}
    away: list[Job] = []
    for job in parted.away:
        provider, profile = provider_of[id(job.work)], job.target.profile
        if (unknown := unknown_of.get((provider.name, profile))) is None:
            name = provider.profile_behind(profile)
            is_there = not name or profile in parted.carried or _all_have(said, provider.name, name)
            unknown = unknown_of[provider.name, profile] = "" if is_there else name
        if not unknown:
            away.append(job)
            continue
        why = f"not every worker has the profile {unknown}"
        parted.stayed[why] = parted.stayed.get(why, 0) + 1
        parted.here.append(job)
    parted.away[:] = away


def _all_have(said: Mapping[str, Any], provider: str, profile: str) -> bool:
    return bool(said) and all(
        isinstance(one, dict) and profile in (one.get("profiles") or {}).get(provider, ())
        for one in said.values()
    )


async def ask_workers(cluster: Cluster, function: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """
    Return what a function of ours gives on each worker, by address; None where it failed.

    As ``Client.run``, which would unpickle the exception of a worker.
    """
    message = {
        "op": "run",
        "function": pickle.dumps(function),
        "args": pickle.dumps(args),
        "kwargs": pickle.dumps(kwargs),
        "wait": True,
    }
    try:
        async with asyncio.timeout(ANSWER_S):
            said = await cluster.client.scheduler.broadcast(msg=message, on_error="ignore")
    except (TimeoutError, OSError, TypeError):
        return {}
    return {
        name: one.get("result") if isinstance(one, dict) and one.get("status") == "OK" else None
        for name, one in said.items()
    }


class DaskCarrier:
    """Sends parcels to a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._client = cluster, cluster.client
        self._held: dict[str, tuple[Any, Sequence[Job]]] = {}
        self._stopping: set[asyncio.Task[Any]] = set()
        self._reading: dict[str, asyncio.Task[list[Job]]] = {}
        self._watch = Watch(cluster, self._give_up)
        self._seats = Seats(
            {str(name): int(one.get("nthreads", 1)) for name, one in cluster.workers.items()}
        )
        self._fetching = Fetching(self._client)
        self._is_stopped = False

    def stop(self, run: Run) -> None:
        """Tell every worker that a run is over, and take back what waits. Awaits nobody."""
        self._is_stopped = True
        began = self._watch.has_heard
        for work in (
            ask_workers(self._cluster, at_worker.stop_run, run.id),
            self._cancel([future for key, (future, _) in self._held.items() if not began(key)]),
        ):
            task = asyncio.get_running_loop().create_task(work)
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)

    async def _cancel(self, futures: Sequence[Any]) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                await self._client.cancel(list(futures))

    async def carry(self, sent: Sent) -> None:
        """Have the calls made, a window of tasks at a time."""
        numbers = itertools.count()
        threads = self._cluster.threads
        parcels = groups(sent.open_jobs(), sent.seconds, fewest=PARCELS_EACH * threads)
        turns = Turns(parcels, most=max(1, threads))
        again: list[Sequence[Job]] = []
        window = Window(threads)
        self._client.subscribe_topic(sent.run.id, lambda event: self._hear(sent, turns, event))
        self._client.subscribe_topic("all", lambda event: self._see_loss(sent, event))
        reading: set[asyncio.Task[Any]] = set()
        watching = asyncio.get_running_loop().create_task(self._watch.until_lost(sent))
        try:
            while turns or again or reading:
                if self._is_stopped or self._client.status != "running":
                    turns.clear()  # what is open is lost, or cancelled
                    again.clear()
                if room := window.room(len(reading)):
                    batch = again[:room]
                    del again[:room]
                    more = self._submit(sent, turns, batch, numbers, may_split=False)
                    batch = turns.take(room - len(batch))
                    more |= self._submit(sent, turns, batch, numbers, may_split=True)
                    if more:
                        reading |= more
                        window.sent()
                if not reading:
                    continue
                done, reading = await asyncio.wait(
                    {*reading, watching}, return_when=asyncio.FIRST_COMPLETED
                )
                reading.discard(watching)
                if watching in done:
                    watching.result()
                    return
                for task in done:
                    if not task.cancelled():
                        again += [[job] for job in task.result()]
            if not self._is_stopped:
                sent.lost(sent.open_jobs(), "the scheduler was lost", GONE)
        finally:
            watching.cancel()
            for task in reading:
                task.cancel()
            self._held.clear()
            if self._client.status == "running":
                self._client.unsubscribe_topic(sent.run.id)
                self._client.unsubscribe_topic("all")

    def _submit(
        self,
        sent: Sent,
        turns: Turns,
        batch: Sequence[Sequence[Job]],
        numbers: Iterator[int],
        *,
        may_split: bool,
    ) -> set[asyncio.Task[Any]]:
        """Send parcels; return what reads their answers."""
        by_worker: dict[str, list[tuple[str, bytes, Sequence[Job]]]] = {}
        for jobs in batch:
            is_slow = turns.is_slow(jobs[0])
            try:
                parcel = packed(jobs, sent.run, sent.carried, is_spent=is_slow)
            except NotStorableError as exc:
                for job in jobs:
                    sent.stays(job.index, exc.what)
                if may_split:
                    turns.ended(jobs, was_throttled=False)
                continue
            worker = self._seats.of(place_of(jobs[0])) if may_split else ""
            key = f"{sent.run.id}-{next(numbers)}"
            by_worker.setdefault(worker, []).append((key, parcel, jobs))
        loop, found = asyncio.get_running_loop(), set()
        for worker, ready in by_worker.items():
            # Who keeps to a part of the limits lets those go first who are waited for.
            is_polite = any(job.work.share < 1 for _, _, jobs in ready for job in jobs)  # type: ignore[union-attr]
            futures = self._client.map(
                at_worker.run_parcel,
                [parcel for _, parcel, _ in ready],
                key=[key for key, _, _ in ready],
                pure=False,
                retries=0,
                priority=-1 if is_polite else 0,
                workers=[worker] if worker else None,
                allow_other_workers=bool(worker),
            )
            for (key, _, jobs), future in zip(ready, futures, strict=True):
                self._held[key] = future, jobs
                sent.left.update(job.index for job in jobs)
                self._watch.sent(key, jobs)
                reading = self._read(sent, turns, key, future, jobs, may_split=may_split)
                self._reading[key] = task = loop.create_task(reading)
                found.add(task)
        return found

    def _give_up(self, key: str) -> None:
        """Wait no longer for a parcel."""
        if task := self._reading.get(key):
            task.cancel()

    async def _read(
        self,
        sent: Sent,
        turns: Turns,
        key: str,
        future: Any,
        jobs: Sequence[Job],
        *,
        may_split: bool,
    ) -> list[Job]:
        """Take the answers of a task; return the calls to send again, one by one."""
        try:
            answer = await self._fetching.result(future)
        except TaskFailedError:
            if may_split:
                return sent.open_jobs(jobs)
            why = "Its worker ended each time: killed, or out of memory."
            sent.lost(jobs, "its worker was lost", why)
            return []
        except TypeError:
            sent.unreadable(jobs, "it would have to be unpickled")
            return []
        except (concurrent.futures.CancelledError, OSError):  # all futures end with their scheduler
            if not self._is_stopped:
                sent.lost(jobs, "the scheduler was lost", GONE)
            return []
        else:
            await self._take(sent, jobs, answer)
            return []
        finally:
            self._held.pop(key, None)
            self._reading.pop(key, None)
            self._watch.ended(key)
            future.release()
            if may_split:
                ended = (sent.outcomes.get(job.index) for job in jobs)
                turns.ended(jobs, was_throttled=any(one and one.throttled for one in ended))
                if not turns.has_more(jobs):
                    self._seats.leave(place_of(jobs[0]))

    async def _take(self, sent: Sent, jobs: Sequence[Job], answer: Any) -> None:
        """Take what a task gave, if it is answers to these calls."""
        try:
            worker, of_letters, sizes, data = answer
            ends = itertools.accumulate(map(int, sizes), initial=0)
            expected = {job.index for job in jobs}
            found = [
                Letter([*map(int, indexes)], bytes(data[start:end]))
                for indexes, (start, end) in zip(of_letters, itertools.pairwise(ends), strict=True)
            ]
            if not expected.issuperset(i for letter in found for i in letter.indexes):
                raise ValueError("answers to other calls")
        except _NOT_OURS:
            sent.unreadable(jobs, "no answers")
            return
        await sent.answered(found, str(worker))
        sent.unreadable(jobs, "some are missing", str(worker))

    def _hear(self, sent: Sent, turns: Turns, event: Any) -> None:
        with contextlib.suppress(*_NOT_OURS):
            _, (worker, words) = event
            first = sent.jobs.get(words[0][0])  # all of them are of one parcel
            if first is not None and turns.has_more([first]):
                self._seats.sit(place_of(first), str(worker))
            for index, what in words:
                self._watch.heard(index)
                if what is None:
                    continue  # it goes on
                said = [int(number) for number in what[:3]]
                if len(said) == 3 and said[2] and index in sent.jobs:
                    turns.slow_down(sent.jobs[index])
                sent.heard(index, said)

    def _see_loss(self, sent: Sent, event: Any) -> None:
        """Note which calls a lost worker had: some may have begun without having been heard."""
        with contextlib.suppress(TypeError, ValueError, AttributeError):
            _, said = event
            if said.get("action") == "remove-worker":
                self._seats.lose(str(said.get("worker")))
                keys = {
                    *(said.get("processing-tasks") or ()),
                    *(said.get("lost-computed-tasks") or ()),
                }
                for key in keys & self._held.keys():
                    sent.may_begin_again([job.index for job in self._held[key][1]])
