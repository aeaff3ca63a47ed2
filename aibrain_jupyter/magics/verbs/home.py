"""``%aibrain``: one screen. Who am I, what can I run, what now. No network."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from aibrain_jupyter._version import __version__
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.verbs.known import find_verb
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.runs.run import Run
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.widgets.blocks import Page

_RUNS = 3
_MOST_MADE = 8
"""Tools made of another one that are still named one by one."""


def _home(call: VerbCall) -> Page:
    from aibrain_jupyter.widgets.home import home_page

    session, registry = get_session(), get_tool_registry()
    specs = sorted(registry.specs(), key=lambda spec: (spec.group, spec.name))
    profile, providers = session.profile, registry.providers()
    signed_in = [provider.signed_in(profile) for provider in providers]
    return home_page(
        version=__version__,
        profile=profile or providers[0].default_profile,
        identity_source=" · ".join(found.words for found in signed_in if found.words),
        tools=[
            (group, _in_short(list(members)))
            for group, members in groupby(specs, key=lambda spec: spec.group)
        ],
        runs=[
            *(f"{job!r}" for job in reversed(session.jobs) if job.is_running),
            *(_line(run) for run in session.runs[: -_RUNS - 1 : -1]),
        ],
        cache_line=_cache_line(),
        next_steps=[
            *(["%aibrain last: where the last rows came from"] if session.runs else []),
            "%aibrain tools: all tools, as a DataFrame",
            "%aibrain help: all verbs and options",
            *(step for provider in providers for step in provider.next_steps()),
        ],
        is_demo=any(found.is_demo for found in signed_in),
    )


def _in_short(specs: Sequence[ToolSpec]) -> list[tuple[str, str]]:
    """Return name and summary of a group's tools, those made of another one in one line."""
    if (verb := find_verb(specs[0].group)) is not None:
        return [(verb.name, f"{verb.summary}: %aibrain help {verb.name}")]
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


HOME = Verb(
    name="", summary="one screen: profile, tools, cache, next steps", usage=("",), run=_home
)
