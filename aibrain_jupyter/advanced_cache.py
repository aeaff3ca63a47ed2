"""
The multi-level cache: memory over joblib.Memory over the source.

A look-up asks memory, then disk; the first entry young enough is the answer. How
young is for the one who asks (`max_age`), not for the one who stored: the TTL an
entry was stored with is its default in `get` and says when it may be cleaned up.
An entry that is too old stays until it is replaced: if the source then fails,
there is still something to look at.

Whatever goes wrong with the disk (full, read-only, not safe, a damaged entry) is
a miss and one warning; the answer comes from the source, never wrong and never
as an exception. Values are DataFrames and JSON-like data.
"""

from __future__ import annotations

import copy
import threading
import time
import weakref
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.cache.about import About, Entry, Kept, Level
from aibrain_jupyter.cache.cells import deep_copy
from aibrain_jupyter.cache.codec import SealedFile, seal
from aibrain_jupyter.cache.counters import Counters, with_rates
from aibrain_jupyter.cache.disk import DiskTier
from aibrain_jupyter.cache.flight import SingleFlight, never
from aibrain_jupyter.cache.freshness import Birth
from aibrain_jupyter.cache.keys import CacheKey, path_part, user_key
from aibrain_jupyter.cache.problems import (
    CacheWarning,
    DamagedError,
    NotStorableError,
    OtherFormatError,
    WarnOnce,
)
from aibrain_jupyter.shared.cache_manager import MemoryCache
from aibrain_jupyter.shared.config import get_settings, user_dir
from aibrain_jupyter.shared.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.cache.store import AibrainStore

__all__ = [
    "AdvancedCacheManager",
    "CacheKey",
    "CacheWarning",
    "Entry",
    "get_advanced_stats",
    "get_cache_manager",
]

_DEFAULT_TTL_S = 3600.0
# What reading an entry can raise that was written whole, but where pandas, pyarrow or the time
# zones are not those of the writer.
_UNREADABLE = (OtherFormatError, ImportError, ValueError, TypeError, LookupError, AttributeError)


