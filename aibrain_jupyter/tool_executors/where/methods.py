"""
The methods of columns that a query may call: those of pandas that look at one cell at a time.

Everything else is refused by name, and nothing is looked up on an object before it is found here.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from aibrain_jupyter.shared.error_handler import AibrainError, ParameterError, unknown_name
from aibrain_jupyter.tool_executors.where.kinds import Kind, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

OWN: Final = ("isna", "isnull", "notna", "notnull", "fillna", "abs", "round")
"""Methods of a column itself, besides those that are comparisons."""
COMPARISONS: Final[Mapping[str, type[ast.cmpop]]] = {
    "isin": ast.In,
    "eq": ast.Eq,
    "ne": ast.NotEq,
    "lt": ast.Lt,
    "le": ast.LtE,
    "gt": ast.Gt,
    "ge": ast.GtE,
}
_PATTERNS: Final = ("contains", "match", "fullmatch", "count", "replace")
_OF_TEXT: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("contains", "startswith", "endswith", "match", "fullmatch"), Kind.FLAG),
    **dict.fromkeys(("isdigit", "isnumeric", "isdecimal", "isalpha", "isalnum"), Kind.FLAG),
    **dict.fromkeys(("islower", "isupper", "isspace", "istitle"), Kind.FLAG),
    **dict.fromkeys(("len", "count", "find", "rfind"), Kind.NUMBER),
    **dict.fromkeys(("lower", "upper", "strip", "lstrip", "rstrip", "casefold"), Kind.TEXT),
    **dict.fromkeys(("capitalize", "title", "swapcase", "slice", "replace"), Kind.TEXT),
    **dict.fromkeys(("removeprefix", "removesuffix"), Kind.TEXT),
    **dict.fromkeys(("get", "split", "rsplit"), Kind.ANY),
}
_OF_LISTS: Final = ("len", "get", "contains", "startswith", "endswith", "lower", "upper", "match")
_TIME_PARTS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("year", "quarter", "month", "day", "hour", "minute", "second"), Kind.NUMBER),
    **dict.fromkeys(("microsecond", "dayofweek", "day_of_week", "weekday"), Kind.NUMBER),
    **dict.fromkeys(("dayofyear", "day_of_year", "days_in_month"), Kind.NUMBER),
    **dict.fromkeys(("is_month_start", "is_month_end", "is_quarter_start"), Kind.FLAG),
    **dict.fromkeys(("is_quarter_end", "is_year_start", "is_year_end"), Kind.FLAG),
    "is_leap_year": Kind.FLAG,
    "date": Kind.TIME,
}
_TIME_METHODS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("day_name", "month_name", "strftime"), Kind.TEXT),
    **dict.fromkeys(("normalize", "floor", "ceil", "round", "tz_convert"), Kind.TIME),
}
_LENGTH_PARTS: Final[Mapping[str, Kind]] = {"days": Kind.NUMBER, "seconds": Kind.NUMBER}
_LENGTH_METHODS: Final[Mapping[str, Kind]] = {"total_seconds": Kind.NUMBER}
_OF_WHOLE_COLUMNS: Final = (
    *("max", "min", "mean", "median", "sum", "std", "var", "count", "nunique", "unique"),
    *("quantile", "mode", "rank", "shift", "diff", "cumsum", "duplicated", "value_counts"),
    *("sort_values", "head", "tail", "any", "all", "first", "last", "sample"),
)


def as_comparison(node: ast.expr) -> ast.expr:
    """Return ``x.isin(y)``, ``x.between(a, b)`` and the like as the comparison they are."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return node
    name, value = node.func.attr, node.func.value
    if name in COMPARISONS and len(node.args) == 1 and not node.keywords:
        return ast.Compare(value, [COMPARISONS[name]()], [node.args[0]])
    if name == "between" and len(node.args) == 2 and not node.keywords:
        return ast.Compare(node.args[0], [ast.LtE(), ast.LtE()], [value, node.args[1]])
    return node


def part_of(value: Value, accessor: str, name: str, words: str) -> Value:
    """
    Return ``created.dt.year``.

    Raises:
        UnknownNameError: there is no such part, with the nearest.
        ParameterError: the column has no times.
    """
    known = _LENGTH_PARTS if value.kind is Kind.DURATION else _TIME_PARTS
    _check_accessor(value, accessor)
    if name not in known or accessor == "str":
        methods = [f"{method}()" for method in _methods(value, accessor)]
        raise unknown_name(
            f"part of .{accessor}", name, [*(known if accessor == "dt" else ()), *methods]
        )
    found = value.data.dt.normalize() if name == "date" else getattr(value.data.dt, name)
    return _made(value, known[name], found, words)


def call_accessor(
    value: Value,
    accessor: str,
    name: str,
    args: Sequence[Any],
    options: Mapping[str, Any],
    words: str,
) -> Value:
    """
    Return ``name.str.contains("x")``, ``created.dt.day_name()``.

    Raises:
        UnknownNameError: there is no such method, with the nearest.
        ParameterError: the column has no texts or times, or the arguments do not fit.
    """
    _check_accessor(value, accessor)
    methods = _methods(value, accessor)
    if name not in methods:
        raise unknown_name(
            f"method of .{accessor}", name, methods, next_steps=[_listed(accessor, methods)]
        )
    if name in _PATTERNS and options.get("regex", True) and args:
        _check_pattern(args[0], words)
    try:
        if not len(value.data):  # pandas looks at arguments only where there is a cell
            getattr(getattr(_probe(value), accessor), name)(*args, **options)
        found = getattr(getattr(value.data, accessor), name)(*args, **options)
    except AibrainError:
        raise
    except Exception as exc:
        raise _bad_call(words, exc) from exc
    if not isinstance(found, pd.Series):
        raise _bad_call(words, TypeError("It does not give one value per row"))
    return _made(value, methods[name], found, words)


