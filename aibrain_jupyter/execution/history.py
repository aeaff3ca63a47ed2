"""
Runs that outlive the kernel: what was asked, how each call ended, when and how long.

A small SQLite file in the user's data folder, shared by all kernels. It holds no
rows of any frame and no secret: cells are kept as written, with names of
variables instead of their values, and what looks like a secret hidden. SQLite
keeps its rollback journal, because its write-ahead log does not work on network
home folders. A history that cannot be written never fails a run: it warns once.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import uuid
import warnings
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.redaction import redact
from aibrain_jupyter.shared.tables import UTC, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from aibrain_jupyter.execution.run import Run

KEEP_RUNS: Final = 5_000
KEEP_DAYS: Final = 400
"""A little more than a year: last year's audit of the same control can be looked up."""
_BUSY_S: Final = 5.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS runs (
    key INTEGER PRIMARY KEY, kernel TEXT, run TEXT, started TEXT, tool TEXT, cell TEXT,
    calls INTEGER, rows INTEGER, gaps INTEGER, from_cache INTEGER, seconds REAL, outcome TEXT,
    is_demo INTEGER, accounts TEXT, regions TEXT
);
CREATE INDEX IF NOT EXISTS runs_started ON runs (started);
CREATE TABLE IF NOT EXISTS calls (
    run_key INTEGER REFERENCES runs (key) ON DELETE CASCADE, position INTEGER, account_id TEXT,
    region TEXT, profile TEXT, title TEXT, outcome TEXT, rows INTEGER, seconds REAL, source TEXT,
    why TEXT
);
CREATE INDEX IF NOT EXISTS calls_run ON calls (run_key);
"""
_COLUMNS: Final = {
    "run": "str",
    "started": UTC,
    "tool": "str",
    "cell": "str",
    "calls": "Int64",
    "rows": "Int64",
    "gaps": "Int64",
    "from_cache": "Int64",
    "seconds": "Float64",
    "outcome": "str",
    "is_demo": "bool",
    "is_here": "bool",
}


class History:
    """
    The runs of this user, in one file.

    `kernel` tells the runs of this process from those of others: each counts from ``r1``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kernel = uuid.uuid4().hex
        self._has_warned = False

    def add(self, run: Run) -> None:
        """Keep a run and the outcome of each of its calls."""
        try:
            with closing(self._open()) as file, file:
                summary = run.summary
                key = file.execute(
                    f"INSERT INTO runs VALUES (NULL{', ?' * 14})",  # noqa: S608 - placeholders
                    (
                        self.kernel,
                        run.id,
                        run.started_at.isoformat(),
                        summary.tool,
                        redact(run.request.text),
                        summary.calls,
                        summary.rows,
                        len(summary.gaps),
                        summary.from_cache,
                        round(summary.seconds, 3),
                        run.outcome_word,
                        summary.is_demo,
                        json.dumps(run.provenance["accounts"]),
                        json.dumps(run.provenance["regions"]),
                    ),
                ).lastrowid
                file.executemany(
                    f"INSERT INTO calls VALUES (?{', ?' * 10})",  # noqa: S608 - placeholders
                    ((key, *row) for row in _call_rows(run)),
                )
                self._prune(file, run.started_at)
        except (sqlite3.Error, OSError) as exc:
            self._warn(exc)

    def frame(self) -> pd.DataFrame:
        """
        Return the runs, newest first.

        Returns:
            One row per run: ``run`` (``r7``; every kernel counts from ``r1``), ``started`` (UTC),
            ``tool``, ``cell`` (as written), ``calls``, ``rows``, ``gaps``, ``from_cache``
            (Int64), ``seconds`` (Float64), ``outcome`` (``complete``, ``gaps``, ``cancelled``,
            ``failed``), ``is_demo`` and ``is_here`` (bool; whether this kernel ran it).
        """
        try:
            with closing(self._open()) as file:
                file.row_factory = sqlite3.Row
                found = [dict(row) for row in file.execute("SELECT * FROM runs ORDER BY key DESC")]
        except (sqlite3.Error, OSError) as exc:
            self._warn(exc)
            found = []
        for row in found:
            row["started"] = dt.datetime.fromisoformat(row["started"])
            row["is_here"] = row["kernel"] == self.kernel
        return table_of(found, _COLUMNS)

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made here and not by SQLite, which would let the group read it.
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        file = sqlite3.connect(self.path, timeout=_BUSY_S)
        file.execute("PRAGMA foreign_keys = ON")
        file.executescript(_SCHEMA)
        return file

    def _prune(self, file: sqlite3.Connection, now: dt.datetime) -> None:
        oldest = (now - dt.timedelta(days=KEEP_DAYS)).isoformat()
        file.execute("DELETE FROM runs WHERE started < ?", (oldest,))
        file.execute("DELETE FROM runs WHERE key <= (SELECT MAX(key) FROM runs) - ?", (KEEP_RUNS,))

    def _warn(self, exc: Exception) -> None:
        if not self._has_warned:
            self._has_warned = True
            warnings.warn(
                f"The history of runs in {self.path} cannot be used: {exc}. Runs go on without it.",
                stacklevel=4,
            )


def _call_rows(run: Run) -> Iterator[tuple[Any, ...]]:
    for outcome in run.outcomes:
        result = outcome.value
        frame = getattr(result, "frame", None)
        yield (
            outcome.index,
            outcome.target.account,
            outcome.target.region,
            outcome.target.profile,
            outcome.title,
            str(outcome.outcome),
            None if frame is None else len(frame),
            round(outcome.seconds, 3),
            getattr(result, "source", ""),
            outcome.error.what if outcome.error else "",
        )
