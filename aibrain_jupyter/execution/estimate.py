"""
How long a plan will take, by how long its calls took before.

The history knows the seconds of each call that asked its source. A call never
made on that target is taken to last as long as the same call did elsewhere (the
median); where there is none, its time is unknown and said to be.
"""

from __future__ import annotations

import heapq
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aibrain_jupyter.execution.session import get_session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aibrain_jupyter.execution.plan import Plan


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    The expected duration of a plan.

    `calls` are those that will ask their source, `known` those of them whose duration is known,
    `seconds` how long the known ones will take together; None when none is known.
    """

    calls: int
    known: int
    seconds: float | None


def estimate_of(plan: Plan) -> Estimate:
    """Return how long the calls of a plan will take; its cached ones take no time."""
    from aibrain_jupyter.tool_executors.base_executor import is_cached

    asked = [
        job
        for job in plan.jobs
        if job.born_failed is None
        and (
            job.kwargs["fresh"]
            or not is_cached(
                job.target,
                job.kwargs["spec"],
                job.kwargs["params"],
                cache=job.kwargs["cache"],
                ttl=job.kwargs["ttl"],
            )
        )
    ]
    if not asked:
        return Estimate(0, 0, None)
    is_demo = asked[0].target.is_demo
    before = get_session().call_seconds(plan.title, is_demo=is_demo)
    usual = statistics.median(before.values()) if before else None
    found = [before.get((job.target.account, job.target.region), usual) for job in asked]
    known = [seconds for seconds in found if seconds is not None]
    seconds = _side_by_side(known, plan.max_parallel) if known else None
    return Estimate(len(asked), len(known), seconds)


def _side_by_side(durations: Iterable[float], lanes: int) -> float:
    """Return when the last of them ends if so many run at the same time, begun in their order."""
    free = [0.0] * max(1, lanes)
    for seconds in durations:
        heapq.heappush(free, heapq.heappop(free) + seconds)
    return max(free)
