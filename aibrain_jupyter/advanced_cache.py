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

import threading
import time
import weakref
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.cache import given
from aibrain_jupyter.cache.codec.cells import copy_of
from aibrain_jupyter.cache.codec.sealed import seal
from aibrain_jupyter.cache.counters import Counters, by_label, over_time, totals, with_rates
from aibrain_jupyter.cache.disk.clears import Clears
from aibrain_jupyter.cache.disk.folder import no_progress
from aibrain_jupyter.cache.disk.tier import DiskTier
from aibrain_jupyter.cache.entries import About, Entry, Kept
from aibrain_jupyter.cache.fetching.refresh import Refresher
from aibrain_jupyter.cache.fetching.refusals import Refusals
from aibrain_jupyter.cache.fetching.single_flight import SingleFlight, never
from aibrain_jupyter.cache.freshness import Birth
from aibrain_jupyter.cache.keys import CacheKey, user_key
from aibrain_jupyter.cache.look_up import NO_TEAM, Tiers
from aibrain_jupyter.cache.memory import MemoryCache
from aibrain_jupyter.cache.problems import CacheWarning, NotStorableError, WarnOnce
from aibrain_jupyter.cache.selection import Selection
from aibrain_jupyter.cache.why import explain
from aibrain_jupyter.shared.config import get_settings, user_dir
from aibrain_jupyter.shared.error_handler import CacheError
from aibrain_jupyter.shared.texts.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    import pandas as pd

    from aibrain_jupyter.cache.disk.store import AibrainStore
    from aibrain_jupyter.cache.disk.team import TeamShelf

__all__ = [
    "AdvancedCacheManager",
    "CacheKey",
    "CacheWarning",
    "Entry",
    "get_advanced_stats",
    "get_cache_manager",
]

_DEFAULT_TTL_S = 3600.0


