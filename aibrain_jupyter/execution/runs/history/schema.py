"""
The tables of the history: how a file of an older version becomes one of today's, and their rows.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.collector import paused_collector
from aibrain_jupyter.shared.texts.utf8 import without_halves

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

_STEPS: Final = (
    """
    CREATE TABLE IF NOT EXISTS runs (
        key INTEGER PRIMARY KEY, kernel TEXT, run TEXT, started TEXT, tool TEXT, cell TEXT,
        calls INTEGER, rows INTEGER, gaps INTEGER, from_cache INTEGER, seconds REAL, outcome TEXT,
        is_demo INTEGER, accounts TEXT, regions TEXT
    );
    CREATE INDEX IF NOT EXISTS runs_started ON runs (started);
    CREATE TABLE IF NOT EXISTS calls (
        run_key INTEGER REFERENCES runs (key) ON DELETE CASCADE, position INTEGER, account_id TEXT,
        region TEXT, profile TEXT, title TEXT, outcome TEXT, rows INTEGER, seconds REAL,
        source TEXT, why TEXT
    );
    CREATE INDEX IF NOT EXISTS calls_run ON calls (run_key);
    """,
    """
    ALTER TABLE runs ADD COLUMN accepts_from TEXT;
    ALTER TABLE runs ADD COLUMN is_background INTEGER DEFAULT 0;
    CREATE INDEX runs_run ON runs (run, kernel);
    """,
    """
    ALTER TABLE calls ADD COLUMN requests TEXT DEFAULT '';
    """,
    "ALTER TABLE runs ADD COLUMN is_warming INTEGER DEFAULT 0",
    "CREATE TABLE numbers (next INTEGER); INSERT INTO numbers VALUES (1)",
    """
    ALTER TABLE runs ADD COLUMN provenance TEXT DEFAULT '{}';
    ALTER TABLE calls ADD COLUMN entry TEXT DEFAULT '';
    """,
    """
    CREATE INDEX calls_costs ON calls (title, account_id, region, run_key) WHERE source = 'live';
    CREATE INDEX runs_cell ON runs (cell, outcome, key);
    """,
    """
    ALTER TABLE runs ADD COLUMN is_measured INTEGER DEFAULT 0;
    CREATE TABLE metric_series (
        id INTEGER PRIMARY KEY, tool TEXT, service TEXT, operation TEXT, account_id TEXT,
        region TEXT, UNIQUE (tool, service, operation, account_id, region)
    );
    CREATE TABLE metric_requests (
        span INTEGER, start INTEGER, series INTEGER, requests INTEGER, pages INTEGER, rows INTEGER,
        errors INTEGER, throttled INTEGER, retried INTEGER, bytes INTEGER, waited_ms INTEGER,
        wire_ms INTEGER, parse_ms INTEGER, latency BLOB, PRIMARY KEY (span, start, series)
    ) WITHOUT ROWID;
    CREATE TABLE metric_calls (
        span INTEGER, start INTEGER, series INTEGER, calls INTEGER, rows INTEGER, live INTEGER,
        from_memory INTEGER, from_disk INTEGER, from_team INTEGER, stale INTEGER, denied INTEGER,
        throttled INTEGER, timed_out INTEGER, failed INTEGER, cancelled INTEGER,
        not_enabled INTEGER, latency BLOB, PRIMARY KEY (span, start, series)
    ) WITHOUT ROWID;
    CREATE TABLE metric_gauges (
        span INTEGER, start INTEGER, name TEXT, count INTEGER, sum REAL, most REAL,
        PRIMARY KEY (span, start, name)
    ) WITHOUT ROWID;
    CREATE TABLE metric_alerts (
        key INTEGER PRIMARY KEY, at TEXT, rule TEXT, of TEXT, state TEXT, value REAL, says TEXT,
        told TEXT
    );
    """,
    # Not a column of metric_calls: kernels of the version before go on to write that.
    """
    ALTER TABLE runs ADD COLUMN is_counted INTEGER DEFAULT 1;
    UPDATE runs SET is_counted = 0 WHERE NOT is_measured
        AND CAST(strftime('%s', started) AS INTEGER)
        < (SELECT COALESCE(MIN(start), 1e12) FROM metric_requests);
    CREATE TABLE metric_unmeasured (
        span INTEGER, start INTEGER, series INTEGER, unmeasured INTEGER,
        PRIMARY KEY (span, start, series)
    ) WITHOUT ROWID;
    """,
)
"""What each version adds to the one before; only ever appended to. The first may find its tables
there: files of that version did not say which they are."""
VERSION: Final = len(_STEPS)
MOST_BETWEEN: Final = 31
"""Days: as far as a clock is believed at once; who comes back after a year finds what there was."""


def bring_up_to_date(file: sqlite3.Connection) -> None:
    """
    Make the tables of a file older than `VERSION`, or add what it lacks.

    Other kernels may do the same meanwhile. A file of a newer version than ours is used as it is:
    versions only ever add.
    """
    file.execute("BEGIN IMMEDIATE")
    try:
        # Asked again under the lock: another kernel may have been quicker.
        found = int(file.execute("PRAGMA user_version").fetchone()[0])
        for number in range(found, VERSION):
            for statement in _STEPS[number].split(";"):
                file.execute(statement)
            file.execute(f"PRAGMA user_version = {number + 1}")
    except BaseException:
        file.rollback()
        raise
    file.commit()


def take_numbers(file: sqlite3.Connection, count: int, after: int) -> int:
    """Return the first of `count` numbers, greater than `after`, that nobody else has."""
    # Older versions count without taking; and somebody may have put another file here.
    used = "SELECT COALESCE(MAX(CAST(SUBSTR(run, 2) AS INTEGER)), 0) + 1 FROM runs"
    free = f"MAX(next, ({used}), ? + 1)"
    change = f"UPDATE numbers SET next = {free} + ? RETURNING next"  # noqa: S608
    (found,) = file.execute(change, (after, count)).fetchall()
    return int(found[0]) - count


def insert(
    file: sqlite3.Connection, values: Mapping[str, Any], calls: Iterable[tuple[Any, ...]]
) -> None:
    """Enter a run, by column, and its calls."""
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    key = file.execute(
        f"INSERT INTO runs ({names}) VALUES ({marks})",  # noqa: S608 - our own names
        plain(values.values()),
    ).lastrowid
    insert_calls(file, key, calls)


def insert_calls(
    file: sqlite3.Connection, key: int | None, rows: Iterable[tuple[Any, ...]]
) -> None:
    """Enter the calls of the run of that key, which has none."""
    # Named, so that a file of a later version takes them, too.
    names = (
        "run_key, position, account_id, region, profile, title, outcome, rows, seconds, source,"
        " why, requests, entry"
    )
    insertion = f"INSERT INTO calls ({names}) VALUES (?{', ?' * 12})"  # noqa: S608 - placeholders
    with paused_collector:  # they soon go again
        calls = [(key, *row) for row in rows]
        try:
            file.executemany(insertion, calls)
        except UnicodeEncodeError:
            # Rare, and looking for it in each text of each call takes as long as writing them.
            file.execute("DELETE FROM calls WHERE run_key = ?", (key,))
            file.executemany(insertion, map(plain, calls))
        del calls


def plain(values: Iterable[Any]) -> tuple[Any, ...]:
    """Return values that SQLite takes: a provider's text may have half a surrogate pair."""
    return tuple(
        without_halves(one) if type(one) is str and not one.isascii() else one for one in values
    )


