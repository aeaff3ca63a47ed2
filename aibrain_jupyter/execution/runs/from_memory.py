"""
A run that memory answers whole: no engine, no loop, nothing shown on the way.

It is the short way of what people repeat most, and the same run as on the long one: outcomes,
coverage, provenance, history, counts. Whatever would have to wait (an account to look up, a result
to fetch, to read from disk or to refresh) is none of its business: then there is no run yet.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.calls.outcomes import outcome_of_error, outcome_of_value
from aibrain_jupyter.execution.runs.plan import known_plan, oldest_accepted
from aibrain_jupyter.execution.runs.run import Run, count_calls
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.tools.call_context import ASKED_AT
from aibrain_jupyter.tool_executors.cached_call import as_shown, in_memory
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from aibrain_jupyter.execution.runs.plan import Plan
    from aibrain_jupyter.execution.runs.request import Request

MOST_CALLS: Final = 64
"""More take long enough to be worth a progress display and a Cancel button."""


def run_from_memory(request: Request, plan: Plan | None = None) -> Run | None:
    """
    Return the run of a request that memory answers whole, kept in the session; else None.
    `plan` is what `known_plan` gives, where it was asked already.

    Raises:
        InputError: the request names an account or region that does not exist.
        ToolLoadError: the tool's code cannot be imported.
    """
    began, plan = time.monotonic(), plan or known_plan(request)
    if plan is None or len(plan.jobs) > MOST_CALLS:
        return None
    started_at = plan.call.asked_at
    params = {**plan.call.params, ASKED_AT: plan.call.asked_at}
    what = (request.spec, get_tool_registry().handler_of(request.spec), params)
    results = in_memory([job.target for job in plan.jobs], *what, plan.call.policy)
    if results is None:
        return None
    outcomes = []
    for job, result in zip(plan.jobs, results, strict=True):
        times: Any = {"seconds": time.monotonic() - began, "started_at": started_at}
        try:
            shown = as_shown(result, job.target, *what)
        except Exception as exc:  # noqa: BLE001 - becomes the call's outcome, as in an engine
            outcomes.append(outcome_of_error(job, exc, **times))
        else:
            outcomes.append(outcome_of_value(job, shown, **times))
    count_calls(request, outcomes)
    session = get_session()
    run = Run(
        session.next_run_id(),
        plan,
        outcomes,
        started_at=started_at,
        accepts_from=oldest_accepted(plan.call.policy, started_at),
        seconds=time.monotonic() - began,
        was_cancelled=False,
    )
    session.keep(run, has_begun=False)
    return run
