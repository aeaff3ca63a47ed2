"""
The one place where it is decided who carries the jobs of a run out.

An engine is whatever has `execute_jobs` with the signature of ``local.execute_jobs``, and a
`Report`. ``local`` is this process. ``processes`` are more of this machine's, for calls whose time
goes into reading answers, which one process does one at a time. ``dask`` is a cluster of Dask that
somebody has started. What was said (``--engine``, the setting) holds; with ``auto`` it is the
cluster if there is an `engine_address`, processes if earlier runs say that they are worth it, and
else this one.

Nothing of the others is imported before one is chosen.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from aibrain_jupyter.execution.calls.engines import local
from aibrain_jupyter.execution.calls.engines.report import DASK, LOCAL, PROCESSES, Report
from aibrain_jupyter.shared.config import get_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from aibrain_jupyter.execution.calls.job import CallOutcome, Job
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken

_T = TypeVar("_T")
AUTO: Final = "auto"
_CARRIERS: Final = {PROCESSES: "processes.carrier", DASK: "cluster.carrier"}
FEWEST_CALLS: Final = 16
"""Fewer calls are not worth other processes: each costs a second of CPU until it can begin."""


class Engine(Protocol):
    """Who carries jobs out."""

    report: Report

    @property
    def execute_jobs(self) -> Callable[..., Awaitable[list[CallOutcome]]]:
        """Run every job and return how each ended: see ``local.execute_jobs``."""


class Experience(Protocol):
    """What earlier runs tell of these calls."""

    def parses_mostly(self) -> bool:
        """Whether most of their time went into reading answers, and that was much."""

    def seconds(self) -> Mapping[Any, float]:
        """How long a call took, by its place."""


class Local:
    """This process."""

    def __init__(self) -> None:
        self.report = Report()

    async def execute_jobs(self, jobs: Sequence[Job], **how: Any) -> list[CallOutcome]:
        """Run every job: see ``local.execute_jobs``."""
        return await local.execute_jobs(jobs, **how)


def chosen(said: str, jobs: int, parses_mostly: Callable[[], bool]) -> tuple[str, str]:
    """
    Return the engine for so many calls, and who chose it.

    Args:
        said: What was written with ``--engine``; empty: nothing.

        jobs: How many calls there are.

        parses_mostly: Looked at only where it matters.
    """
    configured, source = get_settings().resolve("engine")
    if said and said != AUTO:
        return said, "--engine"
    if not said and configured != AUTO:
        return configured, f"the setting engine ({source})"
    if get_settings().get("engine_address"):
        return DASK, "the setting engine_address"
    if jobs >= FEWEST_CALLS and (os.cpu_count() or 1) > 1 and parses_mostly():
        return PROCESSES, "earlier runs: most of their time went into reading answers"
    return LOCAL, "nothing speaks for another"


@contextlib.asynccontextmanager
async def opened(
    jobs: Sequence[Job],
    said: str,
    experience: Experience,
    token: CancelToken,
    *,
    run: str = "",
    resumes: str = "",
) -> AsyncIterator[Engine]:
    """
    Give the engine for some jobs, for the time of the block.

    Args:
        jobs: All of them; they are what the engine is then given.

        said: What was written with ``--engine``; empty: as configured.

        experience: What earlier runs tell.

        token: Cancelled while an engine is looked for, nobody is waited for: no call will begin.

        run: The run's id (``r8``): what a cluster has of it outlives this kernel.

        resumes: The run of an earlier kernel whose calls may go on there: they are waited for.

    Raises:
        AibrainError: the engine cannot be reached or must not be used; nothing has run.
    """
    name, why = chosen(said, len(jobs), experience.parses_mostly)
    if name == LOCAL:
        yield Local()
        return
    module = import_module(f"{__package__}.{_CARRIERS[name]}")
    async with contextlib.AsyncExitStack() as stack:
        opening = stack.enter_async_context(module.open_carrier(jobs, run=run, resumes=resumes))
        opened_one = await _unless_cancelled(opening, token)
        if opened_one is None:
            yield _Reporting(Report(name, f"{why}; cancelled before it was reached"))
            return
        carrier, parted, facts = opened_one
        report = Report(name, why, stayed=dict(parted.stayed), facts=dict(facts))
        if carrier is None:
            report.why = f"{why}; no call had to leave this kernel"
            yield _Reporting(report)
            return
        from aibrain_jupyter.execution.calls.engines.elsewhere.engine import Elsewhere

        seconds = experience.seconds() if len(parted.away) > FEWEST_CALLS else {}
        yield Elsewhere(parted, carrier, report, seconds)


async def _unless_cancelled(opening: Awaitable[_T], token: CancelToken) -> _T | None:
    """Return what is awaited; None as soon as the run is cancelled."""
    loop = asyncio.get_running_loop()

    def leave(limit: asyncio.Timeout) -> None:
        with contextlib.suppress(RuntimeError):  # it is over
            limit.reschedule(loop.time())

    try:
        async with asyncio.timeout(None) as limit:
            forget = token.on_cancel(lambda: loop.call_soon_threadsafe(leave, limit))
            try:
                return await opening
            finally:
                forget()
    except TimeoutError:
        if not limit.expired():
            raise
        return None


class _Reporting(Local):
    def __init__(self, report: Report) -> None:
        self.report = report
