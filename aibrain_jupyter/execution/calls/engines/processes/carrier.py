"""
Parcels to processes of this machine.

They are loky's, joblib's own: started afresh (not forked), reused by later runs, gone after a
minute without work. When one is killed loky ends them all; what was not answered is then sent once
more, call by call, to new ones. They have this kernel's environment as it was when they began: when
it changes, new ones begin.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from concurrent.futures.process import BrokenProcessPool
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.cache.problems import NotStorableError
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import groups, packed
from aibrain_jupyter.execution.calls.engines.leaving import Parted, part
from aibrain_jupyter.execution.calls.engines.processes.channel import Channel
from aibrain_jupyter.execution.calls.engines.report import PROCESSES
from aibrain_jupyter.shared.texts.exceptions import words_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run
    from aibrain_jupyter.execution.calls.engines.elsewhere.sending import Sent
    from aibrain_jupyter.execution.calls.job import Job

_IDLE_S: Final = 60
_PARCELS_EACH: Final = 4
"""So many for each process at least, so that none stands idle while another has the rest."""
_WHOLE_EACH: Final = 16
"""Places of few calls go together if so many parcels are left for each process."""
_ATTEMPTS: Final = 2


@contextlib.asynccontextmanager
async def open_carrier(
    jobs: Sequence[Job],
) -> AsyncIterator[tuple[ProcessCarrier | None, Parted, Mapping[str, Any]]]:
    """Give the carrier for some jobs (None: none of them leaves), and how they are parted."""
    parted = part(jobs, PROCESSES, is_here=True)
    carrier = ProcessCarrier() if parted.away else None
    yield carrier, parted, {}


class ProcessCarrier:
    """Sends parcels to the processes of this kernel."""

    def stop(self, run: Run) -> None:
        """Tell every process that a run is over."""
        _POOLS.channel.tell_all({"stop": run.id})

    async def carry(self, sent: Sent) -> None:
        """Have the calls made; those whose process was killed once more, one by one."""
        channel = _POOLS.channel
        loop = asyncio.get_running_loop()

        variables = copy_context()

        def hear(index: int, what: Sequence[int], process: int) -> None:
            with contextlib.suppress(RuntimeError):  # the run is over, and its loop
                # In the run's variables: output belongs to its cell.
                loop.call_soon_threadsafe(sent.heard, index, what, context=variables.copy())

        run = replace(sent.run, channel={"address": channel.address, "key": channel.key})
        channel.heard[run.id] = hear
        try:
            parcels = _parcels(sent)
            for attempt in range(_ATTEMPTS):
                pool = _POOLS.get()
                is_broken = await self._send(sent, run, pool, parcels)
                sent.may_begin_again(_under_way(sent, parcels))
                parcels = [[job] for job in sent.open_jobs()]
                if not parcels:
                    return
                _POOLS.drop(pool, is_broken=is_broken)
                if attempt + 1 == _ATTEMPTS:
                    why = "Its process ended twice while it was made: killed, or out of memory."
                    sent.lost([job for [job] in parcels], "its process was lost", why)
        finally:
            channel.heard.pop(run.id, None)

    async def _send(
        self, sent: Sent, run: Run, pool: _Pool, parcels: Sequence[Sequence[Job]]
    ) -> bool:
        """Have parcels carried out; tell whether a process was killed meanwhile."""
        futures = []
        is_broken = False
        for jobs in parcels:
            try:
                parcel = packed(jobs, run, sent.carried)
            except NotStorableError as exc:
                for job in jobs:
                    sent.stays(job.index, exc.what)
                continue
            try:
                futures.append((jobs, pool.submit(parcel)))
                sent.left.update(job.index for job in jobs)
            except RuntimeError as exc:  # broken, or shut down by a run beside this one
                is_broken = isinstance(exc, BrokenProcessPool)
                break  # what is not answered is sent again
        try:
            ended = [self._take(sent, jobs, future) for jobs, future in futures]
            return any(await asyncio.gather(*ended)) or is_broken
        finally:
            for _, future in futures:
                future.cancel()

    async def _take(self, sent: Sent, jobs: Sequence[Job], future: Any) -> bool:
        """Take the answers of a parcel; tell whether its process was killed, or another one."""
        try:
            process, letters = await asyncio.wrap_future(future)
        except RuntimeError as exc:
            return isinstance(exc, BrokenProcessPool)  # open still: they are sent again
        except Exception as exc:  # noqa: BLE001 - of that process (a full disk): gaps of its calls
            sent.lost(jobs, "its process could not make it", words_of(exc))
            return False
        worker = f"process {process}"
        await sent.answered(letters, worker)
        sent.unreadable(jobs, "no answer", worker)
        return False


def _parcels(sent: Sent) -> list[list[Job]]:
    """Return the calls in parcels, small enough that every process has several."""
    jobs = sent.open_jobs()
    most = max(1, len(jobs) // (_PARCELS_EACH * count_processes()))
    return [
        group[first : first + most]
        for group in groups(jobs, sent.seconds, fewest=_WHOLE_EACH * count_processes())
        for first in range(0, len(group), most)
    ]


def _under_way(sent: Sent, parcels: Sequence[Sequence[Job]]) -> list[int]:
    """
    Return the calls that had begun, or may have, when a process was killed.

    Who is killed may have begun calls without a word of them: of parcels that it told of, and of
    the first that were not answered. They are taken in their order, one by each process.
    """
    have_left = ([job for job in jobs if job.index in sent.left] for jobs in parcels)
    left = [found for jobs in have_left if jobs and (found := sent.open_jobs(jobs))]
    begun = [jobs for jobs in left if any(sent.has_begun(job.index) for job in jobs)]
    return [job.index for jobs in left[: count_processes()] + begun for job in jobs]


def count_processes() -> int:
    """Return how many processes there are, or would be: one a core that this one may use."""
    from joblib import cpu_count

    return int(cpu_count())


@dataclass(eq=False, slots=True)
class _Pool:
    executor: Any
    environment: dict[str, str]

    def submit(self, parcel: bytes) -> Any:
        from aibrain_jupyter.execution.calls.engines.processes.at_process import run_parcel

        return self.executor.submit(run_parcel, parcel)


class _Pools:
    """The processes of this kernel. Safe from any thread: background runs share them."""

    def __init__(self) -> None:
        self._pool: _Pool | None = None
        self._channel: Channel | None = None
        self._lock = threading.Lock()

    @property
    def channel(self) -> Channel:
        """Where processes tell how far they are."""
        with self._lock:
            if self._channel is None:
                self._channel = Channel()
            return self._channel

    def get(self) -> _Pool:
        """Return the processes; new ones when there are none, or the environment has changed."""
        from joblib.externals.loky import ProcessPoolExecutor

        with self._lock:
            environment = dict(os.environ)
            if self._pool is not None and self._pool.environment != environment:
                self._pool.executor.shutdown(wait=False)  # what goes on there is finished
                self._pool = None
            if self._pool is None:
                executor = ProcessPoolExecutor(count_processes(), timeout=_IDLE_S, env=environment)
                self._pool = _Pool(executor, environment)
            return self._pool

    def drop(self, pool: _Pool, *, is_broken: bool) -> None:
        """
        Use a pool no more whose process was killed, or that somebody has shut down.

        What others have there goes on, unless it is broken.
        """
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.executor.shutdown(wait=False, kill_workers=is_broken)


_POOLS: Final = _Pools()
