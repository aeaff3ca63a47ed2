"""
Object cells, packed: what the cache keeps of nested columns and of JSON-like results.

Packed cells are bytes, so nothing a user does to a value can reach them, and
their size is known exactly. In memory they are marshalled (three times as fast
to read as JSON, and read only from this process's own memory, never from a
file); on disk they are JSON. Both in pieces of `CHUNK_ROWS` cells: reading one
piece is one C call that keeps every other thread waiting. Python's cyclic garbage
collector pauses meanwhile: unpacking makes many containers and drops none, and the
collector, which counts only what is made, would walk all of them again and again:
half to three quarters of the time for 20 000 rows and more.
"""

from __future__ import annotations

import copy
import marshal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from aibrain_jupyter.cache.codec import nested
from aibrain_jupyter.cache.codec.endless import refuse_endless
from aibrain_jupyter.cache.problems import EndlessError, NotStorableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHUNK_ROWS: Final = 2000

Spec = dict[str, Any]
Buffer = bytes | memoryview


class Buffers:
    """Collects the buffers of an entry and gives each its number."""

    def __init__(self) -> None:
        self.parts: list[Buffer] = []

    def add(self, part: Buffer) -> int:
        """Take a buffer and return its number."""
        self.parts.append(part)
        return len(self.parts) - 1


@dataclass(frozen=True, slots=True)
class PackedCells:
    """Cells as bytes: ``marshal`` holds JSON's types only, ``tagged`` is JSON with tags."""

    form: Literal["marshal", "json", "tagged"]
    chunks: tuple[Buffer, ...]

    @property
    def size_bytes(self) -> int:
        """What the cells take in memory."""
        return sum(map(len, self.chunks))

    def unpack(self) -> list[Any]:
        """Return the cells as new objects."""
        cells: list[Any] = []
        for chunk in self.chunks:
            if self.form == "marshal":
                cells += marshal.loads(chunk)  # noqa: S302 - our own memory, never a file
            else:
                cells += nested.loads(chunk, has_tags=self.form == "tagged")
        return cells

    def describe(self, buffers: Buffers) -> Spec:
        """Describe the cells for the disk; `cells_of` finds them again."""
        if self.form != "marshal":
            chunks = [buffers.add(chunk) for chunk in self.chunks]
            return {"kind": "objects", "form": self.form, "chunks": chunks}
        plain = (marshal.loads(chunk) for chunk in self.chunks)  # noqa: S302 - as above
        texts = tuple(nested.plain_to_json(cells) for cells in plain)
        return PackedCells("json", texts).describe(buffers)


@dataclass(frozen=True, slots=True)
class CopiedCells:
    """Cells that cannot be packed, kept as deep copies: they stay in memory."""

    cells: list[Any]
    why: str

    @property
    def size_bytes(self) -> int:
        """A guess: the cells without what they refer to, which nobody can tell."""
        return sum(map(sys.getsizeof, self.cells))

    def unpack(self) -> list[Any]:
        """Return new deep copies."""
        return copy.deepcopy(self.cells)

    def describe(self, buffers: Buffers) -> Spec:
        """Refuse: the cells cannot be written exactly."""
        raise NotStorableError(self.why)


Cells = PackedCells | CopiedCells


def pack(cells: Sequence[Any]) -> Cells:
    """
    Pack cells for the memory tier.
    Raises NotStorableError: a cell can be neither packed nor copied.
    """
    pieces = [list(cells[i : i + CHUNK_ROWS]) for i in range(0, len(cells), CHUNK_ROWS)]
    try:
        plain = [nested.to_plain(piece) for piece in pieces]
        if any(has_tags for _, has_tags in plain):
            return PackedCells("tagged", tuple(nested.plain_to_json(piece) for piece, _ in plain))
    except EndlessError:
        raise  # a copy of tuples that share their parts never ends either
    except NotStorableError as exc:
        return CopiedCells(deep_copy(list(cells)), why=exc.what)
    return PackedCells("marshal", tuple(marshal.dumps(piece) for piece, _ in plain))


def describe_cells(cells: Sequence[Any], buffers: Buffers) -> Spec:
    """
    Describe cells for the disk as `pack` and `PackedCells.describe` do, with nothing for memory.
    Raises NotStorableError: a cell would not come back exactly.
    """
    pieces = [list(cells[i : i + CHUNK_ROWS]) for i in range(0, len(cells), CHUNK_ROWS)]
    try:
        if all(map(nested.is_plain, pieces)):  # most are: then no copy is made
            texts = tuple(map(nested.plain_to_json, pieces))
            return PackedCells("json", texts).describe(buffers)
    except RecursionError:
        pass  # said below
    plain = [nested.to_plain(piece) for piece in pieces]
    form: Literal["json", "tagged"] = "tagged" if any(tags for _, tags in plain) else "json"
    texts = tuple(nested.plain_to_json(piece) for piece, _ in plain)
    return PackedCells(form, texts).describe(buffers)


def cells_of(spec: Spec, buffers: Sequence[Buffer]) -> PackedCells:
    """Return the cells that `PackedCells.describe` described."""
    form = spec["form"]
    if form not in ("json", "tagged"):
        raise ValueError(f"{form!r} is no form of cells on disk")
    return PackedCells(form, tuple(buffers[number] for number in spec["chunks"]))


_WORDS: Final = frozenset({str, int, float, bool, type(None)})


def copy_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return `deep_copy` of what is said of a value: words, lists and mappings of words, mostly.
    Raises NotStorableError: as `deep_copy`.
    """
    found: dict[str, Any] = {}
    for name, value in said.items():
        kind = type(value)
        if kind in _WORDS:
            found[name] = value
        elif kind is list and _WORDS.issuperset(map(type, value)):
            found[name] = value[:]
        elif kind is dict and _WORDS.issuperset(map(type, (*value, *value.values()))):
            found[name] = {**value}
        else:
            copied: dict[str, Any] = deep_copy(dict(said))
            return copied
    return found


def deep_copy(value: Any) -> Any:
    """
    Return ``copy.deepcopy(value)``.
    Raises NotStorableError: the value holds something that cannot be copied (a lock, a connection),
    or tuples that share their parts without end.
    """
    if type(value) is dict and not value:  # what most frames have for attributes
        return {}
    refuse_endless(value, is_copied=True)
    try:
        return copy.deepcopy(value)
    except Exception as exc:  # the user's objects: anything
        raise NotStorableError(
            f"The value cannot be copied: that raised {type(exc).__name__}."
        ) from exc
