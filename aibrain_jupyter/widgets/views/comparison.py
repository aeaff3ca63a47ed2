"""
How a comparison is read: what was not asked alike, then columns, then figures, then the rows.

Of each kind of difference the first rows are shown; the value has all. A part of a comparison that
somebody chose is drawn as its rows alone, still under what was not asked alike.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.widgets.blocks import Block, Callout, Heading, Table, dotted, line
from aibrain_jupyter.widgets.spans import Inline, badge, code, muted, plural, shorten, strong
from aibrain_jupyter.widgets.views.cells import Row, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

ATTRIBUTE: Final = "comparison"
_MOST: Final = 15
"""Rows of one kind that are shown."""
_LONGEST: Final = 90
_NONE: Final = muted("none")
_WHOLE: Final = ("scope", "schema")
_ROWS: Final = ("added", "removed", "not asked", "not asked before")


def comparison(frame: pd.DataFrame) -> list[Block]:
    """Return what differs between two sides."""
    said: Mapping[str, Any] = frame.attrs[ATTRIBUTE]
    old, new = said["sides"]
    sides = (code(old["what"]), muted(" → "), code(new["what"]))
    found: list[Block] = [line(*sides, muted(f", rows by {', '.join(said['key'])}"))]
    if any(side["is_demo"] for side in said["sides"]):
        found.append(line(badge("demo data")))
    found += _scope(said["scope"])
    if len(frame) == said["rows"]:
        found += _schema(frame)
        found += [line(muted(text)) for text in said["remarks"]]
        found += _figures(said)
    else:
        found.append(dotted(f"{len(frame):,} of the {said['rows']:,} rows of the comparison"))
    return [*found, *_differences(frame, said)]


def _scope(changes: Sequence[Mapping[str, str]]) -> list[Block]:
    if not changes:
        return []
    rows = [
        (
            strong(c["what"]),
            c["size"],
            shorten(c["old"], _LONGEST),
            shorten(c["new"], _LONGEST),
            c["why"],
        )
        for c in changes
    ]
    title = line(strong("Not asked alike"))
    table = Table(("what", "new is", "old", "new", ""), rows, "What was not asked alike")
    return [Callout([title, table], "What was not asked alike", any(c["size"] for c in changes))]


def _schema(frame: pd.DataFrame) -> list[Block]:
    rows = [
        (code(row["column"]), row["old"] or _NONE, row["new"] or _NONE, row["why"])
        for row in rows_of(frame[frame["change"] == "schema"])
    ]
    if not rows:
        return []
    return [Heading("Columns"), Table(("column", "old", "new", "what"), rows, "Columns")]


def _figures(said: Mapping[str, Any]) -> list[Block]:
    rows: list[tuple[Inline, ...]] = [
        (f"rows of {side['what']}", f"{side['rows']:,}", _when(side)) for side in said["sides"]
    ]
    rows.append(("rows on both sides", f"{said['matched']:,}", ""))
    rows += [
        (strong(name), f"{count:,}", meaning)
        for name, count, meaning in said["counts"]
        if count or name in ("added", "removed", "changed")
    ]
    found: list[Block] = [
        Heading("Figures"),
        Table(("", "number", "what it is"), rows, "Figures", right=("number",)),
    ]
    if said["columns"]:
        counted = [f"{name} {count:,}" for name, count in said["columns"].items()]
        found.append(line(muted("Changed cells by column: "), ", ".join(counted)))
    if said["volatile"]:
        found.append(line(muted("Change by themselves: "), ", ".join(said["volatile"])))
    return found


def _when(side: Mapping[str, Any]) -> str:
    return f"as of {side['as_of']}" if side["as_of"] else ""


def _differences(frame: pd.DataFrame, said: Mapping[str, Any]) -> Iterator[Block]:
    for change, members in frame.groupby("change", sort=False):
        if change in _WHOLE and len(frame) == said["rows"]:
            continue
        yield Heading(f"{str(change).capitalize()}: {plural(len(members), _noun(str(change)))}")
        if change == "volatile" and len(members) > _MOST:
            counted = [f"{name} {n:,}" for name, n in members["column"].value_counts().items()]
            yield dotted(", ".join(counted), "the value has the cells")
            continue
        rows = [_row(row, said["key"]) for row in rows_of(members.head(_MOST))]
        headers = (*said["key"], "column", "old", "new", "why")
        yield Table(headers, rows, f"{change}")
        if len(members) > _MOST:
            yield dotted(f"the first {_MOST} are shown, the value has all")


def _noun(change: str) -> str:
    return "row" if change in _ROWS else "difference" if change in (*_WHOLE, "excluded") else "cell"


def _row(row: Row, key: Sequence[str]) -> tuple[Inline, ...]:
    is_cell = bool(row["column"])
    cells = [_cell(row, name) if is_cell else "" for name in ("old", "new")]
    return (*(_key(row[name]) for name in key), code(row["column"] or ""), *cells, row["why"] or "")


def _key(value: Any) -> Inline:
    return "" if value is None else shorten(str(value), _LONGEST)


def _cell(row: Row, name: str) -> Inline:
    value = row[name]
    if value is None:
        is_unknown = row["change"] == "not known" and f"; {name}: " in f"; {row['why']}"
        return muted("not known") if is_unknown else _NONE
    is_nested = isinstance(value, list | dict)
    text = json.dumps(value, ensure_ascii=False, default=str) if is_nested else str(value)
    return shorten(text, _LONGEST) if text else muted("empty text")
