"""
Arrays of values that are known to be right, made without looking at each of them again.

pandas' constructors walk over every cell to see what it is, which is a fifth of a
hit on disk. What was packed by ``columns`` and verified by ``container`` needs no
second look. The names used are private to pandas, so each is tried once per
process; where a pandas has them otherwise, ``columns`` goes the public way.
"""

from __future__ import annotations

import functools
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd


class QuickArrays:
    """The ways pandas' own code takes when it knows what it has."""

    def __init__(self) -> None:
        self._to_objects = import_module("pandas._libs.lib").to_object_array
        self._moments = import_module("pandas.core.arrays").DatetimeArray._simple_new
        self._index = pd.Index._simple_new  # type: ignore[attr-defined]

    def objects(self, cells: list[Any]) -> np.ndarray[Any, Any]:
        """Return cells as a one-dimensional object array, lists in them untouched."""
        found: np.ndarray[Any, Any] = self._to_objects([cells])[0]
        return found

    def can_take(self, dtype: Any) -> bool:
        """Tell whether texts of this dtype are kept as references: not those of pyarrow."""
        return bool(dtype.storage == "python")

    def texts(self, cells: np.ndarray[Any, Any], dtype: Any) -> Any:
        """Return the text array of these cells: texts and the dtype's own missing value."""
        return dtype.construct_array_type()._simple_new(cells, dtype)

    def moments(self, values: np.ndarray[Any, Any], dtype: pd.DatetimeTZDtype) -> Any:
        """Return the array of these moments, which are in UTC."""
        return self._moments(values, dtype=dtype)

    def labels(self, array: Any, name: Any) -> pd.Index[Any]:
        """Return the index of these texts."""
        found: pd.Index[Any] = self._index(array, name=name)
        return found


@functools.cache
def quick_arrays() -> QuickArrays | None:
    """Return the quick ways, or None where this pandas does not have them all."""
    zone = pd.DatetimeTZDtype("us", "Europe/Vienna")
    values = np.array(["2024-01-31T12:00", "NaT"], dtype="M8[us]")
    cells: list[Any] = [["a"], {"b": 1}, "c", None]
    try:
        quick = QuickArrays()
        objects = quick.objects(cells)
        is_right = objects.shape == (4,) and objects.tolist() == cells
        moments = pd.DatetimeIndex(values).tz_localize("UTC").tz_convert(zone.tz)
        found = quick.moments(values.copy(), zone)
        is_right &= moments.equals(pd.DatetimeIndex(found)) and moments.dtype == found.dtype
        for dtype in (pd.StringDtype("python"), pd.StringDtype("python", na_value=np.nan)):
            expected = pd.array(["a", None], dtype=dtype)
            array = quick.texts(np.array(["a", dtype.na_value], dtype=object), dtype)
            labels = quick.labels(array, "row")
            is_right &= type(array) is type(expected) and array.dtype == expected.dtype
            is_right &= pd.Series(array).equals(pd.Series(expected))
            is_right &= type(labels) is pd.Index and labels.equals(pd.Index(expected, name="row"))
            is_right &= labels.dtype == dtype and labels.name == "row"
    except (ImportError, AttributeError, TypeError, ValueError, KeyError, IndexError):
        return None
    return quick if is_right else None
