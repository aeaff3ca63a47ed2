"""
Runs that outlive the kernel: what was asked, how each call ended, when and how long.

A small SQLite file in the user's data folder, shared by all kernels. It holds no
rows of any frame and no secret: cells are kept as written, with names of
variables instead of their values, and what looks like a secret hidden. A run is
entered when its plan is known and completed at its end, so that one whose kernel
died is there to be resumed. SQLite keeps its rollback journal, because its
write-ahead log does not work on network home folders. A history that cannot be
written never fails a run: it warns once.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import time
import uuid
import warnings
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.runs.history_schema import VERSION, bring_up_to_date
from aibrain_jupyter.execution.runs.kept_run import CallCost, KeptRun
from aibrain_jupyter.shared.base_tool import LIVE
from aibrain_jupyter.shared.frames.stack import UTC, table_of
from aibrain_jupyter.shared.texts.redaction import redact
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from aibrain_jupyter.execution.calls.job import CallOutcome
    from aibrain_jupyter.execution.runs.plan import Plan
    from aibrain_jupyter.execution.runs.run import Run

KEEP_RUNS: Final = 5_000
KEEP_CALLS: Final = 200_000
"""About 40 MB: the oldest runs go when all runs together have more calls."""
KEEP_DAYS: Final = 400
"""A little more than a year: last year's audit of the same control can be looked up."""
CallRow = tuple[Any, ...]
NOT_ENDED: Final = ("", None, None, "", "", "", "")
ROWS, SOURCE = 6, 8
UNFINISHED: Final = "unfinished"
_BUSY_S: Final = 1.0
"""How long a run waits for another process that has the file locked: they take milliseconds."""
_BRIEFLY_S: Final = 0.05
_LEAVE_ALONE_S: Final = 60.0
"""For how long it is waited for only briefly once a process had it for all of that time."""
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
    "is_warming": "bool",
}
_CALL_COLUMNS: Final = {
    "account_id": "str",
    "region": "str",
    "profile": "str",
    "call": "str",
    "outcome": "str",
    "rows": "Int64",
    "seconds": "Float64",
    "source": "str",
    "why": "str",
}


