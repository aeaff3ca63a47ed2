"""
What is shown of a result: ``where``, ``period``, ``tags``, ``flatten``.

These never change what is asked: completeness is counted and the whole result is cached first, so
the same rows serve another filter without a request. What a filter leaves out is counted and
said. `check_shape` finds what is wrong with them before anything is sent.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.shared.frames.build import frame_of, series_of
from aibrain_jupyter.shared.frames.chosen import Chosen
from aibrain_jupyter.shared.frames.columns import NESTED, TEXT
from aibrain_jupyter.shared.frames.not_known import NOT_KNOWN, follow_reasons
from aibrain_jupyter.shared.frames.stack import UTC, at_target
from aibrain_jupyter.shared.texts.periods import Period, is_relative_period, parse_period
from aibrain_jupyter.shared.tools.call_context import ASKED_AT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.shared.base_tool import ToolResult
    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.frames.columns import Column
    from aibrain_jupyter.tool_executors.where.evaluate import Evaluation

IN_PERIOD: Final = "in_period"
ALL: Final = "all"


def shape(
    result: ToolResult,
    target: Target,
    params: Mapping[str, Any],
    columns: Sequence[Column] = (),
) -> ToolResult:
    """
    Return a result as it was asked to be shown.

    Args:
        result: The whole result of one call.

        target: The call's account and region, which ``where`` may name.

        params: ``where`` (a query, see ``where/``; a row of which it says neither yes nor no,
            because a cell is not known, is kept), ``period`` and ``date`` (the column it looks
            at), ``tags`` (keys that become columns ``tag_<key>``), ``flatten`` (columns, or
            ``all``), and `ASKED_AT` (the run's start, aware, which ``90 days ago`` counts from;
            left out: now).

        columns: The declared columns, for what an absent cell of them means.

    Returns:
        The same columns and dtypes. ``period`` adds ``in_period`` (boolean; NA: the row has no
        date, and is kept), ``tags`` one column of text per key. Flattened columns are replaced by
        ``column.member`` for each member of a mapping, at every depth; lists become text. Which
        members there are depends on the rows.
    """
    frame, chosen = result.frame, Chosen()
    rows = len(frame)
    if params.get("period"):
        period = period_of(params["period"], _asked_at(params))
        if is_relative_period(params["period"]):
            chosen = Chosen(moments={params["period"]: str(period)})
        frame = _in_period(frame, period, params["date"])
    if params.get("tags"):
        frame = _with_tags(frame, params["tags"])
    if params.get("where"):
        kept, found = _evaluation(at_target(frame, target.parts), params, columns).kept()
        chosen = dataclasses.replace(found, moments={**chosen.moments, **found.moments})
        frame = frame[kept].reset_index(drop=True)
    if params.get("flatten"):
        frame = _flattened(frame, params["flatten"])
    return dataclasses.replace(result, frame=frame, left_out=rows - len(frame), chosen=chosen)


def check_shape(columns: Sequence[Column], params: Mapping[str, Any]) -> None:
    """
    Refuse what cannot work, on a frame without rows.

    Raises:
        ParameterError: ``where`` is no query, or names no column; ``period`` is no period.
        UnknownNameError: ``date``, ``flatten`` or ``tags`` has no column to look at.
    """
    names = [column.name for column in columns]
    if params.get("period"):
        period_of(params["period"], _asked_at(params))
        times = [column.name for column in columns if column.dtype == UTC]
        if params.get("date") not in times:
            _refuse_date(params.get("date") or "", times)
    if params.get("tags") and "tags" not in names:
        raise unknown_name("column", "tags", names, next_steps=["tags= needs the column tags."])
    if params.get("tags") or params.get("where"):
        frame = frame_of([], columns)
        if params.get("period"):
            frame[IN_PERIOD] = pd.Series([], dtype="boolean")
        if params.get("tags"):
            frame = _with_tags(frame, params["tags"])
        if params.get("where"):
            _evaluation(at_target(frame, _NOWHERE), params).kept()
    for name in _flat_names(params):
        if name not in names:
            raise unknown_name("column", name, names, next_steps=[columns_step(names)])


def columns_step(names: Iterable[str]) -> str:
    """Return the next step after a column that there is not."""
    return f"Columns: {', '.join(names)}."


def period_of(text: str, now: dt.datetime | None = None) -> Period:
    """
    Return the period `text` names, with the configured fiscal year and zone.

    `now` is what ``last-week`` counts from, the run's start; None: now.
    """
    start, zone = (get_settings().get(name) for name in ("fiscal_year_start", "period_zone"))
    return parse_period(text, fiscal_year_start=start, now=now, zone=zone)


def _refuse_date(name: str, times: Sequence[str]) -> None:
    if name:
        raise unknown_name("column with a time", name, times)
    step = f"Write date= and one of {', '.join(times)}." if times else "Leave period= out."
    raise ParameterError(
        "period= needs to know which time it is about.",
        why="" if times else "There is no column with a time.",
        next_steps=[step],
    )


_NOWHERE: Final = {"account_id": "000000000000", "region": "us-east-1"}
"""Where the frame without rows is from that shapes are checked on."""


def _asked_at(params: Mapping[str, Any]) -> dt.datetime:
    """Return the moment that ``90 days ago`` counts from: the run's start, if it is told."""
    return params.get(ASKED_AT) or dt.datetime.now(dt.UTC)