def call_own(
    value: Value, name: str, args: Sequence[Any], options: Mapping[str, Any], words: str
) -> Value:
    """
    Return ``size.abs()``, ``name.isna()``.

    Raises:
        UnknownNameError: there is no such method, with the nearest.
        ParameterError: it looks at more than one row, or the arguments do not fit.
    """
    if name in ("isna", "isnull", "notna", "notnull"):
        if args or options:
            raise _bad_call(words, TypeError(f"{name} takes nothing between its brackets"))
        data = value.data.isna()
        return value.mapped(Kind.FLAG, data if name.startswith("is") else ~data, words)
    if name in _OF_WHOLE_COLUMNS:
        raise ParameterError(
            f"{words} looks at many rows, and where= at one at a time.",
            next_steps=["Take the rows, and ask the frame: frame[frame.size == frame.size.max()]."],
        )
    if name not in OWN or (name in ("abs", "round") and value.kind is not Kind.NUMBER):
        _unknown_method(value, name)
    try:
        found = getattr(value.data, name)(*args, **options)
    except Exception as exc:
        raise _bad_call(words, exc) from exc
    return value.mapped(value.kind, found, words)


def no_member(value: Value, name: str) -> AibrainError:
    """Return the error for a member of what has none."""
    accessor = {Kind.TEXT: "str", Kind.TIME: "dt", Kind.DURATION: "dt"}.get(value.kind, "")
    parts = _LENGTH_PARTS if value.kind is Kind.DURATION else _TIME_PARTS
    if accessor == "dt" and name in parts:
        step = f"Write {value.words}.dt.{name}."
    elif accessor and name in _methods(value, accessor):
        step = f"Write {value.words}.{accessor}.{name}(…)."
    else:
        step = f"Write {value.words}.isna(), for example{_accessor_words(value)}"
    return ParameterError(
        f"{value.words} is {value.kind} and has no {name}.",
        next_steps=[step],
    )


def _unknown_method(value: Value, name: str) -> None:
    accessor = {Kind.TEXT: "str", Kind.TIME: "dt", Kind.DURATION: "dt"}.get(value.kind, "")
    if accessor and name in _methods(value, accessor):
        raise ParameterError(
            f"{value.words} has no method {name}.",
            next_steps=[f"Write {value.words}.{accessor}.{name}(…)."],
        )
    known = [*OWN, *COMPARISONS, "between"]
    raise unknown_name("method", name, known, next_steps=[f"Methods: {', '.join(known)}."])


def _accessor_words(value: Value) -> str:
    if value.kind is Kind.TEXT:
        return f"; texts have {value.words}.str.contains(…) and the like."
    if value.kind in (Kind.TIME, Kind.DURATION):
        return f"; times have {value.words}.dt.year and the like."
    return ", or compare it."


def _listed(accessor: str, methods: Iterable[str]) -> str:
    return f"Methods of .{accessor}: {', '.join(methods)}."


def _check_accessor(value: Value, accessor: str) -> None:
    fitting = (
        (Kind.TEXT, Kind.NESTED, Kind.ANY) if accessor == "str" else (Kind.TIME, Kind.DURATION)
    )
    if value.is_literal or value.kind not in fitting:
        what = "text" if accessor == "str" else "a time"
        raise ParameterError(
            f".{accessor} belongs to {what}, and {value.words} is {value.kind}.",
            next_steps=["Compare the column itself."],
        )


def _methods(value: Value, accessor: str) -> Mapping[str, Kind]:
    if accessor == "dt":
        return _LENGTH_METHODS if value.kind is Kind.DURATION else _TIME_METHODS
    if value.kind is Kind.NESTED:
        return {name: _OF_TEXT[name] for name in _OF_LISTS}
    return _OF_TEXT


def _probe(value: Value) -> pd.Series[Any]:
    """Return a column with one cell of a kind."""
    if value.kind is Kind.TIME:
        return pd.Series([pd.Timestamp(0, tz="UTC")])
    if value.kind is Kind.DURATION:
        return pd.Series([pd.Timedelta(0)])
    if value.kind is Kind.TEXT:
        found: pd.Series[Any] = pd.Series(["text"], dtype=value.data.dtype)
        return found
    return pd.Series([["text"]], dtype=object)


def _made(value: Value, kind: Kind, found: pd.Series[Any], words: str) -> Value:
    """Return what a method made, as its kind: a text that is absent contains nothing."""
    if kind is Kind.FLAG:
        if found.dtype != bool:
            found = found.astype("boolean").fillna(False)
    elif kind is Kind.NUMBER and found.dtype == object:
        found = pd.to_numeric(found)
    elif kind is Kind.TEXT and value.kind is not Kind.TIME and found.dtype == object:
        kind = Kind.ANY
    return value.mapped(kind, found, words)


def _check_pattern(pattern: Any, words: str) -> None:
    if isinstance(pattern, str):
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as exc:
            raise ParameterError(
                f"{pattern!r} is no regular expression.",
                why=f"{exc}.",
                next_steps=["Write regex=False after it to look for the text as it is."],
            ) from exc


def _bad_call(words: str, exc: Exception) -> ParameterError:
    why = str(exc).strip().partition("\n")[0]
    return ParameterError(
        f"{words} cannot be called so.",
        why=f"{why[:200].rstrip('.')}." if why else "",
        next_steps=[
            "Write the arguments as pandas takes them: name.str.contains('x', case=False)."
        ],
    )
