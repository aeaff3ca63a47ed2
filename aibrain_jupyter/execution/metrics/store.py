"""
The metrics in the history: figures by minute, and by day when they are older.

Requests are added as the meter counted them; calls are added up from the calls that the history has
anyway, of every run once. SQL does it all, with two functions of ours for sketches: a minute's rows
become a day's after `KEEP_MINUTES_S`, and of days that are too many the oldest lose account and
region, so that years stay small.
"""

# ruff: noqa: S608 - what is put into SQL are names of our own tables and numbers

from __future__ import annotations

import json
from contextlib import closing, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.runs.history.reads import one_writer
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.metrics.sketch import Sketch
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from aibrain_jupyter.execution.metrics.measuring import Gauge
    from aibrain_jupyter.execution.runs.history.history import History
    from aibrain_jupyter.shared.metrics.meter import Figures, Minutes

MINUTE: Final = 60
DAY: Final = 86_400
KEEP_MINUTES_S: Final = 2 * DAY
"""Until then minutes can be told apart."""
KEEP_DAYS_S: Final = 3 * 366 * DAY
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
TABLES: Final = {"metric_requests": REQUESTS, "metric_calls": CALLS}

_NEW_CALLS: Final = """
SELECT CAST(strftime('%s', runs.started) AS INTEGER) / 60 * 60 AS start, tool, title, account_id,
    region, MAX(requests) AS requests, COUNT(*) AS calls, TOTAL(calls.rows) AS rows,
    SUM(source = 'live') AS live, SUM(source = 'memory') AS from_memory,
    SUM(source = 'disk') AS from_disk, SUM(source = 'team') AS from_team,
    SUM(source = 'stale') AS stale, SUM(calls.outcome = 'denied') AS denied,
    SUM(calls.outcome = 'throttled') AS throttled, SUM(calls.outcome = 'timed out') AS timed_out,
    SUM(calls.outcome = 'failed') AS failed, SUM(calls.outcome = 'cancelled') AS cancelled,
    SUM(calls.outcome = 'not enabled') AS not_enabled,
    sketch_of(CASE WHEN source IN ('live', '') AND calls.seconds > 0 THEN calls.seconds END)
        AS latency
FROM calls JOIN runs ON runs.key = calls.run_key
WHERE NOT is_measured AND runs.outcome != 'unfinished'
GROUP BY start, tool, title, account_id, region
"""


def open_metrics(history: History) -> sqlite3.Connection:
    """
    Return a connection to the history with the SQL functions for sketches.

    ``sketch_of(seconds)`` and ``merged(latency)`` are aggregates, ``merge(one, other)`` takes two
    of those. Raises sqlite3.Error, OSError.
    """
    file = history.opened()
    file.create_aggregate("sketch_of", 1, _SketchOf)  # type: ignore[arg-type]
    file.create_aggregate("merged", 1, _Merged)  # type: ignore[arg-type]
    file.create_function("merge", 2, _merge, deterministic=True)
    return file


def write(
    history: History, minutes: Minutes, gauges: Mapping[tuple[int, str], Gauge], now: float
) -> None:
    """
    Add what was measured, and the calls of runs that have ended since; make what is old coarser.

    One transaction. Raises sqlite3.Error, OSError: nothing of it was written.
    """
    # What waits to be written is, as it opens: before this is its turn.
    with closing(open_metrics(history)) as file, one_writer(), file:
        file.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")  # hardly anybody waits for it
        file.execute("BEGIN IMMEDIATE")
        series_id = _Ids(file)
        for (start, series), figures in minutes.items():
            _add(file, "metric_requests", MINUTE, start, series_id(*series), _values_of(figures))
        for (start, name), gauge in gauges.items():
            _add_gauge(file, start, name, gauge)
        _add_new_calls(file, series_id)
        _roll_up(file, now)


def is_behind(file: sqlite3.Connection) -> bool:
    """Tell whether there are runs that have ended and are not in the metrics yet."""
    asked = "SELECT 1 FROM runs WHERE NOT is_measured AND outcome != 'unfinished' LIMIT 1"
    return file.execute(asked).fetchone() is not None


def _values_of(figures: Figures) -> tuple[Any, ...]:
    seconds = (figures.waited_s, figures.wire_s, figures.parse_s)
    counts = (getattr(figures, name) for name in REQUESTS[:-3])
    return (*counts, *(round(value * 1000) for value in seconds), figures.latency.encode())


def _add(
    file: sqlite3.Connection,
    table: str,
    span: int,
    start: int,
    series: int,
    values: tuple[Any, ...],
) -> None:
    marks = ", ".join("?" * (3 + len(values)))
    insert = f"INSERT INTO {table} VALUES ({marks})"
    file.execute(f"{insert} {_on_conflict(table)}", (span, start, series, *values))


