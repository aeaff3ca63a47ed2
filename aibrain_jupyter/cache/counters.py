"""
Counts that survive the process: hits, misses and the like, in a small SQLite file.

Each count is kept by hour, tool and account. Every process adds what it counted
to the same rows, so kernels that run at the same time lose nothing. SQLite keeps
its rollback journal: its write-ahead log does not work on network home folders.
Counts are written now and then, when they are read, and when the process ends; a
killed process loses the last few seconds of them.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import defaultdict
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

HITS: Final = ("memory_hits", "disk_hits", "team_hits")
_OTHERS: Final = """
    misses stale_hits waited stores evictions expired corrupt refreshes refresh_failures
"""
COUNTS: Final = (*HITS, *_OTHERS.split())
_WRITE_EVERY_S = 5.0
# A cell may wait for the counts; at the end of the process nobody does, and then they are lost.
_BUSY_S = 0.5
_BUSY_AT_THE_END_S = 10.0
# So long after another process had the file for all of that time, it is waited for only briefly.
_LEAVE_ALONE_S = 60.0
_BRIEFLY_S = 0.05
KEEP_HOURS: Final = 60 * 24
"""Older hours are added up: two months of pictures, and totals for ever."""

_Row = tuple[int, str, str, str]
_SCHEMA = """
CREATE TABLE IF NOT EXISTS counts (
    hour INTEGER, tool TEXT, account TEXT, name TEXT, value REAL NOT NULL,
    PRIMARY KEY (hour, tool, account, name)
) WITHOUT ROWID
"""
_ADD = """
INSERT INTO counts VALUES (?, ?, ?, ?, ?)
ON CONFLICT (hour, tool, account, name) DO UPDATE SET value = value + excluded.value
"""
_FOLD = """
INSERT INTO counts SELECT 0, tool, account, name, SUM(value) FROM counts
WHERE hour BETWEEN 1 AND ? GROUP BY tool, account, name
ON CONFLICT (hour, tool, account, name) DO UPDATE SET value = value + excluded.value
"""


class Counters:
    """Named counts; exact when several threads add at the same time."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._unwritten: dict[_Row, float] = {}
        self._written_at = time.monotonic()
        self._left_alone_until = 0.0
        self._lock = threading.Lock()

    def keep_in(self, path: Path) -> None:
        """Write the counts to that file from now on, those made before included."""
        with self._lock:
            self._path = path

    def add(self, name: str, count: float = 1, *, tool: str = "", account: str = "") -> None:
        """Add to a count."""
        self.add_all(((name, count),), tool=tool, account=account)

    def add_all(
        self, counts: Iterable[tuple[str, float]], *, tool: str = "", account: str = ""
    ) -> None:
        """Add to several counts of one tool and account."""
        hour = int(time.time() // 3600)
        unwritten = self._unwritten
        with self._lock:
            for name, count in counts:
                row = (hour, tool, account, name)
                unwritten[row] = unwritten.get(row, 0) + count
            is_due = time.monotonic() - self._written_at > _WRITE_EVERY_S
        if is_due:
            self.write()

    def write(self, *, is_last: bool = False) -> None:
        """Write what was counted since the last time; kept for later if that fails."""
        with self._lock:
            self._written_at = time.monotonic()
            patience = self._patience(is_last=is_last)
            if self._path is None or not self._unwritten:
                return
            for _ in range(2):
                try:
                    self._write_to(self._path, patience)
                except (sqlite3.OperationalError, OSError):
                    # Locked, full or read-only: the counts stay here.
                    self._left_alone_until = time.monotonic() + _LEAVE_ALONE_S
                    return
                except sqlite3.DatabaseError:
                    with suppress(OSError):
                        self._path.unlink()  # no database (any more): begin anew
                else:
                    self._unwritten.clear()
                    return

    def rows(self) -> dict[_Row, float]:
        """Return every count by hour, tool, account, name: of all processes and of this one."""
        self.write()
        with self._lock:
            total = self._read()
            for row, value in self._unwritten.items():
                total[row] = total.get(row, 0) + value
        return total

    def _patience(self, *, is_last: bool = False) -> float:
        if is_last:
            return _BUSY_AT_THE_END_S
        return _BRIEFLY_S if time.monotonic() < self._left_alone_until else _BUSY_S

    def _write_to(self, path: Path, patience: float) -> None:
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        with closing(sqlite3.connect(path, timeout=patience, isolation_level=None)) as database:
            # A power cut may cost the counts, which is better than waiting for the disk here.
            database.execute("PRAGMA synchronous = OFF")
            database.execute("BEGIN IMMEDIATE")
            database.execute(_SCHEMA)
            if _has_table(database, "counters"):  # of format 1
                database.execute("INSERT INTO counts SELECT 0, '', '', name, value FROM counters")
                database.execute("DROP TABLE counters")
            database.executemany(
                _ADD,
                [
                    (hour, _valid(tool), _valid(account), name, value)
                    for (hour, tool, account, name), value in self._unwritten.items()
                ],
            )
            oldest = int(time.time() // 3600) - KEEP_HOURS
            if database.execute(
                "SELECT 1 FROM counts WHERE hour BETWEEN 1 AND ? LIMIT 1", (oldest,)
            ).fetchone():
                database.execute(_FOLD, (oldest,))
                database.execute("DELETE FROM counts WHERE hour BETWEEN 1 AND ?", (oldest,))
            database.execute("COMMIT")

    def _read(self) -> dict[_Row, float]:
        if self._path is None or not self._path.exists():
            return {}
        try:
            with closing(sqlite3.connect(self._path, timeout=self._patience())) as database:
                table = "SELECT hour, tool, account, name, value FROM counts"
                if not _has_table(database, "counts"):
                    table = "SELECT 0, '', '', name, value FROM counters"
                return {(h, t, a, n): value for h, t, a, n, value in database.execute(table)}
        except sqlite3.Error:
            return {}


def _valid(text: str) -> str:
    # SQLite takes no half surrogate pairs.
    return text.encode("utf-8", "replace").decode()


def totals(rows: Mapping[_Row, float]) -> dict[str, float]:
    """Return every count by its name."""
    found: dict[str, float] = {}
    for (*_, name), value in rows.items():
        found[name] = found.get(name, 0) + value
    return found


def with_rates(counts: Mapping[str, float]) -> dict[str, Any]:
    """
    Return every count of `COUNTS`, the seconds saved, the mean age of hits, and the rates.

    Rates are 0 to 1: ``overall_hit_rate`` and ``memory_hit_rate`` are of all look-ups,
    ``disk_hit_rate`` of those that memory could not answer.
    """
    stats: dict[str, Any] = {name: int(counts.get(name, 0)) for name in COUNTS}
    stats["time_saved_s"] = counts.get("time_saved_s", 0.0)
    hits = sum(stats[name] for name in HITS)
    stats["mean_hit_age_s"] = counts.get("hit_age_s", 0.0) / hits if hits else 0.0
    asked = hits + stats["misses"]
    stats["overall_hit_rate"] = _rate(hits, asked)
    stats["memory_hit_rate"] = _rate(stats["memory_hits"], asked)
    stats["disk_hit_rate"] = _rate(stats["disk_hits"], asked - stats["memory_hits"])
    return stats


def by_label(rows: Mapping[_Row, float], label: str) -> list[dict[str, Any]]:
    """
    Return the look-ups by ``tool`` or ``account``, most look-ups first.

    Each has the label, ``look_ups``, ``hits``, ``hit_rate`` (0 to 1) and ``time_saved_s``.
    """
    found = [
        {
            label: name,
            "look_ups": asked,
            "hits": hits,
            "hit_rate": hits / asked,
            "time_saved_s": saved_s,
        }
        for name, asked, hits, saved_s in _look_ups(rows, {"tool": 1, "account": 2}[label])
    ]
    return sorted(found, key=lambda row: (-row["look_ups"], row[label]))


def over_time(rows: Mapping[_Row, float]) -> list[tuple[float, int, int]]:
    """Return (begin in seconds since 1970, look-ups, hits) of each hour that had look-ups."""
    return [(hour * 3600.0, asked, hits) for hour, asked, hits, _ in sorted(_look_ups(rows, 0))]


def _look_ups(rows: Mapping[_Row, float], place: int) -> Iterator[tuple[Any, int, int, float]]:
    """Give look-ups, hits and seconds saved of each label in that place of a row that has some."""
    counts: defaultdict[Any, dict[str, float]] = defaultdict(dict)
    for row, value in rows.items():
        of_label = counts[row[place]]
        of_label[row[3]] = of_label.get(row[3], 0) + value
    for label, named in counts.items():
        hits = sum(named.get(hit, 0) for hit in HITS)
        asked = hits + named.get("misses", 0)
        if label and asked:
            yield label, int(asked), int(hits), named.get("time_saved_s", 0.0)


def _has_table(database: sqlite3.Connection, name: str) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return database.execute(query, (name,)).fetchone() is not None


def _rate(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
