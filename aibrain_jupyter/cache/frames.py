"""
DataFrames as the cache keeps them: out of the user's reach, and exact on disk.

A deep copy is not enough to hand out: nested lists and dicts, the index, the
column labels and the categories stay shared with it, and pandas lets a user
write through ``.array`` into all of them. So nested columns are kept packed and
everything else is copied array by array, unless there is nothing but plain
columns, which pandas copies twice as fast as a whole.
"""

from __future__ import annotations

import copy
import datetime as dt
import decimal
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from aibrain_jupyter.cache import nested
from aibrain_jupyter.cache.cells import (
    Buffer,
    Buffers,
    CopiedCells,
    PackedCells,
    Spec,
    deep_copy,
    pack_for_memory,
)
from aibrain_jupyter.cache.collector import paused_collector
from aibrain_jupyter.cache.columns import (
    object_array,
    pack_array,
    pack_index,
    unpack_array,
    unpack_index,
)
from aibrain_jupyter.cache.problems import OtherFormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Dtypes are rebuilt by the pandas that reads: another major version would give other ones.
PANDAS_MAJOR = pd.__version__.partition(".")[0]

_UNCHANGEABLE = frozenset(
    {
        *(str, int, float, complex, bool, bytes, type(None), decimal.Decimal, uuid.UUID),
        *(dt.datetime, dt.date, dt.time, dt.timedelta),
        *(pd.Timestamp, pd.Timedelta, type(pd.NA), type(pd.NaT)),
        *(np.bool_, np.int32, np.int64, np.float32, np.float64, np.str_),
    }
)


@dataclass(frozen=True, slots=True)
class SealedFrame:
    """A frame of our own: the flat columns as a frame, the nested ones packed by position."""

    flat: pd.DataFrame
    nested: dict[int, PackedCells | CopiedCells]
    labels: pd.Index[Any]
    attrs: dict[Any, Any]
    size_bytes: int

    @property
    def rows(self) -> int | None:
        """How many rows the frame has."""
        return len(self.flat.index)

    @classmethod
    def of(cls, frame: pd.DataFrame) -> SealedFrame:
        """
        Seal a copy of `frame`.

        Raises:
            NotStorableError: a cell can be neither packed nor copied.
        """
        packed: dict[int, PackedCells | CopiedCells] = {}
        for position, dtype in enumerate(frame.dtypes):
            if isinstance(dtype, np.dtype) and dtype.kind == "O":
                cells = frame.iloc[:, position].tolist()
                if not set(map(type, cells)) <= _UNCHANGEABLE:
                    packed[position] = pack_for_memory(cells)
        rest = [position for position in range(frame.shape[1]) if position not in packed]
        flat = _copy_of(frame.iloc[:, rest] if packed else frame)
        flat.attrs = {}
        size = int(flat.memory_usage(deep=True).sum())
        size += sum(cells.size_bytes for cells in packed.values())
        labels = _copy_index(frame.columns)
        return cls(flat, packed, labels, deep_copy(frame.attrs), size)

    def open(self) -> pd.DataFrame:
        """Return a new frame, writable and independent of every other."""
        if self.nested:
            with paused_collector:
                frame = self._rebuilt()
        else:
            frame = _copy_of(self.flat)
        if self.attrs:
            frame.attrs = copy.deepcopy(self.attrs)
        return frame

    def describe(self, buffers: Buffers) -> Spec:
        """
        Describe the frame for the disk.

        Raises:
            NotStorableError: a part of it would not come back exactly.
        """
        flat = iter(range(self.flat.shape[1]))
        columns: list[Spec] = []
        for position in range(len(self.labels)):
            cells = self.nested.get(position)
            if cells is None:
                columns.append(pack_array(self.flat.iloc[:, next(flat)].array, buffers))
            else:
                columns.append({"kind": "objects", **buffers.add_cells(cells.as_json())})
        attrs, has_tags = nested.dumps(self.attrs)
        return {
            "kind": "frame",
            "pandas": PANDAS_MAJOR,
            "rows": self.rows,
            "columns": columns,
            "labels": pack_index(self.labels, buffers),
            "index": pack_index(self.flat.index, buffers),
            "attrs": [attrs.decode(), has_tags],
            "unique_labels": not self.flat.flags.allows_duplicate_labels,
        }

    def _rebuilt(self) -> pd.DataFrame:
        flat = iter(range(self.flat.shape[1]))
        arrays: list[Any] = []
        for position in range(len(self.labels)):
            cells = self.nested.get(position)
            if cells is None:
                arrays.append(_copy_array(self.flat.iloc[:, next(flat)].array))
            else:
                arrays.append(object_array(cells.unpack()))
        return _build(
            arrays,
            index=_copy_index(self.flat.index),
            labels=_copy_index(self.labels),
            has_unique_labels=not self.flat.flags.allows_duplicate_labels,
        )


def frame_from_spec(spec: Spec, buffers: Sequence[Buffer]) -> pd.DataFrame:
    """
    Return the frame that `SealedFrame.describe` described.

    Raises:
        OtherFormatError: another major version of pandas wrote it.
    """
    if spec["pandas"] != PANDAS_MAJOR:
        raise OtherFormatError(f"The entry was written with pandas {spec['pandas']}.")
    frame = _build(
        [unpack_array(column, buffers) for column in spec["columns"]],
        index=unpack_index(spec["index"], buffers),
        labels=unpack_index(spec["labels"], buffers),
        has_unique_labels=spec["unique_labels"],
    )
    text, has_tags = spec["attrs"]
    frame.attrs = nested.loads(text.encode(), has_tags=has_tags)
    return frame


def _copy_of(frame: pd.DataFrame) -> pd.DataFrame:
    if any(isinstance(dtype, pd.CategoricalDtype) for dtype in frame.dtypes):
        arrays = [_copy_array(frame.iloc[:, i].array) for i in range(frame.shape[1])]
        return _build(
            arrays,
            index=_copy_index(frame.index),
            labels=_copy_index(frame.columns),
            has_unique_labels=not frame.flags.allows_duplicate_labels,
        )
    own = frame.copy(deep=True)
    own.index = _copy_index(frame.index)
    own.columns = _copy_index(frame.columns)
    return own


def _build(
    arrays: list[Any], *, index: pd.Index[Any], labels: pd.Index[Any], has_unique_labels: bool
) -> pd.DataFrame:
    rows = pd.RangeIndex(len(index))
    # Object arrays go in as series: as arrays, those that hold only text would become ``str``.
    columns = {
        position: pd.Series(array, index=rows, dtype=object, copy=False)
        if isinstance(array, np.ndarray) and array.dtype.kind == "O"
        else array
        for position, array in enumerate(arrays)
    }
    frame = pd.DataFrame(columns, index=rows, copy=False)
    frame.index = index
    frame.columns = labels
    if has_unique_labels:
        frame = frame.set_flags(allows_duplicate_labels=False)
    return frame


def _copy_array(array: Any) -> Any:
    if isinstance(array.dtype, pd.CategoricalDtype):
        dtype = pd.CategoricalDtype(_copy_index(array.categories), ordered=array.ordered)
        return pd.Categorical.from_codes(array.codes.copy(), dtype=dtype)
    if type(array) is pd.arrays.NumpyExtensionArray:
        return array.to_numpy(copy=True)
    return array.copy()


def _copy_index(index: pd.Index[Any]) -> pd.Index[Any]:
    if isinstance(index, pd.RangeIndex):
        return index
    if isinstance(index, pd.CategoricalIndex):
        return pd.CategoricalIndex(_copy_array(index.array), name=index.name)
    return index.copy(deep=True)
