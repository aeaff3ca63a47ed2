"""How lists of what there is are read: the tools, the entries of the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.blocks import Block, Heading, dotted
from aibrain_jupyter.widgets.spans import code, format_size
from aibrain_jupyter.widgets.views.cells import (
    Cell,
    besides,
    code_of,
    count_of,
    duration_of,
    some_of,
    table_of_cells,
    text_of,
)

if TYPE_CHECKING:
    import pandas as pd


def tools(frame: pd.DataFrame) -> list[Block]:
    """Return every tool with what it gives, by group."""
    columns: dict[str, Cell] = {
        "tool": code_of("tool"),
        "calls": some_of("calls"),
        "failed": some_of("failures"),
        "what it gives": text_of("summary"),
    }
    left = ("tool", "what it gives")
    found: list[Block] = []
    for group, members in frame.groupby("group", sort=False):
        # All of them: a list of what there is has no use with its middle cut out.
        table, *_ = table_of_cells("tool", members, columns, left=left, most=len(members))
        found += [Heading(str(group)), table]
    more = besides(("parameters", "permissions"))
    return [*found, dotted((code("%aibrain help TOOL"), " explains one"), more)]


def entries(frame: pd.DataFrame) -> list[Block]:
    """Return what the cache keeps, where it is from and for how long it is good."""
    columns: dict[str, Cell] = {
        "tool": code_of("tool"),
        "where": lambda row: f"{row['account_id']} {row['region']}".strip(),
        "rows": count_of("rows"),
        "age": duration_of("age_s"),
        "good for": lambda row: _left(row["expires_in_s"]),
        "size": lambda row: format_size(row["size_bytes"]),
        "kept in": text_of("level"),
    }
    more = ("service", "tags", "ttl_s", "created")
    return table_of_cells("result", frame, columns, more, left=("tool", "where", "kept in"))


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds == float("inf"):
        return "ever"
    return format_duration(seconds) if seconds > 0 else "expired"
