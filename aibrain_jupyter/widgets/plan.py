"""What ``--dry-run`` shows: the plan of a run that was not begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.accounts.account_patterns import actions_for
from aibrain_jupyter.aws.operations.models import find_operation
from aibrain_jupyter.aws.operations.policy import ALL_REGIONS, policy_for
from aibrain_jupyter.aws.resources.reference import calls_of
from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.execution.runs.estimate import estimate_of
from aibrain_jupyter.execution.runs.plan import parameters_of
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.coverage import GLOBAL_REGION
from aibrain_jupyter.shared.durations import format_duration
from aibrain_jupyter.widgets.blocks import (
    Block,
    Callout,
    Code,
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
    from aibrain_jupyter.execution.runs.plan import Plan
    from aibrain_jupyter.execution.runs.request import Request

MOST_CALLS: Final = 20


class PlanView(Page):
    """Calls, expected cache hits and duration, the IAM policy and known problems of a plan."""

    label = "Plan"

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._estimate = estimate_of(plan)

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
        accounts = {t.account or t.profile for t in targets} - {""}
        return dotted(
            plural(len(accounts), "account") if accounts else "",
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
        if plan.request.spec.group != "aws":
            return [Heading("Permissions"), line(code(", ".join(plan.permissions)))]
        policy = policy_for([*plan.permissions, *self._looked_up()])
        return [
            Heading("IAM policy: what this run needs and no more"),
            Code(repr(policy)),
            *(line(muted(note)) for note in policy.notes),
            *self._to_get_in(),
        ]

    def _to_get_in(self) -> list[Line]:
        """Return what the profile needs that finds accounts and assumes their roles."""
        accounts = self._plan.request.options.accounts or (str(get_settings().get("accounts")),)
        actions = actions_for(name for text in accounts for name in text.split(","))
        needed = ", ".join(actions)
        return (
            [line(muted(f"The profile that assumes the roles needs {needed}."))] if actions else []
        )

    def _looked_up(self) -> list[str]:
        """Return the action that finding the regions takes, if they have to be found."""
        wanted = self._plan.request.options.regions or [str(get_settings().get("regions"))]
        has_pattern = any(text == "all" or "*" in text or "?" in text for text in wanted)
        is_global = all(job.target.region == GLOBAL_REGION for job in self._plan.jobs)
        return [ALL_REGIONS] if has_pattern and not is_global else []

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

    def _requests(self) -> list[Block]:
        """Return the operations that will be asked, how often, and how many that was before."""
        expected = self._estimate.requests
        often = _how_often(self._plan.request) if self._estimate.calls else {}
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


def _how_often(request: Request) -> dict[str, str]:
    """
    Return how often each operation is asked, as far as it is declared.

    Which details are asked if only some columns are wanted is left to experience.
    """
    params = parameters_of(request)
    service, operation = params.get("service"), params.get("operation")
    if not service or params.get("columns"):
        return {}
    if operation:
        return {f"{service}:{find_operation(service, operation).name}": "once per page"}
    resource = find_resource(service, params.get("resource") or "")
    return {name: often for name, often, _ in calls_of(resource)} if resource else {}
