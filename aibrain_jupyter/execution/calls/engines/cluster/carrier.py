"""
Parcels to the workers of a Dask cluster.

Tasks have keys that say nothing, and go out in windows, so that a run larger than the cluster waits
in this kernel and not in the scheduler; `Turns` has which. Each future is let go as soon as it was
read: one that is held is computed again when its worker dies. What kills its worker is sent once
more, call by call; what does so again is a gap. When the scheduler is gone, so is what it held.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import itertools
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.cache.problems import NotStorableError
from aibrain_jupyter.execution.calls.engines.cluster import at_worker
from aibrain_jupyter.execution.calls.engines.cluster.address import is_at, read_address
from aibrain_jupyter.execution.calls.engines.cluster.asking import (
    ask_workers,
    keep_unknown_profiles,
)
from aibrain_jupyter.execution.calls.engines.cluster.connecting import (
    ANSWER_S,
    Cluster,
    TaskFailedError,
    connected,
    own_versions,
)
from aibrain_jupyter.execution.calls.engines.cluster.fetching import Fetching
from aibrain_jupyter.execution.calls.engines.cluster.held import Held, Kept, hear_all
from aibrain_jupyter.execution.calls.engines.cluster.seats import Seats
from aibrain_jupyter.execution.calls.engines.cluster.watching import GONE, Watch
from aibrain_jupyter.execution.calls.engines.cluster.windows import Window
from aibrain_jupyter.execution.calls.engines.elsewhere.journal import left_of
from aibrain_jupyter.execution.calls.engines.elsewhere.letters import Letter
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import groups, packed, place_of
from aibrain_jupyter.execution.calls.engines.elsewhere.turns import Turns
from aibrain_jupyter.execution.calls.engines.leaving import Parted, part
from aibrain_jupyter.execution.calls.engines.report import DASK
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.texts.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

    from aibrain_jupyter.execution.calls.engines.cluster.held import Found
    from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run
    from aibrain_jupyter.execution.calls.engines.elsewhere.sending import Sent
    from aibrain_jupyter.execution.calls.job import Job

PARCELS_EACH: Final = 16
"""Places of few calls go together if so many parcels are left for each thread: then the last ones
end at much the same time."""
_MOST_WORDS: Final = 10_000
"""A worker says a few of each of its calls at a time: what is more is not worth Stop's time."""
_NOT_OURS: Final = (TypeError, ValueError, LookupError, ArithmeticError)
"""What reading words and answers raises that no worker of ours sent."""


@contextlib.asynccontextmanager
async def open_carrier(
    jobs: Sequence[Job], *, run: str = "", resumes: str = ""
) -> AsyncIterator[tuple[DaskCarrier | None, Parted, Mapping[str, Any]]]:
    """
    Give the carrier for some jobs (None: none of them leaves), and how they are parted.

    What is sent for the `run` of that id (empty: it has none) outlives this kernel; what was sent
    for the one that it `resumes` is waited for, where it was sent to this cluster.
    Raises AibrainError: the cluster cannot be used; see `connected`.
    """
    left = left_of(resumes) if resumes else None
    configured = get_settings().get("engine_address") or (left.address if left else "")
    address = read_address(configured)
    if left is not None and not is_at(left.address, address):
        left = None
    parted = part(jobs, DASK, is_here=address.is_here)
    if not parted.away:
        yield None, parted, {}
        return
    async with connected(address) as cluster:
        await keep_unknown_profiles(cluster, parted)
        facts = {"scheduler": address.url, "versions": own_versions()}
        keeps_s = parse_duration(get_settings().get("engine_keeps"), name="engine_keeps")
        kept = Kept(run, address.as_set, keeps_s, left) if run else None
        yield DaskCarrier(cluster, kept), parted, facts


