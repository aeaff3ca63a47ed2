"""What a query is told that cannot mean anything: the column, its type, the nearest right form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.tool_executors.where.kinds import Kind, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

_ACCOUNT_DIGITS: Final = 12
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


def no_match(column: Value, other: Value, operator: str) -> ParameterError:
    """Return the error for a comparison that no row can meet, because the kinds differ."""
    return ParameterError(
        f"No row can meet {_comparison(column, operator, other)}: {column.words} is "
        f"{column.kind}, {other.words} is {_kind_words(other)}.",
        next_steps=_steps(column, other, operator),
    )


def is_none(value: Value) -> ParameterError:
    """Return the error for a comparison with None."""
    return ParameterError(
        f"{value.words} cannot be compared with None: no cell equals it.",
        next_steps=[
            (
                f"Write {value.words}.isna() for the rows without a value, "
                f"{value.words}.notna() for those with one."
            )
        ],
    )


def not_ordered(value: Value, operator: str) -> ParameterError:
    """Return the error for what has no order."""
    return ParameterError(
        f"{value.words} is {value.kind}, which is neither less nor more: {operator} says nothing.",
        next_steps=_own_steps(value),
    )


def no_condition(value: Value) -> ParameterError:
    """Return the error for a value that stands where a condition belongs."""
    if value.is_literal:
        step = "Compare a column with it."
    elif value.kind is Kind.ANY:
        step = f"Compare it: {value.words} == True, or {value.words}.notna()."
    else:
        step = f"Compare it: {_own_steps(value)[0].removeprefix('Write ')}"
    return ParameterError(
        f"where= does not say which rows to keep: {value.words} is {_kind_words(value)}.",
        next_steps=[step, "A condition compares a column, or names one that is true or false."],
    )


def only_literals(words: str) -> ParameterError:
    """Return the error for a comparison of values that are the same in every row."""
    return ParameterError(
        f"{words} compares no column: it is the same for every row.",
        next_steps=["Write the name of a column without quotes, or in backticks."],
    )


def no_arithmetic(left: Value, right: Value, sign: str) -> ParameterError:
    """Return the error for kinds that cannot be reckoned with."""
    return ParameterError(
        f"{left.words} {sign} {right.words} cannot be reckoned: {left.words} is "
        f"{_kind_words(left)}, {right.words} is {_kind_words(right)}.",
        next_steps=["Reckon with numbers, with the difference of two times, or join two texts."],
    )


def not_in_a_value(column: Value, literal: Value) -> ParameterError:
    """Return the error for ``state in "running"``."""
    return ParameterError(
        f"{column.words} in {literal.words} says nothing: {literal.words} is no list.",
        next_steps=[f"Write {column.words} == …, or {column.words} in [… , …]."],
    )


def no_members(value: Value, member: Value) -> ParameterError:
    """Return the error for a membership in what has no members, or of several values at once."""
    if member.kind is Kind.LIST and value.kind in (Kind.NESTED, Kind.ANY):
        first = _quoted(member.data[0]) if member.data else '"…"'
        return ParameterError(
            f"{member.words} in {value.words} says nothing: {member.words} is no member.",
            next_steps=[
                (
                    f"Write {value.words} in {member.words} for any of them, "
                    f"{first} in {value.words} and … for all."
                )
            ],
        )
    return ParameterError(
        f"{member.words} in {value.words} says nothing: {value.words} is {value.kind}, "
        "and has no members.",
        next_steps=[f"Write {value.words} == {member.words}, or {value.words} in [… , …]."],
    )


def _comparison(column: Value, operator: str, other: Value) -> str:
    values = f"[{other.words}]" if operator.endswith("in") else other.words
    return f"{column.words} {operator} {values}"


def _kind_words(value: Value) -> str:
    return str(value.kind)


def _quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _steps(column: Value, other: Value, operator: str) -> list[str]:
    """Return the nearest right form of a comparison whose kinds differ."""
    name, data = column.words, other.data if other.is_literal else None
    if column.kind is Kind.TEXT and isinstance(data, int | float) and not isinstance(data, bool):
        is_account = "account" in name and isinstance(data, int)
        text = f"{data:0{_ACCOUNT_DIGITS}d}" if is_account else str(data)
        wanted = f'["{text}"]' if operator.endswith("in") else f'"{text}"'
        return [f"Put the text in quotes: {name} {operator} {wanted}."]
    if column.kind is Kind.NUMBER and isinstance(data, str) and _NUMBER.fullmatch(data.strip()):
        wanted = f"[{data.strip()}]" if operator.endswith("in") else data.strip()
        return [f"Write the number without quotes: {name} {operator} {wanted}."]
    if column.kind is Kind.FLAG and isinstance(data, str):
        is_false = data.strip().lower() in ("false", "no", "0", "off", "disabled")
        return [f"Write not {name}." if is_false else f"Write {name}, or not {name}."]
    return _own_steps(column)


def _own_steps(column: Value) -> list[str]:
    """Return how a value of a kind is asked for."""
    name = column.words
    forms: dict[Kind, Sequence[str]] = {
        Kind.TEXT: [f'Write {name} == "…", or {name}.str.contains("…").'],
        Kind.FLAG: [f"Write {name}, or not {name}."],
        Kind.NUMBER: [f"Write {name} > 5, for example."],
        Kind.TIME: [
            f'Write {name} < "2026-03-31", {name} < "90 days ago" or {name}.dt.year == 2026.'
        ],
        Kind.DURATION: [f'Write {name} > "30 days", or {name}.dt.days > 30.'],
        Kind.NESTED: [
            (
                f'Write "…" in {name} for a member of a list or a key of a mapping, '
                f'{name}["key"] == "…" for a value of a mapping, len({name}) == 0 for empty ones.'
            )
        ],
    }
    return list(forms.get(column.kind, ["Compare a column with a value."]))


def identity(column: Value, other: Value, sign: str) -> ParameterError:
    """Return the error for ``is``."""
    return ParameterError(
        f"where= takes no {sign}: cells are compared, not objects.",
        next_steps=[
            (
                f"Write {column.words} {'==' if sign == 'is' else '!='} {other.words}; "
                f"for cells without a value {column.words}.isna()."
            )
        ],
    )
