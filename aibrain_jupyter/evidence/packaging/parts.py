"""Parts: items put together so that no zip is larger than was asked for; none is ever split."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.evidence.packaging.bag import chunks_of, is_stored
from aibrain_jupyter.shared.error_handler import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from aibrain_jupyter.evidence.packaging.contents import Entry, PackedItem

_FRAME: Final = 30 + 46 + 66 + 24
"""Bytes of a zip's two headers, a manifest's line and an extra field, beside the path."""
_MARGIN: Final = 8192


def parts_of(
    packed: Sequence[PackedItem], fixed: Sequence[Entry], most: int | None
) -> list[list[PackedItem]]:
    """
    Return the items of each part, in their order.

    Args:
        packed: The items.

        fixed: What every part has: index, ledger, verifier.

        most: Bytes of a zip at the most; None: one part.

    Raises:
        EvidenceError: one item alone is larger.
    """
    if most is None:
        return [list(packed)]
    room = most - _MARGIN - sum(map(_packed_size, fixed)) * 51 // 50
    parts: list[list[PackedItem]] = []
    left = 0
    for one in packed:
        size = sum(map(_packed_size, one.entries))
        if size > room:
            raise EvidenceError(
                f"No package was made: {one.item.id} alone is larger than a part may be.",
                why=f"It has {size:,} bytes packed; {max(room, 0):,} of {most:,} are left for it "
                "beside index, ledger and verifier.",
                next_steps=["Allow more: --max-size 100MB", "Leave raw answers out."],
                facts={"item": one.item.id, "status": "2"},
            )
        if not parts or size > left:
            parts.append([])
            left = room
        parts[-1].append(one)
        left -= size
    return parts


def names_of_parts(file: Path, count: int) -> list[Path]:
    """Return the files of a package: its own name, or ``NAME-part1of3.zip`` and so on."""
    if count == 1:
        return [file]
    return [file.with_name(f"{file.stem}-part{n}of{count}.zip") for n in range(1, count + 1)]


def _packed_size(entry: Entry) -> int:
    """Return how large an entry is in a zip, read through once."""
    frame = _FRAME + 4 * len(entry.path)
    if is_stored(entry.path):
        return entry.length + frame
    return _deflated(chunks_of(entry)) + frame


def _deflated(chunks: Iterable[bytes]) -> int:
    deflate, size = zlib.compressobj(wbits=-15), 0
    for chunk in chunks:
        size += len(deflate.compress(chunk))
    return size + len(deflate.flush())
