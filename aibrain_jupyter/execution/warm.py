"""
Warming: the calls of requests made ahead, so that later cells are answered from the cache.

In one daemon thread, one call at a time, and only while no other run has a call
under way (or has kept it waiting for long). After a throttle it waits, longer
each time; a call that is throttled again and again is given up, and so is the
rest after that. What is fresh in the cache already is not asked for. A warmed
result is one like any other: it carries the time of its own collection.
"""

from __future__ import annotations

import asyncio
import dataclasses
import threading
import time
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.cancel import CancelToken
from aibrain_jupyter.execution.limits import get_shared_limits
from aibrain_jupyter.execution.plan import make_plan
from aibrain_jupyter.shared.base_tool import LIVE
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import AibrainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.jobs import Job
    from aibrain_jupyter.execution.request import Request

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

    `problems` has a line for each call or request that could not be warmed; `first_pause_s` is how
    long the first throttle stops it.
    """

    def __init__(self, requests: Sequence[Request], *, first_pause_s: float = 15.0) -> None:
        self.requests = tuple(requests)
        self.counts = WarmCounts()
        self.problems: list[str] = []
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
            self.counts.total += len(plan.jobs)
            for job in plan.jobs:
                if self._token.is_cancelled:
                    return
                if not self._warm(job):
                    self.problems.append("Given up: the provider throttles.")
                    return

    def _warm(self, job: Job) -> bool:
        """Make a call; tell whether to go on."""
        error = job.born_failed
        for attempt in range(_ATTEMPTS):
            if error is None:
                self._give_way()
                try:
                    result = job.function(job.context, **job.kwargs)
                except AibrainError as exc:
                    error = exc
                except Exception as exc:  # noqa: BLE001 - one tool's fault must not end the others
                    error = AibrainError(f"{type(exc).__name__}: {exc}")
                else:
                    is_live = result.source == LIVE
                    self.counts.fetched += is_live
                    self.counts.known += not is_live
                    return True
            if error.outcome is not Outcome.THROTTLED:
                break
            self.counts.throttles += 1
            if attempt + 1 < _ATTEMPTS and self._pause(self._first_pause_s * 2**attempt):
                error = None
        self.counts.failed += 1
        self.problems.append(f"{job.title} on {job.target.label}: {error.what if error else ''}")
        return error is None or error.outcome is not Outcome.THROTTLED

    def _give_way(self) -> None:
        end = time.monotonic() + _LONGEST_COURTESY_S
        while get_shared_limits().running and time.monotonic() < end:
            if self._token.is_cancelled:
                return
            time.sleep(_LOOK_S)

    def _pause(self, seconds: float) -> bool:
        """Wait; tell whether it was not cancelled meanwhile."""
        return not self._token.event.wait(seconds)
