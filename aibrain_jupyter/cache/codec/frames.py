"""
DataFrames as the cache keeps them: out of the user's reach, and exact on disk.

A deep copy is not enough to hand out: nested lists and dicts, the index, the
column labels and the categories stay shared with it, and pandas lets a user
write through ``.array`` into all of them. So columns of objects and of categories
are kept packed, and their place in the kept frame is empty: a hit is a deep copy of
the frame, with labels of its own and the packed columns filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from aibrain_jupyter.cache.codec import nested
from aibrain_jupyter.cache.codec.arrays import pack_array, pack_index, unpack_array, unpack_index
from aibrain_jupyter.cache.codec.cells import (
    Buffer,
    Buffers,
    Cells,
    Spec,
    deep_copy,
    pack,
)
from aibrain_jupyter.cache.problems import OtherFormatError
from aibrain_jupyter.shared.collector import paused_collector
from aibrain_jupyter.shared.frames.build import frame_of_arrays, labels_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.shared.frames.of_arrays import FrameOfArrays

_FRAME_BYTES = 3_000
_COLUMN_BYTES = 2_300
"""What pandas and pyarrow take for a frame and each of its columns, besides the values: measured as
the growth of a process that keeps thousands of small ones (``tests/cache/test_memory.py``)."""

# Dtypes are rebuilt by the pandas that reads: another major version would give other ones.
PANDAS_MAJOR = pd.__version__.partition(".")[0]
_NO_ATTRS, _NO_NAME = nested.dumps({}).decode(), nested.dumps(None).decode()


@dataclass(frozen=True, slots=True)
class _PackedArray:
    """An array that a deep copy would share a part of."""

    spec: Spec
    buffers: Buffers

    @property
    def size_bytes(self) -> int:
        return sum(map(len, self.buffers.parts))

    def unpack(self) -> Any:
        return unpack_array(self.spec, self.buffers.parts)

    def describe(self, buffers: Buffers) -> Spec:
        return pack_array(self.unpack(), buffers)


@dataclass(frozen=True, slots=True)
class SealedFrame:
    """A frame of our own: columns in `packed`, by position, are empty in `frame`."""

    frame: pd.DataFrame
    packed: dict[int, Cells | _PackedArray]
    size_bytes: int
    rows: int | None

    @classmethod
    def of(cls, frame: pd.DataFrame) -> SealedFrame:
        """
        Seal a copy of `frame`. Raises NotStorableError: a cell can be neither packed nor copied.
        """
        deep_copy(frame.attrs)  # which a copy of the frame does, and of each of its columns
        packed, size = {}, _FRAME_BYTES + frame.index.nbytes
        for position, (_, series) in enumerate(frame.items()):
            array = series.array
            column = _packed(array, series.dtype)
            if column is not None:
                packed[position] = column
            size += _COLUMN_BYTES + (_bytes_of(array) if column is None else column.size_bytes)
        own = _with_own_labels(frame.copy(deep=True))
        for position in packed:
            own.isetitem(position, [None] * len(own.index))
        if packed:
            own = own.copy(deep=True)  # which puts columns of one dtype together, or each hit would
        return cls(own, packed, size, len(own.index))

    def open(self) -> pd.DataFrame:
        frame = _with_own_labels(self.frame.copy(deep=True))
        if self.packed:
            with paused_collector:
                for position, column in self.packed.items():
                    frame.isetitem(position, _column(column.unpack(), frame.index))
        return frame

    def describe(self, buffers: Buffers) -> Spec:
        labels = pack_index(self.frame.columns, buffers)  # first: see `spec_of_arrays`
        columns = [
            self.packed[position].describe(buffers)
            if position in self.packed
            else pack_array(series.array, buffers)
            for position, (_, series) in enumerate(self.frame.items())
        ]
        return {
            "kind": "frame",
            "pandas": PANDAS_MAJOR,
            "columns": columns,
            "labels": labels,
            "index": pack_index(self.frame.index, buffers),
            "attrs": nested.dumps(self.frame.attrs).decode(),
            "unique_labels": not self.frame.flags.allows_duplicate_labels,
        }


def spec_of_arrays(value: FrameOfArrays) -> tuple[Spec, Buffers]:
    """Describe the frame of arrays as `SealedFrame.describe` would, without making it."""
    buffers = Buffers()
    labels, parts = _packed_labels(tuple(value.columns))
    buffers.parts += parts
    return {
        "kind": "frame",
        "pandas": PANDAS_MAJOR,
        "columns": [pack_array(array, buffers) for array in value.columns.values()],
        "labels": labels,
        "index": {"range": [0, value.rows, 1], "name": _NO_NAME},
        "attrs": _NO_ATTRS,
        "unique_labels": False,
    }, buffers


@lru_cache(256)
def _packed_labels(names: tuple[str, ...]) -> tuple[Spec, tuple[Buffer, ...]]:
    """Describe labels that come before all else: those of a tool are the same at every call."""
    buffers = Buffers()
    return pack_index(labels_of(names), buffers), tuple(buffers.parts)


def _bytes_of(array: Any) -> int:
    """Return what the values of a column take."""
    if isinstance(array.dtype, pd.StringDtype) and array.dtype.storage == "python":
        return int(pd.Series(array, copy=False).memory_usage(index=False, deep=True))
    return int(array.nbytes)


def frame_from_spec(spec: Spec, buffers: Sequence[Buffer]) -> pd.DataFrame:
    """
    Return the frame that `SealedFrame.describe` described.
    Raises OtherFormatError: another major version of pandas wrote it.
    """
    if spec["pandas"] != PANDAS_MAJOR:
        raise OtherFormatError(f"The entry was written with pandas {spec['pandas']}.")
    index = unpack_index(spec["index"], buffers)
    labels = unpack_index(spec["labels"], buffers)
    arrays = [unpack_array(column, buffers) for column in spec["columns"]]
    frame = frame_of_arrays(arrays, index, labels)
    frame.attrs = nested.loads(spec["attrs"])
    return frame.set_flags(allows_duplicate_labels=False) if spec["unique_labels"] else frame


def _packed(array: Any, dtype: Any) -> Cells | _PackedArray | None:
    """Return the column packed, or None where a deep copy is safe and exact."""
    is_of_numpy = isinstance(dtype, np.dtype)
    if is_of_numpy and dtype.kind == "O":
        return pack(array.tolist())
    # Columns of a foreign byte order become native ones beside native ones.
    if isinstance(dtype, pd.CategoricalDtype) or (is_of_numpy and not dtype.isnative):
        buffers = Buffers()
        return _PackedArray(pack_array(array, buffers), buffers)
    return None


def _column(array: Any, index: pd.Index[Any]) -> Any:
    # Object arrays go in as series: as arrays, those that hold only text would become ``str``.
    if isinstance(array, list):
        array = np.fromiter(array, dtype=object, count=len(array))
    if isinstance(array, np.ndarray) and array.dtype.kind == "O":
        return pd.Series(array, index=index, dtype=object, copy=False)
    return array


def _with_own_labels(frame: pd.DataFrame) -> pd.DataFrame:
    # Of numbered rows there is nothing to share but the name, and that is a copy's own.
    if not isinstance(frame.index, pd.RangeIndex):
        frame.index = _own_labels(frame.index)
    frame.columns = _own_labels(frame.columns)
    return frame


def _own_labels(index: pd.Index[Any]) -> pd.Index[Any]:
    if isinstance(index, pd.RangeIndex):
        return index
    if isinstance(index, pd.CategoricalIndex):  # whose copy shares the categories
        buffers = Buffers()
        return unpack_index(pack_index(index, buffers), buffers.parts)
    return index.copy(deep=True)
