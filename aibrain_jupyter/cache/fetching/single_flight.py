"""
One fetch at a time for each key: in this process, and across the kernels of this machine.

A fetch that was given up (its run cancelled, its time over) may hang in a request for minutes
yet; nobody waits for it, neither here nor in another kernel. Whoever is over while waiting is
let in to find out by itself.

Kernels keep each other out by a file for each key, which is locked: by ``flock`` on Unix, by
filelock on Windows. The system lets go of a lock when its holder ends, however it ends: nothing has
to be cleaned up after ``kill -9``. A file is removed by who held it; whoever then gets the lock of
a removed file notices and takes the new one. Where files cannot be locked (some network folders)
there are no locks, and two kernels may ask for the same at once.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeAlias

from aibrain_jupyter.cache.disk.folder import make_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from filelock import BaseFileLock

_LOOK_UP_S: Final = 0.1
"""How often those who wait look whether somebody is over: no event tells of a deadline."""

_ASK_AGAIN_S: Final = 0.05
LONGEST_WAIT_S: Final = 300.0
"""How long another kernel is waited for; then the source is asked once more, which is no harm."""


def never() -> bool:
    """Tell that a fetch is not over: one that nobody can give up."""
    return False


class _Flight:
    def __init__(self, is_over: Callable[[], bool]) -> None:
        self.is_over = is_over
        self.has_ended = threading.Event()
        self.held: Held | None = None
        """The lock against other kernels, until `let_go`."""
        self._lock = threading.Lock()

    def let_go(self) -> None:
        """Release the lock, if it is still held."""
        with self._lock:
            held, self.held = self.held, None
        if held is not None:
            release_lock(held)


class SingleFlight:
    """The fetches under way by key, while they last; `locks` gives the folder of the locks."""

    def __init__(self, locks: Callable[[], Path | None] = lambda: None) -> None:
        self._locks = locks
        self._flights: dict[str, _Flight] = {}
        self._guard = threading.Lock()
        self._watch: threading.Thread | None = None

    @contextmanager
    def hold(self, key: str, *, is_over: Callable[[], bool] = never) -> Iterator[None]:
        """Be the only one in here for that key, save those for whom `is_over` is true."""
        own = _Flight(is_over)
        while (other := self._begin(key, own)) and not is_over():
            other.has_ended.wait(_LOOK_UP_S)
        try:
            self._lock_out_other_kernels(key, own)
            yield
        finally:
            self._end(key, own)

    @contextmanager
    def hold_if_free(self, key: str) -> Iterator[bool]:
        """Be the only one in here, or be told that somebody else is."""
        own = _Flight(never)
        if self._begin(key, own) is not None:
            yield False
            return
        try:
            yield self._lock_out_other_kernels(key, own, is_patient=False)
        finally:
            self._end(key, own)

    def _begin(self, key: str, own: _Flight) -> _Flight | None:
        """Take the key, or return who has it."""
        with self._guard:
            other = self._flights.get(key)
            if other is not None and not other.is_over():
                return other
            self._flights[key] = own
        if other is not None:
            other.let_go()
        return None

    def _end(self, key: str, own: _Flight) -> None:
        with self._guard:
            if self._flights.get(key) is own:
                del self._flights[key]
        own.let_go()
        own.has_ended.set()

    def _lock_out_other_kernels(self, key: str, own: _Flight, *, is_patient: bool = True) -> bool:
        folder = self._locks()
        if folder is None:
            return True
        give_up_at = time.monotonic() + LONGEST_WAIT_S
        while not own.is_over() and time.monotonic() < give_up_at:
            try:
                held = take_lock(folder, key)
            except OSError:
                return True  # no locks in this folder
            if held is not None:
                own.held = held
                if own.is_over is not never:
                    self._see_to_watch()
                return True
            if not is_patient:
                return False
            time.sleep(_ASK_AGAIN_S)
        return True

    def _see_to_watch(self) -> None:
        with self._guard:
            if self._watch is None or not self._watch.is_alive():
                self._watch = threading.Thread(
                    target=self._let_go_of_what_is_over, name="aibrain-flights", daemon=True
                )
                self._watch.start()

    def _let_go_of_what_is_over(self) -> None:
        """Look after the locks of fetches that are given up, while there are fetches."""
        while True:
            time.sleep(_LOOK_UP_S)
            with self._guard:
                flights = list(self._flights.values())
                if not flights:
                    self._watch = None
                    return
            for flight in flights:
                if flight.is_over():
                    flight.let_go()


if sys.platform == "win32":
    Held: TypeAlias = "BaseFileLock"

    def take_lock(folder: Path, key: str) -> Held | None:
        """
        Return the lock of `key` in a folder, or None while somebody else has it.
        Raises OSError: files cannot be made or locked there.
        """
        from filelock import FileLock, Timeout

        make_folders(folder)
        # Of the process, not of a thread: a watcher lets go of a fetch that was given up.
        lock = FileLock(folder / f"{key}.lock", thread_local=False, fallback_to_soft=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return None
        return lock

    def release_lock(lock: Held) -> None:
        """Let the next one in."""
        with suppress(OSError):
            lock.release()

else:
    import fcntl

    Held: TypeAlias = tuple[str, int]
    """The path of a file that is locked, and its descriptor."""

    # What filelock does, without its many ways: a lock is taken for every fetch.
    _FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW

    def take_lock(folder: Path, key: str) -> Held | None:
        """
        Return the lock of `key` in a folder, or None while somebody else has it.
        Raises OSError: files cannot be made or locked there.
        """
        path = f"{folder}{os.sep}{key}.lock"
        while True:
            try:
                descriptor = os.open(path, _FLAGS, 0o600)
            except FileNotFoundError:
                make_folders(folder)
                descriptor = os.open(path, _FLAGS, 0o600)
            _OPEN.add(descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(descriptor).st_nlink:
                    return path, descriptor
            except BlockingIOError:
                _close(descriptor)
                return None
            except OSError:
                _close(descriptor)
                raise
            _close(descriptor)  # it was removed meanwhile: the new one counts

    def release_lock(lock: Held) -> None:
        """Let the next one in."""
        path, descriptor = lock
        # Before it is let go of: afterwards it may be another's.
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108 - a text
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # whoever else has the descriptor
        _close(descriptor)

    _OPEN: Final[set[int]] = set()

    def _close(descriptor: int) -> None:
        _OPEN.discard(descriptor)
        os.close(descriptor)

    def _leave_to_parent() -> None:
        """A forked child has the locks open as well, and would keep them when its parent dies."""
        for descriptor in [*_OPEN]:
            _close(descriptor)

    os.register_at_fork(after_in_child=_leave_to_parent)