def prune(file: sqlite3.Connection, *, runs: int, calls: int) -> None:
    """Let go of what is over so many runs or calls."""
    file.execute("DELETE FROM runs WHERE key <= (SELECT MAX(key) FROM runs) - ?", (runs,))
    # At most so many calls there are, by the ends of their table: adding up asks every run.
    ends = "SELECT COALESCE(MAX(rowid) - MIN(rowid) + 1, 0) FROM calls"
    if file.execute(ends).fetchone()[0] <= calls:
        return
    # The newest run stays, however many calls it has.
    file.execute(
        "DELETE FROM runs WHERE key IN (SELECT key FROM ("
        "SELECT key, SUM(calls) OVER (ORDER BY key DESC) AS calls_since FROM runs"
        ") WHERE calls_since > ? AND key < (SELECT MAX(key) FROM runs))",
        (calls,),
    )


def let_go_of_old(file: sqlite3.Connection, now: dt.datetime, *, days: int) -> None:
    """
    Let go of what is older than so many `days`, if as many went by in the history as well.

    A clock may be set a year ahead, at one kernel of several, and be right again later. So between
    two runs at most `MOST_BETWEEN` days count, and only those after the latest time met so far.
    """
    oldest = (now - dt.timedelta(days=days)).isoformat()
    if file.execute("SELECT 1 FROM runs WHERE started < ? LIMIT 1", (oldest,)).fetchone() is None:
        return  # as nearly always: what follows reads every run
    file.execute(
        "WITH met (key, started, latest) AS ("
        "  SELECT key, started, MAX(started) OVER (ORDER BY key ROWS UNBOUNDED PRECEDING) FROM"
        "  (SELECT key, started FROM runs UNION ALL SELECT MAX(key) + 1, ? FROM runs)"
        "), gone_by (key, started, since) AS ("
        "  SELECT key, started, SUM(MIN(?, julianday(latest) - julianday(before))) OVER"
        "  (ORDER BY key DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) FROM"
        "  (SELECT *, LAG(latest) OVER (ORDER BY key) AS before FROM met)"
        ") DELETE FROM runs WHERE key IN"
        " (SELECT key FROM gone_by WHERE started < ? AND since >= ?)",
        (now.isoformat(), MOST_BETWEEN, oldest, days),
    )


COSTS: Final = """
    WITH RECURSIVE place (account_id, region) AS (
        SELECT * FROM (
            SELECT account_id, region FROM calls WHERE title = :title AND source = 'live'
            ORDER BY account_id, region LIMIT 1
        )
        UNION ALL
        SELECT
            (SELECT account_id FROM calls WHERE title = :title AND source = 'live'
             AND (account_id, region) > (place.account_id, place.region)
             ORDER BY account_id, region LIMIT 1),
            (SELECT region FROM calls WHERE title = :title AND source = 'live'
             AND (account_id, region) > (place.account_id, place.region)
             ORDER BY account_id, region LIMIT 1)
        FROM place WHERE place.account_id IS NOT NULL
    )
    SELECT place.account_id, place.region, newest.seconds, newest.requests
    FROM place JOIN calls AS newest ON newest.rowid = (
        SELECT calls.rowid FROM calls WHERE title = :title AND source = 'live'
        AND calls.account_id = place.account_id AND calls.region = place.region
        ORDER BY run_key DESC LIMIT 1
    )
    JOIN runs ON runs.key = newest.run_key WHERE runs.is_demo = :is_demo
"""
"""What a call last cost in each place: from place to place by the index, not through all calls. An
account is of the demo or it is not, so its newest call says it of all."""
