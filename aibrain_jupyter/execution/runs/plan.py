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
import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.shared.base_tool import CallContext, import_target
from aibrain_jupyter.shared.config import DEFAULT_SOURCE, get_settings
from aibrain_jupyter.shared.coverage import Target
from aibrain_jupyter.shared.durations import parse_duration
from aibrain_jupyter.shared.error_handler import AibrainError, InputError
from aibrain_jupyter.shared.events import ignore
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.advanced_cache import AdvancedCacheManager
    from aibrain_jupyter.execution.loop.cancel import CancelToken
    from aibrain_jupyter.execution.runs.request import Request, RunOptions
    from aibrain_jupyter.shared.base_tool import ToolSpec

Placed = tuple[Target, AibrainError | None]
_PLANNERS = 8
"""Accounts whose identity and regions are looked up at the same time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What a run will do.

    `jobs` are the calls in the order of their rows, `cached` how many of them the cache is
    expected to answer (only counted for ``--dry-run``), `max_parallel` the limit in force, `notes`
    what planning has to remark (regions that could not be looked up).
    """

    request: Request
    title: str
    jobs: tuple[Job, ...]
    max_parallel: int
    cached: int = 0
    problems: tuple[tuple[Target, AibrainError], ...] = field(default=())
    notes: tuple[str, ...] = ()

    @property
    def permissions(self) -> tuple[str, ...]:
        """The IAM actions (or Graph scopes) its calls need."""
        spec = self.request.spec
        if not spec.permissions_of:
            return spec.permissions
        find = import_target(spec.permissions_of, what=f"The tool {spec.name}", extra=spec.extra)
        return tuple(find(parameters_of(self.request)))


async def make_plan(request: Request, token: CancelToken, *, clients: Any = None) -> Plan:
    """
    Return the plan of a request; accounts are looked up through `clients` (default: the pool).

    Raises:
        InputError: an account, profile or region does not exist; nothing was sent.
        ToolLoadError: the tool's code cannot be imported.
    """
    from aibrain_jupyter.tool_executors.base_executor import (
        cache_in_force,
        refusal_ttl_in_force,
        stale_in_force,
    )

    options = request.options
    function = get_tool_registry().load(request.spec.name)
    cache = None if options.no_cache else cache_in_force()
    title = call_title(request)
    placed, notes = await _place(request, cache, token, clients or get_client_pool())
    timeout, share = _timeout_of_calls(request), _share(options)
    sign_in_wait = parse_duration(get_settings().get("sign_in_wait"), name="sign_in_wait")
    jobs = []
    for index, (target, problem) in enumerate(placed):
        # Every call has a context of its own: its counters become its provenance.
        context = CallContext(
            target=target,
            clients=get_client_pool(),
            index=index,
            cancelled=token.event,
            share=share,
            sign_in_wait=sign_in_wait,
        )
        jobs.append(
            Job(
                index=index,
                title=title,
                function=_call,
                kwargs={
                    "spec": request.spec,
                    "params": parameters_of(request),
                    "function": function,
                    "cache": cache,
                    "ttl": _ttl(options, request.spec),
                    "fresh": options.fresh,
                    "stale": stale_in_force() if options.stale is None else options.stale,
                    "only_cached": options.only_cached,
                    "refusal_ttl": refusal_ttl_in_force(),
                    "accepts_from": options.accepts_from,
                },
                target=target,
                context=context,
                limit_key=(target.account, target.region, _service(request)),
                timeout=timeout,
                born_failed=problem,
            )
        )
    return Plan(
        request=request,
        title=title,
        jobs=tuple(jobs),
        max_parallel=options.max_parallel or get_settings().get("max_parallel"),
        problems=tuple((target, problem) for target, problem in placed if problem is not None),
        notes=notes,
    )


def parameters_of(request: Request) -> dict[str, Any]:
    """Return what the tool's code is called with: the user's parameters and the spec's preset."""
    return {**request.spec.preset, **request.params}


def count_cached(plan: Plan) -> Plan:
    """Return the plan with the number of calls that the cache would answer now."""
    from aibrain_jupyter.tool_executors.base_executor import is_cached

    cached = sum(
        is_cached(
            job.target,
            job.kwargs["spec"],
            job.kwargs["params"],
            cache=job.kwargs["cache"],
            ttl=job.kwargs["ttl"] + job.kwargs["stale"],
        )
        for job in plan.jobs
        if job.born_failed is None and not job.kwargs["fresh"]
    )
    return dataclasses.replace(plan, cached=cached)


def call_title(request: Request) -> str:
    """Return the few words a call is shown by: ``iam users``, or the tool's name."""
    params = parameters_of(request)
    words = [params.get("service"), params.get("resource") or params.get("operation")]
    return " ".join(str(word) for word in words if word) or request.spec.name


def oldest_accepted(request: Request, started_at: dt.datetime) -> dt.datetime:
    """Return since when the rows of a run may have been collected, cached ones included."""
    options = request.options
    if options.accepts_from is not None:
        return options.accepts_from
    if options.fresh or options.no_cache:
        return started_at
    return started_at - dt.timedelta(seconds=_ttl(options, request.spec))


