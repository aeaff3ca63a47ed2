"""
The store of record on disk: a joblib store backend that loads no pickle.

``joblib.Memory(location, backend="aibrain")`` works with it like with its own
backend: functions can be decorated, ``clear`` and ``reduce_size`` do their work.
The manager calls `read` and `write` directly with a key of its own, because
joblib's binding and hashing of arguments is most of the time of a small hit.

One file per entry, ``<folder of the call>/<digest>.aib``. joblib's metadata file
is not written: it holds every argument in clear. A file's modification time is
when the entry expires and its access time when it was last used: ``cleaning``
needs no more. When it was collected stands in its header.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from joblib import register_store_backend
from joblib._store_backends import CacheItemInfo, StoreBackendBase, StoreBackendMixin

from aibrain_jupyter.cache.codec.sealed import seal
from aibrain_jupyter.cache.disk import cleaning, entry_file, folder
from aibrain_jupyter.cache.disk.signing import load_user_key
from aibrain_jupyter.cache.entries import About, Kept, entry_name
from aibrain_jupyter.cache.freshness import CLOCK_SLACK_S, Birth
from aibrain_jupyter.cache.problems import (
    DamagedError,
    NotStorableError,
    OtherFormatError,
    WarnOnce,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aibrain_jupyter.cache.codec.sealed import Sealed
    from aibrain_jupyter.cache.disk.entry_file import CallId

BACKEND = "aibrain"
# Writing the time of use at each hit would cost as much as the hit.
_TOUCH_AFTER_S = 600.0
# The background keeps the limit; a writer that outruns it by so much waits for it.
_OVERRUN = 1.1
_NEVER = 4_102_444_800.0  # 2100-01-01: file systems refuse the infinite
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
# So many headers take a few hundredths of a second.
_TELL_EVERY = 512
_KEEP_UNUSED_S = 90 * 86_400.0


class StoredEntry(NamedTuple):
    """An entry as its header describes it; `rows` is None unless it is a frame."""

    call_id: CallId
    about: About
    size_bytes: int
    rows: int | None


class AibrainStore(StoreBackendBase, StoreBackendMixin):  # type: ignore[misc]
    """
    Entries in files below `location`.

    Backend options: `limit_bytes` (0: none), `keep_unused_s` (how long an entry that nobody asks
    for is kept), `warnings` (a `WarnOnce` to share), `on_evict` (called with how many entries went
    for want of room).
    """

    _open_item = staticmethod(folder.open_private)
    _item_exists = staticmethod(os.path.exists)
    _move_item = staticmethod(os.replace)

    def configure(
        self, location: str, verbose: int = 0, backend_options: dict[str, Any] | None = None
    ) -> None:
        """
        Set the store up; joblib calls it.
        Raises DiskRefusedError: the folder or the user's key is not safe to use.
        """
        options = backend_options or {}
        self.location = location
        self.verbose = verbose
        self.compress = False
        self.mmap_mode = None
        self.limit_bytes: int = options.get("limit_bytes", 0)
        self.keep_unused_s: float = options.get("keep_unused_s", _KEEP_UNUSED_S)
        self.warnings: WarnOnce = options.get("warnings") or WarnOnce()
        self._on_evict: Callable[[int], None] = options.get("on_evict", lambda count: None)
        self._root, self._prefix = Path(location), os.path.join(location, "")  # noqa: PTH118
        folder.claim_folder(self._root)
        self._key = load_user_key()
        self._bytes = 0
        self._lock = threading.Lock()
        self._cleaner = cleaning.Cleaner(self, self.clean_at_leisure)

    # What the manager calls.

    def read(self, call_id: CallId) -> Kept | None:
        """
        Return the entry, or None when there is none (or it cannot be reached).

        Raises:
            DamagedError: the file is not what was written; it has been removed.
            OtherFormatError: the file has an old format; it has been removed.
        """
        name = self._name(call_id)
        try:
            data, status = folder.read_whole(name)
        except OSError:
            return None
        try:
            kept = entry_file.unpack(call_id, data, self._key, used=status.st_atime)
        except (DamagedError, OtherFormatError):
            self._remove(Path(name))
            raise
        used = max(time.time(), status.st_atime)
        # Also where the clock was set back: reading the file may have set its time of use back.
        if used - status.st_atime > _TOUCH_AFTER_S or used - time.time() > CLOCK_SLACK_S:
            with contextlib.suppress(OSError):
                os.utime(name, (used, status.st_mtime))
        return kept

    def write(self, call_id: CallId, sealed: Sealed, about: About) -> str:
        """
        Store an entry and return its name (see `entry_name`).

        Raises:
            NotStorableError: the value would not come back exactly, or leaves no room for others.
            OSError: the disk is full or read-only.
        """
        data, digest = entry_file.pack(call_id, about, sealed, self._key)
        if self.limit_bytes and len(data) > self.limit_bytes * cleaning.EVICT_TO:
            raise NotStorableError(
                f"{len(data):,} bytes are too many for a disk cache of {self.limit_bytes:,}."
            )
        name = self._name(call_id)
        times = (time.time(), max(0.0, min(about.birth.created + about.ttl_s, _NEVER)))
        replaced = 0
        with contextlib.suppress(OSError):
            replaced = os.stat(name).st_size  # noqa: PTH116 - a text
        try:
            folder.write_whole(name, data, times=times)
        except OSError as exc:
            if exc.errno not in _NO_SPACE or not self._make_room(len(data)):
                raise
            folder.write_whole(name, data, times=times)
        with self._lock:
            self._bytes += len(data) - replaced
            is_over = self.limit_bytes and self._bytes > self.limit_bytes
        if is_over:
            self._cleaner.request()
        elif (thread := self._cleaner.thread) is None or not thread.is_alive():
            self._cleaner.begin()
        if is_over and self._bytes > self.limit_bytes * _OVERRUN:
            self.clean()
        return entry_name(call_id, digest)

    def clean(self, *, at_leisure: bool = False) -> cleaning.Cleaned:
        """Keep the limits of size and age now; the background does it every ten minutes."""
        with self._lock:
            before = self._bytes
        cleaned = cleaning.clean(
            str(self._root),
            limit_bytes=self.limit_bytes,
            keep_unused_s=self.keep_unused_s,
            at_leisure=at_leisure,
        )
        with self._lock:
            # Other processes write here too, so the running total is only nearly right.
            # What was written during the pass may not have been seen by it.
            self._bytes = cleaned.size_bytes + max(self._bytes - before, 0)
        if cleaned.evicted:
            self._on_evict(cleaned.evicted)
        return cleaned

    def clean_at_leisure(self) -> None:
        """Do as `clean`, in the background."""
        self.clean(at_leisure=True)
        if self.limit_bytes and self._bytes > self.limit_bytes:
            self._cleaner.request()

    def remove(self, call_id: CallId) -> bool:
        """Remove an entry; tell whether there was one."""
        return self._remove(Path(self._name(call_id)))

    def entries(
        self, pattern: str = "", on_progress: Callable[[int, int], None] = folder.no_progress
    ) -> Iterator[StoredEntry]:
        """
        Give what the headers say of every entry, or of those in folders like `pattern`.

        Damaged entries and such of other formats are left out. `on_progress` is told now and then
        how many files of how many have been read.
        """
        places = self._root.glob(pattern) if pattern else [self._root]
        paths = [path for place in places for path in folder.entry_files(os.fspath(place))]
        for path in _told(paths, on_progress):
            with contextlib.suppress(OSError, DamagedError, OtherFormatError):
                call_id = self._call_id(path)
                about, rows, size = entry_file.peek(call_id, path, self._key)
                yield StoredEntry(call_id, about, size, rows)
        on_progress(len(paths), len(paths))

    def remove_all(self, on_progress: Callable[[int, int], None] = folder.no_progress) -> set[str]:
        """Remove every entry, whatever its header says; return the second parts of their names."""
        paths = _told(list(folder.entry_files(os.fspath(self._root))), on_progress)
        call_ids = map(self._call_id, paths)
        return {call_id[1] for call_id in call_ids if self.remove(call_id)}

    def usage(self) -> tuple[int, int]:
        """Return the number of entries and the bytes they take, counted now."""
        return cleaning.measure(str(self._root))

    # What joblib calls.

    def load_item(self, call_id: CallId, verbose: int = 0, **_: Any) -> Any:
        """Return the stored value; KeyError when there is none that can be trusted."""
        kept = self._read_or_none(call_id)
        if kept is None:
            raise KeyError(f"There is no entry {'/'.join(call_id)}.")
        return kept.sealed.open()

    def dump_item(self, call_id: CallId, item: Any, verbose: int = 0) -> None:
        """Store a value of a decorated function; what cannot be stored is warned of once."""
        labels = {"tool": call_id[0], "account": "", "region": "", "service": ""}
        about = About(labels=labels, birth=Birth(time.time()))
        try:
            self.write(_two(call_id), seal(item), about)
        except (NotStorableError, OSError) as exc:
            self.warnings.warn(f"dump {call_id[0]}", f"{call_id[0]} is not cached on disk: {exc}")

    def contains_item(self, call_id: CallId) -> bool:
        """Tell whether there is an entry that can be trusted."""
        return self._read_or_none(call_id) is not None

    def clear_item(self, call_id: CallId) -> None:
        """Remove an entry."""
        self.remove(call_id)

    def store_metadata(self, call_id: CallId, metadata: dict[str, Any]) -> None:
        """Keep nothing: joblib's metadata holds the arguments in clear."""

    def get_metadata(self, call_id: CallId) -> dict[str, Any]:
        """Return the time of storing for joblib's ``expires_after``; 0 when there is no entry."""
        kept = self._read_or_none(call_id)
        created = 0.0 if kept is None else kept.about.birth.created
        return {"time": created, "duration": 0.0, "input_args": {}}

    def get_items(self) -> list[Any]:
        """Return path, size and last use of every entry, for ``reduce_size``."""
        found = []
        for path in folder.entry_files(os.fspath(self._root)):
            with contextlib.suppress(OSError):
                status = os.stat(path)  # noqa: PTH116 - a text
                # joblib compares with its own naive local times.
                used = dt.datetime.fromtimestamp(status.st_atime)  # noqa: DTZ006
                found.append(CacheItemInfo(path, status.st_size, used))
        return found

    def create_location(self, location: str) -> None:
        """Make a folder for the owner only."""
        folder.make_folders(Path(location))

    def clear_location(self, location: str) -> None:
        """Remove an entry's file, a folder, or everything in the store."""
        path = Path(location)
        self._cleaner.request()  # which counts again
        if path != self._root:
            self._remove(path) if path.is_file() else shutil.rmtree(path, ignore_errors=True)
            return
        for child in list(path.iterdir()):
            shutil.rmtree(child, ignore_errors=True)

    def _name(self, call_id: CallId) -> str:
        # A text: paths take as long as the system does.
        return f"{self._prefix}{'/'.join(call_id)}{folder.SUFFIX}"

    def _call_id(self, path: str) -> CallId:
        within = path[len(os.fspath(self._root)) + 1 :].replace(os.sep, "/")
        place, _, name = within.rpartition("/")
        return place, name.removesuffix(folder.SUFFIX)

    def _read_or_none(self, call_id: CallId) -> Kept | None:
        try:
            return self.read(_two(call_id))
        except (DamagedError, OtherFormatError) as exc:
            self.warnings.warn("damaged", f"A cached result was not used: {exc.what}")
            return None

    def _remove(self, path: Path) -> bool:
        try:
            size = path.stat().st_size
            path.unlink()
        except OSError:
            return False
        with self._lock:
            self._bytes -= size
        return True

    def _make_room(self, size: int) -> bool:
        """Give up old entries for a new one on a full disk; tell whether there were any."""
        evicted = cleaning.make_room(str(self._root), size)
        if evicted:
            self._on_evict(evicted)
        return evicted > 0


def _told(paths: list[str], on_progress: Callable[[int, int], None]) -> Iterator[str]:
    for number, path in enumerate(paths):
        if number % _TELL_EVERY == 0:
            on_progress(number, len(paths))
        yield path


def _two(call_id: CallId) -> CallId:
    # joblib passes lists and tuples.
    return call_id[0], call_id[1]


register_store_backend(BACKEND, AibrainStore)
