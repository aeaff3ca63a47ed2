"""The entries of the cache as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aibrain_jupyter.cache.about import About

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


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry and where it lies: ``memory``, ``disk`` or ``memory+disk``."""

    about: About
    size_bytes: int
    rows: int | None
    level: str


def listing(entries: Iterable[Listed]) -> pd.DataFrame:
    """
    Return one row per entry, newest first; the same columns and dtypes when there are none.

    Columns: ``tool``, ``account_id``, ``region``, ``service``, ``age_s`` (seconds since it was
    collected; NaN: stamped in the future, never served), ``ttl_s`` (its own time to live; inf:
    none), ``expires_in_s`` (negative: past it), ``rows`` (missing: not a frame), ``size_bytes``
    (on disk, else in memory), ``level``, ``created`` (UTC).
    """
    rows = []
    for entry in entries:
        labels, birth = entry.about.labels, entry.about.birth
        age = birth.age_s()
        rows.append(
            {
                "tool": labels["tool"],
                "account_id": labels["account"],
                "region": labels["region"],
                "service": labels["service"],
                "age_s": age,
                "ttl_s": entry.about.ttl_s,
                "expires_in_s": None if age is None else entry.about.ttl_s - age,
                "rows": entry.rows,
                "size_bytes": entry.size_bytes,
                "level": entry.level,
                "created": birth.moment,
            }
        )
    frame = pd.DataFrame(rows, columns=list(_DTYPES)).astype(_DTYPES)
    return frame.sort_values("created", ascending=False, ignore_index=True, kind="stable")
