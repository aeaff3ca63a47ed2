"""
The views of an AWS export: which columns they look at, and which of them can be made.

How rows are then chosen and shaped is the same for every provider (``tool_executors/views.py``).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.answers.records import layout_of
from aibrain_jupyter.aws.operations import models
from aibrain_jupyter.aws.resources.expressions import names_in
from aibrain_jupyter.aws.resources.populations.declaration import POPULATION_COLUMNS
from aibrain_jupyter.aws.resources.table import find_resource, resource_names
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.shared.frames.columns import TIME
from aibrain_jupyter.shared.frames.not_known import NOT_KNOWN
from aibrain_jupyter.shared.tools.call_context import ASKED_AT
from aibrain_jupyter.tool_executors import views
from aibrain_jupyter.tool_executors.aws.populations import (
    asked_population,
    population_of,
    with_population,
)
from aibrain_jupyter.tool_executors.where.parse import names_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.shared.base_tool import ToolResult
    from aibrain_jupyter.shared.frames.columns import Column


def asked(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the code of an export gets of the views: see `AwsExport.asked`."""
    more = looked_at(params)
    columns = {"columns": [*params["columns"], *more]} if more else {}
    population = asked_population(params) if params.get("population") else {}
    return {**columns, **_period_asked(params), **population}


def _period_asked(params: Mapping[str, Any]) -> dict[str, str]:
    found = find_resource(params["service"], params.get("resource") or "")
    if found is None or not found.reads_period or not params.get("period"):
        return {}
    if params.get("date") not in (None, "", found.date):
        return {}
    # In days: words such as last-week, and an end that is open, are another period tomorrow.
    now = params.get(ASKED_AT) or dt.datetime.now(dt.UTC)
    period = views.period_of(params["period"], now)
    return {"period": period.days if period.end else f"{period.days}{now:%Y-%m-%d}"}


def looked_at(params: Mapping[str, Any]) -> list[str]:
    """Return the columns that rows are chosen by, and that are not among the wanted ones."""
    chosen = params.get("columns") or ()
    if not chosen:
        return []
    columns, date = columns_of(params)
    wanted = names_of(params.get("where") or "")
    if params.get("population") and (population := population_of(params)):
        wanted.update(population.columns)
        wanted.update(names_in(population.unseen))
    if params.get("period"):
        times = [column.name for column in columns if column.dtype == TIME]
        wanted.add(params.get("date") or date_of(date, times))
    if params.get("tags"):
        wanted.add("tags")
    shown = {*chosen, *(c.name for c in POPULATION_COLUMNS)}
    return [c.name for c in columns if c.name in wanted - shown]


def columns_of(params: Mapping[str, Any]) -> tuple[Sequence[Column], str]:
    """Return all columns an export can have, and the one that ``period`` looks at."""
    found = find_resource(params["service"], params.get("resource") or "")
    if found and params.get("population"):
        return with_population(found.columns), found.date
    if found:
        return found.columns, found.date
    model = models.find_operation(params["service"], params["operation"])
    return layout_of(params["service"], model.name, params.get("rows") or "").columns, ""


def check_columns(params: Mapping[str, Any]) -> None:
    """Refuse columns that are not there, and views that cannot be made of those that are."""
    columns, date = columns_of(params)
    known = {column.name: column for column in columns}
    chosen = params.get("columns") or ()
    for name in chosen:
        if name not in known:
            raise unknown_name("column", name, known, next_steps=[views.columns_step(known)])
    times = [column.name for column in columns if column.dtype == TIME]
    date = params.get("date") or date_of(date, times)
    left = list(columns)
    if chosen:
        names = dict.fromkeys(
            (*chosen, *looked_at(params), *(times if params.get("period") else ()))
        )
        left = [known[name] for name in names]
        left += [known[c.name] for c in POPULATION_COLUMNS if c.name in known and c not in left]
    if NOT_KNOWN in known and known[NOT_KNOWN] not in left:
        left.append(known[NOT_KNOWN])
    views.check_shape(left, {**params, "date": date})


def date_of(date: str, times: Sequence[str]) -> str:
    """Return the column ``period`` looks at when nobody says: the resource's, or the only one."""
    if date in times:
        return date
    return times[0] if len(times) == 1 else ""


def in_order(result: ToolResult, columns: Sequence[str]) -> ToolResult:
    """Return the result with the wanted columns only, and the one about what is not known."""
    if not columns:
        return result
    populations = [c.name for c in POPULATION_COLUMNS if c.name in result.frame]
    names = [*dict.fromkeys((*columns, *populations))]
    names += [NOT_KNOWN] if NOT_KNOWN in result.frame and NOT_KNOWN not in names else []
    return dataclasses.replace(result, frame=result.frame[names])


def one_of_two(service: str, *, has_both: bool) -> ParameterError:
    """Return what is wrong with a request that is not of exactly one resource or operation."""
    known = ", ".join(resource_names(service))
    return ParameterError(
        f"aws_export takes resource= or operation=, not {'both' if has_both else 'neither'}.",
        next_steps=[
            f"resource= is one of {known}." if known else f"{service} has no curated resource yet.",
            f"operation= is any read of {service}, in snake case.",
        ],
    )
