"""
A run that memory answers whole: no engine, no loop, nothing shown on the way.

It is the short way of what people repeat most, and the same run as on the long one: outcomes,
coverage, provenance, history, counts. Whatever would have to wait (an account to look up, a result
to fetch, to read from disk or to refresh) is none of its business: then there is no run yet.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.calls.outcomes import outcome_of_error, outcome_of_value
from aibrain_jupyter.execution.runs.plan import known_plan, oldest_accepted
from aibrain_jupyter.execution.runs.run import Run, count_calls
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.tool_executors.cached_call import as_shown, in_memory

if TYPE_CHECKING:
    from aibrain_jupyter.execution.calls.job import CallOutcome, Job
    from aibrain_jupyter.execution.runs.request import Request
    from aibrain_jupyter.shared.base_tool import ToolResult

MOST_CALLS: Final = 16
"""More take long enough to be worth a progress display and a Cancel button."""


def run_from_memory(request: Request) -> Run | None:
    """
    Return the run of a request that memory answers whole, kept in the session; else None.

    Raises:
        InputError: the request names an account or region that does not exist.
        ToolLoadError: the tool's code cannot be imported.
    """
    started_at, began = dt.datetime.now(dt.UTC), time.monotonic()
    plan = known_plan(request)
    if plan is None or len(plan.jobs) > MOST_CALLS:
        return None
    call = plan.jobs[0].tool_call
    targets = [job.target for job in plan.jobs]
    results = in_memory(targets, call.spec, call.handler, call.params, call.policy)
    if results is None:
        return None
    outcomes = [
        _outcome(job, result, started_at) for job, result in zip(plan.jobs, results, strict=True)
    ]
    count_calls(request, outcomes)
    session = get_session()
    run = Run(
        session.next_run_id(),
        plan,
        outcomes,
        started_at=started_at,
        accepts_from=oldest_accepted(request, started_at),
        seconds=time.monotonic() - began,
        was_cancelled=False,
    )
    session.keep(run, has_begun=False)
    return run


def _outcome(job: Job, whole: ToolResult, started_at: dt.datetime) -> CallOutcome:
    call, began = job.tool_call, time.perf_counter()
    try:
        value = as_shown(whole, job.target, call.spec, call.handler, call.params)
    except Exception as exc:  # noqa: BLE001 - becomes the call's outcome, as in an engine
        return outcome_of_error(
            job, exc, seconds=time.perf_counter() - began, started_at=started_at
        )
    return outcome_of_value(job, value, seconds=time.perf_counter() - began, started_at=started_at)
