"""
Keeping the folder within its limits, from a thread of its own.

All that is needed stands in the directory: a file's modification time is when its
entry expires, its access time when it was last used. So a pass over 100 000
entries opens none of them and needs no index that could be wrong.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from aibrain_jupyter.cache.disk.folder import SUFFIX, TEMPORARY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEEP_EXPIRED_S: Final = 7 * 86_400.0
"""How long past their time entries stay: a longer ``--ttl`` or ``--stale`` may still want them."""

_ORPHAN_AGE_S: Final = 3600.0
EVICT_TO: Final = 0.9
"""A pass over the limit brings it down to this part of it; no entry may be larger than that."""
_EVERY_S: Final = 600.0
# Between so many files a nap: who waits for the interpreter gets it.
_NAP_EVERY: Final = 256
_NAP_S: Final = 0.001


class FileFacts(NamedTuple):
    """An entry's file as the directory has it."""

    path: str
    size: int
    used: float
    expires: float


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What a pass removed (`evicted`: for want of room) and what is left."""

    evicted: int
    expired: int
    entries: int
    size_bytes: int


def clean(
    root: str, *, limit_bytes: int, keep_unused_s: float, at_leisure: bool = False
) -> Cleaned:
    """
    Remove what is past its time, and for want of room what is expired or used least recently.

    Together the entries below `root` may take `limit_bytes` (0: no limit); one that nobody asks
    for is kept for `keep_unused_s`. `at_leisure` gives way to other threads again and again.
    """
    now = time.time()
    kept: list[FileFacts] = []
    expired = 0
    for number, facts in enumerate(_files(root, now)):
        if at_leisure and number % _NAP_EVERY == 0:
            time.sleep(_NAP_S)
        is_over = facts.expires + KEEP_EXPIRED_S < now or facts.used + keep_unused_s < now
        if is_over and _remove(facts.path):
            expired += 1
        else:
            kept.append(facts)
    size = sum(facts.size for facts in kept)
    evicted = 0
    if limit_bytes and size > limit_bytes:
        evicted, freed = _evict(kept, size - limit_bytes * EVICT_TO, now)
        size -= freed
    return Cleaned(evicted, expired, len(kept) - evicted, size)


def make_room(root: str, size: int) -> int:
    """
    Remove entries until a file of `size` bytes fits, the least useful first; return how many.

    None goes where all of them together would not be enough.
    """
    now = time.time()
    found = list(_files(root, now))
    if shutil.disk_usage(root).free + sum(facts.size for facts in found) < size:
        return 0
    return _evict(found, 2 * size, now)[0]  # so that the next ones fit as well


def measure(root: str) -> tuple[int, int]:
    """Return the number of entries and the bytes they take."""
    sizes = [facts.size for facts in _files(root, None)]
    return len(sizes), sum(sizes)


class Cleaner:
    """A daemon `thread` that calls `work` now and then, and soon after `request`."""

    def __init__(self, owner: object, work: Callable[[], None]) -> None:
        # The thread must not keep its owner alive, and ends with it.
        self._work = weakref.WeakMethod(work)
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self.thread: threading.Thread | None = None
        weakref.finalize(owner, self._wanted.set)

    def begin(self) -> None:
        """Start the thread, unless it runs (or ran in the process this one was forked from)."""
        if self.thread is not None and self.thread.is_alive():
            return
        with self._lock:
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(
                    target=_serve, args=(self._work, self._wanted), name="aibrain-clean"
                )
                self.thread.daemon = True
                self.thread.start()

    def request(self) -> None:
        """Ask for a pass now."""
        self.begin()
        self._wanted.set()


def _serve(work: weakref.WeakMethod[Callable[[], None]], wanted: threading.Event) -> None:
    while (function := work()) is not None:
        wanted.clear()
        function()
        del function
        wanted.wait(_EVERY_S)


def _files(root: str, now: float | None) -> Iterator[FileFacts]:
    """Give the entries below `root`; with `now`, remove what writers and readers left behind."""
    pending = [root]
    while pending:
        folder = pending.pop()
        is_empty = True
        try:
            found = os.scandir(folder)
        except OSError:
            continue
        with found:
            for entry in found:
                is_empty = False
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    elif entry.name.endswith(SUFFIX):
                        status = entry.stat(follow_symlinks=False)
                        yield FileFacts(
                            entry.path, status.st_size, status.st_atime, status.st_mtime
                        )
                    elif now is not None and entry.name.endswith(TEMPORARY):
                        status = entry.stat(follow_symlinks=False)
                        if status.st_mtime < now - _ORPHAN_AGE_S:
                            Path(entry.path).unlink()
        if is_empty and now is not None and folder != root:
            # Only one that has been empty for long: somebody may be about to write there.
            with contextlib.suppress(OSError):
                if Path(folder).stat().st_mtime < now - _ORPHAN_AGE_S:
                    Path(folder).rmdir()


def _evict(found: list[FileFacts], size: float, now: float) -> tuple[int, int]:
    """Remove files of that size, the least useful first; return how many, and their bytes."""
    evicted = freed = 0
    for facts in sorted(found, key=lambda facts: (facts.expires > now, facts.used)):
        if freed >= size:
            break
        evicted += _remove(facts.path)
        freed += facts.size
    return evicted, freed


def _remove(path: str) -> bool:
    try:
        os.unlink(path)  # noqa: PTH108 - texts, not paths: there may be 100 000
    except OSError:
        return False
    return True