class History:
    """
    The runs of this user, in one file.

    `kernel` tells the runs of this process from those of others.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kernel = uuid.uuid4().hex
        self._has_warned = False
        self._left_alone_until = 0.0

    def take_numbers(self, count: int, after: int) -> int | None:
        """
        Return the first of `count` numbers for runs that no other kernel has or will get.

        All are greater than `after`. None: they cannot be written down, and that was told.
        """
        taken: list[int] = []

        def write(file: sqlite3.Connection) -> None:
            # Older versions count without taking; and somebody may have put another file here.
            used = "SELECT COALESCE(MAX(CAST(SUBSTR(run, 2) AS INTEGER)), 0) + 1 FROM runs"
            free = f"MAX(next, ({used}), ? + 1)"
            change = f"UPDATE numbers SET next = {free} + ? RETURNING next"  # noqa: S608
            found = file.execute(change, (after, count)).fetchall()
            taken.extend(row[0] - count for row in found)

        self._write(write)
        return taken[0] if taken else None

    def begin(
        self,
        run_id: str,
        plan: Plan,
        *,
        started_at: dt.datetime,
        accepts_from: dt.datetime,
        is_warming: bool = False,
    ) -> None:
        """Enter a run whose plan is known, and its calls, all of them without an outcome."""
        values = self._of_plan(run_id, plan, started_at, accepts_from)
        values |= {"calls": len(plan.jobs), "outcome": UNFINISHED, "is_warming": is_warming}
        calls = ((j.index, *j.target.place, j.target.profile, j.title) for j in plan.jobs)
        self._insert(values, ((*call, *NOT_ENDED) for call in calls), started_at)

    def finish(self, run: Run) -> None:
        """Complete a run that was begun: figures, and how each call ended."""
        self._complete(run.id, figures_of(run), [call_row(outcome) for outcome in run.outcomes])

    def add(self, run: Run) -> None:
        """Enter a run that was over at once, as `begin` and `finish` would."""
        values = self._of_plan(run.id, run.plan, run.started_at, run.accepts_from)
        self._insert({**values, **figures_of(run)}, map(call_row, run.outcomes), run.started_at)

    def _of_plan(
        self, run_id: str, plan: Plan, started_at: dt.datetime, accepts_from: dt.datetime
    ) -> dict[str, Any]:
        targets = [job.target for job in plan.jobs]
        places = {target.place for target in targets}
        return {
            "kernel": self.kernel,
            "run": run_id,
            "started": started_at.isoformat(),
            "tool": plan.request.spec.name,
            "cell": redact(plan.request.text),
            "is_demo": any(target.is_demo for target in targets),
            "accounts": json.dumps(sorted({first for first, _ in places if first})),
            "regions": json.dumps(sorted({others for _, others in places if others})),
            "accepts_from": accepts_from.isoformat(),
            "is_background": plan.request.options.background,
        }

    def _insert(
        self, values: Mapping[str, Any], calls: Iterable[CallRow], started_at: dt.datetime
    ) -> None:
        def write(file: sqlite3.Connection) -> None:
            names, marks = ", ".join(values), ", ".join("?" * len(values))
            key = file.execute(
                f"INSERT INTO runs ({names}) VALUES ({marks})",  # noqa: S608 - our own names
                tuple(values.values()),
            ).lastrowid
            _insert_calls(file, key, calls)
            _prune(file, started_at)

        self._write(write)

    def finish_warming(
        self, run_id: str, calls: Sequence[CallRow], *, gaps: int, seconds: float, outcome: str
    ) -> None:
        """Complete a warmed run: `calls` as by `call_row`, `outcome` as in `frame`."""
        values = {
            "calls": len(calls),
            "rows": sum(call[ROWS] or 0 for call in calls),
            "gaps": gaps,
            "from_cache": sum(call[SOURCE] not in ("", LIVE) for call in calls),
            "seconds": round(seconds, 3),
            "outcome": outcome,
        }
        self._complete(run_id, values, calls)

    def _complete(self, run_id: str, values: dict[str, Any], calls: Sequence[CallRow]) -> None:
        def write(file: sqlite3.Connection) -> None:
            asked = "SELECT key FROM runs WHERE kernel = ? AND run = ?"
            found = file.execute(asked, (self.kernel, run_id)).fetchone()
            if found is None:
                return  # it could not be begun, and that was told
            changes = ", ".join(f"{name} = ?" for name in values)
            file.execute(
                f"UPDATE runs SET {changes} WHERE key = ?",  # noqa: S608 - our own names
                (*values.values(), *found),
            )
            file.execute("DELETE FROM calls WHERE run_key = ?", found)
            _insert_calls(file, found[0], calls)

        self._write(write)

    def frame(self) -> pd.DataFrame:
        """
        Return the runs, newest first.

        Returns:
            One row per run: ``run`` (``r7``; no other run of this user has it), ``started`` (UTC),
            ``tool`` (by its own name: ``iam_users``, also where ``aws_export`` was written),
            ``cell`` (as written), ``calls``, ``rows``, ``gaps``, ``from_cache``
            (Int64; the last three NA until it has ended), ``seconds`` (Float64), ``outcome``
            (``complete``, ``gaps``, ``cancelled``, ``failed``; ``running``; ``unfinished``: going
            on in another kernel, or ended together with it), ``is_demo``, ``is_here`` and
            ``is_warming`` (bool; whether this kernel ran it, and whether ``cache warm`` did).
        """
        found = self.rows_of(
            "SELECT *, (SELECT title FROM calls WHERE run_key = key LIMIT 1) AS title FROM runs"
            " ORDER BY key DESC"
        )
        own_name = cache(lambda *words: get_tool_registry().own_name(words[0], words[1:]))
        for row in found:
            row["tool"] = own_name(row["tool"], *(row["title"] or "").split())
            row["started"] = dt.datetime.fromisoformat(row["started"])
            row["is_here"] = row["kernel"] == self.kernel
            row["outcome"] = self._outcome_of(row)
        return table_of(found, _COLUMNS)

    def calls(self, run_id: str) -> pd.DataFrame:
        """
        Return the calls of a run: this kernel's, or the newest of that id from another.

        Returns:
            One row per call, in call order: ``account_id``, ``region``, ``profile``, ``call``,
            ``outcome`` (empty: it had not ended), ``source``, ``why`` (str), ``rows`` (Int64; NA
            where nothing was read), ``seconds`` (Float64).
        """
        found = self.rows_of(
            "SELECT *, title AS call FROM calls WHERE run_key = ("
            "SELECT key FROM runs WHERE run = ? ORDER BY kernel = ? DESC, key DESC LIMIT 1"
            ") ORDER BY position",
            (run_id, self.kernel),
        )
        return table_of(found, _CALL_COLUMNS)

    def call_costs(self, title: str, *, is_demo: bool) -> dict[tuple[str, str], CallCost]:
        """Return what a call last cost by account and region, where it asked its source."""
        found = self.rows_of(
            "SELECT account_id, region, calls.seconds AS seconds, requests FROM calls"
            " JOIN runs ON runs.key = calls.run_key"
            " WHERE title = ? AND source = 'live' AND is_demo = ? ORDER BY run_key",
            (title, is_demo),
        )
        return {
            (row["account_id"], row["region"]): CallCost(
                float(row["seconds"]), json.loads(row["requests"] or "{}")
            )
            for row in found
        }

    def find(self, run_id: str = "") -> KeptRun | None:
        """
        Return a run: this kernel's, or the newest of that id from another.

        Without an id: the newest run, of whatever kernel, that has something left to ask for; one
        whose cell has been run to completeness since has not, nor has a warmed one: nobody waits
        for its rows.
        """
        if run_id:
            found = self.rows_of(
                "SELECT * FROM runs WHERE run = ? ORDER BY kernel = ? DESC, key DESC LIMIT 1",
                (run_id, self.kernel),
            )
        else:
            found = self.rows_of(
                "SELECT * FROM runs WHERE outcome != 'complete' AND NOT is_warming AND NOT EXISTS ("
                "SELECT 1 FROM runs AS later WHERE later.key > runs.key AND NOT later.is_warming"
                " AND later.cell = runs.cell AND later.outcome = 'complete'"
                ") ORDER BY key DESC LIMIT 1"
            )
        if not found:
            return None
        row = found[0]
        started = dt.datetime.fromisoformat(row["started"])
        return KeptRun(
            id=row["run"],
            tool=row["tool"],
            cell=row["cell"],
            started=started,
            # Older versions did not write it down; then only what the run itself asked counts.
            accepts_from=dt.datetime.fromisoformat(row["accepts_from"] or row["started"]),
            outcome=self._outcome_of(row),
            is_background=bool(row["is_background"]),
            is_here=row["kernel"] == self.kernel,
        )

    def _outcome_of(self, row: dict[str, Any]) -> str:
        is_running = row["outcome"] == UNFINISHED and row["kernel"] == self.kernel
        return "running" if is_running else str(row["outcome"])

    def rows_of(self, query: str, values: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        """Return what a query finds; nothing where the file cannot be used."""
        try:
            with closing(self._open()) as file:
                file.row_factory = sqlite3.Row
                return [dict(row) for row in file.execute(query, values)]
        except (sqlite3.Error, OSError) as exc:
            self._warn(exc)
            return []

    def _write(self, write: Callable[[sqlite3.Connection], None]) -> None:
        try:
            with closing(self._open()) as file, file:
                write(file)
        except (sqlite3.Error, OSError) as exc:
            self._warn(exc)

    def opened(self) -> sqlite3.Connection:
        """Return a connection to the file, its tables made. Raises sqlite3.Error, OSError."""
        return self._open()

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made here and not by SQLite, which would let the group read it.
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        patience = _BRIEFLY_S if time.monotonic() < self._left_alone_until else _BUSY_S
        file = sqlite3.connect(self.path, timeout=patience)
        file.execute("PRAGMA foreign_keys = ON")
        if file.execute("PRAGMA user_version").fetchone()[0] < VERSION:
            bring_up_to_date(file)
        return file

    def _warn(self, exc: Exception) -> None:
        self._left_alone_until = time.monotonic() + _LEAVE_ALONE_S
        if not self._has_warned:
            self._has_warned = True
            warnings.warn(
                f"The history of runs in {self.path} cannot be used: {exc}. Runs go on without it.",
                stacklevel=4,
            )


def _insert_calls(
    file: sqlite3.Connection, key: int | None, rows: Iterable[tuple[Any, ...]]
) -> None:
    # Named, so that a file of a later version takes them, too.
    names = (
        "run_key, position, account_id, region, profile, title, outcome, rows, seconds, source,"
        " why, requests, entry"
    )
    file.executemany(
        f"INSERT INTO calls ({names}) VALUES (?{', ?' * 12})",  # noqa: S608 - placeholders
        ((key, *row) for row in rows),
    )


def _prune(file: sqlite3.Connection, now: dt.datetime) -> None:
    oldest = (now - dt.timedelta(days=KEEP_DAYS)).isoformat()
    file.execute("DELETE FROM runs WHERE started < ?", (oldest,))
    file.execute("DELETE FROM runs WHERE key <= (SELECT MAX(key) FROM runs) - ?", (KEEP_RUNS,))
    # The newest run stays, however many calls it has.
    file.execute(
        "DELETE FROM runs WHERE key IN (SELECT key FROM ("
        "SELECT key, SUM(calls) OVER (ORDER BY key DESC) AS calls_since FROM runs"
        ") WHERE calls_since > ? AND key < (SELECT MAX(key) FROM runs))",
        (KEEP_CALLS,),
    )


def figures_of(run: Run) -> dict[str, Any]:
    """Return the columns of a run that has ended, by name."""
    summary, provenance = run.summary, json.dumps(run.provenance)
    return {
        "calls": summary.calls,
        "rows": summary.rows,
        "gaps": len(summary.gaps),
        "from_cache": summary.from_cache,
        "seconds": round(summary.seconds, 3),
        "outcome": run.outcome_word,
        # What a cell says may hold a secret, its tool's own words do not.
        "provenance": redact(provenance) if run.request.params else provenance,
    }


def call_row(outcome: CallOutcome) -> CallRow:
    """Return how a call ended as the history keeps it: in the order of its table, without rows."""
    result = outcome.value
    frame = getattr(result, "frame", None)
    return (
        outcome.index,
        *outcome.target.place,
        outcome.target.profile,
        outcome.title,
        str(outcome.outcome),
        None if frame is None else len(frame),
        round(outcome.seconds, 3),
        getattr(result, "source", ""),
        outcome.error.reason if outcome.error else "",
        json.dumps(dict(getattr(result, "operations", None) or {})),
        getattr(result, "entry", ""),
    )
