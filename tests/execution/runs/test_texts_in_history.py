"""What a provider calls its things can always be written down."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from aibrain_jupyter.execution.runs.history.schema import bring_up_to_date, insert


def test_a_text_that_is_none_loses_no_call():
    """With half a surrogate pair in a title every call is there once, and that title escaped."""
    calls = [
        (number, "1", "r", "", title, "ok", 1, 0.1, "live", "", "{}", "")
        for number, title in enumerate(["first", "\ud800", "last"])
    ]
    with closing(sqlite3.connect(":memory:")) as file:
        bring_up_to_date(file)
        insert(file, {"run": "r1"}, calls)
        found = file.execute("SELECT title FROM calls ORDER BY position").fetchall()

    assert ["first", "\\ud800", "last"] == [title for (title,) in found]