def _ttl(options: RunOptions, spec: ToolSpec) -> float:
    """Return the age in seconds up to which a cached result may be served."""
    if options.ttl is not None:
        return options.ttl
    configured = get_settings().get("ttl")
    return parse_duration(configured, name="ttl") if configured else spec.ttl.total_seconds()


def _timeout(options: RunOptions) -> float | None:
    """Return the time-out of one call in seconds, None for none."""
    seconds = options.timeout
    if seconds is None:
        seconds = parse_duration(get_settings().get("timeout"), name="timeout")
    return seconds or None


def _timeout_of_calls(request: Request) -> float | None:
    """Return the same; a tool that takes long by nature has its own where the user says nothing."""
    spec = request.spec
    is_said = request.options.timeout is not None or (
        get_settings().resolve("timeout")[1] != DEFAULT_SOURCE
    )
    if spec.timeout_of and not is_said:
        find = import_target(spec.timeout_of, what=f"The tool {spec.name}", extra=spec.extra)
        own: dt.timedelta | None = find(parameters_of(request))
        if own is not None:
            return own.total_seconds()
    return _timeout(request.options)


def _share(options: RunOptions) -> float:
    """Return the largest part of a rate limit that the run wants to use."""
    settings = get_settings()
    if not (options.polite or settings.get("polite")):
        return 1.0
    return min(1.0, float(settings.get("polite_percent")) / 100)


async def _place(
    request: Request, cache: AdvancedCacheManager | None, token: CancelToken, clients: Any
) -> tuple[list[Placed], tuple[str, ...]]:
    """Resolve accounts and regions, several accounts at a time; also return what to remark."""
    spec, options, settings = request.spec, request.options, get_settings()
    if not spec.targets:
        return [(Target(), None)], ()
    make_resolver = import_target(spec.targets, what=f"The tool {spec.name}", extra=spec.extra)
    resolver = make_resolver(
        {**spec.preset, **request.params},
        clients=clients,
        cache=cache,
        fresh=options.fresh,
    )
    # A profile named on the line is meant instead of configured accounts.
    configured = () if options.profile else _words(settings.get("accounts"))
    accounts = options.accounts or configured
    regions = options.regions or _words(settings.get("regions"))
    profiles = resolver.profiles(accounts, options.profile or settings.get("profile"))
    outcomes = await execute_jobs(
        [
            Job(
                index=index,
                title=f"accounts and regions of {profile or 'the default profile'}",
                function=_of_profile,
                kwargs={"resolver": resolver, "profile": profile, "regions": regions},
                target=Target(profile=profile),
                context=CallContext(Target(profile=profile)),
                limit_key=profile,
                timeout=_timeout(options),
            )
            for index, profile in enumerate(profiles)
        ],
        max_parallel=_PLANNERS,
        emit=ignore,
        token=token,
    )
    placed: list[Placed] = []
    for outcome in outcomes:
        if isinstance(outcome.error, InputError):
            raise outcome.error
        if outcome.error is not None:
            placed.append((outcome.target, outcome.error))
        else:
            placed.extend(outcome.value)
    once, repeated = _once(placed)
    return once, (*resolver.notes, *repeated)


def _once(placed: Sequence[Placed]) -> tuple[list[Placed], list[str]]:
    """Leave out what another profile of the same account asks already; also return remarks."""
    first: dict[tuple[str, ...], Target] = {}
    kept: list[Placed] = []
    notes: dict[str, None] = {}
    for target, problem in placed:
        # Servers on this machine give every account the same number: the endpoint tells them apart.
        where = (target.partition, target.account, target.region, target.endpoint)
        if problem is None and where in first:
            notes[
                f"{target.profile} is account {target.account}, as {first[where].profile} is, and "
                "was not asked again."
            ] = None
            continue
        if problem is None and target.account:
            first[where] = target
        kept.append((target, problem))
    return kept, list(notes)


def _of_profile(
    context: CallContext, *, resolver: Any, profile: str, regions: Sequence[str]
) -> list[Placed]:
    # Threads that nobody waits for any more would go on through a thousand accounts.
    takes_ctx = "ctx" in inspect.signature(resolver.of_profile).parameters
    told = {"ctx": context} if takes_ctx else {}
    found: list[Placed] = resolver.of_profile(profile, regions, **told)
    return found


def _call(
    context: CallContext,
    *,
    spec: ToolSpec,
    params: dict[str, Any],
    function: Any,
    cache: AdvancedCacheManager | None,
    ttl: float,
    stale: float,
    accepts_from: dt.datetime | None,
    **policy: Any,
) -> Any:
    from aibrain_jupyter.tool_executors.base_executor import BaseExecutor

    if accepts_from is not None:
        # Reckoned when the call begins: in a long run that may be an hour after the plan.
        ttl, stale = (dt.datetime.now(dt.UTC) - accepts_from).total_seconds(), 0.0

    return BaseExecutor().run_cached(
        context, spec, params, function, cache=cache, ttl=ttl, stale=stale, **policy
    )


def _service(request: Request) -> str:
    return str(parameters_of(request).get("service", ""))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
