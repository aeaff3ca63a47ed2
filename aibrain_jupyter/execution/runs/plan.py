"""
A request becomes a plan: which calls, on which targets, with what time-out.

Everything the user can have got wrong is found here or before, so that a run
starts only when it can succeed. What an *account* gets wrong (expired
credentials, a refused look-up of its regions) is no fault of the cell: it
becomes a call that is born failed, and the other accounts are still read.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.calls.job import Job, ToolCall
from aibrain_jupyter.execution.runs.placing import known_places, place
from aibrain_jupyter.shared.config import DEFAULT_SOURCE, get_settings
from aibrain_jupyter.shared.texts.durations import parse_duration
from aibrain_jupyter.shared.tools.call_policy import CallPolicy
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.execution.runs.placing import Placed
    from aibrain_jupyter.execution.runs.request import Request, RunOptions
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.error_handler import AibrainError
    from aibrain_jupyter.shared.raw_answers import RawFolder
    from aibrain_jupyter.shared.tools.preview import Preview


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What a run will do.

    `call` is what is called, `jobs` the calls in the order of their rows, `cached` how many of them
    the cache is expected to answer (only counted for ``--dry-run``), `max_parallel` the limit in
    force, `notes` what planning has to remark (regions that could not be looked up); `previews`
    what each call would do, or why that is not known (only for ``--dry-run``).
    """

    request: Request
    title: str
    call: ToolCall
    jobs: tuple[Job, ...]
    max_parallel: int
    cached: int = 0
    notes: tuple[str, ...] = ()
    previews: tuple[tuple[Target, Preview | None, AibrainError | None], ...] = ()

    @property
    def problems(self) -> list[tuple[Target, AibrainError]]:
        """The targets that planning found to fail, each with why."""
        found = ((job.target, job.born_failed) for job in self.jobs)
        return [(target, problem) for target, problem in found if problem is not None]

    @property
    def permissions(self) -> tuple[str, ...]:
        """The IAM actions (or Graph scopes) its calls need."""
        spec, params = self.request.spec, parameters_of(self.request)
        handler = get_tool_registry().handler_of(spec)
        found = handler.permissions(params)
        found = spec.permissions if found is None else found
        if self.call.policy.wants_totals:
            found = tuple(dict.fromkeys((*found, *handler.total_permissions(params))))
        return found


async def make_plan(
    request: Request,
    token: CancelToken,
    *,
    is_offline: bool = False,
    asked_at: dt.datetime | None = None,
) -> Plan:
    """
    Return the plan of a request; `token` ends the look-up of accounts and regions.

    Where it `is_offline` nothing is sent: a target that is not known yet is then born failed.
    `asked_at` is the start of the run (aware; None: now), which ``90 days ago`` counts from.

    Raises:
        InputError: an account, profile or region does not exist; nothing was sent.
        ToolLoadError: the tool's code cannot be imported.
    """
    policy = policy_of(request.options, request.spec)
    placed, notes = await place(request, policy, token, is_offline=is_offline)
    return _plan(request, policy, placed, notes, asked_at)


def known_plan(request: Request) -> Plan | None:
    """
    Return the plan of a request that the cache may answer, if its targets are known already.
    Raises InputError: as by `make_plan`.
    """
    policy = policy_of(request.options, request.spec)
    if policy.is_fresh or not (policy.uses_cache and request.spec.is_cacheable):
        return None
    targets = known_places(request, policy)
    return None if targets is None else _plan(request, policy, [(t, None) for t in targets])


