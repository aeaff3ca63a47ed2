"""
The history of runs as it is read: as tables, one run, what calls cost. See ``history.py``.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import threading
import time
import uuid
import warnings
from contextlib import closing, contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.runs.history.kept_run import CallCost, KeptRun
from aibrain_jupyter.execution.runs.history.schema import COSTS, VERSION, bring_up_to_date
from aibrain_jupyter.shared.error_handler import HistoryError
from aibrain_jupyter.shared.frames.stack import UTC, table_of
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

UNFINISHED: Final = "unfinished"
_BUSY_S: Final = 1.0
"""How long a run waits for another process that has the file locked: they take milliseconds."""
_BRIEFLY_S: Final = 0.05
_LEAVE_ALONE_S: Final = 60.0
"""For how long it is waited for only briefly once a process had it for all of that time."""
_TAKES_TURNS_S: Final = 5.0


@cache
def _turns(process_id: int) -> threading.Lock:
    """Return the lock of a process: that of a forked child's parent may be held for ever."""
    return threading.Lock()


@contextmanager
def one_writer() -> Iterator[None]:
    """
    Let the writers of this process write one after the other, where a cell waits for none of them.

    Who finds the file locked gives up after a second, and a long run's calls take longer to add up.
    SQLite would have it wait as well, but not as fairly. Nobody waits here for ever.
    """
    turns = _turns(os.getpid())
    has_turn = turns.acquire(timeout=_TAKES_TURNS_S)
    try:
        yield
    finally:
        if has_turn:
            turns.release()


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


