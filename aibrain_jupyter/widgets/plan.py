"""What ``--dry-run`` shows: the plan of a run that was not begun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.calls.engines.report import LOCAL
from aibrain_jupyter.execution.runs.dividing import division_of
from aibrain_jupyter.execution.runs.estimate import estimate_of
from aibrain_jupyter.execution.runs.plan import parameters_of
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.widgets.blocks import (
    Block,
    Callout,
    Code,
    Heading,
    Line,
    Page,
    Table,
    dotted,
    line,
)
from aibrain_jupyter.widgets.gaps import Missing, missing_blocks
from aibrain_jupyter.widgets.spans import mark_command, muted, plural, strong

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.execution.runs.estimate import Estimate
    from aibrain_jupyter.execution.runs.plan import Plan
    from aibrain_jupyter.shared.tools.handler import ToolHandler
    from aibrain_jupyter.shared.tools.provider import Provider

MOST_CALLS: Final = 20
MOST_PIECES: Final = 200

_MANY_PARCELS: Final = 32
"""Of so many some may go together, as far as there are few workers: who would know is not asked."""


def plan_page(plan: Plan) -> Page:
    """Return calls, expected cache hits and duration, the policy and known problems of a plan."""
    estimate = estimate_of(plan)
    handler = get_tool_registry().handler_of(plan.request.spec)
    found: list[Block] = [
        dotted((strong("Plan: "), strong(plan.title)), "nothing was run"),
        _figures(plan),
        _duration(estimate),
        *_division(plan),
        *_calls(plan.jobs),
        *_previews(plan),
        *_requests(estimate.requests, _how_often(plan, handler) if estimate.calls else {}),
    ]
    found += _policy([plan], handler.provider)
    if plan.problems:
        found.append(_problems(plan))
    found += [line(muted(f"note: {note}")) for note in plan.notes]
    return Page("Plan", found)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of a collection plan that a tool collects: what the page says of it, and its plan."""

    id: str
    title: str
    codes: tuple[str, ...]
    occurrence: str
    plan: Plan


def collection_page(title: str, rows: Sequence[PlannedRow], notes: Sequence[str] = ()) -> Page:
    """Return the calls of several plans, and one policy for all of them; `notes` follow."""
    calls = sum(len(row.plan.jobs) for row in rows)
    cells = [
        (row.id, row.plan.title, ", ".join(row.codes), row.occurrence, f"{len(row.plan.jobs):,}")
        for row in rows
    ]
    names = ("row", "collects", "codes", "occurrence", "calls")
    found: list[Block] = [
        dotted((strong("Plan: "), strong(title)), plural(calls, "call"), "nothing was run"),
        *([Table(names, cells, label="Rows")] if cells else []),
    ]
    by_provider: dict[Provider, list[Plan]] = {}
    for row in rows:
        handler = get_tool_registry().handler_of(row.plan.request.spec)
        by_provider.setdefault(handler.provider, []).append(row.plan)
    for provider, plans in by_provider.items():
        found += _policy(plans, provider)
    found += [_problems(row.plan) for row in rows if row.plan.problems]
    said = dict.fromkeys(note for row in rows for note in row.plan.notes)
    return Page("Plan", [*found, *(line(muted(f"note: {note}")) for note in (*notes, *said))])


def _figures(plan: Plan) -> Line:
    targets = [job.target for job in plan.jobs]
    first = {t.place[0] or t.profile for t in targets} - {""}
    name = next((name for target in targets for name in target.facts), "account")
    return dotted(
        plural(len(first), name) if first else "",
        plural(len(plan.jobs), "call"),
        f"{plan.cached:,} expected from the cache",
        f"{plan.max_parallel:,} at the same time",
    )


def _duration(estimate: Estimate) -> Line:
    if not estimate.calls:
        return line("Nothing has to be asked.")
    if estimate.seconds is None:
        return dotted("duration unknown", "no earlier run to go by")
    requests = sum(estimate.requests.values())
    return dotted(
        f"about {format_duration(estimate.seconds)}",
        plural(requests, "request") if requests else "",
        "by earlier runs",
    )


