"""What ``--dry-run`` shows: the plan of a run that was not begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.widgets.blocks import (
    Block,
    Callout,
    Heading,
    Line,
    Page,
    Table,
    code,
    dotted,
    line,
    muted,
    plural,
    shorten,
    strong,
)

if TYPE_CHECKING:
    from aibrain_jupyter.execution.plan import Plan

MOST_CALLS: Final = 20


class PlanView(Page):
    """Calls, permissions, expected cache hits and known problems of a plan."""

    label = "Plan"

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def blocks(self) -> list[Block]:
        """Return the figures, the calls, the permissions, the problems."""
        plan = self._plan
        found: list[Block] = [
            dotted((strong("Plan: "), strong(plan.title)), "nothing was run"),
            self._figures(),
            *self._calls(),
        ]
        if plan.permissions:
            found += [Heading("Permissions"), line(code(", ".join(plan.permissions)))]
        if plan.problems:
            found.append(self._problems())
        return found

    def _figures(self) -> Line:
        plan = self._plan
        targets = [job.target for job in plan.jobs]
        accounts = {t.account or t.profile for t in targets} - {""}
        return dotted(
            plural(len(accounts), "account") if accounts else "",
            plural(len(plan.jobs), "call"),
            f"{plan.cached:,} expected from the cache",
            f"{plan.max_parallel:,} at the same time",
        )

    def _calls(self) -> list[Block]:
        ready = [job for job in self._plan.jobs if job.born_failed is None]
        if not ready:
            return []
        rows = tuple(
            (job.target.account, job.target.profile, job.target.region, job.title)
            for job in ready[:MOST_CALLS]
        )
        found: list[Block] = [
            Heading("Calls"),
            Table(("account", "profile", "region", "call"), rows, label="Calls"),
        ]
        if len(ready) > MOST_CALLS:
            found.append(line(muted(f"and {len(ready) - MOST_CALLS:,} more")))
        return found

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
