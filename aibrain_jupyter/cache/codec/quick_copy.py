"""
Frames by way of pandas' own blocks: copied, and put together from columns.

``frame.copy``, the constructor and the setters for labels look at every column
and label again at each hit, which is most of what a hit in memory costs and a
tenth of one on disk. Here the blocks are noted once, when a frame is sealed. The
names used are private to pandas, so `is_usable` tries them first, once per
process, on a frame with every kind of block; where a pandas has them otherwise,
``frames`` goes the public way.
"""

from __future__ import annotations

import functools
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from aibrain_jupyter.cache.codec.recycled_texts import RecycledTexts


def assemble(arrays: list[Any], index: pd.Index[Any], labels: pd.Index[Any]) -> pd.DataFrame:
    """Return the frame of these columns, which it takes as its own."""
    managers = import_module("pandas.core.internals.managers")
    axes = [labels, index]
    manager = managers.create_block_manager_from_column_arrays(
        arrays, axes, consolidate=False, refs=[None] * len(arrays)
    )
    return pd.DataFrame._from_mgr(manager, axes)  # type: ignore[attr-defined,no-any-return]


class QuickCopier:
    """Makes copies of one frame, which must not change and must hold no categories."""

    def __init__(self, frame: pd.DataFrame) -> None:
        manager: Any = frame._mgr
        self._manager_type = type(manager)
        texts = [block.values for block in manager.blocks if _is_text(block.values)]
        self._texts = RecycledTexts([array._ndarray for array in texts]) if texts else None
        self._takes = [
            (True, block.values._from_backing_data)
            if _is_text(block.values)
            else (False, block.values.copy)
            for block in manager.blocks
        ]
        self._kinds = [(type(block), block.mgr_locs) for block in manager.blocks]
        # Which block a column is in, and at what place of it.
        self._block_of = manager.blknos.copy()
        self._place_of = manager.blklocs.copy()
        self._labels, self._index = frame.columns, frame.index

    @property
    def size_bytes(self) -> int:
        """What is kept here beside the frame, at most."""
        return self._texts.size_bytes if self._texts else 0

    def copy(self, unpacked: dict[int, list[Any]]) -> pd.DataFrame:
        """Return a copy with these cells in the object columns at these positions."""
        texts = iter(self._texts.copies() if self._texts else ())
        values = [take(next(texts)) if is_text else take() for is_text, take in self._takes]
        for position, cells in unpacked.items():
            row = values[self._block_of[position]][self._place_of[position]]
            # Cell by cell: given a list of lists, numpy would look for a second dimension.
            for at, cell in enumerate(cells):
                row[at] = cell
        # By position: naming the arguments takes half as long again.
        blocks = [
            kind(own, places, 2) for (kind, places), own in zip(self._kinds, values, strict=True)
        ]
        axes = [_copy_labels(self._labels), _copy_labels(self._index)]
        manager = self._manager_type(tuple(blocks), axes, False)
        manager._blknos, manager._blklocs = self._block_of.copy(), self._place_of.copy()
        return pd.DataFrame._from_mgr(manager, axes)  # type: ignore[attr-defined,no-any-return]


def _is_text(values: Any) -> bool:
    # Not those of pyarrow: theirs cannot be changed and are shared by their own copies.
    return isinstance(values, pd.arrays.StringArray)


def _copy_labels(index: Any) -> Any:
    if type(index) is pd.Index:
        found: Any = index
        return type(found)._simple_new(found._values.copy(), name=found.name)
    return copy_index(index)


@functools.cache
def is_usable() -> bool:
    """Tell whether this pandas has what `QuickCopier` needs, and copies are right and separate."""
    moments = pd.to_datetime(pd.Series(["2024-01-31", None]))
    frame = pd.DataFrame(
        {
            "text": ["a", "b"],
            "number": [1, 2],
            "more": [3, 4],
            "at": moments.dt.tz_localize("UTC").array,
            "naive": moments.array,
            "masked": pd.array([1, None], dtype="Int64"),
            "flag": [True, False],
            "cells": pd.Series([None, None], dtype=object),
        },
        index=pd.Index(["x", "y"], name="row"),
    ).copy(deep=True)
    cells = [["c"], {"d": 1}]
    expected = frame.copy(deep=True)
    expected["cells"] = pd.Series(cells, index=frame.index, dtype=object)
    try:
        copier = QuickCopier(frame)
        found = copier.copy({7: cells})
        is_right = found.equals(expected) and found.dtypes.equals(expected.dtypes)
        found.loc["x", "number"] = 9
        found["flag"].array[0] = False
        found["text"].array[0] = "changed"
        found.columns.name = "changed"
        found["new"] = 1
        was_changed = np.array_equal(found["number"], [9, 2]), found["text"].iloc[0]
        del found
        copier.copy({7: cells})
        again = copier.copy({7: cells})
        arrays = [
            array.to_numpy() if type(array) is pd.arrays.NumpyExtensionArray else array
            for array in (again.iloc[:, at].array for at in range(again.shape[1]))
        ]
        assembled = assemble(arrays, again.index, again.columns)
        return bool(
            is_right
            and assembled.equals(expected)
            and assembled.dtypes.equals(expected.dtypes)
            and again.equals(expected)
            and again.columns.name is None
            and again.index.name == "row"
            and was_changed == (True, "changed")
        )
    except (ImportError, AttributeError, TypeError, ValueError, KeyError, IndexError):
        return False


def copy_array(array: Any) -> Any:
    """Return a copy that shares nothing, its categories included."""
    if isinstance(array.dtype, pd.CategoricalDtype):
        dtype = pd.CategoricalDtype(copy_index(array.categories), ordered=array.ordered)
        return pd.Categorical.from_codes(array.codes.copy(), dtype=dtype)
    if type(array) is pd.arrays.NumpyExtensionArray:
        return array.to_numpy(copy=True)
    return array.copy()


def copy_index(index: pd.Index[Any]) -> pd.Index[Any]:
    """Return a copy that shares nothing; a range has nothing but its name to share."""
    if isinstance(index, pd.RangeIndex):
        return index.view()
    if isinstance(index, pd.CategoricalIndex):
        return pd.CategoricalIndex(copy_array(index.array), name=index.name)
    return index.copy(deep=True)
