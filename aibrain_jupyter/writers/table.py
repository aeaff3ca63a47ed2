"""
A frame as writers read it: named fields of few kinds, and parts of its rows as plain lists.

Rows are read in parts, so that memory stays bounded by the frame. A cell is a value, absent
(None), or not known: then it has the mark the writer asks for, whatever stands there.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.shared.frames.not_known import rows_by_reasons
from aibrain_jupyter.shared.texts.utf8 import without_halves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PART: Final = 5_000
"""Rows that are read at once."""
NOT_KNOWN_CELL: Final = "not known"
DEMO: Final = "demo_data"
"""The last column of a table of invented data, true in each row."""
_NESTED: Final = (list, dict, tuple, set, frozenset, np.ndarray)


class Kind(enum.Enum):
    """What the cells of a field are."""

    TEXT = "text"
    FLAG = "true or false"
    WHOLE = "whole number"
    NUMBER = "number"
    TIME = "time"
    NESTED = "JSON"
    """A list, a mapping, or values of several types."""


@dataclass(frozen=True, slots=True)
class Field:
    """
    A column. `dtype` is pandas' name of it, `is_utc` tells whether its times have a zone, `unit`
    is the coarsest of ``s``, ``ms``, ``us`` and ``ns`` that its times can be written in.
    """

    name: str
    kind: Kind
    dtype: str
    is_utc: bool = False
    unit: str = "s"

    @property
    def header(self) -> str:
        """The name where cells do not say their zone: ``created (UTC)``."""
        return f"{self.name} (UTC)" if self.is_utc else self.name


class Table:
    """
    A frame to be written.

    An index that says something (a named one, or one of text) becomes the first columns.
    `is_demo` adds the column `DEMO`. `frame` has the columns as they were, under their names.

    Raises:
        InputError: it is no frame, or two of its columns have one name.
    """

    def __init__(self, frame: pd.DataFrame, *, is_demo: bool = False) -> None:
        frame = as_columns(frame)
        if is_demo and DEMO not in frame:
            frame = frame.assign(**{DEMO: True})
        names = list(frame.columns)
        self.frame = frame
        self._columns = [inferred(self.frame[name]) for name in names]
        dtypes = map(str, self.frame.dtypes)
        self.fields = tuple(map(_field, names, dtypes, self._columns))
        self.rows = len(frame)
        self._unknown = _unknown_places(frame, names)

    @property
    def not_known(self) -> int:
        """How many cells are not known."""
        return sum(map(len, self._unknown.values()))

    def parts(
        self,
        render: Callable[[Field, pd.Series[Any]], list[Any]],
        mark: Any = NOT_KNOWN_CELL,
        start: int = 0,
        stop: int | None = None,
    ) -> Iterator[list[list[Any]]]:
        """
        Yield the rows from `start` to `stop` in parts, each a list of columns.

        `render` makes the cells of one part of a column, `mark` stands for what is not known.
        """
        for first in range(start, self.rows if stop is None else stop, PART):
            last = min(first + PART, self.rows if stop is None else stop)
            columns = [
                render(field, values.iloc[first:last])
                for field, values in zip(self.fields, self._columns, strict=True)
            ]
            for place, rows in self._unknown.items():
                for row in rows[slice(*np.searchsorted(rows, (first, last)))]:
                    columns[place][row - first] = mark
            yield columns


def dense(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with no sparse columns: parts of these do not give their cells as lists."""
    sparse = {
        place: dtype.subtype
        for place, dtype in enumerate(frame.dtypes)
        if isinstance(dtype, pd.SparseDtype)
    }
    if not sparse:
        return frame
    columns = [
        frame.iloc[:, place].astype(sparse[place]) if place in sparse else frame.iloc[:, place]
        for place in range(frame.shape[1])
    ]
    return pd.concat(columns, axis=1)