class AdvancedCacheManager:
    """
    The cache of one folder.

    `default_ttl` is how many seconds an entry of `set` lives when it does not say otherwise; with
    `enable_disk_cache` entries outlive the process. `directory` (None: the user's cache folder) is
    made on first use, for its owner only. `team` is a team's folder and its key file, read after
    the disk and never written (``cache/disk/team.py``); one that is not safe or not there is left
    out, with a warning.
    """

    def __init__(
        self,
        default_ttl: float = _DEFAULT_TTL_S,
        enable_disk_cache: bool = True,
        *,
        directory: Path | str | None = None,
        memory_limit_bytes: int = 256 << 20,
        disk_limit_bytes: int = 1 << 30,
        team: tuple[Path, Path] | None = None,
    ) -> None:
        self.default_ttl = given.seconds(default_ttl, name="default_ttl")
        self.directory = (
            user_dir("cache") if directory is None else given.folder(directory, name="directory")
        )
        for name, size in {
            "memory_limit_bytes": memory_limit_bytes,
            "disk_limit_bytes": disk_limit_bytes,
        }.items():
            given.number(size, name=name, example="268435456")
        self.refusals = Refusals()
        self._warnings = WarnOnce()
        self._counters = Counters()
        self._disk: DiskTier | None = None
        if enable_disk_cache:
            self._disk = DiskTier(self.directory, disk_limit_bytes, self._counters, self._warnings)
        self._tier: MemoryCache[Kept] = MemoryCache(
            memory_limit_bytes, on_evict=partial(self._counters.add, "evictions")
        )
        shelf = self._shelf(team)
        self._tiers = Tiers(self._tier, self._store, shelf, self._counters, self._warnings)
        self.in_memory = self._tiers.all_in_memory  # all keys or none
        self.look_up = self._tiers.find
        self.damaged = self._tiers.damaged  # digests of keys; whoever fetches one takes it out
        self.named = self._tiers.named
        self.explain = partial(explain, self._tiers)
        clears, locks = self.directory / "clears.jsonl", self.directory / "locks"
        self._clears = Clears(lambda: self._store() and clears)
        self._flight = SingleFlight(lambda: self._store() and locks)
        self.refresher = Refresher(self._flight, self._counters)
        # Runs when the manager goes away and when the process ends.
        weakref.finalize(self, self._counters.write, is_last=True)

    # By name, as in the simplest use.

    def get(self, key: str | CacheKey, default: Any = None) -> Any:
        """Return the value if it is younger than the TTL it was stored with, else `default`."""
        entry = self.look_up(user_key(key), max_age=None)
        return default if entry is None else entry.value

    def set(
        self, key: str | CacheKey, value: Any, ttl: float | None = None, tags: Sequence[str] = ()
    ) -> None:
        """Keep a value for `ttl` seconds (without one: `default_ttl`)."""
        seconds = self.default_ttl if ttl is None else ttl
        self.store(user_key(key), value, meta={}, ttl=seconds, tags=tags)

    def delete(self, key: str | CacheKey) -> bool:
        """Remove an entry; tell whether there was one."""
        full_key = user_key(key)
        was_in_memory = self._tier.discard(full_key.digest)
        store = self._store()
        return (store is not None and store.remove(full_key.call_id)) or was_in_memory

    def clear(self) -> None:
        """Remove every entry, also those of functions decorated with `memory`."""
        self._clears.note(Selection())
        self._tier.clear()
        self.refusals.clear()
        if self.memory is not None:
            self.memory.clear(warn=False)

    # By full key, as the runs use it; `look_up` and `explain` are of the tiers.

    def would_hit(self, key: CacheKey, *, max_age: float) -> bool:
        """Tell whether `look_up` would find an entry now; counts as no look-up."""
        return any(kept.about.birth.is_within(max_age) for _, kept in self._tiers.candidates(key))

    def store(
        self,
        key: CacheKey,
        value: Any,
        *,
        meta: Mapping[str, Any],
        ttl: float,
        cost_s: float = 0.0,
        tags: Sequence[str] = (),
        created: float | None = None,
        unless_cleared_since: float | None = None,
    ) -> str:
        """
        Keep a copy of a value, a DataFrame or JSON-like data; return the name of its entry on
        disk, empty where it is not there.

        What would not come back from disk exactly is kept in memory only, with one `CacheWarning`
        per tool. `meta` is given back with it (JSON-like), `ttl` the seconds after which it may be
        cleaned up, `cost_s` the seconds it took to collect, `tags` are words to invalidate it by,
        `created` is when its collection began, in seconds since 1970 (None: now). Nothing is kept
        if a kernel cleared the entry `unless_cleared_since`.

        Raises:
            ParameterError: a time is no number (NaN is none: no age is more), a tag no text.
        """
        ttl, tags = given.seconds(ttl, name="ttl"), given.words(tags, name="tags")
        if created is not None:
            created = given.number(created, name="created", example="time.time()")
        try:
            sealed = seal(value, for_disk=self._store() is not None)
            own_meta = copy_of(meta)
        except NotStorableError as exc:
            self._tiers.warn_unstorable(key, f"not kept: {exc.what}")
            return ""
        birth = Birth(time.time() if created is None else created)
        about = About(key.labels, birth, ttl, cost_s, own_meta, tuple(tags), key.parts)
        if self._clears.has_since(unless_cleared_since, about):
            return ""
        entry = self._tiers.put(key, about, sealed)
        # Whoever cleared meanwhile may have looked before it was there.
        if self._clears.has_since(unless_cleared_since, about):
            self.delete(key)
            return ""
        return entry

    def single_flight(
        self, key: CacheKey, *, is_over: Callable[[], bool] = never
    ) -> AbstractContextManager[None]:
        """
        Let one thread of this machine's kernels at a time in: look up inside, fetch on a miss.

        `is_over` tells whether this fetch was given up: nobody waits for it then.
        """
        return self._flight.hold(key.digest, is_over=is_over)

    def invalidate(
        self,
        *,
        tool: str | None = None,
        account: str | None = None,
        region: str | None = None,
        service: str | None = None,
        tag: str | None = None,
        pattern: str | None = None,
        older_than: float | None = None,
        on_progress: Callable[[int, int], None] = no_progress,
    ) -> int:
        """
        Remove the entries that fit all that is given, as by `Selection`; return how many.
        Answers under way, in whatever kernel, will not be kept either.

        Raises:
            ParameterError: the pattern has more than four parts, or a value is of no such kind.
        """
        wanted = Selection(tool, account, region, service, tag, pattern, older_than)
        self._clears.note(wanted)
        self.refusals.clear()
        removed = {
            key
            for key, kept in self._tier.items()
            if wanted.fits(kept.about) and self._tier.discard(key)
        }
        store = self._store()
        if store is not None and wanted == Selection():
            removed |= store.remove_all(on_progress)
        elif store is not None:
            removed |= {
                entry.call_id[1]
                for entry in store.entries(wanted.folders, on_progress)
                if wanted.fits(entry.about) and store.remove(entry.call_id)
            }
        return len(removed)

    def publish(self, directory: Path, key_file: Path, wanted: Selection | None = None) -> int:
        """
        Copy the entries on disk that are meant to a team's folder; return how many.

        Raises:
            CacheError: the folder or the key file is not safe to use.
            OSError: the folder cannot be written.
        """
        from aibrain_jupyter.cache.disk.team import publish

        store, chosen = self._store(), wanted or Selection()
        if store is None:
            return 0
        found = [e for e in store.entries(chosen.folders) if chosen.fits(e.about)]
        return publish(store, found, directory, key_file)

    # What there is, and what it was good for.

    def entries(
        self,
        wanted: Selection | None = None,
        *,
        on_progress: Callable[[int, int], None] = no_progress,
    ) -> pd.DataFrame:
        """Return one row per entry that is meant, newest first; columns as in `cache.listing`."""
        from aibrain_jupyter.cache.listing import listing

        return listing(self._tier, self._store(), wanted or Selection(), on_progress)

    def get_advanced_stats(self) -> dict[str, Any]:
        """
        Return the counts of all processes that used this folder, and what it holds now.

        ``memory_hits``, ``disk_hits``, ``team_hits``, ``misses`` (every look-up is one of the
        four), ``stale_hits`` (hits that were refreshed behind), ``waited`` (hits on what somebody
        else was fetching), ``expired`` (misses that found an entry too old), ``corrupt`` (entries
        that were damaged, foreign or of another format), ``stores``, ``evictions``, ``refreshes``
        and ``refresh_failures``; ``overall_hit_rate``, ``memory_hit_rate`` (of all look-ups) and
        ``disk_hit_rate`` (of those that memory could not answer), 0 to 1; ``time_saved_s``,
        ``mean_hit_age_s``; ``memory_entries``, ``memory_bytes``, ``disk_entries``,
        ``disk_bytes``; ``disk_enabled``; ``last_refresh_failure`` (of this process, if any);
        ``by_tool``, ``by_account`` and ``over_time`` as by ``cache.counters``.
        """
        store = self._store()
        disk_entries, disk_bytes = (0, 0) if store is None else store.usage()
        rows = self._counters.rows()
        failure = self.refresher.last_failure
        return {
            **with_rates(totals(rows)),
            "memory_entries": len(self._tier),
            "memory_bytes": self._tier.size_bytes,
            "disk_entries": disk_entries,
            "disk_bytes": disk_bytes,
            "disk_enabled": store is not None,
            **({"last_refresh_failure": failure} if failure else {}),
            "by_tool": by_label(rows, "tool"),
            "by_account": by_label(rows, "account"),
            "over_time": over_time(rows),
        }

    @property
    def memory(self) -> Any:
        """The ``joblib.Memory`` of the disk tier, to decorate functions with; None without one."""
        return None if self._disk is None else self._disk.memory

    def _store(self) -> AibrainStore | None:
        return None if self._disk is None else self._disk.store

    def _shelf(self, team: tuple[Path, Path] | None) -> TeamShelf | None:
        if team is None:
            return None
        from aibrain_jupyter.cache.disk.team import TeamShelf

        try:
            return TeamShelf(*team)
        except CacheError as exc:
            self._warnings.warn_of("team", NO_TEAM, exc)
            return None


