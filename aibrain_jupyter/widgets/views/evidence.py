"""How evidence is read: the items of a store, its ledger, what a verification finds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.widgets.blocks import Block, line
from aibrain_jupyter.widgets.spans import Inline, code, muted, shorten
from aibrain_jupyter.widgets.views.cells import (
    Cell,
    Row,
    count_of,
    most_rows,
    rows_of,
    table_of_cells,
    text_of,
)

if TYPE_CHECKING:
    import pandas as pd

_LONGEST: Final = 60
_SAID: Final = ("title", "reason", "codes", "decided_by", "until", "retain_until", "seed", "n")
"""What an event says that is read first; the rest is in its facts."""


def items(frame: pd.DataFrame) -> list[Block]:
    """Return every item with where it stands and what it answers, then the remarks on them."""
    if frame.empty:
        return [line("There is no item yet. Any run becomes one: ", code("--save CODE"))]
    columns: dict[str, Cell] = {
        "state": lambda row: f"{row['state']}{', held' if row['is_held'] else ''}",
        "rows": count_of("rows"),
        "as of (UTC)": lambda row: row["as_of"].replace(" UTC", "").replace(" 00:00", ""),
        "data": lambda row: "demo" if row["is_demo"] else "",
        "item": _item,
    }
    more = ("delivery", "collected", "saved", "kept_until")
    left = [name for name in columns if name != "rows"]
    remarks = [row for row in rows_of(frame.head(most_rows(frame))) if row["remarks"]]
    return [
        *table_of_cells("item", frame, columns, more, left=left),
        *(line("! ", code(row["item"]), f": {row['remarks']}") for row in remarks),
    ]


def _item(row: Row) -> Inline:
    answers = f" · {row['codes']}" if row["codes"] else " · no code"
    return (code(row["item"]), f" {row['title']}", answers)


def ledger(frame: pd.DataFrame) -> list[Block]:
    """Return what happened, who did it, to what, and what they said."""
    columns: dict[str, Cell] = {
        "seq": count_of("seq"),
        "time (UTC)": lambda row: f"{row['time']:%Y-%m-%d %H:%M:%S}",
        "event": text_of("event"),
        "who": text_of("who"),
        "about": lambda row: (code(row["item"]) if row["item"] else "", f" {_said(row)}".rstrip()),
    }
    left = [name for name in columns if name != "seq"]
    head = frame.iloc[-1]
    return [
        *table_of_cells("event", frame, columns, ("facts", "hash", "how_known"), left=left),
        line(muted("head: "), code(f"{head['seq']}:{head['hash']}")),
    ]


def _said(row: Row) -> str:
    facts = json.loads(row["facts"])
    found = [_words(name, facts[name]) for name in _SAID if facts.get(name)]
    return shorten(", ".join(filter(None, found)), _LONGEST)


def _words(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(one["code"] if isinstance(one, dict) else str(one) for one in value)
    return f"{name}={value}" if name in ("n", "seed") else str(value)


def findings(frame: pd.DataFrame) -> list[Block]:
    """Return what a verification finds, and where."""
    if frame.empty:
        return [line("No finding.")]
    columns: dict[str, Cell] = {name: text_of(name) for name in ("finding", "where", "what")}
    return table_of_cells("finding", frame, columns, left=[*columns])
