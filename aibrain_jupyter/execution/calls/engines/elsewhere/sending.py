"""
The kernel's side of calls that other processes make: one outcome each, the first holds.

An engine's `Carrier` sends parcels and hands over what comes back; what does not depend on how they
travel is here: events, Cancel, the run's time, what began twice, what was lost. The plan stays in
the kernel: whatever happens to workers, each call has its outcome.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from aibrain_jupyter.execution.calls import outcomes
from aibrain_jupyter.execution.calls.engines.call_in_thread import call_in_thread
from aibrain_jupyter.execution.calls.engines.elsewhere.answers import (
    Read,
    StaysHere,
    Stopped,
    outcomes_of,
    unreadable,
)
from aibrain_jupyter.shared.collector import paused_collector
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import ConnectionFailedError
from aibrain_jupyter.shared.events import (
    CallFinished,
    CallProgressed,
    CallStarted,
    Listener,
    ignore,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aibrain_jupyter.execution.calls.engines.elsewhere.letters import Letter
    from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run
    from aibrain_jupyter.execution.calls.engines.report import Report
    from aibrain_jupyter.execution.calls.job import CallOutcome, Job
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.shared.error_handler import AibrainError


_GRACE_S: Final = 0.5
"""
How long a cancelled run takes in what workers still send (`at_worker.GRACE_S`). Then it leaves with
what it has, whoever stands still: the cell ends within a second of Stop.
"""
_FAREWELL_S: Final = 0.1
"""How long the carrier may take to notice: it awaits nobody any more."""
_AT_ONCE: Final = 500
"""Calls that are ended without a look at what workers still send."""
_QUICKLY_READ: Final = 32_768
"""Bytes of answers that are read on the loop: a thread costs as much as they do."""


class Carrier(Protocol):
    """How parcels travel."""

    async def carry(self, sent: Sent) -> None:
        """
        Have every call of `sent` made: `Sent.answered`, `Sent.lost` or `Sent.stays` for each.

        What it leaves open is lost.
        """

    def stop(self, run: Run) -> None:
        """Tell the workers that a run is over; quick, and on the loop."""


class Sent:
    """The calls of one run that go elsewhere. Used on its loop only."""

    def __init__(
        self,
        jobs: Sequence[Job],
        run: Run,
        *,
        carried: Mapping[str, Mapping[str, Any]],
        seconds: Mapping[Any, float],
        emit: Listener,
        on_outcome: Callable[[CallOutcome], object],
        report: Report,
    ) -> None:
        self.jobs = {job.index: job for job in jobs}
        self.run = run
        self.carried, self.seconds = carried, seconds
        self.outcomes: dict[int, CallOutcome] = {}
        self.staying: dict[int, str] = {}
        self.left: set[int] = set()
        """The calls that are, or were, on their way."""
        self.late: float | None = None
        """The seconds of the run, once they are over."""
        self._emit, self._on_outcome, self._report = emit, on_outcome, report
        self._is_watched = emit is not ignore
        self._begun: Counter[int] = Counter()
        """How often a worker said that it begins a call."""
        self._begun_at: dict[int, set[str]] = {}
        """The workers that said so, where they say who they are."""
        self._lost: dict[int, int] = {}
        """How often each call had begun when a worker was lost that had it, and is not known."""
        self._unsaid: set[int] = set()
        """Calls that a worker may have begun which was lost before it could say so."""
        self._sent_by: dict[int, str] = {}
        self._began_at: dict[int, float] = {}

    def is_open(self, index: int) -> bool:
        """Whether a call has no outcome yet, and is not made here."""
        return index in self.jobs and index not in self.outcomes and index not in self.staying

    def open_jobs(self, jobs: Sequence[Job] = ()) -> list[Job]:
        """Return those of some jobs, of all without any, that are still open."""
        return [job for job in jobs or self.jobs.values() if self.is_open(job.index)]

    def heard(self, index: int, what: Sequence[int], worker: str = "") -> None:
        """Take what a worker says: ``()`` as a call begins, pages, rows and throttled later."""
        if index not in self.jobs:
            return
        if not what:
            self._begun[index] += 1
            if worker:
                self._begun_at.setdefault(index, set()).add(worker)
            if self._begun[index] == 1 and self.is_open(index):
                job = self.jobs[index]
                self._began_at[index] = time.perf_counter()
                self._emit(CallStarted(index, job.target, job.title))
        elif self.is_open(index):
            self._emit(CallProgressed(index, *what))

    def worker_lost(self, indexes: Sequence[int], worker: str = "", *, has_ended: bool) -> None:
        """
        Note that a worker was lost that had calls, which are begun anew elsewhere.

        With `has_ended` it had made them all. Else what it had said to begin had begun; the others
        it may have begun, within the moment that its words take. Of a `worker` with a name it does
        not matter what is heard first: its words, that it was lost, or those of the next one.
        """
        for index in indexes:
            if not self.is_open(index) or worker in self._begun_at.get(index, ()):
                continue
            if worker and has_ended:
                self.heard(index, (), worker)
            elif self._begun[index] and not worker:
                self._lost[index] = self._begun[index]
            else:
                self._unsaid.add(index)

    def leaves(self, jobs: Sequence[Job]) -> None:
        """Note that this run sends calls, whoever had sent them before."""
        self.left.update(job.index for job in jobs)
        if self._sent_by:
            for job in jobs:
                self._sent_by.pop(job.index, None)

    def sent_by(self, indexes: Sequence[int], run: str) -> None:
        """Note that an earlier run had sent calls, whose answers are waited for."""
        self.left.update(indexes)
        self._sent_by |= dict.fromkeys(indexes, run)

    def remark(self, remarks: Sequence[str]) -> None:
        """Have something said of the run."""
        self._report.remarks += remarks

    async def answered(
        self,
        letters: Sequence[Letter],
        worker: str,
        *,
        run: Run | None = None,
        numbers: Mapping[int, int] | None = None,
        is_stopped: bool = False,
    ) -> list[Job]:
        """
        Take the answers of some calls; large ones are read in a thread.

        Those that another run had sent are of that `run`; `numbers` are today's of its calls, and
        what else it had asked for is not looked at. Returns those of them that somebody cancelled
        though this run is not stopped: they are open, to be sent again.
        """
        found = []
        again: list[Job] = []
        for letter in letters:
            now = {i: i if numbers is None else numbers.get(i, -1) for i in letter.indexes}
            jobs = {i: self.jobs[index] for i, index in now.items() if self.is_open(index)}
            found.append((letter, jobs))
        takes_cancelled = run is None or is_stopped or self.late is not None
        read_all = partial(_read, found, run or self.run, takes_cancelled)
        is_large = sum(len(letter.container) for letter in letters) > _QUICKLY_READ
        for job, read in await call_in_thread(None, read_all) if is_large else read_all():
            if isinstance(read, StaysHere):
                self.stays(job.index, read.why)
            elif isinstance(read, Stopped):
                again.append(job)
            else:
                self._settle(self._as_planned(read), worker)
        return again

    def _as_planned(self, outcome: CallOutcome) -> CallOutcome:
        """Return an outcome as it is called here: a worker is told to stop, and not why."""
        if self.late is None or outcome.outcome is not Outcome.CANCELLED:
            return outcome
        job = self.jobs[outcome.index]
        error = outcomes.run_timed_out(job, self.late, None)
        return dataclasses.replace(outcome, outcome=error.outcome, error=error)

    def unreadable(self, jobs: Sequence[Job], what: str, worker: str = "") -> None:
        """Take an answer that is not ours: a gap for each call it should have been of."""
        for job in self.open_jobs(jobs):
            self._settle(unreadable(job, what), worker)

    def stays(self, index: int, why: str) -> None:
        """Leave a call to this kernel."""
        if self.is_open(index):
            self.staying[index] = why

    def lost(self, jobs: Sequence[Job], what: str, why: str) -> None:
        """End calls that nobody answered: gaps, for `resume` to ask again."""
        for job in self.open_jobs(jobs) if jobs else ():
            error = ConnectionFailedError(
                f"{outcomes.describe(job)} was not answered: {what}.",
                why=why,
                next_steps=[
                    "%aibrain resume asks for what is missing; with --engine local from here.",
                    "%aibrain engine shows the workers.",
                ],
                facts={**job.target.facts, "code": "WorkerLost"},
            )
            self.failed(job, error)

    def failed(self, job: Job, error: AibrainError) -> None:
        """End a call with an error of this side."""
        if self.is_open(job.index):
            self._settle(outcomes.outcome_of_error(job, error), "")

    def has_begun(self, index: int) -> bool:
        """Whether a worker said that it began a call."""
        return self._begun[index] > 0

    @property
    def begun_twice(self) -> list[int]:
        """The calls that began more than once."""
        unsure = set(self.maybe_begun_twice)
        found = sorted(self._begun.items())
        return [index for index, times in found if times > 1 and index not in unsure]

    @property
    def maybe_begun_twice(self) -> list[int]:
        """Of the others those that a lost worker may have begun before another did."""
        found = (self.outcomes.get(index) for index in sorted(self._unsaid))
        return [one.index for one in found if one and one.begun is None]

    def _settle(self, outcome: CallOutcome, worker: str) -> None:
        if not self.is_open(outcome.index):
            return  # the first outcome holds
        index, seconds = outcome.index, outcome.seconds
        if not seconds and index in self._began_at:
            seconds = time.perf_counter() - self._began_at[index]
        # The answer may come before the word that the call began, or began once more.
        begun: int | None = self._begun.get(index) or int(bool(worker))
        told = self._begun_at.get(index)
        if worker and told and worker not in told:
            self._begun[index] = begun = self._begun[index] + 1
        elif worker and index in self._lost:
            self._begun[index] = begun = max(begun or 0, self._lost[index] + 1)
        if worker and index in self._unsaid and begun == 1:
            begun = None
        by = self._sent_by.get(index, "") if worker else ""
        outcome = dataclasses.replace(
            outcome, seconds=seconds, worker=worker, begun=begun, sent_by=by
        )
        if by:
            self._report.fetched[by] = self._report.fetched.get(by, 0) + 1
        if worker:
            self._report.workers[worker] = self._report.workers.get(worker, 0) + 1
        if self._is_watched and index not in self._began_at:
            self._emit(CallStarted(outcome.index, outcome.target, outcome.title))
        self.outcomes[index] = outcome
        self._on_outcome(outcome)
        if not self._is_watched:
            return
        self._emit(
            CallFinished(
                index,
                outcome.target,
                outcome.title,
                outcome.outcome,
                outcomes.count_rows(outcome.value),
                outcome.seconds,
                outcomes.source_of(outcome.value),
                outcome.error.reason if outcome.error else "",
            )
        )


def _read(
    letters: Sequence[tuple[Letter, Mapping[int, Job]]], run: Run, takes_cancelled: bool
) -> list[tuple[Job, Read]]:
    with paused_collector:  # all of it is kept
        return [
            one
            for letter, jobs in letters
            for one in outcomes_of(letter, jobs, run, takes_cancelled=takes_cancelled)
        ]


async def send(sent: Sent, carrier: Carrier, token: CancelToken, run_timeout: float | None) -> None:
    """
    Have calls made elsewhere until each has its outcome or stays here.

    `token` stops it as it stops the local engine: calls under way have a moment, none when forced.
    After `run_timeout` seconds what is not done has timed out. Raises what the carrier raises
    before it has sent anything.
    """
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(changed.set)

    forget = token.on_cancel(wake)
    deadline = loop.time() + run_timeout if run_timeout else None
    carrying = loop.create_task(carrier.carry(sent), name="aibrain-carrier")
    carrying.add_done_callback(lambda _: changed.set())
    ending = None
    try:
        while not carrying.done() and not token.is_cancelled:
            changed.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await changed.wait()
            except TimeoutError:
                sent.late = run_timeout
                break
        if not carrying.done():
            carrier.stop(sent.run)
            ending = loop.create_task(_end_unsent(sent, token))
            changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GRACE_S):
                    while not (carrying.done() or token.is_forced):
                        await changed.wait()
                        changed.clear()
    except asyncio.CancelledError:
        carrier.stop(sent.run)
        token.cancel()
        raise
    finally:
        forget()
        if ending is not None:
            ending.cancel()
        carrying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([carrying], timeout=_FAREWELL_S)
    _end_the_rest(sent, carrying, token)


async def _end_unsent(sent: Sent, token: CancelToken) -> None:
    """End the calls that never left, while workers send what they have."""
    unsent = [job for job in sent.open_jobs() if job.index not in sent.left]
    for first in range(0, len(unsent), _AT_ONCE):
        for job in unsent[first : first + _AT_ONCE]:
            sent.failed(job, _stopped(sent, job, token))
        await asyncio.sleep(0)


def _stopped(sent: Sent, job: Job, token: CancelToken) -> AibrainError:
    if token.is_cancelled or sent.late is None:
        return outcomes.cancelled(job, has_begun=sent.has_begun(job.index))
    return outcomes.run_timed_out(job, sent.late, None)


def _end_the_rest(sent: Sent, carrying: asyncio.Task[None], token: CancelToken) -> None:
    has_ended = carrying.done() and not carrying.cancelled()
    fault = carrying.exception() if has_ended else None
    if fault is not None and not sent.outcomes and not token.is_cancelled:
        raise fault
    for job in sent.open_jobs():
        if token.is_cancelled or sent.late is not None:
            sent.failed(job, _stopped(sent, job, token))
        else:
            why = f"{type(fault).__name__}: {fault}" if fault else "Its engine has ended."
            sent.lost([job], "the engine gave it up", why)
