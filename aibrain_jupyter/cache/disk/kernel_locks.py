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


def take(folder: Path, key: str) -> BaseFileLock | None:
    """
    Return the lock of `key` in a folder, or None while somebody else has it.
    Raises OSError: files cannot be made or locked there.
    """
    from filelock import FileLock, Timeout

    make_folders(folder)
    # Of the process, not of a thread: a watcher lets go of a fetch that was given up.
    lock = FileLock(folder / f"{key}.lock", mode=0o600, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None
    return lock


def release(lock: BaseFileLock) -> None:
    """Let the next one in."""
    # Before it is let go of: afterwards it may be another's. On Windows filelock does it.
    with contextlib.suppress(OSError):
        Path(lock.lock_file).unlink()
    with contextlib.suppress(OSError):
        lock.release()