_process_lock = threading.Lock()


def get_cache_manager() -> AdvancedCacheManager:
    """Return the cache of this process, made from the settings and made anew when they change."""
    said = map(get_settings().get, _SETTINGS)
    with _process_lock:
        return _made_manager(user_dir("cache"), *said)


_SETTINGS: Final = (
    *("cache", "cache_dir", "memory_limit_mb", "disk_limit_mb", "ttl"),
    *("team_cache_dir", "team_key_file"),
)


@lru_cache(maxsize=1)
def _made_manager(
    usual: Path,
    use_disk: bool,
    folder: str,
    memory_mb: int,
    disk_mb: int,
    ttl: str,
    shared: str,
    key_file: str,
) -> AdvancedCacheManager:
    return AdvancedCacheManager(
        parse_duration(ttl, name="ttl") if ttl else _DEFAULT_TTL_S,
        use_disk,
        directory=Path(folder).expanduser() if folder else usual,
        memory_limit_bytes=memory_mb << 20,
        disk_limit_bytes=disk_mb << 20,
        team=(Path(shared).expanduser(), Path(key_file).expanduser()) if shared else None,
    )


def get_advanced_stats() -> dict[str, Any]:
    """Return the statistics of this process's cache."""
    return get_cache_manager().get_advanced_stats()
