"""A file of this computer as it was looked at: its hashes, and whether it is still the same."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from aibrain_jupyter.sharepoint.errors import ChangedMeanwhileError
from aibrain_jupyter.sharepoint.quickxor import QuickXor

if TYPE_CHECKING:
    from pathlib import Path

    from aibrain_jupyter.sharepoint.library import Entry

_READ: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """
    A file to send: its place here, its `path` in the library, and what it is now.

    `mark` tells whether it is still that file: a change while it is sent must not get there half.
    """

    file: Path
    path: str
    size: int
    hash: str
    sha256: str
    mark: tuple[int, ...] = ()

    @classmethod
    def of(cls, file: Path, path: str) -> Source:
        """Read a file."""
        found, sha256 = QuickXor(), hashlib.sha256()
        with file.open("rb") as opened:
            mark = _mark_of(opened)
            while chunk := opened.read(_READ):
                found.update(chunk)
                sha256.update(chunk)
        digests = found.digest, sha256.hexdigest()
        return cls(file, path.strip("/"), found.length, *digests, mark)

    def is_in(self, entry: Entry | None) -> bool:
        """Tell whether an entry has the same contents."""
        if entry is None or entry.is_folder or entry.size != self.size:
            return False
        # Nothing is equal to nothing: an empty file may have no hash there.
        return entry.hash == self.hash or not (self.size or entry.hash)

    def read(self, first: int, most: int) -> bytes:
        """
        Return bytes of it.

        Raises:
            ChangedMeanwhileError: it is no longer the file that was looked at.
        """
        with self.file.open("rb") as file:
            file.seek(first)
            data = file.read(most)
            is_same = _mark_of(file) == self.mark and len(data) == min(most, self.size - first)
        if not is_same:
            raise ChangedMeanwhileError(
                f"{self.file} was changed while it was sent; nothing of it is there.",
                next_steps=["Wait until it is written, then run the cell again."],
            )
        return data


def _mark_of(file: IO[bytes]) -> tuple[int, ...]:
    about = os.fstat(file.fileno())
    return about.st_size, about.st_mtime_ns, about.st_ino