def _evaluation(
    frame: pd.DataFrame, params: Mapping[str, Any], columns: Sequence[Column] = ()
) -> Evaluation:
    from aibrain_jupyter.tool_executors.where.evaluate import Evaluation
    from aibrain_jupyter.tool_executors.where.parse import parse_query

    return Evaluation(
        frame,
        parse_query(params["where"]),
        _asked_at(params),
        {c.name: c.absent_means for c in columns if c.absent or c.dtype != TEXT},
        get_settings().get("fiscal_year_start"),
    )


def _in_period(frame: pd.DataFrame, period: Period, date: str) -> pd.DataFrame:
    times = frame[date]
    inside = pd.Series(True, frame.index, dtype="boolean")
    if period.start is not None:
        inside &= times >= period.start
    if period.end is not None:
        inside &= times < period.end
    inside = inside.mask(times.isna())
    kept = inside.fillna(True)
    found = _inserted(frame, {IN_PERIOD: inside}, made_of=date)
    return found[kept].reset_index(drop=True)


def _with_tags(frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    if taken := [f"tag_{key}" for key in keys if f"tag_{key}" in frame]:
        raise ParameterError(
            f"There is a column {taken[0]} already.",
            next_steps=["Leave that key out of tags=: the column tags has its value."],
        )
    values = {
        f"tag_{key}": series_of(
            [tags.get(key) if isinstance(tags, dict) else None for tags in frame["tags"]], "str"
        )
        for key in keys
    }
    return _inserted(frame, values, made_of="tags")


def _inserted(
    frame: pd.DataFrame, columns: Mapping[str, pd.Series[Any]], *, made_of: str
) -> pd.DataFrame:
    """
    Return the frame with further columns, before the one that says what is not known.

    They are not known where what they are `made_of` is not.
    """
    found = frame.copy(deep=False)
    place = list(found).index(NOT_KNOWN) if NOT_KNOWN in found else found.shape[1]
    for offset, (name, values) in enumerate(columns.items()):
        found.insert(place + offset, name, values.set_axis(found.index))
    return _followed(found, {made_of: (made_of, *columns)})


def _followed(frame: pd.DataFrame, made_of: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return the frame with the new names of what is not known."""
    if NOT_KNOWN not in frame or frame[NOT_KNOWN].isna().all():
        return frame
    words = [follow_reasons(None if pd.isna(text) else text, made_of) for text in frame[NOT_KNOWN]]
    return frame.assign(**{NOT_KNOWN: series_of(words, TEXT).set_axis(frame.index)})


def _flat_names(params: Mapping[str, Any]) -> list[str]:
    names = list(params.get("flatten") or ())
    return [] if names == [ALL] else names


def _flattened(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    nested = [name for name, dtype in frame.dtypes.items() if str(dtype) == NESTED]
    chosen = nested if list(names) == [ALL] else [name for name in names if name in nested]
    parts: dict[str, pd.Series[Any]] = {}
    made: dict[str, list[str]] = {}
    for name in frame:
        if name not in chosen:
            parts[str(name)] = frame[name]
            continue
        rows = [_apart(_leaves(str(name), value)) for value in frame[name]]
        flat = frame_of(rows)
        if flat.shape[1] == 0:
            flat = frame_of([{str(name): None}] * len(frame))
            flat[str(name)] = series_of([None] * len(frame), "str")
        parts.update({str(label): flat[label].set_axis(frame.index) for label in flat})
        made[str(name)] = [str(label) for label in flat]
    return _followed(pd.DataFrame(parts), made)


def _apart(leaves: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the leaves of a row by name: a key with a dot may read like two, and both are kept."""
    found: dict[str, Any] = {}
    for name, value in leaves:
        number, label = 1, name
        while label in found:
            number += 1
            label = f"{name}~{number}"
        found[label] = value
    return found


def _leaves(name: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [leaf for key, sub in value.items() for leaf in _leaves(f"{name}.{key}", sub)]
    if isinstance(value, list):
        import json

        if any(isinstance(item, dict | list) for item in value):
            return [(name, json.dumps(value, default=str))]
        return [(name, ", ".join(str(item) for item in value))]
    return [] if value is None else [(name, value)]
