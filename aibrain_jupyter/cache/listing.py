"""The entries of the cache as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from aibrain_jupyter.cache.selection import LABELS, Selection
from aibrain_jupyter.shared.frames.build import series_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aibrain_jupyter.cache.disk.store import AibrainStore
    from aibrain_jupyter.cache.entries import About, Kept
    from aibrain_jupyter.cache.memory import MemoryCache

_DTYPES = {
    "tool": "str",
    "account_id": "str",
    "region": "str",
    "service": "str",
    "tags": "str",
    "age_s": "float64",
    "ttl_s": "float64",
    "expires_in_s": "float64",
    "rows": "Int64",
    "size_bytes": "int64",
    "level": "str",
    "created": "datetime64[us, UTC]",
}


def listing(
    memory: MemoryCache[Kept],
    store: AibrainStore | None,
    wanted: Selection,
    on_progress: Callable[[int, int], None],
) -> pd.DataFrame:
    """
    Return one row per entry that fits, newest first; the same columns and dtypes without any.

    Columns: ``tool``, ``account_id``, ``region``, ``service``, ``tags`` (divided by commas),
    ``age_s`` (seconds since it was collected, to a tenth; NaN: stamped in the future, never
    served), ``ttl_s`` (its own time to live; inf: none), ``expires_in_s`` (negative: past it),
    ``rows`` (missing: not a frame), ``size_bytes`` (on disk, else in memory), ``level``
    (``memory``, ``disk``, ``memory+disk``), ``created`` (UTC).
    """
    # Each row is let go of as soon as it is taken apart: 100 000 headers are 150 MB.
    rows = list(_rows(memory, store, wanted, on_progress))
    columns = zip(*rows, strict=True) if rows else [()] * len(_DTYPES)
    frame = pd.DataFrame(
        {
            name: series_of(list(column), dtype)
            for (name, dtype), column in zip(_DTYPES.items(), columns, strict=True)
        }
    )
    return frame.sort_values("created", ascending=False, ignore_index=True, kind="stable")


def _rows(
    memory: MemoryCache[Kept],
    store: AibrainStore | None,
    wanted: Selection,
    on_progress: Callable[[int, int], None],
) -> Iterator[tuple[object, ...]]:
    in_memory = dict(memory.items())
    on_disk = set()
    for entry in store.entries(wanted.folders, on_progress) if store else ():
        if wanted.fits(entry.about):
            digest = entry.call_id[1]
            on_disk.add(digest)
            level = "memory+disk" if digest in in_memory else "disk"
            yield _row(entry.about, entry.rows, entry.size_bytes, level)
    for digest, kept in in_memory.items():
        if digest not in on_disk and wanted.fits(kept.about):
            yield _row(kept.about, kept.sealed.rows, kept.size_bytes, "memory")


def _row(about: About, rows: int | None, size_bytes: int, level: str) -> tuple[object, ...]:
    age, left = about.birth.age_s(), None
    if age is not None:
        age, left = round(age, 1), round(about.ttl_s - age, 1)
    labels = (about.labels[name] for name in LABELS)
    return (
        *labels,
        ",".join(about.tags),
        age,
        about.ttl_s,
        left,
        rows,
        size_bytes,
        level,
        about.birth.moment,
    )
