"""
The lock that writers of a store hold, taken to look at it in one moment.

It is the one `filelock` takes, by the standard library alone. Where it cannot be had (a read-only
copy, a store without it) the store is looked at as it is.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from aibrain_jupyter.evidence.verification.report import LOCK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WAIT_S = 60.0


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep writers out in here, for up to a minute's wait."""
    try:
        file = (folder / LOCK).open("r+b")
    except OSError:
        yield
        return
    with file:
        give_up = time.monotonic() + _WAIT_S
        while not _take(file) and time.monotonic() < give_up:
            time.sleep(0.01)
        yield  # closing the file lets go of it


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
