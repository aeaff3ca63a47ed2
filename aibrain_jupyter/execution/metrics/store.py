"""
The metrics in the history: figures by minute, and by day when they are older.

Requests are added as the meter counted them; calls are added up from the calls that the history has
anyway, of every run once. SQL does it all, with two functions of ours for sketches: a minute's rows
become a day's after `KEEP_MINUTES_S`, and of days that are too many the oldest lose account and
region, so that years stay small.
"""

# ruff: noqa: S608 - what is put into SQL are names of our own tables and numbers

from __future__ import annotations

from contextlib import closing
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.metrics.new_calls import DAY, MINUTE, last_of_part, take_part
from aibrain_jupyter.execution.runs.history.reads import one_writer
from aibrain_jupyter.shared.collector import paused_collector
from aibrain_jupyter.shared.metrics.sketch import Sketch

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Set

    from aibrain_jupyter.execution.metrics.measuring import Gauge
    from aibrain_jupyter.execution.metrics.new_calls import Calls, Slot
    from aibrain_jupyter.execution.runs.history.history import History
    from aibrain_jupyter.shared.metrics.meter import Figures, Minutes

KEEP_MINUTES_S: Final = 2 * DAY
"""Until then minutes can be told apart."""
KEEP_DAYS_S: Final = 3 * 366 * DAY
DAYS_BELIEVED: Final = 30
"""Without so many newer days there is no telling whether the clock was set years ahead."""
_PATIENCE_MS: Final = 5_000
MOST_ROWS: Final = 150_000
"""About 15 MB; beyond that the oldest days are added up over accounts and regions."""
EVERYWHERE: Final = "*"
"""The account and region of figures of old days that were added up."""

REQUESTS: Final = (
    *("requests", "pages", "rows", "errors", "throttled", "retried", "bytes"),
    *("waited_ms", "wire_ms", "parse_ms"),
)
CALLS: Final = (
    *("calls", "rows", "live", "from_memory", "from_disk", "from_team", "stale", "denied"),
    *("throttled", "timed_out", "failed", "cancelled", "not_enabled"),
)
UNMEASURED: Final = ("unmeasured",)
"""Calls that asked something while metrics were off: what they asked is not known."""
TABLES: Final = {
    "metric_requests": REQUESTS,
    "metric_calls": CALLS,
    "metric_unmeasured": UNMEASURED,
}
WITH_LATENCY: Final = ("metric_requests", "metric_calls")


def open_metrics(history: History) -> sqlite3.Connection:
    """
    Return a connection to the history with the SQL functions for sketches.

    ``merged(latency)`` is an aggregate, ``merge(one, other)`` takes two. Raises sqlite3.Error,
    OSError.
    """
    file = history.opened()
    file.create_aggregate("merged", 1, _Merged)  # type: ignore[arg-type]
    file.create_function("merge", 2, _merge, deterministic=True)
    return file


def write(
    history: History, minutes: Minutes, gauges: Mapping[tuple[int, str], Gauge], now: float
) -> None:
    """
    Add the calls of runs that have ended since, then what was measured; make what is old coarser.

    What was measured is one transaction, and the last one. Raises sqlite3.Error, OSError: nothing
    of it was written, and of the calls those of whole runs, once.
    """
    with closing(open_metrics(history)) as file:
        file.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")  # hardly anybody waits for it
        series_id, is_all, has_days = _Ids(file), False, False
        while not is_all:
            # What waits to be written is, as the file opens: before this is its turn.
            with one_writer(), file:
                file.execute("BEGIN IMMEDIATE")
                has_days |= _add_new_calls(file, series_id, now)
                is_all = last_of_part(file) is None
                if is_all:
                    measured = [
                        (MINUTE, start, series_id(*series), *_values_of(figures))
                        for (start, series), figures in minutes.items()
                    ]
                    _add(file, "metric_requests", measured)
                    for (start, name), gauge in gauges.items():
                        _add_gauge(file, start, name, gauge)
                    _roll_up(file, now, has_days=has_days)