class HistoryFile:
    """
    The runs of this user, in one file.

    `kernel` tells the runs of this process from those of others.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kernel = uuid.uuid4().hex
        self._has_warned = False
        self._left_alone_until = 0.0

    def flush(self) -> None:
        """Write what waits to be written, now."""

    def frame(self) -> pd.DataFrame:
        """
        Return the runs, newest first. Raises HistoryError: the file cannot be used.

        Returns:
            One row per run: ``run`` (``r7``; no other run of this user has it), ``started`` (UTC;
            NaT: what is written there is no time),
            ``tool`` (by its own name: ``iam_users``, also where ``aws_export`` was written),
            ``cell`` (as written), ``calls``, ``rows``, ``gaps``, ``from_cache``
            (Int64; the last three NA until it has ended), ``seconds`` (Float64), ``outcome``
            (``complete``, ``gaps``, ``cancelled``, ``failed``; ``running``; ``unfinished``: going
            on in another kernel, or ended together with it), ``is_demo``, ``is_here`` and
            ``is_warming`` (bool; whether this kernel ran it, and whether ``cache warm`` did).
        """
        found = self.asked_for(
            "SELECT *, (SELECT title FROM calls WHERE run_key = key LIMIT 1) AS title FROM runs"
            " ORDER BY key DESC"
        )
        own_name = cache(lambda *words: get_tool_registry().own_name(words[0], words[1:]))
        for row in found:
            row["tool"] = own_name(row["tool"], *(row["title"] or "").split())
            row["started"] = _moment(row["started"])
            row["is_here"] = row["kernel"] == self.kernel
            row["outcome"] = self._outcome_of(row)
        return table_of(found, _COLUMNS)

    def calls(self, run_id: str) -> pd.DataFrame:
        """
        Return the calls of a run: this kernel's, or the newest of that id from another.

        Raises HistoryError: the file cannot be used.

        Returns:
            One row per call, in call order: ``account_id``, ``region``, ``profile``, ``call``,
            ``outcome`` (empty: it had not ended), ``source``, ``why`` (str), ``rows`` (Int64; NA
            where nothing was read), ``seconds`` (Float64).
        """
        found = self.asked_for(
            "SELECT *, title AS call FROM calls WHERE run_key = ("
            "SELECT key FROM runs WHERE run = ? ORDER BY kernel = ? DESC, key DESC LIMIT 1"
            ") ORDER BY position",
            (run_id, self.kernel),
        )
        return table_of(found, _CALL_COLUMNS)

    def call_costs(self, title: str, *, is_demo: bool) -> dict[tuple[str, str], CallCost]:
        """Return what a call last cost by account and region, where it asked its source."""
        found = self.rows_of(COSTS, {"title": title, "is_demo": is_demo})
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
        for its rows. Raises HistoryError: the file cannot be used.
        """
        if run_id:
            found = self.asked_for(
                "SELECT * FROM runs WHERE run = ? ORDER BY kernel = ? DESC, key DESC LIMIT 1",
                (run_id, self.kernel),
            )
        else:
            found = self.asked_for(
                "SELECT * FROM runs WHERE outcome != 'complete' AND NOT is_warming AND NOT EXISTS ("
                "SELECT 1 FROM runs AS later WHERE later.key > runs.key AND NOT later.is_warming"
                " AND later.cell = runs.cell AND later.outcome = 'complete'"
                ") ORDER BY key DESC LIMIT 1"
            )
        if not found:
            return None
        row = found[0]
        started = _moment(row["started"])
        # Older versions did not write it down; then only what the run itself asked counts.
        accepts_from = _moment(row["accepts_from"] or row["started"])
        if started is None or accepts_from is None:
            raise HistoryError(
                f"When {row['run']} began cannot be read: what counts of it is not known.",
                why=f"{self.path}: it is no time.",
                next_steps=["Run its cell again: %aibrain history has it."],
            )
        return KeptRun(
            id=row["run"],
            tool=row["tool"],
            cell=row["cell"],
            started=started,
            accepts_from=accepts_from,
            outcome=self._outcome_of(row),
            is_background=bool(row["is_background"]),
            is_here=row["kernel"] == self.kernel,
        )

    def _outcome_of(self, row: dict[str, Any]) -> str:
        is_running = row["outcome"] == UNFINISHED and row["kernel"] == self.kernel
        return "running" if is_running else str(row["outcome"])

    def rows_of(
        self, query: str, values: tuple[Any, ...] | Mapping[str, Any] = ()
    ) -> list[dict[str, Any]]:
        """Return what a query finds; nothing where the file cannot be used, and that was told."""
        try:
            return self._read(query, values)
        except (sqlite3.Error, OSError) as exc:
            self._warn(exc)
            return []

    def asked_for(self, query: str, values: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        """
        Return what a query finds, for somebody who wants to see it: then nothing is no answer
        where the file cannot be used. Raises HistoryError: so it is.
        """
        try:
            return self._read(query, values)
        except (sqlite3.Error, OSError) as exc:
            self._leave_alone()
            raise HistoryError(
                "The history of runs cannot be read: which runs there were is not known.",
                why=f"{self.path}: {exc}",
                next_steps=[
                    "Locked: run it again in a while, another program writes.",
                    "Damaged: move the file away; a new one begins with the next run.",
                    "%aibrain last has the last run of this kernel.",
                ],
            ) from exc

    def _read(
        self, query: str, values: tuple[Any, ...] | Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        self.flush()
        with closing(self._open()) as file:
            file.row_factory = sqlite3.Row
            return [dict(row) for row in file.execute(query, values)]

    def opened(self) -> sqlite3.Connection:
        """Return a connection to the file, its tables made. Raises sqlite3.Error, OSError."""
        return self._open()

    def _open(self) -> sqlite3.Connection:
        # To close any descriptor of a file lets go of all locks of the process on it: of SQLite in
        # another thread, which is writing. So one is opened only where there is no file.
        if not self.path.exists():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                # Made here and not by SQLite, which would let the group read it.
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        patience = _BRIEFLY_S if time.monotonic() < self._left_alone_until else _BUSY_S
        file = sqlite3.connect(self.path, timeout=patience)
        file.execute("PRAGMA foreign_keys = ON")
        if file.execute("PRAGMA user_version").fetchone()[0] < VERSION:
            bring_up_to_date(file)
        return file

    def _warn(self, exc: Exception) -> None:
        self._leave_alone()
        if not self._has_warned:
            self._has_warned = True
            warnings.warn(
                f"The history of runs in {self.path} cannot be used: {exc}. Runs go on without it.",
                stacklevel=4,
            )

    def _leave_alone(self) -> None:
        self._left_alone_until = time.monotonic() + _LEAVE_ALONE_S


def _moment(text: str | None) -> dt.datetime | None:
    """Return a moment as it was written; None: what is written there is none."""
    try:
        return dt.datetime.fromisoformat(text or "")
    except (TypeError, ValueError):
        return None