def _division(plan: Plan) -> list[Block]:
    """Return who would make the calls, where it is not this kernel alone."""
    division = division_of(plan)
    if division.engine == LOCAL:
        return []
    here = len(plan.jobs) - division.away
    up_to = "up to " if division.parcels >= _MANY_PARCELS else ""
    found: list[Block] = [
        dotted(
            f"engine {division.engine} ({division.why})",
            f"{plural(division.away, 'call')} in {up_to}{plural(division.parcels, 'parcel')}",
            f"{here:,} in this kernel" if here else "",
        )
    ]
    stayed = division.stayed.items()
    return found + [line(muted(f"{plural(n, 'call')} from here: {why}")) for why, n in stayed]


def _policy(plans: Sequence[Plan], provider: Provider) -> list[Block]:
    settings = get_settings()
    permissions = tuple(dict.fromkeys(name for plan in plans for name in plan.permissions))
    if not permissions:
        return []
    options = [plan.request.options for plan in plans]
    accounts, regions = (
        tuple(
            dict.fromkeys(
                text for one in options for text in getattr(one, name) or (str(settings.get(name)),)
            )
        )
        for name in ("accounts", "regions")
    )
    is_spread = any(len({job.target.place[1] for job in plan.jobs}) > 1 for plan in plans)
    policy = provider.policy(permissions, accounts=accounts, regions=regions if is_spread else None)
    notes = (line(muted(note)) for note in policy.notes)
    return [Heading(policy.title), Code(policy.text), *notes]


def _calls(jobs: Sequence[Job]) -> list[Block]:
    ready = [job for job in jobs if job.born_failed is None]
    if not ready:
        return []
    # The profile stands behind the first part of the place.
    names = list(ready[0].target.facts)
    names.insert(1, "profile")
    rows = []
    for job in ready[:MOST_CALLS]:
        facts = {**job.target.facts, "profile": job.target.profile}
        rows.append([*(facts[name] for name in names), job.title])
    found: list[Block] = [Heading("Calls"), Table([*names, "call"], rows, label="Calls")]
    if len(ready) > MOST_CALLS:
        found.append(line(muted(f"and {len(ready) - MOST_CALLS:,} more")))
    return found


def _previews(plan: Plan) -> list[Block]:
    """Return what each call would do, piece by piece, as far as its tool can tell."""
    found: list[Block] = []
    for target, preview, error in plan.previews:
        where = f" · {target.label}" if len(plan.previews) > 1 else ""
        if preview is None:
            why = error.what if error else "nobody said why"
            found.append(Callout([line(f"! Not known{where}: {why}")], label="Not known"))
            continue
        found.append(Heading(f"{preview.summary}{where}"))
        if preview.rows:
            right = ("size",)
            rows = preview.rows[:MOST_PIECES]
            found.append(Table(preview.columns, rows, label=preview.summary, right=right))
        if (more := len(preview.rows) - MOST_PIECES) > 0:
            found.append(line(muted(f"and {more:,} more")))
        if preview.against:
            said = [line(strong("! "), one) for one in preview.against]
            found.append(Callout(said, label="What does not go"))
        found += [line(muted(note)) for note in preview.notes]
    return found


def _requests(expected: Mapping[str, int], often: Mapping[str, str]) -> list[Block]:
    """Return the operations that will be asked, how often, and how many that was before."""
    rows = [
        (name, often.get(name, ""), f"{expected.get(name, 0):,}" if expected else "")
        for name in dict.fromkeys((*often, *expected))
    ]
    title = "Requests, by earlier runs" if expected else "Requests of a call"
    table = Table(("operation", "asked", "requests"), rows, label="Requests")
    return [Heading(title), table] if rows else []


def _problems(plan: Plan) -> Callout:
    title = line(strong(f"! {plural(len(plan.problems), 'call')} cannot succeed:"))
    found = [Missing(str(e.outcome), e.what, (target.label,)) for target, e in plan.problems]
    steps = dict.fromkeys(step for _, error in plan.problems for step in error.next_steps[:1])
    next_steps = [line(mark_command(f"Next: {step}")) for step in steps]
    return Callout([title, *missing_blocks(found), *next_steps], label="Problems")


def _how_often(plan: Plan, handler: ToolHandler) -> dict[str, str]:
    """
    Return how often each operation is asked, as far as it is declared.

    Which details are asked if only some columns are wanted is left to experience.
    """
    params = parameters_of(plan.request)
    if params.get("columns"):
        return {}
    return {name: often for name, often, _ in handler.reference(params).calls}
