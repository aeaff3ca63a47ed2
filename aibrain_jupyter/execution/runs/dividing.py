"""How a plan is divided among this kernel and others, by what earlier runs tell of its calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.calls.engines.choosing import chosen
from aibrain_jupyter.execution.calls.engines.report import DASK, LOCAL
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.base_tool import LIVE
from aibrain_jupyter.shared.call_log import unpacked
from aibrain_jupyter.shared.config import get_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.execution.runs.plan import Plan
    from aibrain_jupyter.execution.runs.run import Run

_MOST: Final = 0.5
"""The part of a run's time from which on reading answers is what takes it."""
_WORTH_S: Final = 4.0
"""Seconds of reading that pay for the start of processes: each takes one until it can begin."""
_LOOKED_AT: Final = 500


class EarlierRuns:
    """The earlier runs of this kernel, and the history, for the calls of some plans."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._plans = plans

    def parses_mostly(self) -> bool:
        """
        Whether the newest run of these calls in this kernel spent its time reading answers.

        The history keeps no such figures, so a new kernel begins without them.
        """
        return any(_parsed_mostly(_newest(plan)) for plan in self._plans)

    def seconds(self) -> Mapping[Any, float]:
        """Return how long a call took before, by account and region; the longest of several."""
        found: dict[Any, float] = {}
        for plan in self._plans:
            is_demo = any(job.target.is_demo for job in plan.jobs[:1])
            for place, cost in (
                get_session().history.call_costs(plan.title, is_demo=is_demo).items()
            ):
                found[place] = max(cost.seconds, found.get(place, 0.0))
        return found


def _newest(plan: Plan) -> Run | None:
    runs = reversed(get_session().runs)
    return next((run for run in runs if run.plan.title == plan.title and _asked(run)), None)


def _asked(run: Run) -> bool:
    return any(call.source == LIVE for call in run.calls)


def _parsed_mostly(run: Run | None) -> bool:
    """Tell whether something was being read for most of a run, by one thread or another."""
    if run is None or run.summary.seconds < _WORTH_S:
        return False
    calls = [call for call in run.calls if call.source == LIVE][:_LOOKED_AT]
    spans = sorted(
        (request.at.timestamp() - request.parse_s, request.at.timestamp())
        for call in calls
        for request in unpacked(call.requests)
    )
    # Their turn is in the time of each, so they overlap: what counts is when nobody read.
    busy, until = 0.0, 0.0
    for begin, end in spans:
        busy += max(0.0, end - max(begin, until))
        until = max(until, end)
    share = len(calls) / max(1, sum(call.source == LIVE for call in run.calls))
    return busy / share >= max(_WORTH_S, _MOST * run.summary.seconds)


@dataclass(frozen=True, slots=True)
class Division:
    """
    Who would carry a plan out.

    `engine` is one of `ENGINES`, `why` who chose it; `away` calls leave, in at most so many
    `parcels`, one or more an account and region: places of few calls go together where there are
    many for each worker; `stayed` says why others do not leave, and how many.
    """

    engine: str = LOCAL
    why: str = ""
    away: int = 0
    parcels: int = 0
    stayed: Mapping[str, int] = field(default_factory=dict)


def division_of(plan: Plan) -> Division:
    """
    Return how a plan would be divided.
    Raises ParameterError: the address of the cluster cannot be used.
    """
    engine, why = chosen(
        plan.request.options.engine, len(plan.jobs), EarlierRuns([plan]).parses_mostly
    )
    if engine == LOCAL:
        return Division(why=why)
    from aibrain_jupyter.execution.calls.engines.cluster.address import read_address
    from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import groups
    from aibrain_jupyter.execution.calls.engines.leaving import part

    is_here = engine != DASK or read_address(get_settings().get("engine_address")).is_here
    parted = part(plan.jobs, engine, is_here=is_here)
    return Division(
        engine, why, len(parted.away), len(groups(parted.away, {})), dict(parted.stayed)
    )
