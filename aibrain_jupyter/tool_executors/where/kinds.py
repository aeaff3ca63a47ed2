"""The kinds of values a query has, as the columns' types say."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

Mask: TypeAlias = npt.NDArray[np.bool_]
"""One truth value per row."""


class Kind(enum.StrEnum):
    """What a value is; the text says it in a sentence."""

    TEXT = "text"
    FLAG = "true or false"
    NUMBER = "a number"
    TIME = "a time"
    DURATION = "a length of time"
    NESTED = "a list or a mapping"
    ANY = "a member of a list or a mapping"
    LIST = "a list of values"
    NONE = "nothing"


@dataclass(frozen=True, slots=True)
class Value:
    """
    One value per row, or one for all rows (`is_literal`).

    `data` is a Series, of a literal the Python object; `words` are as written; `unknown` are the
    rows in which it is not known, None: in none; `column` is the column it is, or is a member of.
    """

    kind: Kind
    data: Any
    words: str
    unknown: Mask | None = None
    column: str = ""
    is_literal: bool = False

    def mapped(self, kind: Kind, data: Any, words: str) -> Value:
        """Return what a function makes of it: known where it is known."""
        return Value(kind, data, words, self.unknown, self.column)

    @property
    def absent(self) -> Mask:
        """The rows in which there is none, known or not."""
        return np.asarray(self.data.isna(), dtype=bool)


def kind_of(series: pd.Series[Any]) -> Kind:
    """Return the kind of a column, by its dtype; of Python objects by the first that is there."""
    dtype = series.dtype
    if isinstance(dtype, (pd.CategoricalDtype, pd.StringDtype)):
        return Kind.TEXT
    if pd.api.types.is_bool_dtype(dtype):
        return Kind.FLAG
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return Kind.TIME
    if pd.api.types.is_timedelta64_dtype(dtype):
        return Kind.DURATION
    if pd.api.types.is_numeric_dtype(dtype):
        return Kind.NUMBER
    if not len(series):
        return Kind.NESTED
    first = series.first_valid_index()
    is_nested = first is not None and isinstance(series.loc[first], dict | list | tuple | set)
    return Kind.NESTED if is_nested else Kind.ANY


def kind_of_literal(value: object) -> Kind:
    """Return the kind of a Python value."""
    if value is None:
        return Kind.NONE
    if isinstance(value, bool):
        return Kind.FLAG
    if isinstance(value, str):
        return Kind.TEXT
    if isinstance(value, int | float):
        return Kind.NUMBER
    return Kind.LIST


def either(*masks: Mask | None) -> Mask | None:
    """Return the rows that are in one of the masks; None where there is no mask."""
    given = [mask for mask in masks if mask is not None]
    if not given:
        return None
    return given[0] if len(given) == 1 else np.logical_or.reduce(given)


def bools(series: Any) -> Mask:
    """Return the rows for which a series is true; NA is not."""
    if isinstance(series, np.ndarray) or series.dtype == bool:
        return np.asarray(series, dtype=bool)
    if series.dtype == object:
        return np.fromiter((value is True for value in series), bool, len(series))
    return np.asarray(series.array.to_numpy(dtype=bool, na_value=False))


def by_row(function: Callable[..., bool], *columns: Any) -> Mask:
    """Return what a function says of the values of each row."""
    return np.fromiter(map(function, *columns), bool, len(columns[0]))


def objects(series: pd.Series[Any]) -> list[Any]:
    """Return the values of a column as Python objects, None where there is none."""
    return [
        None if missing else value for value, missing in zip(series, series.isna(), strict=True)
    ]
