"""How runs are read: the coverage of one, the calls of one, the history, those in background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.widgets.blocks import Block, Heading, line
from aibrain_jupyter.widgets.gaps import Missing, missing_blocks
from aibrain_jupyter.widgets.spans import Inline, code, muted, plural, shorten, strong
from aibrain_jupyter.widgets.views.cells import (
    Cell,
    Row,
    code_of,
    count_of,
    duration_of,
    moment_of,
    most_rows,
    rows_of,
    some_of,
    table_of_cells,
    text_of,
)

if TYPE_CHECKING:
    import pandas as pd

_GAPS: Final = [str(outcome) for outcome in Outcome if outcome.is_gap]


def coverage(frame: pd.DataFrame) -> list[Block]:
    """Return the gaps, and how each call ended."""
    calls = frame[(frame["item"] == "") & (frame["columns"] == "")]
    titles = set(calls["call"])
    columns: dict[str, Cell] = {
        "where": _place,
        "call": text_of("call") if len(titles) > 1 else lambda row: "",
        "outcome": text_of("outcome"),
        "rows": count_of("rows"),
        "left out": some_of("left_out"),
        "not known": some_of("not_known"),
        "requests": count_of("requests"),
        "throttled": some_of("throttled"),
        "source": text_of("source"),
        "took": duration_of("seconds"),
    }
    noun = f"call of {titles.pop()}" if len(titles) == 1 else "call"
    left = ("where", "call", "outcome", "source")
    more = ("collected_at", "profile")
    return [*_missing(frame), *table_of_cells(noun, calls, columns, more, left=left)]


def _missing(frame: pd.DataFrame) -> list[Block]:
    """Return the gaps among calls, their reasons first, the next steps, and a heading for calls."""
    gaps = frame[frame["outcome"].isin(_GAPS)]
    if gaps.empty:
        return []
    rows = rows_of(gaps.head(most_rows(gaps)))
    found = [Missing(row["outcome"], row["why"], _what(row)) for row in rows]
    steps = dict.fromkeys(row["next"] for row in rows if row.get("next"))
    hidden = len(gaps) - len(rows)
    return [
        line(strong(f"! {plural(len(gaps), 'gap')}")),
        *missing_blocks(found),
        *([line(f"and {hidden:,} more gaps, in the value")] if hidden else []),
        *(line(muted("Next: "), step) for step in steps),
        Heading("Calls"),
    ]


def _what(row: Row) -> tuple[str, ...]:
    columns = f"({row['columns']})" if row.get("columns") else ""
    item = " ".join(part for part in (row.get("item"), columns) if part)
    return tuple(part for part in (_place(row), row["call"], item) if part)


def _place(row: Row) -> str:
    """Return the parts of a place: they stand before the call, whatever their names are."""
    names = list(row)
    before = names[: names.index("call")]
    return " ".join(row[n] for n in before if row[n] and n != "profile") or row["profile"]


def calls_of_run(frame: pd.DataFrame) -> list[Block]:
    """Return the gaps, and how each call of an earlier run ended."""
    columns: dict[str, Cell] = {
        "where": _place,
        "call": text_of("call"),
        "outcome": lambda row: row["outcome"] or "had not ended",
        "rows": count_of("rows"),
        "source": text_of("source"),
        "took": duration_of("seconds"),
    }
    left = ("where", "call", "outcome", "source")
    return [*_missing(frame), *table_of_cells("call", frame, columns, ("profile",), left=left)]


def history(frame: pd.DataFrame) -> list[Block]:
    """Return the runs, each with the name its tool goes by and what else was written."""
    columns: dict[str, Cell] = {
        "run": code_of("run"),
        "started (UTC)": moment_of("started"),
        "what": _what_was_written,
        "rows": count_of("rows"),
        "gaps": some_of("gaps"),
        "outcome": _how_it_ended,
        "took": duration_of("seconds"),
    }
    more = ("cell", "calls", "from_cache", "is_here")
    left = ("run", "started (UTC)", "what", "outcome")
    return table_of_cells("run", frame, columns, more, left=left)


def _how_it_ended(row: Row) -> str:
    marks = {"demo": row["is_demo"], "warmed": row["is_warming"]}
    return ", ".join([row["outcome"], *(words for words, is_so in marks.items() if is_so)])


def _what_was_written(row: Row) -> Inline:
    """Return the tool's own name, and the options and parameters of the cell."""
    first, _, body = row["cell"].partition("\n")
    # The first words are the magic and the tool; before it there may be a variable.
    _, _, after = first.partition("aibrain ")
    _, _, options = after.partition(" ")
    return (code(row["tool"]), f" {shorten(f'{options} {body}', 60)}".rstrip())


def jobs(frame: pd.DataFrame) -> list[Block]:
    """Return the background runs and how far they are."""
    columns: dict[str, Cell] = {
        "run": code_of("run"),
        "what": text_of("what"),
        "state": text_of("state"),
        "done": lambda row: f"{row['done']:,} of {'?' if row['calls'] is None else row['calls']}",
        "rows": count_of("rows"),
        "gaps": some_of("gaps"),
        "took": duration_of("seconds"),
        "started (UTC)": moment_of("started"),
        "output": code_of("output"),
    }
    left = ("run", "what", "state", "started (UTC)", "output")
    return table_of_cells("run", frame, columns, left=left)
