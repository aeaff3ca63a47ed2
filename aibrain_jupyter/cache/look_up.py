"""
Looking an entry up: memory, disk, the team's folder; and keeping one in memory and on disk.

Whatever cannot be used (damaged, foreign, of another format) is a miss and one
warning. An entry that is too old stays where it is until it is replaced.
"""

from __future__ import annotations

import copy
import dataclasses
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.cache.codec.sealed import Sealed, SealedFile, seal
from aibrain_jupyter.cache.entries import About, Entry, Kept, Level
from aibrain_jupyter.cache.problems import DamagedError, NotStorableError, OtherFormatError
from aibrain_jupyter.shared.error_handler import CacheError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aibrain_jupyter.cache.counters import Counters
    from aibrain_jupyter.cache.disk.store import AibrainStore
    from aibrain_jupyter.cache.disk.team import TeamShelf
    from aibrain_jupyter.cache.keys import CacheKey
    from aibrain_jupyter.cache.memory import MemoryCache
    from aibrain_jupyter.cache.problems import WarnOnce

NO_TEAM: Final = "The team's cache is not used."
# What reading an entry can raise that was written whole, but where pandas, pyarrow or the time
# zones are not those of the writer.
_UNREADABLE = (OtherFormatError, ImportError, ValueError, TypeError, LookupError, AttributeError)
_QUICKLY_COPIED_BYTES = 32 << 20
_UNPACKED: Final = 8
"""How many times as large texts are that lie compressed, at most in a rule."""


