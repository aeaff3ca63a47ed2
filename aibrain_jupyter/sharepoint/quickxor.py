"""
quickXorHash, the one hash that SharePoint gives for every file.

Byte `i` is put over a state of 160 bits, turned by 11 bits a byte; so all bytes whose places differ
by 160 meet at the same bits, and a file may be folded into one row of 160 bytes first. The length
goes over the last 64 bits.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

_BITS: Final = 160
_ROW: Final = 160
_STEP: Final = 11
_CHUNK: Final = 1 << 20


class QuickXor:
    """A hash in the making: `update` it, then read `digest`."""

    def __init__(self) -> None:
        self._row = np.zeros(_ROW // 8, dtype="<u8")
        self.length = 0

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Take further bytes in."""
        before = self.length % _ROW
        after = -(before + len(data)) % _ROW
        whole = b"".join((bytes(before), data, bytes(after)))
        self._row ^= np.bitwise_xor.reduce(np.frombuffer(whole, "<u8").reshape(-1, _ROW // 8))
        self.length += len(data)

    @property
    def digest(self) -> str:
        """The hash so far in base64, as Graph writes it."""
        state = 0
        for place, byte in enumerate(self._row.tobytes()):
            state ^= byte << (place * _STEP % _BITS)
        state = (state & ((1 << _BITS) - 1)) ^ (state >> _BITS)
        state ^= (self.length & ((1 << 64) - 1)) << (_BITS - 64)
        return base64.b64encode(state.to_bytes(_BITS // 8, "little")).decode("ascii")


def quickxor(data: bytes) -> str:
    """Return the hash of bytes."""
    found = QuickXor()
    found.update(data)
    return found.digest


def quickxor_of(path: Path) -> str:
    """Return the hash of a file."""
    found = QuickXor()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.digest
