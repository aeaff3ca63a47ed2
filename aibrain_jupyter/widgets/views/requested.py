"""How what goes between auditor and collector is read: request lists and packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.widgets.blocks import Block, Bullets
from aibrain_jupyter.widgets.spans import Inline, code, format_size, muted
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


def requests(frame: pd.DataFrame) -> list[Block]:
    """Return each request with the tool that is proposed, and below them why."""
    columns: dict[str, Cell] = {
        "id": _name,
        "what answers it": _answer,
        "due": lambda row: "" if row["due"] is None else f"{row['due']:%Y-%m-%d}",
        "request": text_of("text"),
    }
    more = ("type", "codes", "owner", "capture_date", "near")
    reasons: list[Inline] = [
        (f"{_name(row)}: ", muted("; ".join(filter(None, (row["guess"], row["remarks"])))))
        for row in rows_of(frame.head(most_rows(frame)))
        if row["guess"] or row["remarks"]
    ]
    table = table_of_cells("request", frame, columns, more, left=[*columns])
    return [*table, *([Bullets(reasons)] if reasons else [])]


def _name(row: Row) -> str:
    return row["id"] or f"row {row['row']}"


def _answer(row: Row) -> Inline:
    return code(row["tool"]) if row["tool"] else muted("a document to attach")


def answered(frame: pd.DataFrame) -> list[Block]:
    """Return each request with where it stands, a line for each of its items."""
    parts = frame.assign(
        **{name: frame[name].fillna("").str.split("\n") for name in ("status", "items")}
    )
    columns: dict[str, Cell] = {
        "id": _name,
        "status": text_of("status"),
        "item": lambda row: code(row["items"]) if row["items"] else "",
        "remarks": text_of("remarks"),
    }
    table, *_ = table_of_cells("line", parts.explode(["status", "items"]), columns, left=[*columns])
    *_, under = table_of_cells(
        "request", frame, columns, ("manifest_sha256", "as_of", "saved"), left=()
    )
    return [table, under]


def package(frame: pd.DataFrame) -> list[Block]:
    """Return the files of a package, and their hashes whole."""
    columns: dict[str, Cell] = {
        "file": text_of("file"),
        "items": count_of("items"),
        "size": lambda row: format_size(row["bytes"]),
        "SHA-256": lambda row: code(row["sha256"]),
    }
    return table_of_cells("file", frame, columns, left=("file", "SHA-256"))
