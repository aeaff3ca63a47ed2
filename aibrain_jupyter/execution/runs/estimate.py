"""
What a plan will take, seconds and requests, by what its calls took before.

The history knows the cost of each call that asked its source. A call never made
on that target is taken to cost what the same call did elsewhere (the median);
where there is none, its cost is unknown and said to be.
"""

from __future__ import annotations

import heapq
import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aibrain_jupyter.execution.runs.history.kept_run import CallCost
from aibrain_jupyter.execution.runs.plan import asked_jobs
from aibrain_jupyter.execution.runs.session import get_session

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from aibrain_jupyter.execution.runs.plan import Plan


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    The expected cost of a plan.

    `calls` are those that will ask their source, `seconds` how long they will take together (None:
    not known), `requests` how many of each ``service:Operation`` they will send.
    """

    calls: int
    seconds: float | None = None
    requests: Mapping[str, int] = field(default_factory=dict)


def estimate_of(plan: Plan) -> Estimate:
    """Return what the calls of a plan will take; its cached ones take nothing."""
    asked = asked_jobs(plan)
    if not asked:
        return Estimate(0)
    is_demo = asked[0].target.is_demo
    before = get_session().history.call_costs(plan.title, is_demo=is_demo)
    if not before:
        return Estimate(len(asked))
    usual = _usual(before.values())
    costs = [before.get(job.target.place, usual) for job in asked]
    requests: Counter[str] = Counter()
    for cost in costs:
        requests.update(cost.requests)
    seconds = _side_by_side((cost.seconds for cost in costs), plan.max_parallel)
    return Estimate(len(asked), seconds, dict(requests))


def _usual(costs: Collection[CallCost]) -> CallCost:
    middle = sorted(costs, key=lambda cost: sum(cost.requests.values()))[len(costs) // 2]
    return CallCost(statistics.median(cost.seconds for cost in costs), middle.requests)


def _side_by_side(durations: Iterable[float], lanes: int) -> float:
    """Return when the last of them ends if so many run at the same time, begun in their order."""
    free = [0.0] * max(1, lanes)
    for seconds in durations:
        heapq.heappush(free, heapq.heappop(free) + seconds)
    return max(free)
