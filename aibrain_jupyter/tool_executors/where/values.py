"""The values of a query: columns, members, literals, what is reckoned and what methods make."""

from __future__ import annotations

import ast
import math
import operator
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.tool_executors.where import members, methods, refusals, times
from aibrain_jupyter.tool_executors.where.kinds import (
    Kind,
    Value,
    either,
    kind_of,
    kind_of_literal,
    objects,
)
from aibrain_jupyter.tool_executors.where.texts import note_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.tool_executors.where.evaluate import Evaluation

_WORDS: Final = {"true": True, "TRUE": True, "false": False, "FALSE": False}
_NOTHING: Final = ("null", "NULL", "none", "nil", "nan", "NaN", "NA", "NaT")
_ACCESSORS: Final = ("str", "dt")
_SIGNS: Final[dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
    ast.Pow: ("**", operator.pow),
}
_LARGEST_POWER: Final = 64
_LARGEST: Final = 2**63
_SHOWN: Final = 80


class Values:
    """Reads the values that an `Evaluation` compares."""

    def __init__(self, ctx: Evaluation) -> None:
        self._ctx = ctx
        self._frame = ctx.frame
        self._names = {str(name): name for name in ctx.frame}

    def of(self, node: ast.expr) -> Value:
        """
        Return the value of a part of the query.

        Raises:
            UnknownNameError: a column or method there is not.
            ParameterError: the kinds do not fit.
        """
        if isinstance(node, ast.Constant):
            return self._literal(node, node.value)
        if isinstance(node, ast.Name):
            return self._named(node)
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return self._literal(node, [self._plain(item) for item in node.elts])
        if isinstance(node, ast.Dict):
            return self._literal(node, self._mapping(node))
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        if isinstance(node, ast.BinOp):
            return self._reckoned(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            return self._signed(node)
        if isinstance(node, ast.Call) and methods.as_comparison(node) is node:
            return self._called(node)
        return self._ctx.as_flag(node)

    def column(self, name: str) -> Value:
        """Return a column of the frame."""
        series = self._frame[self._names[name]]
        kind = kind_of(series)
        if kind is Kind.TEXT and isinstance(series.dtype, pd.CategoricalDtype):
            series = series.astype("str")
        words = name if name.replace(".", "_").isidentifier() else f"`{name}`"
        return Value(kind, series, words, self._ctx.unknown(name), name)

    def _named(self, node: ast.Name) -> Value:
        name = self._ctx.query.name(node)
        if name in self._names:
            return self.column(name)
        if name in _WORDS:
            return self._literal(node, _WORDS[name])
        if name in _NOTHING:
            return self._literal(node, None)
        known = list(self._names)
        raise unknown_name(
            "column",
            name,
            known,
            next_steps=[
                f"A text stands in quotes, the condition in others: where='column == \"{name}\"'.",
                f"Columns: {', '.join(known)}.",
            ],
        )

    def _literal(self, node: ast.expr, value: Any) -> Value:
        words = self._ctx.query.words(node)
        shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
        return Value(kind_of_literal(value), value, shown, is_literal=True)

    def _plain(self, node: ast.expr) -> Any:
        """Return what stands in a list or between brackets: the same for every row."""
        value = self.of(node)
        if not value.is_literal:
            raise ParameterError(
                f"{value.words} stands where only values can: it is another in each row.",
                next_steps=[f"Compare with it: column == {value.words}."],
            )
        return value.data

    def _mapping(self, node: ast.Dict) -> dict[Any, Any]:
        found = {}
        for key, item in zip(node.keys, node.values, strict=True):
            if key is None or not isinstance(key, ast.Constant):
                raise ParameterError(
                    "where= takes no such mapping.", next_steps=['Write tags["owner"] == "…".']
                )
            found[key.value] = self._plain(item)
        return found

    def _attribute(self, node: ast.Attribute) -> Value:
        if (dotted := _dotted(node)) in self._names:
            return self.column(dotted)
        inner = node.value
        if isinstance(inner, ast.Attribute) and inner.attr in _ACCESSORS:
            value = self.of(inner.value)
            if value.kind not in (Kind.NESTED, Kind.ANY):
                return methods.part_of(value, inner.attr, node.attr, self._ctx.query.words(node))
        value = self.of(inner)
        if value.kind not in (Kind.NESTED, Kind.ANY) or value.is_literal:
            raise methods.no_member(value, node.attr)
        key = self._ctx.query.columns.get(node.attr, node.attr)
        return self._member(value, key, self._ctx.query.words(node))

    def _subscript(self, node: ast.Subscript) -> Value:
        key = self._plain(node.slice)
        if isinstance(key, bool) or not isinstance(key, str | int):
            raise ParameterError(
                f"{self._ctx.query.words(node)} has no member of that name.",
                next_steps=['Write a key in quotes, tags["owner"], or a place, groups[0].'],
            )
        inner = node.value
        if isinstance(inner, ast.Attribute) and inner.attr == "str":
            value = self.of(inner.value)
            return methods.call_accessor(
                value, "str", "get", [key], {}, self._ctx.query.words(node)
            )
        value = self.of(inner)
        if value.kind not in (Kind.NESTED, Kind.ANY) or value.is_literal:
            raise methods.no_member(value, f"member {key!r}")
        return self._member(value, key, self._ctx.query.words(node))

    def _member(self, value: Value, key: str | int, words: str) -> Value:
        found = members.member(value, key, words)
        if isinstance(key, str) and len(value.data):
            note_key(self._ctx, value, key, objects(value.data))
        return found

    def _signed(self, node: ast.UnaryOp) -> Value:
        value = self.of(node.operand)
        if value.kind not in (Kind.NUMBER, Kind.DURATION):
            raise refusals.no_arithmetic(Value(Kind.NUMBER, 0, "", is_literal=True), value, "-")
        data = -value.data if isinstance(node.op, ast.USub) else value.data
        words = self._ctx.query.words(node)
        if value.is_literal:
            return Value(value.kind, data, words, is_literal=True)
        return value.mapped(value.kind, data, f"({words})")

    def _reckoned(self, node: ast.BinOp) -> Value:
        sign, function = _SIGNS[type(node.op)]
        left, right = self.of(node.left), self.of(node.right)
        kind = _kind_reckoned(left, right, sign)
        if kind is None:
            raise refusals.no_arithmetic(left, right, sign)
        first, second = self._operand(left, right), self._operand(right, left)
        words = f"({self._ctx.query.words(node)})"
        if sign in ("*", "**") and not (left.is_literal and right.is_literal):
            # Whole numbers of 64 bits would overflow without a word.
            first, second = _as_float(first), _as_float(second)
        try:
            data = function(first, second)
        except (ArithmeticError, TypeError, ValueError) as exc:
            raise ParameterError(
                f"{words} cannot be reckoned.",
                why=f"{type(exc).__name__}: {exc}.",
                next_steps=["Use smaller numbers, and do not divide by 0."],
            ) from exc
        if left.is_literal and right.is_literal:
            if isinstance(data, complex) or (isinstance(data, float) and not math.isfinite(data)):
                raise refusals.no_arithmetic(left, right, sign)
            return Value(kind, data, words, is_literal=True)
        if not isinstance(data, pd.Series):
            raise refusals.no_arithmetic(left, right, sign)
        unknown = either(left.unknown, right.unknown)
        return Value(kind, data, words, unknown, left.column or right.column)

    def _operand(self, value: Value, other: Value) -> Any:
        """Return what is reckoned with: times in UTC, a text beside a time as what it means."""
        if value.kind is Kind.TIME:
            return times.in_utc(value.data)
        if value.kind is Kind.TEXT and other.kind is Kind.TIME:
            if _is_length(value):
                return times.length_of(other, value)
            return times.moment_of(self._ctx, other, value).start
        if value.is_literal and isinstance(value.data, int) and abs(value.data) >= _LARGEST:
            return float(value.data)
        return value.data

    def _called(self, node: ast.Call) -> Value:
        words, function = self._ctx.query.words(node), node.func
        args = [self._plain(arg) for arg in node.args] if not isinstance(function, ast.Name) else []
        options = {str(option.arg): self._plain(option.value) for option in node.keywords}
        if isinstance(function, ast.Name):
            return self._function(function.id, node, words)
        if not isinstance(function, ast.Attribute):
            raise _no_function(words)
        inner = function.value
        if (
            isinstance(inner, ast.Attribute)
            and inner.attr in _ACCESSORS
            and _dotted(inner) not in self._names
        ):
            value = self.of(inner.value)
            if inner.attr == "str" or value.kind not in (Kind.NESTED, Kind.ANY):
                return methods.call_accessor(value, inner.attr, function.attr, args, options, words)
        value = self.of(inner)
        if value.is_literal:
            raise refusals.only_literals(words)
        if function.attr == "fillna" and len(args) == 1:
            args = [self._filling(value, args[0])]
        return methods.call_own(value, function.attr, args, options, words)

    def _filling(self, value: Value, given: Any) -> Any:
        literal = Value(kind_of_literal(given), given, repr(given), is_literal=True)
        if value.kind is Kind.TIME and isinstance(given, str):
            return times.moment_of(self._ctx, value, literal).start
        if literal.kind is not value.kind:
            raise refusals.no_match(value, literal, "==")
        return given

    def _function(self, name: str, node: ast.Call, words: str) -> Value:
        if name not in ("len", "abs") or len(node.args) != 1 or node.keywords:
            raise _no_function(words)
        value = self.of(node.args[0])
        if name == "abs":
            return methods.call_own(value, "abs", [], {}, words)
        return methods.call_accessor(value, "str", "len", [], {}, words)


def _kind_reckoned(left: Value, right: Value, sign: str) -> Kind | None:
    """Return the kind of a sum, difference, product or quotient; None: there is none."""
    kinds = (left.kind, right.kind)
    if kinds == (Kind.NUMBER, Kind.NUMBER):
        is_large = sign == "**" and not (right.is_literal and abs(right.data) <= _LARGEST_POWER)
        return None if is_large else Kind.NUMBER
    if kinds == (Kind.TEXT, Kind.TEXT):
        return Kind.TEXT if sign == "+" else None
    if kinds == (Kind.TIME, Kind.DURATION) and sign in "+-":
        return Kind.TIME
    if kinds == (Kind.TIME, Kind.TEXT) and right.is_literal and sign in "+-" and _is_length(right):
        return Kind.TIME
    if sign == "-" and Kind.TIME in kinds and set(kinds) <= {Kind.TIME, Kind.TEXT}:
        # A text beside a time is a time.
        text = left if left.kind is Kind.TEXT else right
        is_time = text.kind is Kind.TIME or (text.is_literal and not _is_length(text))
        return Kind.DURATION if is_time else None
    if kinds == (Kind.DURATION, Kind.DURATION) and sign in "+-":
        return Kind.DURATION
    return None


def _as_float(data: Any) -> Any:
    return data.astype("Float64") if isinstance(data, pd.Series) else float(data)


def _is_length(value: Value) -> bool:
    return value.is_literal and times.is_length(value.data)


def _dotted(node: ast.expr) -> str:
    """Return ``a.b.c`` of a chain of names; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _no_function(words: str) -> ParameterError:
    return ParameterError(
        f"where= has no function such as {words}.",
        next_steps=["There are len(…), abs(…) and methods of columns, name.str.contains('x')."],
    )