def _values_of(figures: Figures) -> tuple[Any, ...]:
    seconds = (figures.waited_s, figures.wire_s, figures.parse_s)
    counts = (getattr(figures, name) for name in REQUESTS[:-3])
    return (*counts, *(round(value * 1000) for value in seconds), figures.latency.encode())


def _add(file: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Add rows of span, start, series and what the table has of it to what is there."""
    file.executemany(_addition(table), rows)


@cache
def _addition(table: str) -> str:
    columns = _columns(table)
    marks = ", ".join("?" * (columns.count(",") + 1))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks}) {_on_conflict(table)}"


@cache
def _columns(table: str) -> str:
    latency = ("latency",) if table in WITH_LATENCY else ()
    return ", ".join(("span", "start", "series", *TABLES[table], *latency))


@cache
def _on_conflict(table: str) -> str:
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in TABLES[table])
    merged = ", latency = merge(latency, excluded.latency)" if table in WITH_LATENCY else ""
    return f"ON CONFLICT (span, start, series) DO UPDATE SET {sums}{merged}"


def _add_gauge(file: sqlite3.Connection, start: int, name: str, gauge: Gauge) -> None:
    file.execute(
        "INSERT INTO metric_gauges VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " count = count + excluded.count, sum = sum + excluded.sum,"
        " most = MAX(most, excluded.most)",
        (MINUTE, start, name, *gauge),
    )


def _add_new_calls(file: sqlite3.Connection, series_id: _Ids, now: float) -> bool:
    """Add a part of the calls that are new; tell whether some are of days gone by."""
    last = last_of_part(file)
    if last is None:
        return False
    with paused_collector:  # tens of thousands of rows at most, which soon go again
        return _add_calls(file, take_part(file, last, days_before=_days_before(now)), series_id)


def _add_calls(file: sqlite3.Connection, found: Mapping[Slot, Calls], series_id: _Ids) -> bool:
    added, unmeasured = [], []
    series_id.know({slot.series for slot in found})
    for slot, calls in found.items():
        at = (slot.span, slot.start, series_id(*slot.series))
        added.append((*at, *calls.counts(CALLS), calls.latency()))
        if calls.unmeasured:
            unmeasured.append((*at, calls.unmeasured))
    _add(file, "metric_calls", added)
    _add(file, "metric_unmeasured", unmeasured)
    return any(slot.span == DAY for slot in found)


def _days_before(now: float) -> int:
    """Return the begin of the first day that is still told by minutes."""
    return int(now - KEEP_MINUTES_S) // DAY * DAY


def _roll_up(file: sqlite3.Connection, now: float, *, has_days: bool) -> None:
    until = _days_before(now)
    for table, names in TABLES.items():
        old = f"span = {MINUTE} AND start < {until}"
        is_old = file.execute(f"SELECT 1 FROM {table} WHERE {old} LIMIT 1").fetchone()
        if has_days or is_old:
            _add_up(file, table, names, f"{DAY}, start / {DAY} * {DAY}", "series", old)
            _thin(file, table, names)
            _forget(file, table, int(now - KEEP_DAYS_S))
    file.execute(
        f"INSERT INTO metric_gauges SELECT {DAY}, start / {DAY} * {DAY}, name, SUM(count),"
        " SUM(sum), MAX(most) FROM metric_gauges WHERE span = ? AND start < ? GROUP BY 2, 3"
        " ON CONFLICT DO UPDATE SET count = count + excluded.count, sum = sum + excluded.sum,"
        " most = MAX(most, excluded.most)",
        (MINUTE, until),
    )
    file.execute("DELETE FROM metric_gauges WHERE span = ? AND start < ?", (MINUTE, until))


def _forget(file: sqlite3.Connection, table: str, over: int) -> None:
    """Let go of the days before `over`, unless the clock alone says that they are old."""
    newer = f"SELECT COUNT(DISTINCT start) FROM {table} WHERE span = {DAY} AND start >= {over}"
    if file.execute(newer).fetchone()[0] >= DAYS_BELIEVED:
        file.execute(f"DELETE FROM {table} WHERE span = {DAY} AND start < {over}")


def _thin(file: sqlite3.Connection, table: str, names: tuple[str, ...]) -> None:
    """Add the oldest days up over accounts and regions while there are too many rows."""
    days = f"SELECT start, COUNT(*) FROM {table} WHERE span = {DAY} GROUP BY 1 ORDER BY 1 DESC"
    rows = 0
    for day, count in file.execute(days).fetchall():
        rows += count
        if rows <= MOST_ROWS // 2:
            continue
        exact = f"SELECT id FROM metric_series WHERE account_id != '{EVERYWHERE}'"
        old = f"span = {DAY} AND start = {day} AND series IN ({exact})"
        if not file.execute(f"SELECT 1 FROM {table} WHERE {old} LIMIT 1").fetchone():
            return
        file.execute(
            "INSERT OR IGNORE INTO metric_series (tool, service, operation, account_id, region)"
            f" SELECT DISTINCT tool, service, operation, '{EVERYWHERE}', '{EVERYWHERE}'"
            f" FROM metric_series JOIN {table} ON series = id WHERE {old}"
        )
        coarse = (
            "(SELECT w.id FROM metric_series w JOIN metric_series s ON s.id = series WHERE"
            " w.tool = s.tool AND w.service = s.service AND w.operation = s.operation"
            f" AND w.account_id = '{EVERYWHERE}' AND w.region = '{EVERYWHERE}')"
        )
        _add_up(file, table, names, "span, start", coarse, old)


def _add_up(
    file: sqlite3.Connection, table: str, names: tuple[str, ...], slot: str, series: str, which: str
) -> None:
    """Replace rows of a table by their sums in another `slot` (span and start) or of a `series`."""
    sums = ", ".join(f"SUM({name})" for name in names)
    merged = ", merged(latency)" if table in WITH_LATENCY else ""
    file.execute(
        f"INSERT INTO {table} ({_columns(table)}) SELECT {slot}, {series}, {sums}{merged}"
        f" FROM {table} WHERE {which} GROUP BY 1, 2, 3 {_on_conflict(table)}"
    )
    file.execute(f"DELETE FROM {table} WHERE {which}")


_SERIES: Final = "tool, service, operation, account_id, region"
_MANY_SERIES: Final = 256
"""From so many on all series of a tool are read: one by one costs three times as much a series."""


class _Ids:
    """The numbers of series, made where there are none."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file
        self._known: dict[tuple[str, ...], int] = {}

    def __call__(self, *series: str) -> int:
        found = self._known.get(series)
        if found is None:
            found = self._known[series] = self._find(series) or self._make(series)
        return found

    def know(self, series: Set[tuple[str, ...]]) -> None:
        """Look many up at once, those there are: by tool, of which there are few."""
        if len(series) < _MANY_SERIES:
            return
        asked = f"SELECT id, {_SERIES} FROM metric_series WHERE tool = ?"
        for tool in {one[0] for one in series}:
            for number, *found in self._file.execute(asked, (tool,)):
                if (one := tuple(found)) in series:
                    self._known[one] = number

    def _find(self, series: tuple[str, ...]) -> int:
        asked = f"SELECT id FROM metric_series WHERE ({_SERIES}) = (?, ?, ?, ?, ?)"
        row = self._file.execute(asked, series).fetchone()
        return row[0] if row else 0

    def _make(self, series: tuple[str, ...]) -> int:
        insert = f"INSERT OR IGNORE INTO metric_series ({_SERIES}) VALUES (?, ?, ?, ?, ?)"
        self._file.execute(insert, series)
        return self._find(series)


class _Merged:
    def __init__(self) -> None:
        self._sum = Sketch()

    def step(self, data: bytes | None) -> None:
        self._sum.merge_encoded(data)

    def finalize(self) -> bytes:
        return self._sum.encode()


@lru_cache(maxsize=4096)  # the same few over thousands of places
def _merge(one: bytes | None, other: bytes | None) -> bytes:
    found = Sketch.decode(one)
    found.merge_encoded(other)
    return found.encode()
