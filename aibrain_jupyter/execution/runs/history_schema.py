"""The tables of the history, and how a file of an older version becomes one of today's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3

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
)
"""What each version adds to the one before; only ever appended to. The first may find its tables
there: files of that version did not say which they are."""
VERSION: Final = len(_STEPS)


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
