"""
Object cells, packed: what the cache keeps of nested columns and of JSON-like results.

Packed cells are bytes, so nothing a user does to a value can reach them, and
their size is known exactly. In memory they are marshalled (three times as fast
to read as JSON, and read only from this process's own memory, never from a
file); on disk they are JSON. Both in pieces of `CHUNK_ROWS` cells: reading one
piece is one C call that keeps every other thread waiting. Cells that are plain
dicts and lists of texts and numbers, such as tags, are copied instead: that is
more than twice as fast as reading them from bytes.
"""

from __future__ import annotations

import copy
import marshal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from aibrain_jupyter.cache.codec import nested
from aibrain_jupyter.cache.problems import NotStorableError

if TYPE_CHECKING:
    from collections.abc import Sequence

CHUNK_ROWS: Final = 2000

_ATOMS = frozenset({str, int, float, bool, type(None)})
_MARK = "$"  # marks tagged values in JSON, see `nested`

Spec = dict[str, Any]
Buffer = bytes | memoryview


@dataclass(frozen=True, slots=True)
class PackedCells:
    """Cells as bytes: ``marshal`` holds JSON's types only, ``tagged`` is JSON with tags."""

    form: Literal["marshal", "json", "tagged"]
    chunks: tuple[Buffer, ...]

    @property
    def size_bytes(self) -> int:
        """What the cells take in memory."""
        return sum(len(chunk) for chunk in self.chunks)

    def unpack(self) -> list[Any]:
        """Return the cells as new objects."""
        cells: list[Any] = []
        for chunk in self.chunks:
            if self.form == "marshal":
                cells += marshal.loads(chunk)  # noqa: S302 - our own memory, never a file
            else:
                cells += nested.loads(chunk, has_tags=self.form == "tagged")
        return cells

    def as_json(self) -> PackedCells:
        """Return the same cells in the form that may be written to disk."""
        if self.form != "marshal":
            return self
        plain = (marshal.loads(chunk) for chunk in self.chunks)  # noqa: S302 - as above
        return PackedCells("json", tuple(nested.plain_to_json(cells) for cells in plain))


@dataclass(frozen=True, slots=True)
class ShallowCells:
    """Dicts and lists of unchangeable values (and cells that are such values), never handed out."""

    cells: list[Any]
    size_bytes: int

    @classmethod
    def of(cls, cells: Sequence[Any]) -> ShallowCells | None:
        """Return copies of the cells, or None if one is nested deeper."""
        size = 8 * len(cells)
        for cell in cells:
            kind = type(cell)
            if kind is dict:
                values = cell.values()
                if _MARK in cell or not all(type(name) is str for name in cell):
                    return None
            elif kind is list:
                values = cell
            elif kind in _ATOMS:
                values = ()
            else:
                return None
            for value in values:
                if type(value) not in _ATOMS:
                    return None
                size += sys.getsizeof(value)
            size += sys.getsizeof(cell)
        return cls(_copied(cells), size)

    def unpack(self) -> list[Any]:
        """Return the cells as new objects."""
        return _copied(self.cells)

    def as_json(self) -> PackedCells:
        """Return the same cells in the form that may be written to disk."""
        return PackedCells("json", tuple(map(nested.plain_to_json, _pieces(self.cells))))


def _copied(cells: Sequence[Any]) -> list[Any]:
    if set(map(type, cells)) == {dict}:
        return list(map(dict.copy, cells))
    return [cell.copy() if type(cell) in (dict, list) else cell for cell in cells]


@dataclass(frozen=True, slots=True)
class CopiedCells:
    """Cells that cannot be packed, kept as deep copies: they stay in memory."""

    cells: list[Any]
    why: str

    @property
    def size_bytes(self) -> int:
        """A guess: the cells without what they refer to, which nobody can tell."""
        return sum(sys.getsizeof(cell) for cell in self.cells)

    def unpack(self) -> list[Any]:
        """Return new deep copies."""
        return copy.deepcopy(self.cells)

    def as_json(self) -> PackedCells:
        """Refuse: the cells cannot be written exactly."""
        raise NotStorableError(self.why)


MemoryCells = PackedCells | ShallowCells | CopiedCells


class Buffers:
    """Collects the buffers of an entry and gives each its number."""

    def __init__(self) -> None:
        self.parts: list[Buffer] = []

    def add(self, part: Buffer) -> int:
        """Take a buffer and return its number."""
        self.parts.append(part)
        return len(self.parts) - 1

    def add_cells(self, cells: PackedCells) -> Spec:
        """Take the pieces of cells in a form for the disk; `cells_of` finds them again."""
        return {"form": cells.form, "chunks": [self.add(chunk) for chunk in cells.chunks]}


def cells_of(spec: Spec, buffers: Sequence[Buffer]) -> PackedCells:
    """Return the cells that `Buffers.add_cells` described."""
    form = spec["form"]
    if form not in ("json", "tagged"):
        raise ValueError(f"{form!r} is no form of cells on disk")
    return PackedCells(form, tuple(buffers[number] for number in spec["chunks"]))


def pack_for_memory(cells: Sequence[Any]) -> MemoryCells:
    """
    Pack cells for the memory tier.

    Raises:
        NotStorableError: a cell can be neither packed nor copied.
    """
    shallow = ShallowCells.of(cells)
    if shallow is not None:
        return shallow
    pieces = []
    has_tags = False
    try:
        for piece in _pieces(cells):
            plain, is_tagged = nested.to_plain(piece)
            pieces.append(plain)
            has_tags |= is_tagged
        if has_tags:
            return PackedCells("tagged", tuple(nested.plain_to_json(piece) for piece in pieces))
    except NotStorableError as exc:
        return CopiedCells(deep_copy(list(cells)), why=exc.what)
    return PackedCells("marshal", tuple(marshal.dumps(piece) for piece in pieces))


def pack_for_disk(cells: Sequence[Any]) -> PackedCells:
    """
    Pack cells as JSON.

    Raises:
        NotStorableError: a cell would not come back exactly.
    """
    packed = [nested.dumps(piece) for piece in _pieces(cells)]
    form: Literal["json", "tagged"] = "tagged" if any(tags for _, tags in packed) else "json"
    return PackedCells(form, tuple(data for data, _ in packed))


def deep_copy(value: Any) -> Any:
    """
    Return ``copy.deepcopy(value)``.

    Raises:
        NotStorableError: the value holds something that cannot be copied (a lock, a connection).
    """
    try:
        return copy.deepcopy(value)
    except (TypeError, ValueError, AttributeError, RecursionError) as exc:
        raise NotStorableError(f"The value cannot be copied: {exc}.") from exc


def _pieces(cells: Sequence[Any]) -> list[list[Any]]:
    return [list(cells[i : i + CHUNK_ROWS]) for i in range(0, len(cells), CHUNK_ROWS)]
