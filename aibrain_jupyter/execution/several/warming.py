"""
Warming: the calls of requests made ahead, so that later cells are answered from the cache.

In one daemon thread, one call at a time, and only while no other run has a call
under way (or has kept it waiting for long). After a throttle it waits, longer
each time; a call that is throttled again and again is given up, and so is the
rest after that. What is fresh in the cache already is not asked for. A warmed
result is one like any other: it carries the time of its own collection. What was
warmed and what failed stands in the history.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.calls.limits import get_shared_limits
from aibrain_jupyter.execution.calls.outcomes import cancelled, outcome_of_error, outcome_of_value
from aibrain_jupyter.execution.exporters.following import begin as begin_recording
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.metrics.measuring import BEGUN, ENDED
from aibrain_jupyter.execution.runs.combine import find_gaps
from aibrain_jupyter.execution.runs.history.history import call_row
from aibrain_jupyter.execution.runs.plan import make_plan, oldest_accepted
from aibrain_jupyter.execution.runs.run import check_recording
from aibrain_jupyter.execution.runs.session import COMPLETE, get_session
from aibrain_jupyter.shared.base_tool import LIVE
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.texts.exceptions import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.calls.job import CallOutcome, Job
    from aibrain_jupyter.execution.runs.plan import Plan
    from aibrain_jupyter.execution.runs.request import Request

_LONGEST_COURTESY_S: Final = 30.0
_LOOK_S: Final = 0.05
_ATTEMPTS: Final = 4


@dataclasses.dataclass
class WarmCounts:
    """What came of it so far: calls by how they ended; `total` grows as requests are planned."""

    total: int = 0
    fetched: int = 0
    known: int = 0
    failed: int = 0
    throttles: int = 0


class Warming:
    """
    The warming of some requests, under way from the start.

    `problems` has a line for each call or request that could not be warmed, `run_ids` what its
    requests are called in the history; `first_pause_s` is how long the first throttle stops it.
    """

    def __init__(self, requests: Sequence[Request], *, first_pause_s: float = 15.0) -> None:
        check_recording()
        self.requests = tuple(requests)
        self.counts = WarmCounts()
        self.problems: list[str] = []
        self.run_ids: list[str] = []
        self._token = CancelToken()
        self._first_pause_s = first_pause_s
        self._thread = threading.Thread(target=self._run, name="aibrain-warm", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive()

    def cancel(self) -> None:
        """End it after the call that is under way."""
        self._token.cancel()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for its end; tell whether it has come."""
        self._thread.join(timeout)
        return not self.is_running

    def _run(self) -> None:
        for request in self.requests:
            try:
                plan = asyncio.run(make_plan(request, self._token))
            except AibrainError as exc:
                self.problems.append(f"{request.text}: {exc.what}")
                self.counts.failed += 1
                continue
            if self._token.is_cancelled:
                return
            self.counts.total += len(plan.jobs)
            record = _Record(plan)
            self.run_ids.append(record.run_id)
            goes_on = self._warm_all(plan.jobs, record)
            record.finish(was_cancelled=self._token.is_cancelled)
            if not goes_on:
                return

    def _warm_all(self, jobs: Sequence[Job], record: _Record) -> bool:
        """Make calls; tell whether to go on."""
        for job in jobs:
            if self._token.is_cancelled:
                return False
            if not self._warm(job, record):
                if not self._token.is_cancelled:
                    self.problems.append("Given up: the provider throttles.")
                return False
        return True

    def _warm(self, job: Job, record: _Record) -> bool:
        """Make a call; tell whether to go on."""
        error = job.born_failed
        started_at, seconds = None, 0.0
        for attempt in range(_ATTEMPTS):
            if error is None:
                self._give_way()
                context = None
                started_at, began = dt.datetime.now(dt.UTC), time.monotonic()
                try:
                    context = job.work.context(
                        target=job.target, index=job.index, cancelled=self._token.event
                    )
                    result = job.work.call(context)
                except AibrainError as exc:
                    error = exc
                except Exception as exc:  # noqa: BLE001 - one tool's fault must not end the others
                    error = AibrainError(words_of(exc))
                else:
                    is_live = result.source == LIVE
                    self.counts.fetched += is_live
                    self.counts.known += not is_live
                    seconds = time.monotonic() - began
                    record.add(
                        outcome_of_value(job, result, seconds=seconds, started_at=started_at)
                    )
                    return True
                finally:
                    if context is not None and get_settings().get("metrics"):
                        ENDED.append((job, context))
                seconds = time.monotonic() - began
            if error.outcome is not Outcome.THROTTLED:
                break
            self.counts.throttles += 1
            if attempt + 1 == _ATTEMPTS or self._token.event.wait(self._first_pause_s * 2**attempt):
                break
            error = None
        self.counts.failed += 1
        error = error or cancelled(job, has_begun=True)
        self.problems.append(f"{job.title} on {job.target.label}: {error.what}")
        record.add(outcome_of_error(job, error, seconds=seconds, started_at=started_at))
        return error.outcome is not Outcome.THROTTLED

    def _give_way(self) -> None:
        end = time.monotonic() + _LONGEST_COURTESY_S
        while get_shared_limits().running and time.monotonic() < end:
            if self._token.is_cancelled:
                return
            time.sleep(_LOOK_S)


class _Record:
    """
    The warming of one request in the history: a run of its own, entered at once, without rows.

    It is marked as warmed: no work that was left undone and none that a period consists of, so
    ``resume`` without an id and ``cache warm --from`` pass it over.
    """

    def __init__(self, plan: Plan) -> None:
        self.run_id = get_session().next_run_id()
        self._plan = plan
        self._began = time.monotonic()
        self._calls: list[tuple[Any, ...]] = []
        self._gaps = 0
        self._has_success = False
        started_at = dt.datetime.now(dt.UTC)
        begin_recording()
        get_session().history.begin(
            self.run_id,
            plan,
            started_at=started_at,
            accepts_from=oldest_accepted(plan.call.policy, started_at),
            is_warming=True,
        )

    def add(self, outcome: CallOutcome) -> None:
        """Note how a call ended. Calls end in the order of the plan."""
        self._calls.append(call_row(outcome))
        self._gaps += len(find_gaps([outcome]))
        self._has_success |= not outcome.outcome.is_gap

    def finish(self, *, was_cancelled: bool) -> None:
        """Complete the run; calls that have not ended by now were not made."""
        for job in self._plan.jobs[len(self._calls) :]:
            self.add(outcome_of_error(job, cancelled(job, has_begun=False)))
        BEGUN.put(None)  # wakes the recorder: there are calls to add up
        word = "cancelled" if was_cancelled else "gaps" if self._has_success else "failed"
        get_session().history.finish_warming(
            self.run_id,
            self._calls,
            gaps=self._gaps,
            seconds=time.monotonic() - self._began,
            outcome=word if self._gaps else COMPLETE,
        )
