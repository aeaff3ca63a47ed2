"""
Where the calls of a request go: accounts and regions as written become targets.

Several accounts are looked up at the same time. One whose session has expired costs only its own
targets; a place that two profiles lead to is asked once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.coverage import Target
from aibrain_jupyter.shared.error_handler import AibrainError, InputError
from aibrain_jupyter.shared.events import ignore
from aibrain_jupyter.shared.texts.durations import parse_duration
from aibrain_jupyter.shared.tools.handler import Finding
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.execution.runs.request import Request
    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.tools.call_policy import CallPolicy

Placed = tuple[Target, AibrainError | None]
_PLANNERS = 8
"""Accounts whose identity and regions are looked up at the same time."""


async def place(
    request: Request, policy: CallPolicy, token: CancelToken, *, is_offline: bool
) -> tuple[list[Placed], tuple[str, ...]]:
    """Return the targets of a request, each with the error it will end in; and remarks."""
    from aibrain_jupyter.tool_executors.cached_call import cache_of

    if (known := known_places(request, policy)) is not None:
        return [(target, None) for target in known], ()
    accounts, profile, regions = _as_written(request)
    params = {**request.spec.preset, **request.params}
    finding = Finding(cache_of(policy), is_fresh=policy.is_fresh, is_offline=is_offline)
    resolver = get_tool_registry().handler_of(request.spec).targets(params, finding)
    profiles = resolver.profiles(accounts, profile)
    timeout = request.options.timeout
    if timeout is None:
        timeout = parse_duration(get_settings().get("timeout"), name="timeout")

    def look_up(context: CallContext, name: str) -> Sequence[Placed]:
        return resolver.of_profile(name, regions, context)

    jobs = [
        Job.calling(
            index,
            f"accounts and regions of {profile or 'the default profile'}",
            look_up,
            {"name": profile},
            takes_context=True,
            target=Target(profile=profile),
            limit_key=profile,
            timeout=timeout or None,
        )
        for index, profile in enumerate(profiles)
    ]
    outcomes = await execute_jobs(jobs, max_parallel=_PLANNERS, emit=ignore, token=token)
    placed: list[Placed] = []
    for outcome in outcomes:
        if isinstance(outcome.error, InputError):
            raise outcome.error
        placed += [(outcome.target, outcome.error)] if outcome.error else outcome.value
    once, repeated = _once(placed)
    return once, (*resolver.notes, *repeated)


def known_places(request: Request, policy: CallPolicy) -> Sequence[Target] | None:
    """
    Return the targets of a request where nobody has to be asked for them and nothing is wrong.

    None where somebody has to, or where two profiles lead to one place.
    """
    spec = request.spec
    if not spec.places:
        return (Target(),)
    params, finding = {**spec.preset, **request.params}, Finding(is_fresh=policy.is_fresh)
    handler = get_tool_registry().handler_of(spec)
    known = handler.known_targets(params, finding, *_as_written(request))
    if known is None or len({(*t.place, t.endpoint) for t in known}) < len(known):
        return None
    return known


def _as_written(request: Request) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Return accounts, profile and regions as written on the line or else as configured."""
    options, settings = request.options, get_settings()
    accounts = options.accounts
    if not accounts and not options.profile:  # a profile on the line is meant instead of them
        accounts = _words(settings.get("accounts"))
    regions = options.regions or _words(settings.get("regions"))
    return accounts, options.profile or settings.get("profile"), regions


def _once(placed: Sequence[Placed]) -> tuple[list[Placed], list[str]]:
    """Leave out what another profile of the same place asks already; also return remarks."""
    first: dict[tuple[str, ...], Target] = {}
    kept: list[Placed] = []
    notes: dict[str, None] = {}
    for target, problem in placed:
        if problem is not None:
            kept.append((target, problem))
            continue
        # Servers on this machine give every account the same number: the endpoint tells them apart.
        where = (*target.parts.values(), target.endpoint)
        if where in first:
            (name, value), *_ = target.facts.items()
            notes[
                f"{target.profile} is {name} {value}, as {first[where].profile} is, and "
                "was not asked again."
            ] = None
            continue
        if target.place[0]:
            first[where] = target
        kept.append((target, problem))
    return kept, list(notes)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