@cache
def _on_conflict(table: str) -> str:
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in TABLES[table])
    merged = "latency = merge(latency, excluded.latency)"
    return f"ON CONFLICT (span, start, series) DO UPDATE SET {sums}, {merged}"


def _add_gauge(file: sqlite3.Connection, start: int, name: str, gauge: Gauge) -> None:
    file.execute(
        "INSERT INTO metric_gauges VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " count = count + excluded.count, sum = sum + excluded.sum,"
        " most = MAX(most, excluded.most)",
        (MINUTE, start, name, *gauge),
    )


def _add_new_calls(file: sqlite3.Connection, series_id: _Ids) -> None:
    if not is_behind(file):
        return
    for start, tool, title, account, region, asked, *values in file.execute(_NEW_CALLS).fetchall():
        name, service = _tool_and_service(tool, title, asked or "")
        key = series_id(name, service, "", account, region)
        _add(file, "metric_calls", MINUTE, start, key, tuple(values))
    file.execute(
        "UPDATE runs SET is_measured = 1 WHERE NOT is_measured AND outcome != 'unfinished'"
    )


@cache
def _tool_and_service(tool: str, title: str, asked: str) -> tuple[str, str]:
    """Return a tool's own name and the service its calls are about; empty where it is not known."""
    registry = get_tool_registry()
    name = registry.own_name(tool, title.split())
    if asked not in ("", "{}"):
        return name, next(iter(json.loads(asked))).rpartition(":")[0]
    with suppress(AibrainError):  # a tool that is installed no longer
        spec = registry.spec(name)
        label = registry.handler_of(spec).labels(name, dict(spec.preset or {})).service
        return name, "" if label == name else label
    return name, ""


def _roll_up(file: sqlite3.Connection, now: float) -> None:
    until = int(now - KEEP_MINUTES_S) // DAY * DAY
    for table, names in TABLES.items():
        old = f"span = {MINUTE} AND start < {until}"
        if file.execute(f"SELECT 1 FROM {table} WHERE {old} LIMIT 1").fetchone():
            _add_up(file, table, names, f"{DAY}, start / {DAY} * {DAY}", "series", old)
            _thin(file, table, names)
            over = int(now - KEEP_DAYS_S)
            file.execute(f"DELETE FROM {table} WHERE span = {DAY} AND start < {over}")
    file.execute(
        f"INSERT INTO metric_gauges SELECT {DAY}, start / {DAY} * {DAY}, name, SUM(count),"
        " SUM(sum), MAX(most) FROM metric_gauges WHERE span = ? AND start < ? GROUP BY 2, 3"
        " ON CONFLICT DO UPDATE SET count = count + excluded.count, sum = sum + excluded.sum,"
        " most = MAX(most, excluded.most)",
        (MINUTE, until),
    )
    file.execute("DELETE FROM metric_gauges WHERE span = ? AND start < ?", (MINUTE, until))


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
    file.execute(
        f"INSERT INTO {table} SELECT {slot}, {series}, {sums}, merged(latency)"
        f" FROM {table} WHERE {which} GROUP BY 1, 2, 3 {_on_conflict(table)}"
    )
    file.execute(f"DELETE FROM {table} WHERE {which}")


class _Ids:
    """The numbers of series, made where there are none."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file
        self._known: dict[tuple[str, ...], int] = {}

    def __call__(self, *series: str) -> int:
        found = self._known.get(series)
        if found is None:
            names = "(tool, service, operation, account_id, region)"
            marks = "(?, ?, ?, ?, ?)"
            insert = f"INSERT OR IGNORE INTO metric_series {names} VALUES {marks}"
            self._file.execute(insert, series)
            asked = f"SELECT id FROM metric_series WHERE {names} = {marks}"
            found = self._known[series] = int(self._file.execute(asked, series).fetchone()[0])
        return found


class _SketchOf:
    """The aggregate of seconds: a value is looked up once, however often it came."""

    def __init__(self) -> None:
        self._counts: dict[float, int] = {}

    def step(self, value: float | None) -> None:
        if value is not None:
            self._counts[value] = self._counts.get(value, 0) + 1

    def finalize(self) -> bytes:
        found = Sketch()
        for value, count in self._counts.items():
            found.add(value, count)
        return found.encode()


class _Merged:
    def __init__(self) -> None:
        self._sum = Sketch()

    def step(self, data: bytes | None) -> None:
        self._sum.merge_encoded(data)

    def finalize(self) -> bytes:
        return self._sum.encode()


def _merge(one: bytes | None, other: bytes | None) -> bytes:
    found = Sketch.decode(one)
    found.merge_encoded(other)
    return found.encode()
