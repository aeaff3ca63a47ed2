"""What each call of a plan would do, piece by piece: ``--dry-run`` of tools that can tell."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.shared.events import ignore
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.execution.runs.plan import Plan
    from aibrain_jupyter.shared.error_handler import AibrainError
    from aibrain_jupyter.shared.tools.call_context import CallContext
    from aibrain_jupyter.shared.tools.preview import Preview


async def previewed(plan: Plan, token: CancelToken) -> Plan:
    """Return the plan with what each of its calls would do; of most tools nothing more is known."""
    handler = get_tool_registry().handler_of(plan.request.spec)
    if not handler.previews:
        return plan

    def ask(context: CallContext, problem: AibrainError | None) -> Preview:
        context.clients = _Refused(problem) if problem else handler.provider.clients()
        return handler.preview(context, plan.call.params)

    jobs = [
        Job.calling(
            job.index, job.title, ask, {"problem": job.born_failed},
            takes_context=True, target=job.target, limit_key=job.limit_key, timeout=job.timeout,
        )
        for job in plan.jobs
    ]  # fmt: skip
    outcomes = await execute_jobs(jobs, max_parallel=plan.max_parallel, emit=ignore, token=token)
    found = tuple((outcome.target, outcome.value, outcome.error) for outcome in outcomes)
    return dataclasses.replace(plan, previews=found)


@dataclasses.dataclass(frozen=True, slots=True)
class _Refused:
    """Clients of a place that planning could not find: each ends as that did."""

    problem: AibrainError

    def client_for(self, target: Any, service: str, *args: Any, **where: Any) -> Any:
        raise self.problem
