"""What ``--dry-run`` shows: the plan of a run that was not begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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
    muted,
    plural,
    shorten,
    strong,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.calls.job import Job
    from aibrain_jupyter.execution.runs.plan import Plan

MOST_CALLS: Final = 20


class PlanView(Page):
    """Calls, expected cache hits and duration, the IAM policy and known problems of a plan."""

    label = "Plan"

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._estimate = estimate_of(plan)
        self._handler = get_tool_registry().handler_of(plan.request.spec)

    def blocks(self) -> list[Block]:
        """Return the figures, the calls, the policy, the problems."""
        plan = self._plan
        found: list[Block] = [
            dotted((strong("Plan: "), strong(plan.title)), "nothing was run"),
            self._figures(),
            self._duration(),
            *self._calls(),
            *self._requests(),
        ]
        found += self._permissions()
        if plan.problems:
            found.append(self._problems())
        found += [line(muted(f"note: {note}")) for note in plan.notes]
        return found

    def _figures(self) -> Line:
        plan = self._plan
        targets = [job.target for job in plan.jobs]
        first = {t.place[0] or t.profile for t in targets} - {""}
        name = next((name for target in targets for name in target.facts), "account")
        return dotted(
            plural(len(first), name) if first else "",
            plural(len(plan.jobs), "call"),
            f"{plan.cached:,} expected from the cache",
            f"{plan.max_parallel:,} at the same time",
        )

    def _duration(self) -> Line:
        estimate = self._estimate
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

    def _permissions(self) -> list[Block]:
        plan = self._plan
        if not plan.permissions:
            return []
        options, settings = plan.request.options, get_settings()
        regions = options.regions or (str(settings.get("regions")),)
        is_spread = len({job.target.place[1] for job in plan.jobs}) > 1
        policy = self._handler.provider.policy(
            plan.permissions,
            accounts=options.accounts or (str(settings.get("accounts")),),
            regions=regions if is_spread else None,
        )
        notes = (line(muted(note)) for note in policy.notes)
        return [Heading(policy.title), Code(policy.text), *notes]

    def _calls(self) -> list[Block]:
        ready = [job for job in self._plan.jobs if job.born_failed is None]
        if not ready:
            return []
        names = list(ready[0].target.facts)
        rows = tuple(
            (
                *_place(job, names[:1]),
                job.target.profile,
                *_place(job, names[1:]),
                job.title,
            )
            for job in ready[:MOST_CALLS]
        )
        headers = (*names[:1], "profile", *names[1:], "call")
        found: list[Block] = [Heading("Calls"), Table(headers, rows, label="Calls")]
        if len(ready) > MOST_CALLS:
            found.append(line(muted(f"and {len(ready) - MOST_CALLS:,} more")))
        return found

    def _requests(self) -> list[Block]:
        """Return the operations that will be asked, how often, and how many that was before."""
        expected = self._estimate.requests
        often = self._how_often() if self._estimate.calls else {}
        names = [*often, *(name for name in expected if name not in often)]
        if not names:
            return []
        headers = ["operation"]
        headers += ["asked"] if often else []
        headers += ["requests"] if expected else []
        rows = []
        for name in names:
            row = [name]
            row += [often.get(name, "")] if often else []
            row += [f"{expected.get(name, 0):,}"] if expected else []
            rows.append(tuple(row))
        return [
            Heading("Requests of a call" if not expected else "Requests, by earlier runs"),
            Table(tuple(headers), tuple(rows), label="Requests"),
        ]

    def _problems(self) -> Callout:
        problems = self._plan.problems
        rows = tuple(
            (target.label, shorten(error.what), error.next_steps[0] if error.next_steps else "")
            for target, error in problems
        )
        return Callout(
            (
                line(strong(f"! {plural(len(problems), 'call')} cannot succeed:")),
                Table(("target", "why", "next"), rows, label="Problems"),
            ),
            label="Problems",
        )

    def _how_often(self) -> dict[str, str]:
        """
        Return how often each operation is asked, as far as it is declared.

        Which details are asked if only some columns are wanted is left to experience.
        """
        params = parameters_of(self._plan.request)
        if params.get("columns"):
            return {}
        return {name: often for name, often, _ in self._handler.reference(params).calls}


def _place(job: Job, names: Sequence[str]) -> list[str]:
    return [job.target.facts[name] for name in names]
