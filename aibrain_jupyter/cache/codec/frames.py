"""
DataFrames as the cache keeps them: out of the user's reach, and exact on disk.

A deep copy is not enough to hand out: nested lists and dicts, the index, the
column labels and the categories stay shared with it, and pandas lets a user
write through ``.array`` into all of them. So nested columns are kept packed, and
their place in the kept frame is empty: a hit is a deep copy of the frame as a
whole, with labels of its own and the nested cells filled in. Frames with
categories are put together column by column.
"""

from __future__ import annotations

import copy
import datetime as dt
import decimal
import uuid
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from aibrain_jupyter.cache.codec import nested
from aibrain_jupyter.cache.codec.arrays import (
    object_array,
    pack_array,
    pack_index,
    unpack_array,
    unpack_index,
)
from aibrain_jupyter.cache.codec.cells import (
    Buffer,
    Buffers,
    MemoryCells,
    Spec,
    deep_copy,
    pack_for_memory,
)
from aibrain_jupyter.cache.codec.collector_pause import paused_collector
from aibrain_jupyter.cache.codec.quick_copy import (
    QuickCopier,
    assemble,
    copy_array,
    copy_index,
    is_usable,
)
from aibrain_jupyter.cache.problems import OtherFormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Dtypes are rebuilt by the pandas that reads: another major version would give other ones.
PANDAS_MAJOR = pd.__version__.partition(".")[0]

_FEW_ROWS = 1000
"""Up to so many rows make too few objects for the garbage collector to come into the way."""

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
    """A frame of our own: nested columns are packed, by position, and empty in `frame`."""

    frame: pd.DataFrame
    nested: dict[int, MemoryCells]
    attrs: dict[Any, Any]
    copier: QuickCopier | None
    size_bytes: int

    @property
    def rows(self) -> int | None:
        """How many rows the frame has."""
        return len(self.frame.index)

    @classmethod
    def of(cls, frame: pd.DataFrame) -> SealedFrame:
        """
        Seal a copy of `frame`.

        Raises:
            NotStorableError: a cell can be neither packed nor copied.
        """
        packed: dict[int, MemoryCells] = {}
        dtypes = list(frame.dtypes)
        for position, dtype in enumerate(dtypes):
            if isinstance(dtype, np.dtype) and dtype.kind == "O":
                cells = frame.iloc[:, position].tolist()
                if not set(map(type, cells)) <= _UNCHANGEABLE:
                    packed[position] = pack_for_memory(cells)
        empty = {position: [None] * len(frame.index) for position in packed}
        own = _rebuilt(frame, empty)
        if all(dtype.isnative for dtype in dtypes if isinstance(dtype, np.dtype)):
            # The second copy puts columns of one dtype together; else each hit would. Those of
            # foreign byte order would become native ones among columns of the same name.
            own = own.copy(deep=True)
        size = int(own.memory_usage(deep=True).sum())
        size += sum(cells.size_bytes for cells in packed.values())
        has_categories = any(isinstance(dtype, pd.CategoricalDtype) for dtype in dtypes)
        is_quick = not has_categories and own.flags.allows_duplicate_labels and is_usable()
        copier = QuickCopier(own) if is_quick else None
        size += copier.size_bytes if copier else 0
        return cls(own, packed, deep_copy(frame.attrs), copier, size)

    def open(self) -> pd.DataFrame:
        """Return a new frame, writable and independent of every other."""
        if self.nested:
            with paused_collector if len(self.frame.index) > _FEW_ROWS else nullcontext():
                frame = self._filled({at: cells.unpack() for at, cells in self.nested.items()})
        else:
            frame = self._filled({})
        if self.attrs:
            frame.attrs = copy.deepcopy(self.attrs)
        return frame

    def describe(self, buffers: Buffers) -> Spec:
        """
        Describe the frame for the disk.

        Raises:
            NotStorableError: a part of it would not come back exactly.
        """
        columns: list[Spec] = []
        for position in range(self.frame.shape[1]):
            cells = self.nested.get(position)
            if cells is None:
                columns.append(pack_array(self.frame.iloc[:, position].array, buffers))
            else:
                columns.append({"kind": "objects", **buffers.add_cells(cells.as_json())})
        attrs, has_tags = nested.dumps(self.attrs)
        return {
            "kind": "frame",
            "pandas": PANDAS_MAJOR,
            "rows": self.rows,
            "columns": columns,
            "labels": pack_index(self.frame.columns, buffers),
            "index": pack_index(self.frame.index, buffers),
            "attrs": [attrs.decode(), has_tags],
            "unique_labels": not self.frame.flags.allows_duplicate_labels,
        }

    def _filled(self, unpacked: dict[int, list[Any]]) -> pd.DataFrame:
        if self.copier is None:
            return _rebuilt(self.frame, unpacked)
        return self.copier.copy(unpacked)


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


def _rebuilt(frame: pd.DataFrame, unpacked: dict[int, list[Any]]) -> pd.DataFrame:
    """Return a copy put together from its columns, those given by position instead of its own."""
    arrays = [
        object_array(unpacked[position])
        if position in unpacked
        else copy_array(frame.iloc[:, position].array)
        for position in range(frame.shape[1])
    ]
    return _build(
        arrays,
        index=copy_index(frame.index),
        labels=copy_index(frame.columns),
        has_unique_labels=not frame.flags.allows_duplicate_labels,
    )


def _build(
    arrays: list[Any], *, index: pd.Index[Any], labels: pd.Index[Any], has_unique_labels: bool
) -> pd.DataFrame:
    if arrays and not has_unique_labels and is_usable():
        return assemble(arrays, index, labels)
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
