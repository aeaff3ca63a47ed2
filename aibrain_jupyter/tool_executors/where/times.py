"""Times and lengths of time in comparisons; a text beside a time is a UTC date or time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.moments import FORMS, Moment, is_relative, parse_moment
from aibrain_jupyter.tool_executors.where import refusals
from aibrain_jupyter.tool_executors.where.kinds import Kind, Mask, Value, bools

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.tool_executors.where.evaluate import Evaluation


def equal(ctx: Evaluation, left: Value, right: Value, sign: str) -> Mask:
    """Tell for which rows a time is another, or lies in the day (month, year) of a text."""
    if left.kind is Kind.TIME and _is_text(right):
        moment = moment_of(ctx, left, right)
        if moment.start == moment.end:
            return bools(in_utc(left.data) == moment.start)
        data = in_utc(left.data)
        return bools((data >= moment.start) & (data < moment.end))
    first, second = _alike(left, right, sign)
    return bools(first == second)


def ordered(
    ctx: Evaluation, left: Value, right: Value, sign: str, order: Callable[[Any, Any], Any]
) -> Mask:
    """Tell for which rows a time is before or after another, or before or after a whole day."""
    if left.kind is Kind.TIME and _is_text(right):
        moment, data = moment_of(ctx, left, right), in_utc(left.data)
        if moment.instant is not None:
            return bools(order(data, moment.instant))
        if sign == "<":
            return bools(data < moment.start)
        if sign == "<=":
            return bools(data < moment.end)
        return bools(data >= (moment.end if sign == ">" else moment.start))
    first, second = _alike(left, right, sign)
    return bools(order(first, second))


def moment_of(ctx: Evaluation, column: Value, text: Value) -> Moment:
    """
    Return what a text beside a time means; one that counts from now is written down.

    Raises:
        ParameterError: it is no time.
    """
    try:
        found = parse_moment(text.data, ctx.now, fiscal_year_start=ctx.fiscal_year_start)
    except ParameterError as exc:
        raise ParameterError(
            f"{column.words} is a time, and {text.words} is none.",
            next_steps=[f"Compare {column.words} with one of {FORMS}. Times are UTC."],
        ) from exc
    if is_relative(text.data):
        ctx.moments[text.data] = str(found)
    return found


def in_utc(data: Any) -> Any:
    """Return times in UTC; without a zone they are."""
    if isinstance(data, pd.Series) and data.dt.tz is None:
        return data.dt.tz_localize("UTC")
    return data


def is_length(text: object) -> bool:
    """Tell whether a text names a length of time, with its unit."""
    try:
        return (
            isinstance(text, str) and any(map(str.isalpha, text)) and pd.notna(pd.Timedelta(text))
        )
    except (ValueError, OverflowError):
        return False


def length_of(column: Value, text: Value) -> pd.Timedelta:
    """
    Return the length of time that a text names: ``30 days``.

    Raises:
        ParameterError: it is none.
    """
    if not is_length(text.data):
        raise ParameterError(
            f"{column.words} is a length of time, and {text.words} is none.",
            next_steps=[f'Write {column.words} > "30 days", or {column.words} > "12 hours".'],
        )
    return pd.Timedelta(text.data)


def _alike(left: Value, right: Value, sign: str) -> tuple[Any, Any]:
    """Return two times or two lengths of time."""
    if left.kind is Kind.TIME and right.kind is Kind.TIME:
        return in_utc(left.data), in_utc(right.data)
    if left.kind is Kind.DURATION and right.kind is Kind.DURATION:
        return left.data, right.data
    if left.kind is Kind.DURATION and _is_text(right):
        return left.data, length_of(left, right)
    if left.kind in (Kind.TIME, Kind.DURATION):
        raise refusals.no_match(left, right, sign)
    raise refusals.no_match(right, left, sign)


def _is_text(value: Value) -> bool:
    return value.is_literal and value.kind is Kind.TEXT