def as_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """
    Return a frame whose columns have texts as names, each once, and whose index says nothing.

    Raises:
        InputError: it is no frame, or two of its columns have one name.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            f"A DataFrame can be written, and this is {type(frame).__name__}.",
            next_steps=["Put it into a frame: pd.DataFrame(…)."],
        )
    frame = dense(with_index(frame))
    names = [_text_of(label) for label in frame.columns]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(
            f"Two columns are named {twice[0]!r}, and a file could not tell them apart.",
            next_steps=["Rename one: frame.columns = […]"],
        )
    return frame.set_axis(names, axis="columns")


def values_of(values: pd.Series[Any]) -> list[Any]:
    """Return Python values, None for what is absent."""
    if not values.hasnans:
        return values.tolist()
    return [None if absent else v for v, absent in zip(values.tolist(), values.isna(), strict=True)]


def instants_of(values: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """Return times as numpy's, those that have a zone in UTC."""
    if values.dt.tz is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return values.to_numpy()


def times_of(values: pd.Series[Any], field: Field) -> list[str | None]:
    """Return times as ISO 8601 text without a zone, None for what is absent."""
    texts: list[str] = np.datetime_as_string(instants_of(values), field.unit).tolist()  # type: ignore[call-overload]
    return [None if text == "NaT" else text for text in texts]


def _text_of(label: Any) -> str:
    return "/".join(map(str, label)) if isinstance(label, tuple) else str(label)


def with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose index, where it says something, is its first columns."""
    index = frame.index
    if any(name is not None for name in index.names):
        taken = set(frame.columns)
        names = [name if name not in taken else f"{name} (index)" for name in index.names]
        return frame.reset_index(names=[n or f"index {k}" for k, n in enumerate(names)])
    says_nothing = index.nlevels == 1 and (pd.api.types.is_integer_dtype(index) or index.empty)
    return frame if says_nothing else frame.reset_index()


def inferred(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return the column with a dtype of one of our kinds, else of objects."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        values = values.astype(dtype.categories.dtype if len(dtype.categories) else "str")
    elif not isinstance(dtype, np.dtype | pd.DatetimeTZDtype) and kind_of(values) is Kind.NESTED:
        values = values.astype(object)
    if values.dtype == object and not any(isinstance(value, _NESTED) for value in values):
        return _with_own_dtype(values)
    return values


def _with_own_dtype(values: pd.Series[Any]) -> pd.Series[Any]:
    try:
        return values.infer_objects()
    except UnicodeEncodeError:  # half a character is no text to Arrow
        whole = [without_halves(v) if isinstance(v, str) else v for v in values]
        return pd.Series(whole, values.index, dtype=object).infer_objects()


def kind_of(values: pd.Series[Any]) -> Kind:
    """Return what the cells of a column are, that is `inferred`."""
    types = pd.api.types
    if types.is_bool_dtype(values):
        return Kind.FLAG
    if types.is_integer_dtype(values):
        return Kind.WHOLE
    if types.is_float_dtype(values):
        return Kind.NUMBER
    if types.is_datetime64_any_dtype(values):
        return Kind.TIME
    if values.dtype != object and types.is_string_dtype(values):
        return Kind.TEXT
    if values.dtype == object and types.infer_dtype(values, skipna=True) in ("string", "empty"):
        return Kind.TEXT
    return Kind.NESTED


def _field(name: str, dtype: str, values: pd.Series[Any]) -> Field:
    kind = kind_of(values)
    if kind is not Kind.TIME:
        return Field(name, kind, dtype)
    instants = instants_of(values)
    known = instants[~np.isnat(instants)]
    units = ("s", "ms", "us", "ns")
    unit = next(u for u in units if u == "ns" or (known.astype(f"M8[{u}]") == known).all())
    return Field(name, kind, dtype, values.dt.tz is not None, unit)


def _unknown_places(frame: pd.DataFrame, names: list[str]) -> dict[int, np.ndarray[Any, Any]]:
    """Return the rows of each column, by place, in which it is not known; sorted."""
    found: dict[int, list[np.ndarray[Any, Any]]] = {}
    for rows, reasons in rows_by_reasons(frame):
        for name in reasons:
            if name in names:
                found.setdefault(names.index(name), []).append(np.flatnonzero(rows))
    return {place: np.sort(np.concatenate(rows)) for place, rows in found.items()}
