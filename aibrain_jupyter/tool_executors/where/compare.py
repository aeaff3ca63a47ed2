"""
Comparisons by kind: what is compared with what, and what is refused because no row can meet it.
"""

from __future__ import annotations

import ast
import math
import operator
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aibrain_jupyter.tool_executors.where import members, refusals, times
from aibrain_jupyter.tool_executors.where.kinds import (
    Kind,
    Mask,
    Value,
    bools,
    either,
    kind_of_literal,
)
from aibrain_jupyter.tool_executors.where.texts import note_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.tool_executors.where.evaluate import Evaluation

_SIGNS: Final[dict[type[ast.cmpop], str]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}
_ORDERS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_COUNTED: Final = (Kind.NUMBER, Kind.FLAG, Kind.TIME, Kind.DURATION)
"""An absent text is mostly none; an absent number, time or flag often means every, never, off."""
_LARGEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    One comparison: rows for which it is `true`, and in which it is not known.

    `absent` has the rows without a value, by the words of the value; where `is_order` these are
    neither true nor false, else they are false. Rows of an equality are in it only where they are
    worth counting.
    """

    true: Mask
    unknown: Mask | None
    absent: dict[str, Mask] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    is_order: bool = False


def compare(
    ctx: Evaluation, left: Value, operator_node: ast.cmpop, right: Value, words: str
) -> Comparison:
    """
    Return what one comparison says of each row.

    Raises:
        ParameterError: no row can meet it, or it compares no column.
    """
    sign = _SIGNS[type(operator_node)]
    _refuse(left, sign, right, words)
    if sign in ("in", "not in"):
        found = _membership(ctx, left, right, sign)
        return _denied(found) if sign == "not in" else found
    if left.is_literal:
        left, right, sign = right, left, _TURNED[sign]
    if sign in _ORDERS:
        return _ordered(ctx, left, right, sign)
    if right.kind is Kind.LIST and left.kind not in (Kind.NESTED, Kind.ANY):
        found = _membership(ctx, left, right, sign)  # as pandas reads it
    else:
        found = _equal(ctx, left, right, sign)
    return _denied(found) if sign == "!=" else found


def _refuse(left: Value, sign: str, right: Value, words: str) -> None:
    column = right if left.is_literal else left
    other = left if left.is_literal else right
    has_none = other.is_literal and (
        other.kind is Kind.NONE or (other.kind is Kind.LIST and _has_none(other.data))
    )
    if left.is_literal and right.is_literal:
        raise refusals.only_literals(words)
    if has_none:
        raise refusals.is_none(column)
    if sign in ("is", "is not"):
        raise refusals.identity(column, other, sign)


def _has_none(data: Any) -> bool:
    return not isinstance(data, dict) and any(item is None for item in data)


def _denied(found: Comparison) -> Comparison:
    # What equals nothing is unequal to everything.
    return replace(found, true=~found.true)


def _equal(ctx: Evaluation, left: Value, right: Value, sign: str) -> Comparison:
    if Kind.NESTED in (left.kind, right.kind) or Kind.ANY in (left.kind, right.kind):
        true = members.equal(left, right, sign)
    elif Kind.TIME in (left.kind, right.kind) or Kind.DURATION in (left.kind, right.kind):
        true = times.equal(ctx, left, right, sign)
    else:
        left, right = _fitting(left, right, sign)
        true = bools(left.data == right.data)
    if right.is_literal and right.kind is Kind.TEXT:
        note_texts(ctx, left, [right.data], true)
    return _equality(ctx, true, left, right)


def _equality(ctx: Evaluation, true: Mask, *values: Value) -> Comparison:
    counted = {
        value.words: value
        for value in values
        if not value.is_literal
        and (value.kind in _COUNTED or (value.kind is Kind.TEXT and value.column in ctx.meanings))
    }
    return Comparison(
        true,
        either(*(value.unknown for value in values)),
        {name: value.absent for name, value in counted.items()},
        counted,
    )


def _ordered(ctx: Evaluation, left: Value, right: Value, sign: str) -> Comparison:
    if Kind.ANY in (left.kind, right.kind):
        true = members.ordered(left, right, sign, _ORDERS[sign])
    elif Kind.TIME in (left.kind, right.kind) or Kind.DURATION in (left.kind, right.kind):
        true = times.ordered(ctx, left, right, sign, _ORDERS[sign])
    else:
        for value in (left, right):
            if value.kind in (Kind.NESTED, Kind.FLAG, Kind.LIST) and not value.is_literal:
                raise refusals.not_ordered(value, sign)
        left, right = _fitting(left, right, sign)
        if right.kind in (Kind.FLAG, Kind.LIST):
            raise refusals.no_match(left, right, sign)
        true = bools(_ORDERS[sign](left.data, right.data))
    values = {v.words: v for v in (left, right) if not v.is_literal}
    return Comparison(
        true,
        either(left.unknown, right.unknown),
        {name: value.absent for name, value in values.items()},
        values,
        is_order=True,
    )


def _membership(ctx: Evaluation, left: Value, right: Value, sign: str) -> Comparison:
    if right.is_literal and right.kind is not Kind.LIST:
        if left.kind is Kind.TIME and right.kind is Kind.TEXT:
            return _equal(ctx, left, right, sign)
        raise refusals.not_in_a_value(left, right)
    if not right.is_literal:
        if left.is_literal and left.kind is Kind.LIST:
            raise refusals.no_members(right, left)
        true = members.within(ctx, left, right, sign)
        if left.is_literal and left.kind is Kind.TEXT and right.kind is not Kind.TEXT:
            note_texts(ctx, right, [left.data], true)
        return Comparison(true, either(left.unknown, right.unknown))
    if isinstance(right.data, dict):
        raise refusals.not_in_a_value(left, right)
    wanted = list(right.data)
    if left.kind in (Kind.NESTED, Kind.ANY):
        true = members.any_of(left, wanted)
    elif left.kind is Kind.TIME or left.kind is Kind.DURATION:
        each = [times.equal(ctx, left, _literal(item), sign) for item in wanted]
        true = reduce(np.logical_or, each, np.zeros(len(left.data), dtype=bool))
    else:
        for item in wanted:
            _fitting(left, _literal(item), sign)
        true = bools(left.data.isin(wanted))  # NA is none of them
    texts = [item for item in wanted if isinstance(item, str)]
    if texts and left.kind in (Kind.TEXT, Kind.NESTED, Kind.ANY):
        note_texts(ctx, left, texts, true)
    return _equality(ctx, true, left)


def _literal(item: Any) -> Value:
    return Value(kind_of_literal(item), item, repr(item), is_literal=True)


def _fitting(left: Value, right: Value, sign: str) -> tuple[Value, Value]:
    """Return two values of one kind; raise where the kinds differ."""
    if left.kind is right.kind and left.kind in (Kind.TEXT, Kind.FLAG):
        return left, right
    if left.kind is Kind.NUMBER and right.kind is Kind.NUMBER:
        return _as_numbers(left), _as_numbers(right)
    # 1 and 0 are true and false, as in Python.
    if left.kind is Kind.FLAG and right.is_literal and right.data in (0, 1):
        return left, replace(right, data=bool(right.data))
    raise refusals.no_match(left, right, sign)


def _as_numbers(value: Value) -> Value:
    """Return a number that numpy can compare: one beyond 64 bits as a float."""
    if value.is_literal and isinstance(value.data, int) and abs(value.data) > _LARGEST:
        try:
            return replace(value, data=float(value.data))
        except OverflowError:
            return replace(value, data=math.inf if value.data > 0 else -math.inf)
    return value