class DaskCarrier:
    """Sends parcels to a cluster."""

    def __init__(self, cluster: Cluster, kept: Kept | None = None) -> None:
        self._cluster, self._client = cluster, cluster.client
        self._keeper = Held(cluster, kept) if kept else None
        self._runs: dict[str, None] = {}
        """The runs whose tasks these are, as workers know them."""
        self._held: dict[str, tuple[Any, Sequence[Job]]] = {}
        self._stopping: set[asyncio.Task[Any]] = set()
        self._reading: dict[str, asyncio.Task[list[Job]]] = {}
        self._watch = Watch(cluster, self._give_up)
        self._seats = Seats(
            {str(name): int(one.get("nthreads", 1)) for name, one in cluster.workers.items()}
        )
        self._fetching = Fetching(self._client)
        self._is_stopped = self._is_lost = self._has_missed = False

    def stop(self, run: Run) -> None:
        """Tell every worker that a run is over, and take back what waits. Awaits nobody."""
        self._is_stopped = True
        began = self._watch.has_heard
        if self._keeper is not None:
            self._keeper.let_go(list(self._held))
        for work in (
            *(
                ask_workers(self._cluster, at_worker.stop_run, one)
                for one in self._runs or [run.id]
            ),
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
        self._runs[sent.run.id] = None
        found = await self._keeper.begin(sent.run, sent.open_jobs()) if self._keeper else []
        if self._is_stopped:
            found = []
        fetched = {job.index for one in found for job in one.calls.values()}
        jobs = [job for job in sent.open_jobs() if job.index not in fetched]
        parcels = groups(jobs, sent.seconds, fewest=PARCELS_EACH * threads)
        turns = Turns(parcels, most=max(1, threads))
        again: list[Sequence[Job]] = []
        window = Window(threads)
        self._client.subscribe_topic(sent.run.id, lambda event: self._hear(sent, turns, event))
        if not found:
            self._client.subscribe_topic("all", lambda event: self._see_loss(sent, event))
        watching = asyncio.get_running_loop().create_task(self._watch.until_lost(sent))
        reading: set[asyncio.Task[Any]] = set()
        try:
            reading |= await self._fetch(sent, turns, found)
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
                    self._is_lost = True
                    watching.result()
                    return
                for task in done:
                    if not task.cancelled():
                        again += [[job] for job in task.result()]
            if not self._is_stopped and sent.open_jobs():
                self._is_lost = True
                sent.lost(sent.open_jobs(), "the scheduler was lost", GONE)
        finally:
            watching.cancel()
            for task in reading:
                task.cancel()
            self._held.clear()
            if self._keeper is not None:
                self._keeper.close(is_over=not self._is_lost)
                sent.remark(self._keeper.remarks)
            if self._client.status == "running":
                for topic in (*self._runs, "all"):
                    self._client.unsubscribe_topic(topic)

    async def _fetch(
        self, sent: Sent, turns: Turns, found: Sequence[Found]
    ) -> set[asyncio.Task[Any]]:
        """Wait for tasks of an earlier kernel; return what reads their answers."""
        if not found:
            return set()
        assert self._keeper is not None
        by_run: dict[str, dict[int, int]] = {}
        for one in found:
            jobs = list(one.calls.values())
            sent.sent_by([job.index for job in jobs], one.parcel.by)
            turns.begun(jobs)
            key, run = one.parcel.key, one.parcel.run
            numbers = {index: job.index for index, job in one.calls.items()}
            by_run.setdefault(run.id, {}).update(numbers)
            self._holds(key, self._keeper.claimed(key), jobs)
        if self._keeper.is_alone:  # else they are another kernel's to stop
            self._runs |= dict.fromkeys(by_run)
        hears: dict[str, Callable[[Any], None]] = {
            run_id: partial(self._hear, sent, turns, numbers=numbers)
            for run_id, numbers in by_run.items()
        }
        # Before any answer is taken: what began twice is known of open calls only.
        hears["all"] = partial(self._see_loss, sent)
        await hear_all(self._client, hears, self._keeper.said, self._misses)
        return {
            self._reads(sent, turns, one.parcel.key, *self._held[one.parcel.key], of=one)
            for one in found
        }

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
        found: set[asyncio.Task[Any]] = set()
        for worker, ready in by_worker.items():
            # Who keeps to a part of the limits lets those go first who are waited for.
            is_polite = any(job.work.share < 1 for _, _, jobs in ready for job in jobs)  # type: ignore[union-attr]
            keys = [(key, jobs) for key, _, jobs in ready]
            keep = self._keeper.sends(sent.run, keys) if self._keeper else None
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
            if keep is not None:
                keep()
            for (key, _, jobs), future in zip(ready, futures, strict=True):
                sent.leaves(jobs)
                self._holds(key, future, jobs)
                found.add(self._reads(sent, turns, key, future, jobs, may_split=may_split))
        return found

    def _holds(self, key: str, future: Any, jobs: Sequence[Job]) -> None:
        """Have a task watched."""
        self._held[key] = future, jobs
        self._watch.sent(key, jobs)

    def _reads(
        self, sent: Sent, turns: Turns, key: str, future: Any, jobs: Sequence[Job], **how: Any
    ) -> asyncio.Task[list[Job]]:
        """Return what reads the answers of a task."""
        reading = self._read(sent, turns, key, future, jobs, **how)
        self._reading[key] = task = asyncio.get_running_loop().create_task(reading)
        return task

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
        may_split: bool = True,
        of: Found | None = None,
    ) -> list[Job]:
        """
        Take the answers of a task, `of` an earlier kernel where it is; return the calls to send
        again, one by one.
        """
        try:
            answer = await self._fetching.result(future)
        except TaskFailedError:
            if may_split:
                return sent.open_jobs(jobs)
            why = "Its worker ended each time (killed, out of memory), or failed: its log has why."
            sent.lost(jobs, "its worker was lost", why)
            return []
        except TypeError:
            sent.unreadable(jobs, "it would have to be unpickled")
            return []
        except (concurrent.futures.CancelledError, OSError):  # all futures end with their scheduler
            if self._is_stopped:
                return []
            if of is not None and self._client.status == "running":
                return sent.open_jobs(jobs)  # nobody keeps it any more
            self._is_lost = True
            sent.lost(jobs, "the scheduler was lost", GONE)
            return []
        else:
            return await self._take(sent, jobs, answer, of)
        finally:
            self._held.pop(key, None)
            self._reading.pop(key, None)
            self._watch.ended(key)
            future.release()
            if self._keeper is not None and not self._is_lost:
                self._keeper.let_go([key])
            if may_split:
                ended = (sent.outcomes.get(job.index) for job in jobs)
                turns.ended(jobs, was_throttled=any(one and one.throttled for one in ended))
                if not turns.has_more(jobs):
                    self._seats.leave(place_of(jobs[0]))

    async def _take(
        self, sent: Sent, jobs: Sequence[Job], answer: Any, of: Found | None
    ) -> list[Job]:
        """Take what a task gave, if it is answers to these calls; return those to send again."""
        try:
            worker, of_letters, sizes, data = answer
            ends = itertools.accumulate(map(int, sizes), initial=0)
            found = [
                Letter([*map(int, indexes)], bytes(data[start:end]))
                for indexes, (start, end) in zip(of_letters, itertools.pairwise(ends), strict=True)
            ]
            said = {index for letter in found for index in letter.indexes}
            if of is None and not said <= {job.index for job in jobs}:
                raise ValueError("answers to other calls")
        except _NOT_OURS:
            sent.unreadable(jobs, "no answers")
            return []
        numbers = None if of is None else {i: job.index for i, job in of.calls.items()}
        run = None if of is None else of.parcel.run
        again = await sent.answered(
            found, str(worker), run=run, numbers=numbers, is_stopped=self._is_stopped
        )
        indexes = {job.index for job in again}
        if missing := [job for job in jobs if job.index not in indexes]:
            sent.unreadable(missing, "some are missing", str(worker))
        return again

    def _hear(
        self, sent: Sent, turns: Turns, event: Any, *, numbers: Mapping[int, int] | None = None
    ) -> None:
        """Take what a worker says of calls; `numbers` are today's of what an earlier run sent."""
        with contextlib.suppress(*_NOT_OURS):
            _, (worker, words) = event
            for said_index, what in words[:_MOST_WORDS]:
                index = said_index if numbers is None else numbers.get(said_index, -1)
                self._watch.heard(index, str(worker))
                if what is None:
                    continue  # it goes on
                if not what and index in sent.jobs and turns.has_more([sent.jobs[index]]):
                    self._seats.sit(place_of(sent.jobs[index]), str(worker))
                said = [int(number) for number in what[:3]]
                if len(said) == 3 and said[2] and index in sent.jobs:
                    turns.slow_down(sent.jobs[index])
                sent.heard(index, said, str(worker))

    def _misses(self) -> None:
        """Note that not all is known of what workers said: they may have begun what is open."""
        self._has_missed = True

    def _see_loss(self, sent: Sent, event: Any) -> None:
        """Note which calls a lost worker had: some may have begun without having been heard."""
        with contextlib.suppress(TypeError, ValueError, AttributeError):
            _, said = event
            if said.get("action") == "remove-worker":
                self._seats.lose(worker := str(said.get("worker")))
                for name, has_ended in (("processing-tasks", False), ("lost-computed-tasks", True)):
                    for key in set(said.get(name) or ()) & self._held.keys():
                        is_known = has_ended or self._has_missed
                        if not (is_known or self._watch.has_heard(key, worker)):
                            continue  # it had not begun: see `at_worker.run_parcel`
                        had = [job.index for job in self._held[key][1]]
                        sent.worker_lost(had, worker, has_ended=has_ended)
