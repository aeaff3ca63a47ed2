"""
Records become a DataFrame with columns and dtypes that do not depend on the data at hand.

With columns given, an empty frame looks like a full one. Without them the dtypes
are inferred from every value of a column, not from the first page. Text has
pandas' own text dtype, truth values and whole numbers the nullable ones (a
missing flag must not read as False), times are ``datetime64[us, UTC]``;
microseconds, because nanoseconds end in 2262 and some services say "never" with
the year 9999.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, NUMBER, TEXT, TIME
from aibrain_jupyter.shared.texts.utf8 import without_halves

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.shared.frames.columns import Column

_TEXT_DTYPE: Final = pd.Series(["text"]).dtype  # pandas 3 has one for text; before, it is object
_KINDS: Final[Mapping[type, str]] = {
    bool: FLAG,
    int: COUNT,
    float: NUMBER,
    str: TEXT,
    dt.datetime: TIME,
}


def frame_of(
    records: Sequence[Mapping[str, Any]], columns: Sequence[Column] | None = None
) -> pd.DataFrame:
    """
    Return the records as a frame.

    Args:
        records: One mapping per row, by column name; a name that is absent is a missing value.

        columns: The columns in order, with their dtypes; a key that is none of them is left out.
            None: every key of the records in the order of appearance, dtypes by their values.

    Returns:
        One row per record, in order. Times may be given as datetimes (without a zone: UTC) or
        ISO text.
    """
    if columns is None:
        names = dict.fromkeys(name for record in records for name in record)
        dtypes = {name: _infer(record.get(name) for record in records) for name in names}
    else:
        dtypes = {column.name: column.dtype for column in columns}
    return pd.DataFrame(
        {name: series_of([r.get(name) for r in records], dtype) for name, dtype in dtypes.items()},
        index=pd.RangeIndex(len(records)),
    )


def series_of(values: list[Any], dtype: str) -> pd.Series[Any]:
    """Return the values as a series of one of the dtypes in ``shared/frames/columns.py``."""
    if dtype == TIME:
        return pd.Series([_in_utc(value) for value in values], dtype=TIME)
    if dtype != TEXT:
        return pd.Series(values, dtype=dtype)
    try:
        return pd.Series(values, dtype=_TEXT_DTYPE)
    except UnicodeEncodeError:  # pandas keeps text in Arrow where that is installed
        whole = [without_halves(value) if isinstance(value, str) else value for value in values]
        return pd.Series(whole, dtype=_TEXT_DTYPE)


def _infer(values: Iterable[Any]) -> str:
    kinds = {type(value) for value in values if not _is_missing(value)}
    if kinds == {int, float}:
        return NUMBER
    if len(kinds) == 1:
        kind = kinds.pop()
        return next((dtype for known, dtype in _KINDS.items() if issubclass(kind, known)), NESTED)
    return NESTED


def _in_utc(value: Any) -> dt.datetime | None:
    if _is_missing(value):
        return None
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT
