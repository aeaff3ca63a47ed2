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

import contextlib
import datetime as dt
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from pandas.api.internals import create_dataframe_from_blocks  # type: ignore[import-not-found]

from aibrain_jupyter.shared.frames.columns import (
    COUNT,
    FLAG,
    MOST_PARTS,
    NESTED,
    NUMBER,
    TEXT,
    TIME,
)
from aibrain_jupyter.shared.texts.utf8 import without_halves

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.shared.frames.columns import Column

_TEXT_DTYPE: Final[Any] = pd.Series(["text"]).dtype
"""pandas 3 has one for text; before, it is object."""
_TEXTS: Final = frozenset({str, type(None)})
_TOGETHER: Final = 512
"""Records that are read together, column by column: so many stay in the processor's cache."""
_ZONE: Final = attrgetter("tzinfo")
_MISSING: Final = {type(None), type(pd.NA), type(pd.NaT)}
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
    values = _columns(records, list(dtypes))
    return joined(
        {name: array_of(values[name], dtype) for name, dtype in dtypes.items()}, len(records)
    )


def joined(columns: Mapping[str, Any], rows: int) -> pd.DataFrame:
    """Return arrays as by `array_of` that nobody else has as a frame, its rows numbered from 0."""
    if not columns:
        return pd.DataFrame(index=pd.RangeIndex(rows))
    frame = frame_of_arrays(list(columns.values()), pd.RangeIndex(rows), own_labels(columns))
    # pandas warns who adds to a frame of a hundred parts: a copy has one for all of a dtype.
    return frame.copy(deep=True) if len(columns) > MOST_PARTS else frame


def own_labels(names: Iterable[str]) -> pd.Index[Any]:
    """Return names as labels of their own, for pandas lets a user write into those of a frame."""
    labels = labels_of(tuple(names))
    # What is written into texts of Arrow is written beside them: they are nobody else's so.
    return labels[:] if _is_of_arrow(_TEXT_DTYPE) else labels.copy(deep=True)


@lru_cache(256)
def labels_of(names: tuple[str, ...]) -> pd.Index[Any]:
    """Return names as labels that nobody may be given: see `own_labels`."""
    return pd.Index(names, dtype="str")


def _is_of_arrow(dtype: Any) -> bool:
    return getattr(dtype, "storage", "") == "pyarrow"


def frame_of_arrays(
    arrays: Sequence[Any], index: pd.Index[Any], labels: pd.Index[Any]
) -> pd.DataFrame:
    """
    Return arrays that are as pandas keeps them as a frame, whose own they and the labels are then.

    The constructor of frames looks at each once more, which is most of what a small one costs.
    """
    # pandas takes NumPy's arrays with two sides.
    blocks = [
        (array.reshape(1, -1) if isinstance(array, np.ndarray) else array, np.array([position]))
        for position, array in enumerate(arrays)
    ]
    frame: pd.DataFrame = create_dataframe_from_blocks(blocks, index=index, columns=labels)
    return frame


def series_of(values: list[Any], dtype: str) -> pd.Series[Any]:
    """Return the values as a series of one of the dtypes in ``shared/frames/columns.py``."""
    return pd.Series(array_of(values, dtype), copy=False)


def array_of(values: list[Any], dtype: str) -> Any:
    """Return the array of such a series, which costs less to make."""
    if dtype == NESTED:
        return np.fromiter(values, dtype=object, count=len(values))
    if dtype == TEXT:
        try:
            return _texts(values)
        except UnicodeEncodeError:  # pandas keeps text in Arrow where that is installed
            return _texts([without_halves(one) if isinstance(one, str) else one for one in values])
    return pd.Series(_times(values) if dtype == TIME else values, dtype=dtype).array


def missing_array(dtype: str, rows: int) -> Any:
    """Return the array of a series in which every value is missing."""
    if dtype == NESTED:
        return np.full(rows, None, dtype=object)
    return array_of([], dtype).take(np.full(rows, -1), allow_fill=True)


def _columns(records: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    """Return the values of the records by column, None where a record has none."""
    found: dict[str, list[Any]] = {name: [] for name in names}
    for at in range(0, len(records), _TOGETHER):
        part = records[at : at + _TOGETHER]
        for name, values in found.items():
            try:
                values += map(itemgetter(name), part)
            except KeyError:
                del values[at:]
                values += [record.get(name) for record in part]
    return found


def _texts(values: list[Any]) -> Any:
    # Where pandas keeps text in Arrow it looks at each value before Arrow does.
    if not _is_of_arrow(_TEXT_DTYPE) or not _TEXTS.issuperset(map(type, values)):
        return pd.array(values, dtype=_TEXT_DTYPE)
    import pyarrow as pa  # pandas has it, and gave its dtype

    texts = pa.array(values, type=pa.large_string())
    return pd.arrays.ArrowStringArray(texts, dtype=_TEXT_DTYPE)  # type: ignore[call-arg]


def _times(values: list[Any]) -> Any:
    """Return times in UTC; those that are already in the form that pandas takes at once."""
    if {dt.datetime}.issuperset(map(type, values)) and {dt.UTC} == set(map(_ZONE, values)):
        with contextlib.suppress(pd.errors.OutOfBoundsDatetime):  # of pandas 2, which has no unit
            return pd.DatetimeIndex(values).as_unit("us")
    return [_in_utc(value) for value in values]


def _infer(values: Iterable[Any]) -> str:
    kinds = set(map(type, values)) - _MISSING
    if kinds == {int, float}:
        return NUMBER
    if len(kinds) == 1:
        kind = kinds.pop()
        return next((dtype for known, dtype in _KINDS.items() if issubclass(kind, known)), NESTED)
    return NESTED


def _in_utc(value: Any) -> dt.datetime | None:
    if type(value) in _MISSING:
        return None
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
