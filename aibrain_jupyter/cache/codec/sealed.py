"""
Values sealed for memory, described for disk, and read back.

A sealed value gives a new, independent value each time it is opened. Frames and
JSON-like values can also be described as JSON data and buffers for the disk;
anything else is kept in memory as a deep copy. pandas is imported only when
there is a frame: a value cannot be one while pandas is not loaded.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from aibrain_jupyter.cache.codec.cells import (
    Buffers,
    Cells,
    CopiedCells,
    Spec,
    cells_of,
    deep_copy,
    pack,
)
from aibrain_jupyter.cache.problems import NotStorableError
from aibrain_jupyter.shared.collector import paused_collector
from aibrain_jupyter.shared.frames.of_arrays import FrameOfArrays

if TYPE_CHECKING:
    from aibrain_jupyter.cache.codec.frames import SealedFrame

_SPEC_BYTES = 1_600
"""What the description of a frame, and of each of its columns, takes in memory at most."""
_JSON_LIKE = (dict, tuple, str, int, float, bool, type(None))


@dataclass(frozen=True, slots=True)
class SealedCells:
    """A JSON-like value: its items if it is a list, else itself as the only cell."""

    cells: Cells
    is_list: bool
    rows: int | None = None

    @property
    def size_bytes(self) -> int:
        return self.cells.size_bytes

    def open(self) -> Any:
        with paused_collector:
            cells = self.cells.unpack()
        return cells if self.is_list else cells[0]

    def describe(self, buffers: Buffers) -> Spec:
        return {**self.cells.describe(buffers), "is_list": self.is_list}


@dataclass(frozen=True, slots=True)
class SealedFile:
    """
    A value read from disk, or written there, and not asked for again yet: only its bytes.

    Sealing it would cost another pass over every cell; the value itself went to the user as it is.
    It is sealed when it is asked for again.
    """

    spec: Spec
    buffers: list[memoryview]
    size_bytes: int
    rows: int | None

    def open(self) -> Any:
        with paused_collector:
            if self.spec["kind"] == "frame":
                from aibrain_jupyter.cache.codec.frames import frame_from_spec

                return frame_from_spec(self.spec, self.buffers)
            cells = cells_of(self.spec, self.buffers).unpack()
        return cells if self.spec["is_list"] else cells[0]

    def describe(self, buffers: Buffers) -> Spec:
        buffers.parts += self.buffers
        return self.spec


Sealed: TypeAlias = "SealedCells | SealedFile | SealedFrame"
"""
A value out of the user's reach. `size_bytes` is what it takes in memory, `rows` None unless it is a
frame. `open` returns a new value, independent of every other (OtherFormatError: another major
version of pandas wrote it), `describe` describes it for the disk (NotStorableError: a part of it
would not come back exactly).
"""


def seal(value: Any, *, for_disk: bool = False) -> Sealed:
    """
    Return `value` sealed; the caller keeps the original and may change it.

    `for_disk` gives a frame in the form it is written in: most of what is fetched is never asked
    for again, and what is has its copy made then. Cells that are Python objects, which are read
    back sooner from the form they have in memory, and what the disk does not take, are sealed.
    Raises NotStorableError: the value can be neither packed nor copied.
    """
    if type(value) is FrameOfArrays:
        return _seal_arrays(value, for_disk=for_disk)
    pandas = sys.modules.get("pandas")
    if pandas is not None and type(value) is pandas.DataFrame:
        from aibrain_jupyter.cache.codec.frames import SealedFrame

        has_objects = for_disk and any(getattr(dtype, "hasobject", 0) for dtype in value.dtypes)
        if for_disk and not has_objects:
            buffers = Buffers()
            with suppress(NotStorableError):
                deep_copy(value.attrs)  # pandas does, for each of its columns
                spec = SealedFrame(value, {}, 0, len(value)).describe(buffers)
                return _described(spec, buffers, len(value))
        return SealedFrame.of(value)
    if type(value) is list:
        return SealedCells(pack(value), is_list=True)
    if issubclass(type(value), _JSON_LIKE):
        return SealedCells(pack([value]), is_list=False)
    why = f"A {type(value).__module__}.{type(value).__qualname__} cannot be stored."
    return SealedCells(CopiedCells([deep_copy(value)], why), is_list=False)


def _seal_arrays(value: FrameOfArrays, *, for_disk: bool) -> Sealed:
    """Return the same as for the frame of the arrays, which is made where it has to be."""
    from aibrain_jupyter.cache.codec.frames import spec_of_arrays

    has_objects = any(getattr(array.dtype, "hasobject", 0) for array in value.columns.values())
    if for_disk and not has_objects:
        with suppress(NotStorableError):
            return _described(*spec_of_arrays(value), value.rows)
    return seal(value.frame(), for_disk=for_disk)


def _described(spec: Spec, buffers: Buffers, rows: int) -> SealedFile:
    parts = [memoryview(part) for part in buffers.parts]
    size = sum(map(len, parts)) + _SPEC_BYTES * (len(spec["columns"]) + 1)
    return SealedFile(spec, parts, size, rows)
