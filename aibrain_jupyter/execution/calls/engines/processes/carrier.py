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
import secrets
import threading
from concurrent.futures.process import BrokenProcessPool
from contextvars import copy_context
from dataclasses import dataclass, field, replace
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
_HEAR_OUT_S: Final = 5.0
"""How long processes that are killed may take to end."""
_LOOK_S: Final = 0.01


@contextlib.asynccontextmanager
async def open_carrier(
    jobs: Sequence[Job], **_: Any
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

        channel.heard[sent.run.id] = hear
        try:
            parcels = _parcels(sent)
            for attempt in range(_ATTEMPTS):
                pool = _POOLS.get()
                way = {"address": channel.address, "key": channel.key, "pool": pool.id}
                is_broken = await self._send(sent, replace(sent.run, channel=way), pool, parcels)
                parcels = [[job] for job in sent.open_jobs()]
                if not parcels:
                    return
                _POOLS.drop(pool, is_broken=is_broken)
                if is_broken:
                    await _hear_out(sent, channel, pool)
                if attempt + 1 == _ATTEMPTS:
                    why = "Its process ended twice while it was made: killed, or out of memory."
                    sent.lost([job for [job] in parcels], "its process was lost", why)
        finally:
            channel.heard.pop(sent.run.id, None)

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
                sent.leaves(jobs)
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


async def _hear_out(sent: Sent, channel: Channel, pool: _Pool) -> None:
    """
    Note which calls had begun when the processes of a pool were killed.

    A process says that a call begins before it asks, into a socket that outlives it: once all of it
    was heard, what had begun is known. Where one does not end, any of the others may have begun.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_HEAR_OUT_S):
            while not channel.has_heard_all(pool.id):
                await asyncio.sleep(_LOOK_S)
    jobs = [job for job in sent.open_jobs() if job.index in sent.left]
    has_heard = channel.has_heard_all(pool.id)
    had = [job.index for job in jobs if sent.has_begun(job.index) or not has_heard]
    sent.worker_lost(had, has_ended=False)


def count_processes() -> int:
    """Return how many processes there are, or would be: one a core that this one may use."""
    from joblib import cpu_count

    return int(cpu_count())


@dataclass(eq=False, slots=True)
class _Pool:
    executor: Any
    environment: dict[str, str]
    id: str = field(default_factory=lambda: secrets.token_hex(8))

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
