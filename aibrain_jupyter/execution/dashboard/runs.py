"""The newest runs, of this kernel and of others, as lines of a dashboard."""

# ruff: noqa: S608 - what is put into SQL are question marks

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.dashboard.state import RunLine
from aibrain_jupyter.execution.runs.history.reads import UNFINISHED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.execution.runs.history.history import History
    from aibrain_jupyter.execution.runs.under_way import RunUnderWay

RUNS: Final = 8
_COLUMNS: Final = "key, kernel, run, started, tool, calls, rows, seconds, outcome"


class WrittenRuns:
    """The runs that the history has; one that has ended is read once."""

    def __init__(self) -> None:
        self._ended: dict[int, RunLine] = {}

    def read(self, history: History) -> list[RunLine]:
        """Return the newest `RUNS`, newest first."""
        rows = history.rows_of(f"SELECT {_COLUMNS} FROM runs ORDER BY key DESC LIMIT ?", (RUNS,))
        new = [row for row in rows if row["key"] not in self._ended]
        found = {**self._ended, **_lines(new, history)}
        self._ended = {
            row["key"]: found[row["key"]] for row in rows if row["outcome"] != UNFINISHED
        }
        return [found[row["key"]] for row in rows]


def _lines(rows: list[dict[str, Any]], history: History) -> dict[int, RunLine]:
    marks = ", ".join("?" * len(rows))
    counts: dict[int, dict[str, int]] = {}
    titles: dict[int, str] = {}
    for one in history.rows_of(
        "SELECT run_key, outcome, MIN(title) AS title, COUNT(*) AS count FROM calls"
        f" WHERE run_key IN ({marks}) GROUP BY run_key, outcome",
        tuple(row["key"] for row in rows),
    ):
        titles[one["run_key"]] = one["title"]
        if one["outcome"]:  # a call that has not ended has none
            counts.setdefault(one["run_key"], {})[one["outcome"]] = one["count"]
    return {
        row["key"]: RunLine(
            id=row["run"],
            title=titles.get(row["key"]) or row["tool"],
            state=_state(row, history),
            started=dt.datetime.fromisoformat(row["started"]),
            seconds=row["seconds"],
            counts=counts.get(row["key"], {}),
            calls=row["calls"],
            rows=row["rows"],
            is_here=row["kernel"] == history.kernel,
        )
        for row in rows
    }


def _state(row: Mapping[str, Any], history: History) -> str:
    is_running = row["outcome"] == UNFINISHED and row["kernel"] == history.kernel
    return "running" if is_running else str(row["outcome"])


def line_of(run: RunUnderWay, counts: Mapping[str, int]) -> RunLine:
    """Return a run that goes on; `counts` are its calls that have ended, by outcome."""
    return RunLine(
        id=run.id,
        title=run.title,
        state="running",
        started=run.started_at,
        seconds=run.seconds,
        counts=dict(counts),
        calls=run.calls,
        under_way=len(run.active),
    )
