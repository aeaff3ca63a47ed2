"""
Lists and mappings in cells: members, keys, and the values they have.

Their cells are Python objects; a member may be of any kind, and is compared with what is of its
own kind. Where a member is a list itself, one of its members is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.tool_executors.where import refusals
from aibrain_jupyter.tool_executors.where.kinds import Kind, Mask, Value, bools, by_row, objects

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aibrain_jupyter.tool_executors.where.evaluate import Evaluation

_LISTS = (list, tuple, set, frozenset)
_TAG_FORMS = (("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"))


def member(value: Value, key: str | int, words: str) -> Value:
    """Return the member of a mapping by its key, of a list by its place, in each row."""
    import pandas as pd

    found = [_member(as_mapping(cell), key) for cell in objects(value.data)]
    return value.mapped(Kind.ANY, pd.Series(found, value.data.index, dtype=object), words)


def as_mapping(cell: Any) -> Any:
    """Return tags as a mapping where they are a list of keys and values, as most APIs give them."""
    if not isinstance(cell, list) or not cell:
        return cell
    for key, value in _TAG_FORMS:
        if all(
            isinstance(item, dict) and key in item and item.keys() <= {key, value} for item in cell
        ):
            return {item[key]: item.get(value) for item in cell}
    return cell


def _member(cell: Any, key: str | int) -> Any:
    if isinstance(cell, dict):
        return cell.get(key)
    if isinstance(cell, _LISTS):
        if isinstance(key, str):  # of a list of mappings: the members of all of them
            found = [item[key] for item in cell if isinstance(item, dict) and key in item]
            return found or None
        cell = list(cell)
        return cell[key] if -len(cell) <= key < len(cell) else None
    return None


def equal(left: Value, right: Value, sign: str) -> Mask:
    """
    Tell for which rows a member is a value, or a whole list has these members.

    Raises:
        ParameterError: a column of lists or mappings is compared with one value.
    """
    if right.is_literal:
        wanted = right.data
        if left.kind is Kind.NESTED and right.kind is not Kind.LIST:
            raise refusals.no_match(left, right, sign)
        if right.kind is Kind.LIST:
            return by_row(lambda cell: _same_members(cell, wanted), objects(left.data))
        return by_row(lambda cell: _is_or_has(cell, wanted), objects(left.data))
    kinds = {left.kind, right.kind}
    if len(kinds) > 1 and Kind.NESTED in kinds and Kind.ANY not in kinds:
        nested, other = (left, right) if left.kind is Kind.NESTED else (right, left)
        raise refusals.no_match(nested, other, sign)
    return by_row(_is_same, objects(left.data), objects(right.data))


def ordered(left: Value, right: Value, sign: str, order: Callable[[Any, Any], Any]) -> Mask:
    """Tell for which rows a member is less or more than a value of its own kind."""
    if right.is_literal:
        if right.kind not in (Kind.NUMBER, Kind.TEXT):
            raise refusals.not_ordered(left, sign)
        wanted = right.data
        return by_row(lambda cell: _is_ordered(cell, wanted, order), objects(left.data))
    return by_row(lambda a, b: _is_ordered(a, b, order), objects(left.data), objects(right.data))


def within(ctx: Evaluation, left: Value, right: Value, sign: str) -> Mask:
    """
    Tell for which rows the right side has the left: a member, a key, or a part of a text.

    Raises:
        ParameterError: the right side has no members.
    """
    if right.kind is Kind.TEXT and left.kind in (Kind.TEXT, Kind.ANY):
        if left.is_literal:
            return bools(right.data.str.contains(left.data, regex=False).fillna(False))
    elif right.kind not in (Kind.NESTED, Kind.ANY):
        raise refusals.no_members(right, left)
    if left.is_literal:
        wanted = left.data
        return by_row(lambda cell: _has(cell, wanted), objects(right.data))
    return by_row(lambda item, cell: _has(cell, item), objects(left.data), objects(right.data))


def any_of(value: Value, wanted: Sequence[Any]) -> Mask:
    """Tell for which rows a list has one of the values, a mapping one of the keys, or it is one."""
    return by_row(
        lambda cell: any(_has(cell, item, in_text=False) or _is(cell, item) for item in wanted),
        objects(value.data),
    )


def flat_texts(cells: Sequence[Any]) -> list[str]:
    """Return the texts that cells have as members, keys, or themselves."""
    found: dict[str, None] = {}
    for cell in cells:
        items = cell if isinstance(cell, dict | list | tuple | set) else (cell,)
        found.update(dict.fromkeys(item for item in items if isinstance(item, str)))
    return list(found)


def _has(cell: Any, item: Any, *, in_text: bool = True) -> bool:
    if item is None or cell is None:
        return False
    if isinstance(cell, str):
        return in_text and isinstance(item, str) and item in cell
    if isinstance(cell, dict | list | tuple | set):
        return any(_is(each, item) for each in as_mapping(cell))
    return False


def _is(cell: Any, wanted: Any) -> bool:
    """Tell whether two values are equal and of one kind: 1 is no True."""
    if isinstance(cell, bool) is not isinstance(wanted, bool):
        return False
    return bool(cell == wanted)


def _is_or_has(cell: Any, wanted: Any) -> bool:
    if isinstance(cell, _LISTS):
        return any(_is(each, wanted) for each in cell)
    return cell is not None and _is(cell, wanted)


def _is_same(one: Any, other: Any) -> bool:
    return one is not None and other is not None and _is(one, other)


def _same_members(cell: Any, wanted: Any) -> bool:
    """Tell whether a list has these members, in whatever order, or a mapping is this one."""
    if isinstance(cell, dict) or isinstance(wanted, dict):
        return bool(cell == wanted)
    if not isinstance(cell, _LISTS):
        return any(_is(cell, item) for item in wanted) if cell is not None else False
    return sorted(map(repr, cell)) == sorted(map(repr, wanted))


def _is_ordered(cell: Any, wanted: Any, order: Callable[[Any, Any], Any]) -> bool:
    if isinstance(cell, _LISTS):
        return any(_is_ordered(each, wanted, order) for each in cell)
    if isinstance(cell, bool) or isinstance(wanted, bool):
        return False
    if isinstance(cell, str) and isinstance(wanted, str):
        return bool(order(cell, wanted))
    numbers = isinstance(cell, int | float) and isinstance(wanted, int | float)
    return bool(order(cell, wanted)) if numbers else False
