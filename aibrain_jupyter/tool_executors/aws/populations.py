"""
``population=`` of an AWS export: which period is meant, what it brings, and what it cannot be.

The words are read once, at the run's start and in the zone of the settings. What is asked and kept
goes by their two moments, so that ``last-quarter`` is another request tomorrow and in Melbourne.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.cloudtrail.asked import KEPT_DAYS, LOOK_UP
from aibrain_jupyter.aws.resources.populations.declaration import (
    CONFIG,
    POPULATION_COLUMNS,
    Population,
)
from aibrain_jupyter.aws.resources.populations.table import POPULATIONS, find_population
from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.frames.columns import NOT_KNOWN
from aibrain_jupyter.shared.tools.call_context import ASKED_AT
from aibrain_jupyter.tool_executors import views

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.shared.frames.columns import Column

TIMEOUT: Final = dt.timedelta(hours=1)
"""LookupEvents answers two requests a second, and a trail has many files."""
_BETWEEN: Final = "/"


def population_of(params: Mapping[str, Any]) -> Population | None:
    """Return how the things of the chosen resource come and go; None: nobody wrote it down."""
    found = find_resource(params["service"], params.get("resource") or "")
    return find_population(found.tool_name) if found else None


def with_population(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns of a resource and those of a population."""
    return (*(c for c in columns if c != NOT_KNOWN), *POPULATION_COLUMNS, NOT_KNOWN)


def check_population(params: Mapping[str, Any]) -> None:
    """
    Refuse what is said of a population and cannot be told.

    Raises:
        ParameterError: a trail is named and no population; nobody wrote down how the resource comes
            and goes; the period has no beginning or has not begun; ``period`` is given as well.
    """
    if not params.get("population"):
        raise ParameterError(
            "population_trail= is about a population that is not asked for.",
            next_steps=["Write population= as well: population=2026-Q3."],
        )
    if population_of(params) is None:
        tools = ", ".join(population.tool for population in POPULATIONS)
        raise ParameterError(
            "The population of a period is not known for this export.",
            why="It is made of the events that create and delete; for others nobody wrote them "
            "down.",
            next_steps=[f"population= is known for {tools}."],
        )
    if params.get("period"):
        raise ParameterError(
            "population= and period= are two questions.",
            why="period= shows rows by a date of theirs, population= those that were there.",
            next_steps=['Write population= alone; where= chooses: where="in_period".'],
        )
    text, now = params["population"], dt.datetime.now(dt.UTC)
    if _BETWEEN in text:
        return  # as `asked_population` wrote it
    start = views.period_of(text, now).start
    if start is None or start > now:
        raise ParameterError(
            f"population={text} has {'no beginning' if start is None else 'not begun'}.",
            next_steps=["Write the first day as well: population=2026-07-01..2026-09-30."],
        )


def asked_population(params: Mapping[str, Any]) -> dict[str, str]:
    """Return what the code of an export gets of a population: its two moments as ISO 8601."""
    now = params.get(ASKED_AT) or dt.datetime.now(dt.UTC)
    period = views.period_of(params["population"], now)
    end = period.end
    if end is None:  # an open end is that of today, whichever moment of it asks
        end = views.period_of("last-1d", now).end
    moments = (moment.astimezone(dt.UTC).isoformat() for moment in (period.start, end) if moment)
    trail = params.get("population_trail")
    return {"population": _BETWEEN.join(moments)} | ({"population_trail": trail} if trail else {})


def moments_of(asked: str) -> tuple[dt.datetime, dt.datetime]:
    """Return the two moments that `asked_population` wrote."""
    start, _, end = asked.partition(_BETWEEN)
    return dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end)


def population_note(params: Mapping[str, Any]) -> str:
    """Return the line that says which period was meant, both edges in its zone and in UTC."""
    now = params.get(ASKED_AT) or dt.datetime.now(dt.UTC)
    period = views.period_of(params["population"], now)
    is_over = period.end is not None and period.end <= now
    return f"Population of {period}: {period.edges}{'' if is_over else '; it is not over'}."


def population_source() -> tuple[str, ...]:
    """Return the modules a population is made by."""
    package = Population.__module__.rpartition(".")[0]
    return tuple(
        f"{package}.{name}" for name in ("table", "asking", "config_history", "lives", "export")
    )


def permissions_of(population: Population, params: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the IAM actions a population needs besides those of its resource."""
    found = [LOOK_UP]
    found += ["ec2:DescribeRegions"] if population.in_every_region else []
    if params.get("population_trail"):
        found += ["cloudtrail:DescribeTrails", "s3:ListBucket", "s3:GetObject"]
    elif population.config_type:
        found += CONFIG
    return tuple(found)


def calls_of_population(
    population: Population, params: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """Return the calls a population needs, as `Reference` has them."""
    columns = ", ".join(column.name for column in POPULATION_COLUMNS)
    where = ", in every region" if population.in_every_region else ""
    found = [(LOOK_UP, f"once per page of 50 for each of {', '.join(population.events)}{where}")]
    if population.in_every_region:
        found.append(("ec2:DescribeRegions", "once"))
    if params.get("population_trail"):
        older = f"for what is older than {KEPT_DAYS} days"
        found += [
            ("cloudtrail:DescribeTrails", "once"),
            ("s3:ListObjectsV2", f"once per day, {older}"),
            ("s3:GetObject", f"once per log file, {older}"),
        ]
    elif population.config_type:
        listed, asked = CONFIG
        found.append((listed, f"once per page, if the period began over {KEPT_DAYS} days ago"))
        found.append((asked, "once per thing that was deleted before then"))
    return [(operation, often, columns) for operation, often in found]
