"""Why each call of a request would be a hit or a miss: found out without sending anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.loop.bridge import run_blocking
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.runs.plan import make_plan
from aibrain_jupyter.shared.frames.stack import table_of

if TYPE_CHECKING:
    import pandas as pd

    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.execution.runs.plan import Plan
    from aibrain_jupyter.execution.runs.request import Request

_COLUMNS: Final = {
    "profile": "str",
    "call": "str",
    "verdict": "str",
    "level": "str",
    "age_s": "Float64",
    "rule": "str",
}


def explain_request(request: Request) -> pd.DataFrame:
    """
    Return what the cache would do for each call of a request now, and by which rule.

    Returns:
        One row per call, in call order: where it goes, ``profile``, ``call``,
        ``verdict`` (``hit``, ``stale``, ``miss``; ``not cached``: the call never is; ``unknown``:
        it cannot be told without asking somebody), ``level`` (``memory``, ``disk``, ``team``),
        ``age_s`` (Float64; NA where there is no entry) and ``rule`` (a sentence).

    Raises:
        InputError: the request names an account or region that does not exist.
    """
    token = CancelToken()
    plan = run_blocking(lambda: make_plan(request, token, is_offline=True), token=token)
    columns = {**dict.fromkeys(request.spec.places, "str"), **_COLUMNS}
    rows = [
        {
            **job.target.parts,
            "profile": job.target.profile,
            "call": job.title,
            **_verdict(job, plan),
        }
        for job in plan.jobs
    ]
    return table_of(rows, columns)


def _verdict(job: Job, plan: Plan) -> dict[str, Any]:
    from aibrain_jupyter.tool_executors.cached_call import cache_key, cache_of

    spec, options, call = plan.request.spec, plan.request.options, plan.call
    if job.born_failed is not None:
        return {"verdict": "unknown", "rule": job.born_failed.what}
    policy, cache = call.policy, cache_of(call.policy)
    if cache is None:
        said = "--no-cache" if options.no_cache else "the setting cache is off"
        return {"verdict": "not cached", "rule": said}
    if not spec.is_cacheable:
        return {"verdict": "not cached", "rule": f"{spec.name} is done each time it is asked for"}
    key = cache_key(job.target, spec, call.handler, call.params)
    if key is None:
        said = "a parameter is a secret or a live object, or nobody knows who asks"
        return {"verdict": "not cached", "rule": said}
    found = cache.explain(key, max_age=policy.ttl or 0.0, stale_for=policy.stale)
    if options.fresh:
        return {"verdict": "miss", "rule": f"--fresh asks the source (else {found.verdict})"}
    return {
        "verdict": found.verdict,
        "level": found.level,
        "age_s": found.age_s,
        "rule": found.rule,
    }
