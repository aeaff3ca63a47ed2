"""How a plan is read: what was collected of it, and what is due. What needs somebody is first."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.widgets.blocks import Block, Callout, Line, dotted, line
from aibrain_jupyter.widgets.spans import Inline, code, muted, plural, strong
from aibrain_jupyter.widgets.views.cells import (
    Cell,
    Row,
    besides,
    code_of,
    count_of,
    most_rows,
    rows_of,
    table_of_cells,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_MOMENT: Final = dt.timedelta(milliseconds=1)
"""What is due at midnight is due on the day before."""
_WELL: Final = ("complete", "present", "due")


def collection(frame: pd.DataFrame) -> list[Block]:
    """Return what is not complete and why, then each row of the plan with its item."""
    by_row = _with_codes(frame, ["row", "occurrence"])
    columns: dict[str, Cell] = {
        "": _mark,
        "status": text_of("status"),
        "row": text_of("row"),
        "answers": text_of("code"),
        "rows": count_of("rows"),
        "item": text_of("item"),
    }
    left = ("", "status", "row", "answers", "item")
    more = ("title", "occurrence", "totals", "run")
    needed = _needed(by_row, ("remarks", "checks"))
    return [*needed, *table_of_cells("row of the plan", by_row, columns, more, left=left)]


def due(frame: pd.DataFrame) -> list[Block]:
    """Return what is needed and why, then a line for each row with its occurrences."""
    by_span = _with_codes(frame, ["row", "occurrence", "status", "item"])
    columns: dict[str, Cell] = {
        "": _mark,
        "status": text_of("status"),
        "row": text_of("row"),
        "occurrence": text_of("occurrence"),
        "answers": text_of("code"),
        "last day": lambda row: f"{row['due'] - _MOMENT:%Y-%m-%d}",
        "item": text_of("item"),
    }
    needed = _needed(by_span, ("remarks",))
    table = table_of_cells("occurrence", by_span, columns, left=tuple(columns))
    return [*needed, *table, dotted(besides(("title", "remarks", "owner")))]


def rows_of_plan(frame: pd.DataFrame) -> list[Block]:
    """Return the rows of a plan, each with what collects it and why it answers its codes."""
    columns: dict[str, Cell] = {
        "row": code_of("row"),
        "answers": text_of("codes"),
        "collected by": lambda row: row["collected_by"].partition(":")[0],
        "every": text_of("every"),
        "what it is, and why it answers": lambda row: (
            f"{row['title']}. ",
            muted(row["why"] or ""),
        ),
    }
    return table_of_cells("row", frame, columns, left=[*columns])


def _with_codes(frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return a row for each of what the keys tell apart, with all of its codes."""
    found = frame.fillna(dict.fromkeys(keys, "")).groupby(list(keys), sort=False)
    codes = found["code"].agg(", ".join)
    return found.first().assign(code=codes).reset_index()


def _needed(frame: pd.DataFrame, why: Sequence[str]) -> list[Block]:
    rows = [row for row in rows_of(frame) if row["status"] not in _WELL]
    if not rows:
        return []
    lines: list[Line] = []
    alike: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        reasons = "; ".join(str(row[name]) for name in why if row[name])
        spans = alike.setdefault((row["status"], row["row"], reasons), [])
        spans.append(row.get("occurrence") or "")
    for (status, name, reasons), spans in [*alike.items()][: most_rows(frame)]:
        what: list[Inline] = [strong(status), " ", code(name), f" {', '.join(spans)}"]
        lines.append(line(*what, muted(f": {reasons}") if reasons else ""))
    verb = "needs" if len(rows) == 1 else "need"
    title = line(strong(f"! {plural(len(rows), 'row')} of {len(frame):,} {verb} somebody"))
    return [Callout([title, *lines], label="What is needed", is_warning=True)]


def _mark(row: Row) -> Inline:
    return "" if row["status"] in _WELL else "!"
