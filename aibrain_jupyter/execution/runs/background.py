"""
A run that goes on while other cells compute.

It has a thread and an event loop of its own: on the kernel's loop it would stand
still whenever a cell computes. What it has by now can be looked at any time;
nothing of it is printed, whoever started it is told when it ends.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.loop.bridge import run_blocking, start_in_thread
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.runs.combine import combine_frames, coverage_frame, coverage_rows
from aibrain_jupyter.execution.runs.plan import call_title
from aibrain_jupyter.execution.runs.run import carry_out
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.error_handler import StillRunningError
from aibrain_jupyter.shared.events import Event, Listener, RunStarted, ignore

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import pandas as pd

    from aibrain_jupyter.execution.calls.job import CallOutcome
    from aibrain_jupyter.execution.runs.request import Request
    from aibrain_jupyter.execution.runs.run import Run

_LOOK_UP_S: Final = 0.05
"""How often a wait looks up. A loop that sleeps is not woken by Stop in an ``await`` cell."""


class BackgroundRun:
    """
    A run in the background, from its start to its end and after it.

    ``await run`` or ``run.result()`` waits for it and gives the rows; ``run.cancel()`` ends it
    with what it has; ``run.frame`` and ``run.coverage`` are what there is by now. Interrupting
    a cell that waits ends the wait, not the run. `token` cancels it, too; `listener` is told of
    every event, in the run's own thread.
    """

    def __init__(
        self, request: Request, *, token: CancelToken | None = None, listener: Listener = ignore
    ) -> None:
        self.id = get_session().next_run_id()
        self.request = request
        self.title = call_title(request)
        self.started_at = dt.datetime.now(dt.UTC)
        self.calls: int | None = None
        self._began = time.monotonic()
        self._token = token or CancelToken()
        self._listener = listener
        self._outcomes: list[CallOutcome] = []
        self._frame: pd.DataFrame | None = None
        self._ended: Future[Run] = Future()
        self._on_collected: Callable[[], object] = lambda: None

    def start(
        self,
        *,
        on_end: Callable[[], object] = lambda: None,
        on_collected: Callable[[], object] = lambda: None,
    ) -> None:
        """
        Begin.

        `on_end` is called in the run's own thread when everything is there, `on_collected` before
        anybody is given the rows, in their thread.
        """
        self._on_collected = on_collected
        self._ended = start_in_thread(self._carry_out)
        get_session().add_job(self)
        self._ended.add_done_callback(lambda _: on_end())

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return not self._ended.done()

    @property
    def is_cancelling(self) -> bool:
        """Whether it was asked to stop; it ends about a second later."""
        return self.is_running and self._token.is_cancelled

    @property
    def state(self) -> str:
        """``running``, ``cancelling``, or how it ended: as `Run.outcome_word`."""
        if self.is_running:
            return "cancelling" if self.is_cancelling else "running"
        return "failed" if self.run is None else self.run.outcome_word

    @property
    def run(self) -> Run | None:
        """The run itself once it has ended; None before, and when it could not be planned."""
        has_run = not self.is_running and self._ended.exception() is None
        return self._ended.result() if has_run else None

    @property
    def error(self) -> BaseException | None:
        """Why it failed; None while it goes on and when it did not."""
        return None if self.is_running else self._ended.exception() or self._ended.result().error

    @property
    def outcomes(self) -> tuple[CallOutcome, ...]:
        """While it goes on: how the calls ended that have ended, in call order."""
        return tuple(sorted(self._outcomes, key=lambda outcome: outcome.index))

    @property
    def seconds(self) -> float:
        """How long it has taken so far, or took."""
        return time.monotonic() - self._began if self.run is None else self.run.summary.seconds

    @property
    def frame(self) -> pd.DataFrame | None:
        """The rows there are by now, in call order; None while no call has given any."""
        if not self.is_running:
            return self._frame
        return combine_frames(self.outcomes, self.request.spec.places)

    @property
    def coverage(self) -> pd.DataFrame:
        """How each call ended that has ended: see `coverage_frame`."""
        return (
            coverage_frame(coverage_rows(self.outcomes), self.request.spec.places)
            if self.run is None
            else self.run.coverage
        )

    def cancel(self) -> None:
        """End it with what it has. Asked again, calls under way get no time to end."""
        self._token.cancel()

    def result(self, timeout: float | None = None) -> pd.DataFrame | None:
        """
        Wait for the end and return the rows, as the cell would have without ``--bg``.

        `timeout` is how many seconds to wait at most; None: as long as it takes.

        Raises:
            AibrainError: the run failed; what a cell without ``--bg`` would have raised.
            StillRunningError: it goes on, and the time is over.
            KeyboardInterrupt: the wait was interrupted; the run goes on.
        """
        if not self.wait(timeout):
            raise StillRunningError(
                f"{self.id} ({self.title}) is still running.",
                next_steps=[
                    f"%aibrain result {self.id} waits for it, %aibrain cancel {self.id} ends it.",
                    "%aibrain jobs shows how far it is.",
                ],
            )
        return self._collect()

    def wait(self, timeout: float | None = None) -> bool:
        """
        Wait for the end, `timeout` seconds at most; return whether it has ended.
        Raises KeyboardInterrupt: the wait was interrupted; the run goes on.
        """
        if self.is_running:
            interrupted = CancelToken()
            run_blocking(lambda: self._until_ended(timeout, interrupted), token=interrupted)
            if self.is_running and interrupted.is_cancelled:
                raise KeyboardInterrupt(f"The wait was interrupted; {self.id} goes on.")
        return not self.is_running

    def __await__(self) -> Generator[Any, None, pd.DataFrame | None]:
        """Wait without holding up the event loop; gives and raises what `result` does."""
        return self._awaited().__await__()

    def __repr__(self) -> str:
        what = f"{self.id} · {self.title}"
        if self.is_running:
            # It stands in the saved notebook when the run has long ended, so it says no state.
            steps = f"await it, %aibrain result {self.id}, %aibrain cancel {self.id}"
            return f"{what} · in the background · {steps}"
        rows = 0 if self._frame is None else len(self._frame)
        return f"{what} · {self.state} · {rows:,} row{'' if rows == 1 else 's'}"

    async def _carry_out(self) -> Run:
        run = await carry_out(
            self.request,
            self.id,
            self._listen,
            self._token,
            self._outcomes,
        )
        self._frame = run.frame
        self._outcomes = []  # they hold the rows a second time
        get_session().keep(run)
        return run.without_values()

    def _listen(self, event: Event) -> None:
        if isinstance(event, RunStarted) and event.total:
            self.calls = event.total
        self._listener(event)

    async def _until_ended(self, timeout: float | None, interrupted: CancelToken) -> None:
        began = time.monotonic()
        while self.is_running and not interrupted.is_cancelled:
            if timeout is not None and time.monotonic() - began >= timeout:
                return
            await asyncio.sleep(_LOOK_UP_S)

    async def _awaited(self) -> pd.DataFrame | None:
        await self._until_ended(None, CancelToken())
        return self._collect()

    def _collect(self) -> pd.DataFrame | None:
        self._on_collected()
        if self.error is not None:
            raise self.error
        return self._frame
