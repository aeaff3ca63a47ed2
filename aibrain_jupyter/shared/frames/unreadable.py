"""
Values that came and cannot be read as what they should be: the cell is not known, the row stays.

A reader that meets a time, number or document it cannot read puts an `Unreadable` in its place
instead of raising. Inside lists and mappings it reads as the text that came, which is true; as
the value of a typed cell it becomes a missing value with a word about it (`fitted`).
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NUMBER, TEXT, TIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from aibrain_jupyter.shared.frames.columns import Column

_SHOWN: Final = 40
_NAMED: Final = 10
"""Rows that are named one by one where a column of theirs cannot be read."""
_KINDS: Final = {TIME: "a time", COUNT: "a whole number", NUMBER: "a number", FLAG: "true or false"}
_FLAGS: Final = {"true": True, "false": False}


class Unreadable(str):
    """The text that came where something else should be; `why` says what it should be."""

    __slots__ = ("why",)
    why: str
    seen: ClassVar[bool] = False
    """Whether there was ever one in this process: looking for them costs time."""

    def __new__(cls, came: object, why: str = "it cannot be read") -> Unreadable:
        """Keep what came as text."""
        found = super().__new__(cls, came if isinstance(came, str) else repr(came))
        found.why = why
        Unreadable.seen = True
        return found

    def __bool__(self) -> bool:
        """Something came, or should have: it is no empty text."""
        return True

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle both parts: answers travel between processes."""
        return Unreadable, (str(self), self.why)


def paths_of(value: Any) -> Iterator[tuple[frozenset[str], Unreadable]]:
    """Yield each `Unreadable` in nested lists and mappings, with the keys that lead to it."""
    if isinstance(value, Unreadable):
        yield frozenset(), value
    elif isinstance(value, dict):
        for key, each in value.items():
            for names, found in paths_of(each):
                yield names | {str(key)}, found
    elif isinstance(value, list):
        for each in value:
            yield from paths_of(each)


class Unread(NamedTuple):
    """A cell that could not be read: the place of its row, its column, and why (with the text)."""

    row: int
    column: str
    why: str


def fit(value: Any, dtype: str) -> Any:
    """Return `value` as a column of `dtype` takes it, an `Unreadable` where that cannot be."""
    if value is None or isinstance(value, Unreadable):
        return value
    try:
        return _FITS[dtype](value) if dtype in _FITS else value
    except (TypeError, ValueError, OverflowError):
        return Unreadable(value, f"it is not {_KINDS.get(dtype, 'a text')}")


def fitted(
    records: Sequence[Mapping[str, Any]], columns: Iterable[Column]
) -> tuple[list[Mapping[str, Any]], list[Unread]]:
    """
    Return the records with cells that the columns take, and the cells that could not be read.

    Args:
        records: One mapping per row, by column name.

        columns: The columns with their dtypes; other keys stay as they are.

    Returns:
        The records in order, where need be new ones: what could not be read is None in them. And
        those cells.
    """
    rows: list[Mapping[str, Any]] = list(records)
    unread: list[Unread] = []
    for column in columns:
        name, dtype = column.name, column.dtype
        usual = _USUAL.get(dtype)
        for number, row in enumerate(rows):
            value = row.get(name)
            # Nearly every cell: nothing to look at, and this is done for all of them.
            if value is None or (type(value) is usual and (usual is not int or _is_held(value))):
                continue
            found = fit(value, dtype)
            if isinstance(found, Unreadable):
                unread.append(Unread(number, name, _told(found)))
                rows[number] = {**row, name: None}
            elif found is not value:
                rows[number] = {**row, name: found}
    return rows, unread


def fitted_values(
    values: list[Any], column: Column, first: int = 0
) -> tuple[list[Any], list[Unread]]:
    """
    Return the values of one column as it takes them, and the cells that could not be read.

    Args:
        values: One value per row; not changed.

        column: The column with its dtype.

        first: The place of the first row.
    """
    usual = _USUAL.get(column.dtype)
    # Nearly every column: asked of all its values at once.
    if usual is None and not Unreadable.seen:
        return values, []
    if {usual, type(None)}.issuperset(map(type, values)) and (
        usual is not int or all(value is None or _is_held(value) for value in {*values})
    ):
        return values, []
    unread: list[Unread] = []
    found = []
    for row, value in enumerate(values, first):
        fits = fit(value, column.dtype)
        if isinstance(fits, Unreadable):
            unread.append(Unread(row, column.name, _told(fits)))
            fits = None
        found.append(fits)
    return found, unread


def _told(found: Unreadable) -> str:
    came = str(found)
    return f"{found.why}: {shortened(came)}" if came else found.why


def told_of(unread: Sequence[Unread]) -> Iterator[tuple[int, tuple[str, ...], str]]:
    """
    Yield where values could not be read, in words: rows one by one, or one for many alike.

    Each with the place of the row and the columns, which are several where one thing that came
    fills them.
    """
    columns: dict[tuple[int, str], list[str]] = {}
    for cell in unread:
        columns.setdefault((cell.row, cell.why), []).append(cell.column)
    alike: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for where, names in columns.items():
        alike.setdefault(tuple(names), []).append(where)
    for together, places in alike.items():
        is_named = len(places) <= _NAMED
        for row, why in places if is_named else places[:1]:
            many = "" if is_named else f" (and {len(places) - 1} more of the kind)"
            yield row, together, f"{', '.join(together)} cannot be read: {why}{many}."


def shortened(text: str) -> str:
    """Return the beginning of a text that came, in quotes."""
    return repr(text[:_SHOWN] + "…" if len(text) > _SHOWN else str(text))


def _time(value: Any) -> dt.datetime:
    moment = dt.datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
    if not isinstance(moment, dt.datetime):
        raise TypeError
    if moment.tzinfo is None:
        return moment.replace(tzinfo=dt.UTC)
    moment.astimezone(dt.UTC)  # raises for a moment that is before the first or after the last
    return moment


def _count(value: Any) -> int:
    number = int(value)
    if isinstance(value, bool) or (isinstance(value, float) and number != value):
        raise TypeError
    if not _is_held(number):
        raise OverflowError
    return number


def _is_held(number: Any) -> bool:
    """Tell whether a column of whole numbers has place for it: JSON's may be of any length."""
    return bool(-(2**63) <= number < 2**63)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    return float(value)


def _flag(value: Any) -> bool:
    if isinstance(value, str):
        if (found := _FLAGS.get(value.strip().lower())) is None:
            raise ValueError
        return found
    if value not in (0, 1):
        raise TypeError
    return bool(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, default=str)
    return str(value)


_FITS: Final = {TIME: _time, COUNT: _count, NUMBER: _number, FLAG: _flag, TEXT: _text}
_USUAL: Final = {TIME: dt.datetime, COUNT: int, NUMBER: float, FLAG: bool, TEXT: str}
