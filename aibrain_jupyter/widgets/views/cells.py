"""What the views are made of: functions from a row to a cell, and the table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.widgets.blocks import Block, Table, dotted
from aibrain_jupyter.widgets.spans import Inline, code, plural

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]
Cell = Callable[[Row], Inline]


def most_rows(frame: pd.DataFrame) -> int:
    """Return how many rows of a frame are shown: as many as pandas shows of a frame at most."""
    import pandas as pd

    return pd.get_option("display.max_rows") or len(frame)


def text_of(name: str) -> Cell:
    return lambda row: str(row[name] or "")


def code_of(name: str) -> Cell:
    return lambda row: code(str(row[name])) if row[name] else ""


def count_of(name: str) -> Cell:
    return lambda row: "" if row[name] is None else f"{row[name]:,}"


def some_of(name: str) -> Cell:
    """Return a count that is left out where it is 0."""
    return lambda row: f"{row[name]:,}" if row[name] else ""


def duration_of(name: str) -> Cell:
    return lambda row: "" if row[name] is None else format_duration(row[name])


def moment_of(name: str) -> Cell:
    return lambda row: "" if row[name] is None else f"{row[name]:%Y-%m-%d %H:%M}"


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """Return the rows as mappings; a missing value of whatever kind is None."""
    found: list[Row] = frame.astype(object).where(frame.notna(), None).to_dict("records")  # type: ignore[assignment]
    return found


def table_of_cells(
    noun: str,
    frame: pd.DataFrame,
    columns: Mapping[str, Cell],
    more: Sequence[str] = (),
    *,
    left: Sequence[str],
    most: int = 0,
) -> list[Block]:
    """
    Return the first rows as a table, and how many there are and what the value has besides.

    Columns that are not `left` are numbers. `more` are columns of the frame that are not shown,
    `most` how many rows there may be; 0: as many as pandas shows.
    """
    cells = [
        [cell(row) for cell in columns.values()]
        for row in rows_of(frame.head(most or most_rows(frame)))
    ]
    right = [name for name in columns if name not in left]
    first, _, rest = noun.partition(" ")
    count = f"{plural(len(frame), first)} {rest}".strip()
    hidden = len(frame) - len(cells)
    cut = f"the first {len(cells):,} are shown, the value has all" if hidden else ""
    table = Table(tuple(columns), cells, label=f"{first.capitalize()}s", right=right)
    return [table, dotted(count, cut, besides(more))]


def besides(names: Sequence[str]) -> Inline:
    parts = [part for name in names for part in (", ", code(name))][1:]
    return ("the value has ", *parts, " too") if parts else ""