class Tiers:
    """The levels of one cache; `store` gives that of the disk, or None."""

    def __init__(
        self,
        memory: MemoryCache[Kept],
        store: Callable[[], AibrainStore | None],
        team: TeamShelf | None,
        counters: Counters,
        warnings: WarnOnce,
    ) -> None:
        self.memory = memory
        self.store = store
        self._team = team
        self._counters = counters
        self._warnings = warnings
        self.damaged: set[str] = set()
        """Digests of keys whose entry could not be used and was not fetched again yet."""

    def find(
        self,
        key: CacheKey,
        *,
        max_age: float | None,
        stale_for: float = 0.0,
        after_miss: bool = False,
    ) -> Entry | None:
        """
        Return the first entry that is young enough, else the youngest that is stale, else None.

        Fresh is what is at most `max_age` seconds old (None: within its own time to live); what is
        older by at most `stale_for` seconds is served marked `is_stale`. Every call counts as one
        memory hit, disk hit, team hit or miss. With `after_miss` this looks again after a miss
        that was counted: a miss then counts nothing, and a hit counts instead of that miss.
        """
        found_too_old = False
        stale: list[tuple[float, Level, Kept]] = []
        for source, kept in self.candidates(key):
            age = kept.about.birth.age_s()
            limit = kept.about.ttl_s if max_age is None else max_age
            if age is not None and age <= limit:
                entry = self._opened(key, source, kept, age)
                if entry is not None:
                    self._count_hit(key, entry, kept.about, after_miss=after_miss)
                    return entry
                continue
            found_too_old = True
            if age is not None and age <= limit + stale_for:
                stale.append((age, source, kept))
        for age, source, kept in sorted(stale, key=lambda found: found[0]):
            entry = self._opened(key, source, kept, age, is_stale=True)
            if entry is not None:
                self._count_hit(key, entry, kept.about, after_miss=after_miss)
                return entry
        if not after_miss:
            self._count(key, "misses")
            if found_too_old:
                self._count(key, "expired")
        return None

    def all_in_memory(
        self, keys: Sequence[CacheKey | None], *, max_age: float
    ) -> list[Entry] | None:
        """
        Return the entries if memory has one at most `max_age` seconds old for each key, else None.

        Either every key counts as a memory hit, or none counts at all. Nothing but memory is
        looked at, and together the values are small. Frames are still sealed (`Entry.sealed`), and
        `meta` is the cache's own: do not change it.
        """
        found: list[tuple[CacheKey, Kept, float]] = []
        for key in keys:
            kept = None if key is None else self.memory.get(key.digest)
            age = None if kept is None else kept.about.birth.age_s()
            if key is None or kept is None or age is None or age > max_age:
                return None
            found.append((key, kept, age))
        copied = 0
        for _, kept, _ in found:
            is_packed = isinstance(kept.sealed, SealedFile)
            copied += kept.sealed.size_bytes * (_UNPACKED if is_packed else 1)
        if copied > _QUICKLY_COPIED_BYTES:
            return None
        entries: list[Entry] = []
        found_one: Entry | None
        for key, kept, age in found:
            about, sealed = kept.about, kept.sealed
            if sealed.rows is not None and not isinstance(sealed, SealedFile):
                birth, meta = about.birth.moment, about.meta
                found_one = Entry(None, meta, birth, age, "memory", False, about.entry, sealed)
            elif (found_one := self._opened(key, "memory", kept, age)) is None:
                return None
            entries.append(found_one)
        for (key, kept, _), entry in zip(found, entries, strict=True):
            self._count_hit(key, entry, kept.about, after_miss=False)
        return entries

    def named(self, entry: str) -> Entry | None:
        """
        Return an entry by its name; None where it is there no more, or is another one by now.
        Counts as no look-up.
        """
        folder, _, digest = entry.partition(" ")[0].rpartition("/")
        kept, store = self.memory.get(digest), self.store()
        try:
            if (kept is None or kept.about.entry != entry) and store is not None:
                kept = store.read((folder, digest))
            if kept is None or kept.about.entry != entry:
                return None
            value, about = kept.sealed.open(), kept.about
        except (DamagedError, *_UNREADABLE):
            return None
        age = about.birth.age_s() or 0.0
        return Entry(value, about.meta, about.birth.moment, age, "disk", entry=entry)

    def candidates(self, key: CacheKey) -> Iterator[tuple[Level, Kept]]:
        """Give what each level has, whatever its age."""
        kept = self.memory.get(key.digest)
        if kept is not None:
            yield "memory", kept
        # Another process may have stored a younger one.
        kept = self._read(self.store(), key)
        if kept is not None:
            yield "disk", kept
        try:
            kept = self._read(self._team, key)
        except CacheError as exc:
            self._team = None
            self._warnings.warn_of("team", NO_TEAM, exc)
        else:
            if kept is not None:
                yield "team", kept

    def _read(self, files: AibrainStore | TeamShelf | None, key: CacheKey) -> Kept | None:
        try:
            return None if files is None else files.read(key.call_id)
        except (DamagedError, OtherFormatError) as exc:
            self._note_unusable(key, exc)
            return None

    def put(self, key: CacheKey, about: About, sealed: Sealed) -> str:
        """
        Keep an entry in memory and on disk; what the disk will not take stays in memory.
        Return its name there (see `entry_name`), empty where it is not.
        """
        self.memory.put(key.digest, Kept(about, sealed))
        self._count(key, "stores")
        store = self.store()
        if store is None:
            return ""
        try:
            entry = store.write(key.call_id, sealed, about)
            self.memory.put(key.digest, Kept(dataclasses.replace(about, entry=entry), sealed))
            return entry
        except NotStorableError as exc:
            self.warn_unstorable(key, f"kept in memory only: {exc.what}")
        except OSError as exc:
            self._warnings.warn(
                "write",
                f"Results are kept in memory only: {store.location} cannot be written"
                f" ({exc.strerror or exc}).",
            )
        # What an earlier call left there is older than what memory has now.
        store.remove(key.call_id)
        return ""

    def warn_unstorable(self, key: CacheKey, text: str) -> None:
        """Say once for each tool what cannot be kept, or not on disk."""
        self._warnings.warn(f"unstorable {key.tool}", f"Results of {key.tool} are {text}")

    def _opened(
        self, key: CacheKey, source: Level, kept: Kept, age: float, *, is_stale: bool = False
    ) -> Entry | None:
        try:
            value = kept.sealed.open()
        except _UNREADABLE as exc:
            self._note_unusable(key, exc)
            return None
        if source != "memory":
            self.memory.put(key.digest, kept)
        elif isinstance(kept.sealed, SealedFile):
            self.memory.put(key.digest, Kept(kept.about, seal(value)))
        about = kept.about
        meta = copy.deepcopy(about.meta) if about.meta else {}
        return Entry(value, meta, about.birth.moment, age, source, is_stale, about.entry)

    def _count_hit(self, key: CacheKey, entry: Entry, about: About, *, after_miss: bool) -> None:
        counts = [
            (f"{entry.source}_hits", 1.0),
            ("time_saved_s", about.cost_s),
            ("hit_age_s", entry.age_s),
        ]
        if entry.is_stale:
            counts.append(("stale_hits", 1.0))
        if after_miss:
            counts += (("misses", -1.0), ("waited", 1.0))
        self._counters.add_all(counts, tool=key.tool, account=key.account)

    def _count(self, key: CacheKey, name: str, count: float = 1) -> None:
        self._counters.add_all(((name, count),), tool=key.tool, account=key.account)

    def _note_unusable(self, key: CacheKey, exc: Exception) -> None:
        self._count(key, "corrupt")
        if not isinstance(exc, OtherFormatError):  # expected after an upgrade
            self.damaged.add(key.digest)
            self._warnings.warn(
                "damaged", f"A cached result could not be used and is fetched again. {exc}"
            )
