"""
Locks between kernels on one machine: a file for each key, locked by the system.

The system lets go of a lock when its holder ends, however it ends: nothing has to
be cleaned up after ``kill -9``, no process id is looked at and no heart beats. A
file is removed by who held it; whoever then gets the lock of a removed file
notices and takes the new one. Where files cannot be locked (Windows, some network
folders) there are no locks, and two kernels may ask for the same at once.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from aibrain_jupyter.cache.folder import make_folders

if TYPE_CHECKING:
    from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


class HeldLock:
    """A lock that this process holds."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the next one in."""
        with contextlib.suppress(OSError):
            self._path.unlink()
        # Said aloud, because a forked child has the file open as well.
        with contextlib.suppress(OSError):
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        os.close(self._descriptor)


class KernelLocks:
    """The locks in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, key: str) -> HeldLock | None:
        """
        Return the lock of `key`, or None while somebody else has it.

        Raises:
            OSError: files cannot be made or locked there.
        """
        if fcntl is None:
            raise OSError("this system has no flock")
        path = self._folder / f"{key}.lock"
        while True:
            descriptor = _open(path)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_still(path, descriptor):
                    return HeldLock(path, descriptor)
            except BlockingIOError:
                os.close(descriptor)
                return None
            except OSError:
                os.close(descriptor)
                raise
            os.close(descriptor)


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        make_folders(path.parent)
        return os.open(path, flags, 0o600)


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
