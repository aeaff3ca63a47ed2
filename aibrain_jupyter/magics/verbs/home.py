"""``%aibrain``: one screen. Who am I, what can I run, what now. No network."""

from __future__ import annotations

import os
from itertools import groupby
from typing import TYPE_CHECKING

from aibrain_jupyter._version import __version__
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.completion.offers import profile_names
from aibrain_jupyter.magics.verbs.verb import Verb, VerbCall
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.runs.run import Run
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.widgets.bundle import Shown

_RUNS = 3
_MOST_MADE = 8
"""Tools made of another one that are still named one by one."""


def _home(call: VerbCall) -> Shown:
    from aibrain_jupyter.widgets.home import Home

    session = get_session()
    specs = sorted(get_tool_registry().specs(), key=lambda spec: (spec.group, spec.name))
    profile = session.profile
    declared = get_client_pool().session_profiles.get(profile)
    return Home(
        version=__version__,
        profile=profile,
        identity_source=_identity_source(profile),
        tools=[
            (group, _in_short(list(members)))
            for group, members in groupby(specs, key=lambda spec: spec.group)
        ],
        runs=[
            *(f"{job!r}" for job in reversed(session.jobs) if job.is_running),
            *(_line(run) for run in session.runs[: -_RUNS - 1 : -1]),
        ],
        cache_line=_cache_line(),
        next_steps=_next_steps(has_runs=bool(session.runs)),
        is_demo=declared is not None and declared.is_demo,
    )


def _in_short(specs: Sequence[ToolSpec]) -> list[tuple[str, str]]:
    """Return name and summary of a group's tools, those made of another one in one line."""
    made = [spec for spec in specs if spec.cache_as]
    if len(made) < _MOST_MADE:
        return [(spec.name, spec.summary) for spec in specs]
    services = sorted({str(spec.preset.get("service", spec.name)) for spec in made})
    example = next((name for name in services if name == "ec2"), services[0])
    words = (
        f"{len(made)} tables with the columns auditors ask for: {', '.join(services)}. "
        f"%aibrain tools {example} lists those of one service."
    )
    own = [(spec.name, spec.summary) for spec in specs if not spec.cache_as]
    return [*own, ("SERVICE_RESOURCE", words)]


def _identity_source(profile: str) -> str:
    """Say where the credentials will come from. From names alone: looking may take the network."""
    if profile:
        return f"set by {get_settings().resolve('profile')[1]}"
    if "AWS_ACCESS_KEY_ID" in os.environ:
        return "keys in the environment"
    if name := os.environ.get("AWS_PROFILE"):
        return f"AWS_PROFILE={name}"
    if "default" in profile_names():
        return "profile default of the AWS configuration"
    return "nothing is configured: a role of this machine, if it has one"


def _line(run: Run) -> str:
    summary = run.summary
    return f"{run.id} · {run.plan.title} · {summary.rows:,} rows · {run.outcome_word}"


def _cache_line() -> str:
    if not get_settings().get("cache"):
        return "off"
    from aibrain_jupyter.advanced_cache import get_advanced_stats

    stats = get_advanced_stats()
    hits = stats["memory_hits"] + stats["disk_hits"]
    return f"{hits:,} hits so far · %aibrain cache stats"


def _next_steps(*, has_runs: bool) -> list[str]:
    steps = [
        "%aibrain tools: all tools, as a DataFrame",
        "%aibrain help: all verbs and options",
    ]
    if has_runs:
        steps.insert(0, "%aibrain last: where the last rows came from")
    if not any(p.is_demo for p in get_client_pool().session_profiles.values()):
        steps.append("%aibrain demo start: an embedded AWS account, no credentials needed")
    return steps


HOME = Verb(
    name="",
    summary="one screen: profile, tools, cache, next steps",
    usage=("",),
    run=_home,
)
