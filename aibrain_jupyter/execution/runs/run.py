"""
A run: a plan being carried out, and what came of it.

A run ends with an error only when no call succeeded, or when gaps are not
accepted (``--strict``). Otherwise it ends with the rows there are and says what
is missing. A run that goes on while other cells compute is in ``background.py``.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import datetime as dt
import os
import time
from functools import cached_property
from typing import TYPE_CHECKING

from aibrain_jupyter.execution.calls.engines.choosing import FEWEST_CALLS, opened
from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.engines.report import LOCAL
from aibrain_jupyter.execution.calls.limits import get_shared_limits
from aibrain_jupyter.execution.exporters.following import begin as begin_recording
from aibrain_jupyter.execution.loop.bridge import run_blocking
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.metrics.recording import RECORDER
from aibrain_jupyter.execution.runs import combine
from aibrain_jupyter.execution.runs.combine import RunSummary
from aibrain_jupyter.execution.runs.dividing import EarlierRuns
from aibrain_jupyter.execution.runs.plan import (
    Plan,
    call_title,
    count_cached,
    make_plan,
    oldest_accepted,
)
from aibrain_jupyter.execution.runs.roll_calls import call_the_roll, totals_frame
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.execution.runs.under_way import RunUnderWay
from aibrain_jupyter.shared.base_tool import LIVE
from aibrain_jupyter.shared.collector import MANY_CALLS, paused_at_first, paused_collector
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import AibrainError, RunFailedError
from aibrain_jupyter.shared.events import Listener, RunFinished, RunStarted, ignore
from aibrain_jupyter.shared.frames.chosen import remarks_of
from aibrain_jupyter.tool_registry import FailedCall, get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import pandas as pd

    from aibrain_jupyter.execution.calls.engines.report import Report
    from aibrain_jupyter.execution.calls.job import CallOutcome
    from aibrain_jupyter.execution.runs.request import Request
    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.tools.totals import ControlTotal

_SUCCESS = (Outcome.OK, Outcome.EMPTY)
_NAMED_GAPS = 5


class Run:
    """
    A run that has ended.

    `frame` has the rows (None when no call succeeded), `outcomes` one entry per call, `error`
    why the cell must fail (None when it must not), `outcome_word` one of ``complete``, ``gaps``,
    ``cancelled`` and ``failed``, `accepts_from` the moment (UTC) since which its rows may have
    been collected: earlier ones in the cache are not its own, `calls` what is known of each call
    when the rows are gone.
    """

    def __init__(
        self,
        run_id: str,
        plan: Plan,
        outcomes: Sequence[CallOutcome],
        *,
        started_at: dt.datetime,
        accepts_from: dt.datetime,
        seconds: float,
        was_cancelled: bool,
        roll_calls: Sequence[ControlTotal] = (),
        report: Report | None = None,
    ) -> None:
        self.id = run_id
        self.request: Request = plan.request
        self.plan = plan
        self.outcomes = tuple(outcomes)
        self.started_at = started_at
        self.accepts_from = accepts_from
        self.frame: pd.DataFrame | None = combine.combine_frames(outcomes, plan.request.spec.places)
        self.calls = combine.kept_calls(outcomes)
        self._roll_calls = tuple(roll_calls)
        self._report = report
        self.summary = self._summarise(seconds, was_cancelled)
        self.error = _error_of(self)
        self.outcome_word = self._outcome_word()
        stamp, self.provenance = combine.describe_run(
            self.request, self.summary, self.outcomes, started_at=started_at
        )
        if report is not None and report.engine != LOCAL:
            self.provenance["engine"] = report.as_dict()
        if self.frame is not None:
            self.frame.attrs["aibrain"] = stamp

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """How each call ended: see `coverage_frame`."""
        rows = combine.coverage_of(self.calls)
        return combine.coverage_frame(rows, self.request.spec.places)

    @cached_property
    def call_log(self) -> pd.DataFrame:
        """The requests the provider answered, those of cached parts too: see `call_log_frame`."""
        from aibrain_jupyter.execution.provenance.call_log import call_log_frame

        return call_log_frame(self.calls, self.request.spec.places)

    @cached_property
    def totals(self) -> pd.DataFrame:
        """The control totals of its calls: see `totals_frame`."""
        return totals_frame(self.summary.totals)

    def without_values(self) -> Run:
        """
        Return the run without its rows: figures, coverage and provenance.

        Another object, since whoever waited for this one may not have taken its rows yet.
        """
        if self.frame is None and not self.outcomes:
            return self
        light = copy.copy(self)
        light.frame, light.outcomes = None, ()
        return light

    def _summarise(self, seconds: float, was_cancelled: bool) -> RunSummary:
        now, results = dt.datetime.now(dt.UTC), combine.results_of(self.outcomes)
        ages = [(now - r.collected_at).total_seconds() for r in results if r.source != LIVE]
        targets = [outcome.target for outcome in self.outcomes]
        is_demo = any(target.is_demo for target in targets)
        counts, title = combine.count_outcomes(self.outcomes), self.plan.title
        notes = [*self.plan.notes, *(note for result in results for note in result.notes)]
        if self._report is not None:
            notes += self._report.notes
        rows = 0 if self.frame is None else len(self.frame)
        if chosen := [result.chosen for result in results if result.chosen is not None]:
            notes += remarks_of(chosen, rows)
        if is_demo and counts.keys() == {Outcome.EMPTY}:
            notes.append(f"The demo account has no {title} here: its data covers a part of AWS.")
        return RunSummary(
            run_id=self.id,
            tool=self.request.spec.name,
            calls=len(self.outcomes),
            places=_count_places(targets),
            rows=rows,
            counts=counts,
            from_cache=len(ages),
            oldest_age_s=max(ages, default=0.0),
            gaps=combine.find_gaps(self.outcomes, self._roll_calls),
            notes=tuple(dict.fromkeys(notes)),
            seconds=seconds,
            was_cancelled=was_cancelled,
            is_demo=is_demo,
            not_known=sum(call.not_known or 0 for call in self.calls),
            left_out=sum(result.left_out for result in results),
            totals=(*self._roll_calls, *(total for result in results for total in result.totals)),
        )

    def _outcome_word(self) -> str:
        if self.summary.was_cancelled:
            return "cancelled"
        if self.error is not None:
            return "failed"
        return "gaps" if self.summary.gaps else "complete"


def run_request(
    request: Request,
    *,
    listener: Listener = ignore,
    token: CancelToken | None = None,
    plan: Plan | None = None,
) -> Run:
    """
    Carry out a request and wait for its end. The kernel's event loop goes on meanwhile.

    `listener` is told of every event, on the loop. `RunStarted` comes twice: before accounts and
    regions are looked up, with 0 calls, and when it is known how many there are. With `token`
    cancelled the run ends with what it has. `plan` is the request's, where there is one already.

    Returns:
        The run, kept in the session. Its `error` is not raised here.

    Raises:
        InputError: the request names an account or region that does not exist.
        ToolLoadError: the tool's code cannot be imported.
    """
    token, run_id = token or CancelToken(), get_session().next_run_id()
    run = run_blocking(lambda: carry_out(request, run_id, listener, token, plan=plan), token=token)
    get_session().keep(run)
    return run


def check_recording() -> None:
    """
    Look, before a run, whether its figures can go where the settings say, and tell what is to be.
    Raises ParameterError: ``metrics_to`` names no place. It may stand in the environment.
    """
    get_settings().get("metrics_to")
    if RECORDER.problems:
        RECORDER.tell_problem()


def plan_request(request: Request) -> Plan:
    """
    Return the plan of a request, for ``--dry-run``: with its expected cache hits, and what each
    call would do where its tool can tell.
    """
    from aibrain_jupyter.execution.runs.preview import previewed

    token = CancelToken()

    async def plan() -> Plan:
        return await previewed(await make_plan(request, token), token)

    return count_cached(run_blocking(plan, token=token))


async def carry_out(
    request: Request,
    run_id: str,
    listener: Listener,
    token: CancelToken,
    ended: list[CallOutcome] | None = None,
    plan: Plan | None = None,
) -> Run:
    """
    Carry out a request on the running loop; how each call ended is added to `ended` at once.
    Raises as `run_request`.
    """
    started_at, began = plan.call.asked_at if plan else dt.datetime.now(dt.UTC), time.monotonic()
    check_recording()
    session, ended = get_session(), [] if ended is None else ended
    title, places = plan.title if plan else call_title(request), request.spec.places
    is_background = request.options.background
    under_way = RunUnderWay(run_id, title, places, started_at, ended, is_background=is_background)
    session.under_way[run_id] = under_way
    if listener is not ignore:
        listener = under_way.beside(listener)
    if RECORDER.process != os.getpid():
        begin_recording()
    # Looking up identities and regions may take long, and Cancel must be there for it. How many
    # calls there are (0 until then) is told when it is known.
    if listener is not ignore:
        listener(RunStarted(run_id, title, 0))
    try:
        async with contextlib.AsyncExitStack() as stack:
            # From the look-up of the accounts on: how many calls they have is not known yet.
            if len(plan.jobs if plan else request.options.accounts) >= MANY_CALLS:
                stack.enter_context(paused_at_first(asyncio.get_running_loop()))
            plan = plan or await make_plan(request, token, asked_at=started_at)
            under_way.calls = len(plan.jobs)
            if listener is not ignore:
                listener(RunStarted(run_id, plan.title, len(plan.jobs)))
            accepts_from = oldest_accepted(plan.call.policy, started_at)
            execute: Callable[..., Awaitable[list[CallOutcome]]] = execute_jobs
            report, limit = None, request.options.run_timeout
            said = request.options.engine or get_settings().get("engine")
            is_free = said == "auto" and len(plan.jobs) < FEWEST_CALLS
            # Most cells are plainly for the local engine: they enter nothing more.
            if not (said == LOCAL or (is_free and not get_settings().get("engine_address"))):
                engine = await stack.enter_async_context(
                    opened(
                        plan.jobs,
                        request.options.engine,
                        EarlierRuns([plan]),
                        token,
                        run=run_id,
                        resumes=request.options.resumes,
                    )
                )
                execute, report = engine.execute_jobs, engine.report
            session.history.begin(run_id, plan, started_at=started_at, accepts_from=accepts_from)
            with plan.call.raw or contextlib.nullcontext():
                outcomes = await execute(
                    plan.jobs,
                    max_parallel=plan.max_parallel,
                    emit=listener,
                    token=token,
                    limits=get_shared_limits(),
                    # Looking up accounts counts as well. Never 0, which would be no limit: calls
                    # that have no time left time out at once.
                    run_timeout=limit and max(limit - (time.monotonic() - began), 0.001),
                    on_outcome=ended.append,
                )
        roll_calls: tuple[ControlTotal, ...] = ()
        if plan.call.policy.wants_totals:
            roll_calls = await call_the_roll(plan, outcomes, token)
    except BaseException:
        session.under_way.pop(run_id, None)
        raise
    finally:
        seconds = time.monotonic() - began
        if listener is not ignore:
            listener(RunFinished(run_id, seconds, token.is_cancelled))
    is_many = len(plan.jobs) >= MANY_CALLS
    with paused_collector if is_many else contextlib.nullcontext():
        run = ended_run(run_id, plan, outcomes, started_at, seconds, roll_calls, report)
        # It stays until the next one. Errors may not: they can be in cycles with what raised them.
        if is_many and not run.summary.gaps:
            paused_collector.count_run_as_old()
        return run


def ended_run(
    run_id: str,
    plan: Plan,
    outcomes: Sequence[CallOutcome],
    started_at: dt.datetime,
    seconds: float,
    roll_calls: Sequence[ControlTotal] = (),
    report: Report | None = None,
) -> Run:
    """Return the run of a plan whose calls have all ended, and count them."""
    count_calls(plan.request, outcomes)
    return Run(
        run_id,
        plan,
        outcomes,
        started_at=started_at,
        accepts_from=oldest_accepted(plan.call.policy, started_at),
        seconds=seconds,
        # Cancelled as the last call ended: nothing is missing.
        was_cancelled=any(outcome.outcome is Outcome.CANCELLED for outcome in outcomes),
        roll_calls=roll_calls,
        report=report,
    )


def count_calls(request: Request, outcomes: Sequence[CallOutcome]) -> None:
    """Count the calls of a run that has ended in the figures of its tool."""
    registry, name, failed = get_tool_registry(), request.spec.name, 0
    for outcome in outcomes:
        if outcome.outcome is not Outcome.FAILED:
            continue
        failed, failure = failed + 1, None
        if outcome.error is not None:
            failure = FailedCall({**request.spec.preset, **request.params}, outcome.error)
        registry.count_call(name, has_failed=True, failure=failure)
    if len(outcomes) > failed:
        registry.count_calls(name, len(outcomes) - failed)


def _count_places(targets: Sequence[Target]) -> dict[str, int]:
    """Return how many accounts, regions, … were asked; a profile stands for an unknown account."""
    found: dict[str, set[str]] = {}
    for target in targets:
        for number, (name, value) in enumerate(target.facts.items()):
            values = found.setdefault(name, set())
            if value := value or ("" if number else target.profile):
                values.add(value)
    return {name: len(values) for name, values in found.items()}


def _error_of(run: Run) -> AibrainError | None:
    summary, outcomes = run.summary, run.outcomes
    strict = run.request.options.strict
    if strict is None:
        strict = get_settings().get("strict")
    labels = [gap.label for gap in summary.gaps]
    if not any(outcome.outcome in _SUCCESS for outcome in outcomes):
        errors = [outcome.error for outcome in outcomes if outcome.error is not None]
        if len(outcomes) == 1 and errors:
            return errors[0]
        steps = dict.fromkeys(error.next_steps[0] for error in errors if error.next_steps)
        return RunFailedError(
            f"None of the {len(outcomes)} calls of {run.plan.title} succeeded.",
            why="; ".join(_some(labels or [error.what for error in errors])),
            next_steps=[*list(steps)[:3], "%aibrain last --coverage shows every call."],
        )
    if strict and summary.gaps:
        return RunFailedError(
            f"{len(labels)} gap{'s' * (len(labels) != 1)} in {run.plan.title}, and gaps are not "
            "accepted (strict).",
            why="; ".join(_some(labels)),
            next_steps=[
                "%aibrain last --coverage shows every call and its next step.",
                "%aibrain last --rows gives the rows there are.",
            ],
        )
    return None


def _some(labels: Sequence[str]) -> list[str]:
    more = len(labels) - _NAMED_GAPS
    return [*labels[:_NAMED_GAPS], *([f"and {more} more"] if more > 0 else [])]
