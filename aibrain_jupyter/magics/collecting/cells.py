"""
A row of a plan as the cell that a person would write, and its request.

So everything in a plan is checked as in a cell, and the card of an item shows a cell that anybody
can run again.
"""

from __future__ import annotations

import dataclasses
import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.magics.grammar.requests import request_of_text
from aibrain_jupyter.shared.error_handler import InputError, ParameterError
from aibrain_jupyter.tool_executors.views import check_shape
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.execution.runs.request import Request
    from aibrain_jupyter.tool_executors.evidence.plans.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Work:
    """A row of a plan that is wanted, and the request that collects it."""

    wanted: Wanted
    request: Request


def work_of(plan: str, wanted: Wanted) -> Work:
    """
    Return what collects a row of a plan; nothing is sent.
    Raises InputError: the tool, a parameter or a check does not fit; the error names the row.
    """
    try:
        request = request_of_text(cell_of(wanted), {})
        _refuse_changes(request)
        _check_checks(wanted, request)
    except InputError as exc:
        exc.what = f"Row {wanted.row.id} of the plan {plan}: {exc.what}"
        raise
    return Work(wanted, request)


def cell_of(wanted: Wanted) -> str:
    """Return the cell that collects a row of a plan."""
    row = wanted.row
    places = {"accounts": row.accounts, "regions": row.regions}
    return written(row.tool, wanted.parameters, places, row.profile, map(str, row.codes))


def written(
    tool: str,
    parameters: Mapping[str, Any],
    places: Mapping[str, Sequence[str]],
    profile: str = "",
    codes: Iterable[str] = (),
) -> str:
    """
    Return the cell that a person would write.

    Args:
        tool: The tool.

        parameters: What it is called with; nothing in them is read as a variable.

        places: The patterns of ``accounts`` and ``regions``.

        profile: The profile; empty: as configured.

        codes: What the rows answer.
    """
    words = [tool]
    for name, patterns in places.items():
        if patterns:
            words += [f"--{name}", _word(",".join(patterns))]
    if profile:
        words += ["--profile", _word(profile)]
    for code in codes:
        words += ["--save", _word(code)]
    line = " ".join(words)
    if not parameters:
        return f"%aibrain {line}"
    lines = (
        f"{key}: {json.dumps(_plain(value), ensure_ascii=False)}"
        for key, value in parameters.items()
    )
    return "\n".join([f"%%aibrain {line}", *lines])


def with_answers(work: Work, raw_folder: str) -> Request:
    """Return the request that keeps the provider's answers in a folder."""
    options = dataclasses.replace(work.request.options, raw_folder=raw_folder)
    return dataclasses.replace(work.request, options=options)


def _plain(value: Any) -> Any:
    """Return a value in which nothing looks like a variable."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value


def _word(text: str) -> str:
    return shlex.quote(text.replace("$", "$$"))


def _refuse_changes(request: Request) -> None:
    """A plan comes by mail: it collects, and decides nothing in anybody's name."""
    if get_tool_registry().handler_of(request.spec).writes:
        raise ParameterError(
            f"{request.spec.name} changes something, and a plan only collects.",
            next_steps=[f"Run it in a cell of its own: %aibrain help {request.spec.name}"],
        )


def _check_checks(wanted: Wanted, request: Request) -> None:
    """Refuse a check that no row of the tool could be asked."""
    params = {**request.spec.preset, **request.params}
    columns = get_tool_registry().handler_of(request.spec).reference(params).columns
    if chosen := set(params.get("columns") or ()):
        columns = [column for column in columns if column.name in chosen]
    if not columns:  # what an operation answers is not declared
        return
    for check in wanted.row.checks:
        check_shape(columns, {"where": check.where})
