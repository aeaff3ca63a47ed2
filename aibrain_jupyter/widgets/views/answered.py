"""How answers are read: to a question, and those of a provider: requests and control totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.blocks import Block, Bullets, Heading, Line, dotted, line
from aibrain_jupyter.widgets.spans import Inline, code, format_size, muted, plural, strong
from aibrain_jupyter.widgets.views.cells import (
    Cell,
    Row,
    besides,
    count_of,
    most_rows,
    rows_of,
    table_of_cells,
    text_of,
)

if TYPE_CHECKING:
    import pandas as pd

_OK = 200


def answers(frame: pd.DataFrame) -> list[Block]:
    """Return what answers a question: of each its cell whole, on a line of its own."""
    rows = rows_of(frame.head(most_rows(frame)))
    found: list[Block] = []
    for row in rows:
        if row["operation"]:
            found.append(_read(row))
            continue
        about = f"  {row['about'] or row['answers']}"
        columns = f"  columns: {row['matched']}" if row["matched"] else ""
        found += [line(strong(row["tool"]), about), line("  ", code(row["cell"])), *_muted(columns)]
    hidden = len(frame) - len(rows)
    cut = f"the first {len(rows):,} are shown, the value has all" if hidden else ""
    more = besides(("service", "operation", "needs", "action", "returns"))
    return [*found, dotted(plural(len(frame), "answer"), cut, more)]


def _read(row: Row) -> Line:
    access = "" if row["access"] == "read" else row["access"]
    return dotted((code(row["cell"]),), row["about"] or "", access)


def _muted(text: str) -> list[Block]:
    return [line(muted(text))] if text else []


def requests(frame: pd.DataFrame) -> list[Block]:
    """Return the requests of a run that were answered, place by place."""
    columns: dict[str, Cell] = {
        "at (UTC)": lambda row: f"{row['at']:%H:%M:%S}",
        "operation": lambda row: f"{row['service']}:{row['operation']}",
        "rows": count_of("rows"),
        "size": lambda row: "" if row["bytes"] is None else format_size(row["bytes"]),
        "took": lambda row: "" if row["wire_s"] is None else format_duration(row["wire_s"]),
        "besides": _what_is_odd,
    }
    names = list(frame)
    places = names[: names.index("call")]
    found: list[Block] = []
    shown = frame.head(most_rows(frame))
    left = ("at (UTC)", "operation", "besides")
    for place, rows in shown.groupby([*places, "call"], sort=False) if places else [((), shown)]:
        table, *_ = table_of_cells("request", rows, columns, left=left, most=len(rows))
        found += [Heading(" ".join(map(str, place[:-1]))), table]
    hidden = len(frame) - len(shown)
    cut = f"the first {len(shown):,} are shown, the value has all" if hidden else ""
    more = besides(("request_id", "waited_s", "parse_s", "clock_skew_s"))
    return [*found, dotted(plural(len(frame), "request"), cut, more)]


def _what_is_odd(row: Row) -> str:
    """Return what most requests do not have: a later page, a refusal, attempts, a cached answer."""
    said = {
        f"page {row['page']}": row["page"] not in (None, 1),
        f"status {row['status']}": row["status"] not in (None, _OK),
        f"{row['attempts']} attempts": row["attempts"] not in (None, 1),
        f"from {row['source']}": row["source"] not in ("", "live"),
    }
    return ", ".join(words for words, is_odd in said.items() if is_odd)


def totals(frame: pd.DataFrame) -> list[Block]:
    """Return the control totals of a run, and below them why those that say so do not agree."""
    columns: dict[str, Cell] = {
        "where": text_of("place"),
        "what": text_of("name"),
        "listed": count_of("listed"),
        "total": lambda row: "" if row["after"] is None else f"{row['after']:,}",
        "verdict": text_of("verdict"),
    }
    reasons: list[Inline] = [
        f"{row['place']} {row['name']}: {row['why']}"
        for row in rows_of(frame.head(most_rows(frame)))
        if row["why"]
    ]
    more = ("before", "source", "as_of", "missing", "extra", "scope", "differences")
    table = table_of_cells("total", frame, columns, more, left=("where", "what", "verdict"))
    return [*table, *([Bullets(reasons)] if reasons else [])]