def _plan(
    request: Request,
    policy: CallPolicy,
    placed: Sequence[Placed],
    notes: tuple[str, ...] = (),
    asked_at: dt.datetime | None = None,
) -> Plan:
    spec, options, params = request.spec, request.options, parameters_of(request)
    handler = get_tool_registry().handler_of(spec)
    labels = handler.labels(spec.name, params)
    timeout = _timeout_of_calls(request, handler.timeout(params))
    sign_in_wait = parse_duration(get_settings().get("sign_in_wait"), name="sign_in_wait")
    began = asked_at or dt.datetime.now(dt.UTC)
    raw = _raw(options.raw_folder) if options.raw_folder else None
    call = ToolCall(spec, params, policy, _share(options), sign_in_wait, began, raw)
    jobs = tuple(
        Job(
            index=index,
            title=labels.title,
            work=call,
            target=target,
            limit_key=(*target.place, labels.service),
            timeout=timeout,
            born_failed=problem,
        )
        for index, (target, problem) in enumerate(placed)
    )
    return Plan(
        request=request,
        title=labels.title,
        call=call,
        jobs=jobs,
        max_parallel=options.max_parallel or get_settings().get("max_parallel"),
        notes=notes,
    )


def parameters_of(request: Request) -> dict[str, Any]:
    """Return what the tool is called with: the user's parameters and the spec's preset."""
    return {**request.spec.preset, **request.params}


def count_cached(plan: Plan) -> Plan:
    """Return the plan with the number of calls that the cache would answer now."""
    return dataclasses.replace(
        plan, cached=len(plan.jobs) - len(asked_jobs(plan, with_failed=True))
    )


def asked_jobs(plan: Plan, *, with_failed: bool = False) -> list[Job]:
    """Return the jobs the cache would not answer now, those born failed only `with_failed`."""
    from aibrain_jupyter.tool_executors.cached_call import is_cached

    call = plan.call
    what = (call.spec, call.handler, call.params, call.policy)
    return [
        job
        for job in plan.jobs
        if (not is_cached(job.target, *what) if job.born_failed is None else with_failed)
    ]


def call_title(request: Request) -> str:
    """Return the few words a call is shown by: ``iam users``, or the tool's name."""
    handler = get_tool_registry().handler_of(request.spec)
    return handler.labels(request.spec.name, parameters_of(request)).title


def oldest_accepted(policy: CallPolicy, started_at: dt.datetime) -> dt.datetime:
    """Return since when the rows of a run may have been collected, cached ones included."""
    if policy.accepts_from is not None:
        return policy.accepts_from
    if policy.is_fresh or not policy.uses_cache:
        return started_at
    return started_at - dt.timedelta(seconds=policy.ttl or 0.0)


def policy_of(options: RunOptions, spec: ToolSpec) -> CallPolicy:
    """Return what the cache may do for the calls of a run; its `ttl` is a number."""
    configured = CallPolicy.configured()
    ttl = configured.ttl if options.ttl is None else options.ttl
    return CallPolicy(
        uses_cache=configured.uses_cache and not options.no_cache,
        ttl=spec.ttl.total_seconds() if ttl is None else ttl,
        # What is saved is asked for; a resumed run has what it has.
        is_fresh=options.fresh
        or (
            bool(options.save)
            and not (options.cached or options.only_cached or options.accepts_from)
        ),
        stale=configured.stale if options.stale is None else options.stale,
        only_cached=options.only_cached,
        refusal_ttl=configured.refusal_ttl,
        accepts_from=options.accepts_from,
        # What is cached has those it was collected with.
        wants_totals=options.totals or (bool(options.save) and not options.cached),
    )


def _timeout_of_calls(request: Request, own: dt.timedelta | None) -> float | None:
    """Return the time-out of one call in seconds, None for none; `own` is the tool's."""
    settings, said = get_settings(), request.options.timeout
    if said is None and own is not None and settings.resolve("timeout")[1] == DEFAULT_SOURCE:
        return own.total_seconds()
    seconds = parse_duration(settings.get("timeout"), name="timeout") if said is None else said
    return seconds or None


def _raw(folder: str) -> RawFolder:
    from aibrain_jupyter.shared.raw_answers import RawFolder

    return RawFolder(Path(folder))


def _share(options: RunOptions) -> float:
    """Return the largest part of a rate limit that the run wants to use."""
    settings = get_settings()
    if not (options.polite or settings.get("polite")):
        return 1.0
    return min(1.0, float(settings.get("polite_percent")) / 100)
