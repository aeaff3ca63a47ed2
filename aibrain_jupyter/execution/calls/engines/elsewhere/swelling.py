"""
How large what a letter describes would become, and whether its texts are some.

A letter whose writer knows the key may describe a terabyte in a hundred bytes: a beginning that all
texts have, one text for a million rows, one buffer a thousand times. An honest one becomes a few
times larger. What is counted are bytes of memory, about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.cache.codec.cells import cells_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.cache.codec.cells import Buffer, Spec

ANY_MAY: Final = 2**30
"""Bytes that any letter may become."""
TIMES: Final = 100
"""How many times larger than itself a letter may become beyond: columns of one text do so."""
_EACH: Final = 8
"""Bytes of memory for a row, and for each byte of JSON that describes an object."""


class SwellingError(ValueError):
    """What a letter describes would be far larger than the letter."""


def refuse_swelling(frames: Sequence[Spec], buffers: Sequence[Buffer], size: int) -> None:
    """
    Look what frames would become that stand in a letter of so many bytes.
    Raises SwellingError; TypeError, KeyError, IndexError, ValueError: they are no frames.
    """
    room = max(ANY_MAY, TIMES * size)
    for spec in frames:
        for part in (spec["index"], spec["labels"], *spec["columns"]):
            room -= _size(part.get("array", part), buffers, room)
            if room < 0:
                raise SwellingError("what it describes is far larger than it is")


def check_texts(frame: pd.DataFrame) -> None:
    """Raise ValueError where a text of a frame is none, or lies beyond what was sent."""
    for _, column in frame.items():
        texts = getattr(column.array, "_pa_array", None)
        if texts is not None:
            texts.validate(full=True)


def _size(spec: Spec, buffers: Sequence[Buffer], room: int) -> int:
    """Return what an index or a column would become."""
    if "range" in spec:
        return _EACH * len(range(*spec["range"]))
    kind = spec["kind"]
    if kind == "arrow":
        return int(spec["size"]) + _EACH * len(buffers[spec["lengths"]])
    if kind == "categories":
        return sum(_size(spec[one].get("array", spec[one]), buffers, room) for one in _CATEGORIES)
    if kind == "text" and "joined" in spec:
        texts = bytes(buffers[spec["joined"]]).split(b"\0")
        sizes = [len(spec["prefix"]) + len(text) for text in texts]
    elif kind in ("text", "objects"):
        size = _EACH * sum(len(buffers[number]) for number in spec["chunks"])
        if "numbers" not in spec or size > room:
            return size
        sizes = [len(text) for text in cells_of(spec, buffers).unpack()]
    else:
        return len(buffers[spec["values"]])
    return _EACH * len(sizes) + _sum(sizes, spec.get("numbers"), buffers)


_CATEGORIES: Final = ("codes", "categories")


def _sum(sizes: Sequence[int], numbers: Mapping[str, Any] | None, buffers: Sequence[Buffer]) -> int:
    """Return the size of all texts; with `numbers` of those that stand at these places."""
    if numbers is None:
        return sum(sizes)
    import numpy as np

    found = np.frombuffer(buffers[numbers["values"]], dtype=numbers["dtype"])
    counts = np.bincount(found, minlength=len(sizes)).tolist()
    return sum(count * (size + _EACH) for count, size in zip(counts, sizes, strict=True))