class AdvancedCacheManager:
    """
    The cache of one folder.

    Args:
        default_ttl: Seconds an entry of `set` lives when it does not say otherwise.

        enable_disk_cache: Whether entries outlive the process.

        directory: The folder; without one, the user's cache folder. Made on first use, for its
            owner only.

        memory_limit_bytes: Size of the memory tier.

        disk_limit_bytes: Size of the disk tier.
    """

    def __init__(
        self,
        default_ttl: float = _DEFAULT_TTL_S,
        enable_disk_cache: bool = True,
        *,
        directory: Path | None = None,
        memory_limit_bytes: int = 256 << 20,
        disk_limit_bytes: int = 1 << 30,
    ) -> None:
        self.default_ttl = default_ttl
        self.directory = directory or user_dir("cache")
        self._flight = SingleFlight()
        self._warnings = WarnOnce()
        self._counters = Counters()
        self._disk: DiskTier | None = None
        if enable_disk_cache:
            self._disk = DiskTier(
                self.directory, disk_limit_bytes, counters=self._counters, warnings=self._warnings
            )
        self._tier: MemoryCache[Kept] = MemoryCache(
            memory_limit_bytes, on_evict=partial(self._counters.add, "evictions")
        )
        # Runs when the manager goes away and when the process ends.
        weakref.finalize(self, self._counters.write)

    # By name, as in the simplest use.

    def get(self, key: str | CacheKey, default: Any = None) -> Any:
        """Return the value if it is younger than the TTL it was stored with, else `default`."""
        entry = self._find(user_key(key), max_age=None)
        return default if entry is None else entry.value

    def set(
        self,
        key: str | CacheKey,
        value: Any,
        ttl: float | None = None,
        tags: Sequence[str] = (),
    ) -> None:
        """Keep a value for `ttl` seconds (without one: `default_ttl`)."""
        seconds = self.default_ttl if ttl is None else ttl
        meta = {"tags": list(tags)} if tags else {}
        self.store(user_key(key), value, meta=meta, ttl=seconds)

    def delete(self, key: str | CacheKey) -> bool:
        """Remove an entry; tell whether there was one."""
        full_key = user_key(key)
        was_in_memory = self._tier.discard(full_key.digest)
        store = self._store()
        return (store is not None and store.remove(full_key.call_id)) or was_in_memory

    def clear(self) -> None:
        """Remove every entry, also those of functions decorated with `memory`."""
        self._tier.clear()
        if self.memory is not None:
            self.memory.clear(warn=False)

    # By full key, as the runs use it.

    def look_up(self, key: CacheKey, *, max_age: float) -> Entry | None:
        """
        Return the entry if it is at most `max_age` seconds old, else None.

        Every call counts as exactly one memory hit, disk hit or miss.
        """
        return self._find(key, max_age=max_age)

    def would_hit(self, key: CacheKey, *, max_age: float) -> bool:
        """Tell whether `look_up` would find an entry now; counts as no look-up."""
        return any(kept.about.birth.is_within(max_age) for _, kept in self._candidates(key))

    def store(
        self,
        key: CacheKey,
        value: Any,
        *,
        meta: Mapping[str, Any],
        ttl: float,
        cost_s: float = 0.0,
    ) -> None:
        """
        Keep a copy of a value that was collected just now.

        Args:
            key: What it is found by.

            value: A DataFrame or JSON-like data. What would not come back from disk exactly is
                kept in memory only, with one `CacheWarning` per tool.

            meta: What the caller wants back with it (JSON-like).

            ttl: Seconds after which it may be cleaned up.

            cost_s: Seconds it took to collect: what a hit saves.
        """
        try:
            sealed = seal(value)
            own_meta = deep_copy(dict(meta))
        except NotStorableError as exc:
            self._warn_unstorable(key, f"not kept: {exc.what}")
            return
        about = About(key.labels, Birth(time.time()), ttl, cost_s, own_meta)
        self._tier.put(key.digest, Kept(about, sealed))
        self._counters.add("stores")
        store = self._store()
        if store is None:
            return
        try:
            self._counters.add("evictions", store.write(key.call_id, sealed, about))
            return
        except NotStorableError as exc:
            self._warn_unstorable(key, f"kept in memory only: {exc.what}")
        except OSError as exc:
            self._warnings.warn(
                "write",
                f"Results are kept in memory only: {self.directory} cannot be written"
                f" ({exc.strerror or exc}).",
            )
        # What an earlier call left there is older than what memory has now.
        store.remove(key.call_id)

    @contextmanager
    def single_flight(
        self, key: CacheKey, *, is_over: Callable[[], bool] = never
    ) -> Iterator[None]:
        """
        Let one thread of this process at a time in: look up inside, and fetch on a miss.

        Args:
            key: What is fetched.

            is_over: Tells whether this fetch was given up; nobody waits for it then, nor does it
                wait for others.
        """
        with self._flight.hold(key.digest, is_over=is_over):
            yield

    def invalidate(
        self,
        *,
        tool: str | None = None,
        account: str | None = None,
        region: str | None = None,
        service: str | None = None,
        older_than: float | None = None,
    ) -> int:
        """
        Remove the entries that fit all that is given; return how many.

        Args:
            tool, account, region, service: Exact names; None fits every one, "" only the entries
                that have none.

            older_than: Age in seconds; entries stamped in the future count as older.
        """
        wanted = {"tool": tool, "account": account, "region": region, "service": service}

        def fits(about: About) -> bool:
            return all(
                value is None or about.labels[name] == value for name, value in wanted.items()
            ) and (older_than is None or not about.birth.is_within(older_than))

        removed = {
            key for key, kept in self._tier.items() if fits(kept.about) and self._tier.discard(key)
        }
        store = self._store()
        if store is not None:
            parts = ["*" if value is None else path_part(value) for value in wanted.values()]
            pattern = "" if set(parts) == {"*"} else "/".join(parts)
            removed |= {
                entry.call_id[1]
                for entry in store.entries(pattern)
                if fits(entry.about) and store.remove(entry.call_id)
            }
        return len(removed)

    # What there is, and what it was good for.

    def entries(self) -> pd.DataFrame:
        """Return one row per entry, newest first; columns as in `cache.listing.listing`."""
        from aibrain_jupyter.cache.listing import Listed, listing

        store = self._store()
        on_disk = {} if store is None else {e.call_id[1]: e for e in store.entries()}
        in_memory = dict(self._tier.items())
        found = [
            Listed(e.about, e.size_bytes, e.rows, "memory+disk" if key in in_memory else "disk")
            for key, e in on_disk.items()
        ]
        found += [
            Listed(kept.about, kept.size_bytes, kept.sealed.rows, "memory")
            for key, kept in in_memory.items()
            if key not in on_disk
        ]
        return listing(found)

    def get_advanced_stats(self) -> dict[str, Any]:
        """
        Return the counts of all processes that used this folder, and what it holds now.

        ``memory_hits``, ``disk_hits``, ``misses`` (every look-up is one of the three),
        ``expired`` (misses that found an entry too old), ``corrupt`` (entries that were damaged,
        foreign or of another format), ``stores``, ``evictions``; ``overall_hit_rate``,
        ``memory_hit_rate`` (of all look-ups) and ``disk_hit_rate`` (of those that memory could not
        answer), 0 to 1; ``time_saved_s``; ``memory_entries``, ``memory_bytes``, ``disk_entries``,
        ``disk_bytes``; ``disk_enabled``.
        """
        store = self._store()
        disk_entries, disk_bytes = (0, 0) if store is None else store.usage()
        return {
            **with_rates(self._counters.values()),
            "memory_entries": len(self._tier),
            "memory_bytes": self._tier.size_bytes,
            "disk_entries": disk_entries,
            "disk_bytes": disk_bytes,
            "disk_enabled": store is not None,
        }

    @property
    def memory(self) -> Any:
        """The ``joblib.Memory`` of the disk tier, to decorate functions with; None without one."""
        return None if self._disk is None else self._disk.memory

    def _store(self) -> AibrainStore | None:
        return None if self._disk is None else self._disk.store

    def _find(self, key: CacheKey, *, max_age: float | None) -> Entry | None:
        found_too_old = False
        for source, kept in self._candidates(key):
            about = kept.about
            age = about.birth.age_s()
            if age is None or age > (about.ttl_s if max_age is None else max_age):
                found_too_old = True
                continue
            try:
                value = kept.sealed.open()
            except _UNREADABLE as exc:
                self._note_unusable(exc)
                continue
            self._keep_at_hand(key, source, kept, value)
            self._counters.add(f"{source}_hits")
            self._counters.add("time_saved_s", about.cost_s)
            return Entry(value, copy.deepcopy(about.meta), about.birth.moment, age, source)
        self._counters.add("misses")
        if found_too_old:
            self._counters.add("expired")
        return None

    def _candidates(self, key: CacheKey) -> Iterator[tuple[Level, Kept]]:
        kept = self._tier.get(key.digest)
        if kept is not None:
            yield "memory", kept
        # Another process may have stored a younger one.
        store = self._store()
        if store is None:
            return
        try:
            kept = store.read(key.call_id)
        except (DamagedError, OtherFormatError) as exc:
            self._note_unusable(exc)
            return
        if kept is not None:
            yield "disk", kept

    def _keep_at_hand(self, key: CacheKey, source: Level, kept: Kept, value: Any) -> None:
        if source == "disk":
            self._tier.put(key.digest, kept)
        elif isinstance(kept.sealed, SealedFile):
            self._tier.put(key.digest, Kept(kept.about, seal(value)))

    def _note_unusable(self, exc: Exception) -> None:
        self._counters.add("corrupt")
        if not isinstance(exc, OtherFormatError):  # expected after an upgrade
            self._warnings.warn(
                "damaged", f"A cached result could not be used and is fetched again. {exc}"
            )

    def _warn_unstorable(self, key: CacheKey, text: str) -> None:
        self._warnings.warn(f"unstorable {key.tool}", f"Results of {key.tool} are {text}")


_process_lock = threading.Lock()
_process_manager: AdvancedCacheManager | None = None
_process_settings: tuple[Any, ...] = ()


def get_cache_manager() -> AdvancedCacheManager:
    """Return the cache of this process, made from the settings and made anew when they change."""
    global _process_manager, _process_settings
    settings = get_settings()
    names = ("cache", "cache_dir", "memory_limit_mb", "disk_limit_mb", "ttl")
    use_disk, folder, memory_mb, disk_mb, ttl = (settings.get(name) for name in names)
    directory = Path(folder).expanduser() if folder else user_dir("cache")
    wanted = (use_disk, directory, memory_mb, disk_mb, ttl)
    with _process_lock:
        if _process_manager is None or wanted != _process_settings:
            _process_settings = wanted
            _process_manager = AdvancedCacheManager(
                parse_duration(ttl, name="ttl") if ttl else _DEFAULT_TTL_S,
                use_disk,
                directory=directory,
                memory_limit_bytes=memory_mb << 20,
                disk_limit_bytes=disk_mb << 20,
            )
        return _process_manager


def get_advanced_stats() -> dict[str, Any]:
    """Return the statistics of this process's cache."""
    return get_cache_manager().get_advanced_stats()
