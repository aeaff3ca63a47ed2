"""
Locks between kernels on one machine: a file for each key, locked by the system.

filelock does the locking: ``flock`` on Unix, ``LockFileEx`` on Windows. The system
lets go of a lock when its holder ends, however it ends: nothing has to be cleaned up
after ``kill -9``. A file is removed by who held it; whoever then gets the lock of a
removed file is told by filelock, and takes the new one. Where files cannot be locked
(some network folders) there are no locks, and two kernels may ask for the same at once.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from aibrain_jupyter.cache.disk.folder import make_folders

if TYPE_CHECKING:
    from filelock import BaseFileLock


class HeldLock:
    """A lock that this process holds."""

    def __init__(self, lock: BaseFileLock) -> None:
        self._lock = lock

    def release(self) -> None:
        """Let the next one in."""
        # Before it is let go of: afterwards it may be another's. On Windows filelock does it.
        with contextlib.suppress(OSError):
            Path(self._lock.lock_file).unlink()
        with contextlib.suppress(OSError):
            self._lock.release()


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
        from filelock import FileLock, Timeout

        make_folders(self._folder)
        # Of the process, not of a thread: a watcher lets go of a fetch that was given up.
        lock = FileLock(
            self._folder / f"{key}.lock", mode=0o600, thread_local=False, fallback_to_soft=False
        )
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return None
        return HeldLock(lock)
