"""How the calls of a plan would be divided among this kernel and others; nothing is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aibrain_jupyter.execution.calls.engines.choosing import chosen
from aibrain_jupyter.execution.calls.engines.report import DASK, LOCAL
from aibrain_jupyter.execution.runs.experience import EarlierRuns
from aibrain_jupyter.shared.config import get_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.execution.runs.plan import Plan


@dataclass(frozen=True, slots=True)
class Division:
    """
    Who would carry a plan out.

    `engine` is one of `ENGINES`, `why` who chose it; `away` calls leave, in so many `parcels`, one
    or more an account and region; `stayed` says why others do not leave, and how many.
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
