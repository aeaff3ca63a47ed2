"""
Alerts in the history: what fired and was resolved, when, and who was told.

Several kernels watch the same figures. Who enters a change is the one who tells it: one that
another kernel has entered is entered no second time.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.metrics.alerts.states import FIRING
from aibrain_jupyter.shared.frames.stack import UTC, table_of

if TYPE_CHECKING:
    import pandas as pd

    from aibrain_jupyter.execution.metrics.alerts.states import Alert
    from aibrain_jupyter.execution.runs.history.history import History

_LAST = "SELECT state FROM metric_alerts WHERE rule = ? AND of = ? ORDER BY key DESC LIMIT 1"
_COLUMNS = {"at": UTC, "rule": "str", "of": "str", "state": "str", "value": "Float64"}


def enter(history: History, alert: Alert) -> int | None:
    """
    Enter that an alert fires or is resolved; return the entry's number.

    None: another kernel has entered it, or it never fired. Raises sqlite3.Error, OSError.
    """
    with closing(history.opened()) as file, file:
        file.execute("BEGIN IMMEDIATE")
        last = file.execute(_LAST, (alert.rule.name, alert.of)).fetchone()
        was_firing = last is not None and last[0] == FIRING
        if was_firing == (alert.state == FIRING):
            return None
        values = (alert.since.isoformat(), alert.rule.name, alert.of, alert.state, alert.value)
        names = "(at, rule, of, state, value, says, told)"
        insert = f"INSERT INTO metric_alerts {names} VALUES (?, ?, ?, ?, ?, ?, '')"  # noqa: S608
        key = file.execute(insert, (*values, alert.says)).lastrowid
        file.execute("DELETE FROM metric_alerts WHERE key <= ? - 10000", (key,))
        return key


def note_told(history: History, key: int, words: str) -> None:
    """Write down who was told of an entry, or why nobody was; nothing where that cannot be."""
    try:
        with closing(history.opened()) as file, file:
            file.execute(
                "UPDATE metric_alerts SET"
                " told = CASE told WHEN '' THEN ?1 ELSE told || '; ' || ?1 END WHERE key = ?2",
                (words, key),
            )
    except (sqlite3.Error, OSError):
        return


def firing(history: History) -> list[tuple[str, str, dt.datetime, float | None]]:
    """
    Return rule, what it is of, since when and value of the alerts that were left firing.
    Raises sqlite3.Error, OSError.
    """
    query = (
        "SELECT rule, of, at, value FROM metric_alerts AS one WHERE state = 'firing' AND key ="
        " (SELECT MAX(key) FROM metric_alerts WHERE rule = one.rule AND of = one.of)"
    )
    with closing(history.opened()) as file:
        rows = file.execute(query).fetchall()
    return [(rule, of, dt.datetime.fromisoformat(at), value) for rule, of, at, value in rows]


def alerts_history(history: History) -> pd.DataFrame:
    """
    Return what fired and was resolved, newest first. Raises HistoryError: it cannot be read.

    Returns:
        One row per change: ``at`` (UTC), ``rule``, ``of`` (what of; empty: everything), ``state``
        (``firing``, ``resolved``), ``value`` (Float64; NA: not known any more), ``says``, ``told``
        (str: to how many receivers, or why to none).
    """
    rows: list[dict[str, Any]] = history.asked_for("SELECT * FROM metric_alerts ORDER BY key DESC")
    for row in rows:
        row["at"] = dt.datetime.fromisoformat(row["at"])
    return table_of(rows, {**_COLUMNS, "says": "str", "told": "str"})
