"""
Counts that survive the process: hits, misses and the like, in a small SQLite file.

Every process adds what it counted to the same rows, so kernels that run at the
same time lose nothing. SQLite keeps its rollback journal: its write-ahead log
does not work on network home folders. Counts are written now and then, when
they are read, and when the process ends; a killed process loses the last few
seconds of them.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COUNTS: Final = (
    "memory_hits",
    "disk_hits",
    "misses",
    "stores",
    "evictions",
    "expired",
    "corrupt",
)
_WRITE_EVERY_S = 5.0
_BUSY_S = 2.0


class Counters:
    """Named counts; exact when several threads add at the same time."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._unwritten: Counter[str] = Counter()
        self._written_at = time.monotonic()
        self._lock = threading.Lock()

    def keep_in(self, path: Path) -> None:
        """Write the counts to that file from now on, those made before included."""
        with self._lock:
            self._path = path

    def add(self, name: str, count: float = 1) -> None:
        """Add to a count."""
        with self._lock:
            self._unwritten[name] += count  # type: ignore[assignment]
            is_due = time.monotonic() - self._written_at > _WRITE_EVERY_S
        if is_due:
            self.write()

    def write(self) -> None:
        """Write what was counted since the last time; kept for later if that fails."""
        with self._lock:
            self._written_at = time.monotonic()
            if self._path is None or not self._unwritten:
                return
            for _ in range(2):
                try:
                    self._write_to(self._path)
                except (sqlite3.OperationalError, OSError):
                    return  # locked, full or read-only: the counts stay here
                except sqlite3.DatabaseError:
                    with suppress(OSError):
                        self._path.unlink()  # no database (any more): begin anew
                else:
                    self._unwritten.clear()
                    return

    def values(self) -> dict[str, float]:
        """Return every count: of all processes before and beside this one, and of this one."""
        self.write()
        with self._lock:
            total = Counter(self._read())
            total.update(self._unwritten)
        return dict(total)

    def _write_to(self, path: Path) -> None:
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        with closing(sqlite3.connect(path, timeout=_BUSY_S)) as database, database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value REAL NOT NULL)"
            )
            database.executemany(
                "INSERT INTO counters VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
                list(self._unwritten.items()),
            )

    def _read(self) -> dict[str, float]:
        if self._path is None or not self._path.exists():
            return {}
        try:
            with closing(sqlite3.connect(self._path, timeout=_BUSY_S)) as database:
                return dict(database.execute("SELECT name, value FROM counters").fetchall())
        except sqlite3.Error:
            return {}


def with_rates(counts: Mapping[str, float]) -> dict[str, Any]:
    """
    Return every count of `COUNTS`, the seconds saved, and the rates, 0 to 1.

    ``overall_hit_rate`` and ``memory_hit_rate`` are of all look-ups, ``disk_hit_rate`` of those
    that memory could not answer.
    """
    stats: dict[str, Any] = {name: int(counts.get(name, 0)) for name in COUNTS}
    stats["time_saved_s"] = counts.get("time_saved_s", 0.0)
    asked_disk = stats["disk_hits"] + stats["misses"]
    asked = stats["memory_hits"] + asked_disk
    stats["overall_hit_rate"] = _rate(stats["memory_hits"] + stats["disk_hits"], asked)
    stats["memory_hit_rate"] = _rate(stats["memory_hits"], asked)
    stats["disk_hit_rate"] = _rate(stats["disk_hits"], asked_disk)
    return stats


def _rate(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
