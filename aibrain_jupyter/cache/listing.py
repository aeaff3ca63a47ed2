"""The entries of the cache as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aibrain_jupyter.cache.disk.store import AibrainStore
    from aibrain_jupyter.cache.entries import About, Kept
    from aibrain_jupyter.cache.selection import Selection
    from aibrain_jupyter.shared.cache_manager import MemoryCache

_DTYPES = {
    "tool": "str",
    "account_id": "str",
    "region": "str",
    "service": "str",
    "age_s": "float64",
    "ttl_s": "float64",
    "expires_in_s": "float64",
    "rows": "Int64",
    "size_bytes": "int64",
    "level": "str",
    "created": "datetime64[us, UTC]",
}


class _Listed(NamedTuple):
    """One entry and where it lies: ``memory``, ``disk`` or ``memory+disk``."""

    about: About
    size_bytes: int
    rows: int | None
    level: str


def listing(
    memory: MemoryCache[Kept],
    store: AibrainStore | None,
    wanted: Selection,
    on_progress: Callable[[int, int], None],
) -> pd.DataFrame:
    """
    Return one row per entry that fits, newest first; the same columns and dtypes without any.

    Columns: ``tool``, ``account_id``, ``region``, ``service``, ``age_s`` (seconds since it was
    collected, to a tenth; NaN: stamped in the future, never served), ``ttl_s`` (its own time to
    live; inf: none), ``expires_in_s`` (negative: past it), ``rows`` (missing: not a frame),
    ``size_bytes`` (on disk, else in memory), ``level``, ``created`` (UTC).
    """
    # Each row is let go of as soon as it is taken apart: 100 000 headers are 150 MB.
    rows = [_row(entry) for entry in _entries(memory, store, wanted, on_progress)]
    columns = zip(*rows, strict=True) if rows else [()] * len(_DTYPES)
    frame = pd.DataFrame(
        {
            name: pd.Series(list(column), dtype=dtype)
            for (name, dtype), column in zip(_DTYPES.items(), columns, strict=True)
        }
    )
    return frame.sort_values("created", ascending=False, ignore_index=True, kind="stable")


def _entries(
    memory: MemoryCache[Kept],
    store: AibrainStore | None,
    wanted: Selection,
    on_progress: Callable[[int, int], None],
) -> Iterator[_Listed]:
    in_memory = dict(memory.items())
    on_disk = set()
    for entry in store.entries(wanted.folders, on_progress) if store else ():
        if wanted.fits(entry.about):
            digest = entry.call_id[1]
            on_disk.add(digest)
            level = "memory+disk" if digest in in_memory else "disk"
            yield _Listed(entry.about, entry.size_bytes, entry.rows, level)
    for digest, kept in in_memory.items():
        if digest not in on_disk and wanted.fits(kept.about):
            yield _Listed(kept.about, kept.size_bytes, kept.sealed.rows, "memory")


def _row(entry: _Listed) -> tuple[object, ...]:
    labels, birth, ttl = entry.about.labels, entry.about.birth, entry.about.ttl_s
    age = birth.age_s()
    return (
        *(labels["tool"], labels["account"], labels["region"], labels["service"]),
        *(
            None if age is None else round(age, 1),
            ttl,
            None if age is None else round(ttl - age, 1),
        ),
        *(entry.rows, entry.size_bytes, entry.level, birth.moment),
    )
