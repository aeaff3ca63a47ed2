r"""
CSV, JSON lines and JSON: the same frame gives the same bytes.

CSV is for people and spreadsheets: UTF-8 with a byte order mark, ``\r\n``, times ``2026-01-31
09:00:00`` under a header that says ``(UTC)``, nested cells as JSON, absent cells blank, cells that
are not known read ``not known``. A text that a spreadsheet would calculate has an apostrophe before
it; ``unquoted`` of ``cells.py`` takes exactly those away.

JSON lines are exact: one object a row, every column in its order, ``null`` where a cell is absent
or not known (``not_known`` of that row says which), times in UTC with a ``Z``, texts as they are.
JSON is an array of the same objects.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.texts.utf8 import in_utf8
from aibrain_jupyter.writers.cells import (
    json_of,
    numbers_of,
    quoted,
    read_nested,
)
from aibrain_jupyter.writers.files import opened
from aibrain_jupyter.writers.provenance import Provenance
from aibrain_jupyter.writers.table import Field, Kind, Table, times_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

_text: Final = json.encoder.encode_basestring
_BOM: Final = b"\xef\xbb\xbf"


def write_csv(
    frame: pd.DataFrame, target: Any, provenance: Provenance | None = None
) -> tuple[str, ...]:
    """
    Write a frame as CSV; see the top of the module.

    Args:
        frame: The rows.

        target: A path where no file is, or a binary file open for writing.

        provenance: Where the rows came from; None: as the frame says. Invented data gets a last
            column ``demo_data``.
    """
    table = _table(frame, provenance)
    with opened(target) as file:
        file.write(_BOM + _csv_lines([[quoted(field.header)] for field in table.fields]))
        for columns in table.parts(_csv_cells):
            file.write(_csv_lines(columns))
    return ()


def write_jsonl(
    frame: pd.DataFrame, target: Any, provenance: Provenance | None = None
) -> tuple[str, ...]:
    """Write a frame as JSON lines; arguments as of `write_csv`."""
    with opened(target) as file:
        for objects in _json_objects(_table(frame, provenance)):
            file.write(in_utf8("".join(f"{each}\n" for each in objects)))
    return ()


def write_json(
    frame: pd.DataFrame, target: Any, provenance: Provenance | None = None
) -> tuple[str, ...]:
    """Write a frame as one JSON array of objects, a line each; arguments as of `write_csv`."""
    before = "[\n"
    with opened(target) as file:
        for objects in _json_objects(_table(frame, provenance)):
            file.write(in_utf8(before + ",\n".join(objects)))
            before = ",\n"
        file.write(b"[]\n" if before == "[\n" else b"\n]\n")
    return ()


def _table(frame: pd.DataFrame, provenance: Provenance | None) -> Table:
    return Table(frame, is_demo=(provenance or Provenance.of(frame)).is_demo)


def _csv_lines(columns: list[list[Any]]) -> bytes:
    page = io.StringIO(newline="")
    csv.writer(page).writerows(zip(*columns, strict=True))
    return in_utf8(page.getvalue())


def _csv_cells(field: Field, values: pd.Series[Any]) -> list[Any]:
    if field.kind is Kind.TIME:
        return [t and t.replace("T", " ") for t in times_of(values, field)]
    if field.kind is Kind.NUMBER:
        return numbers_of(values_of(values))
    if field.kind is Kind.NESTED:
        return [c and quoted(c) for c in map(read_nested, values_of(values))]
    cells = values_of(values)
    return [c and quoted(c) for c in cells] if field.kind is Kind.TEXT else cells


def _json_objects(table: Table) -> Iterator[list[str]]:
    """Yield the objects of each part of the rows."""
    members = ", ".join(f"{_text(field.name)}: %s".replace("%s", "\0") for field in table.fields)
    form = "{" + members.replace("%", "%%").replace("\0", "%s") + "}"
    for columns in table.parts(_json_cells, mark="null"):
        yield [form % row for row in zip(*columns, strict=True)]


def _json_cells(field: Field, values: pd.Series[Any]) -> list[str]:
    if field.kind is Kind.TIME:
        end = 'Z"' if field.is_utc else '"'
        return ["null" if t is None else f'"{t}{end}' for t in times_of(values, field)]
    if field.kind is Kind.TEXT:
        return ["null" if c is None else _text(c) for c in values_of(values)]
    if field.kind is Kind.NESTED:
        return ["null" if c is None else json_of(c) for c in values_of(values)]
    if field.kind is Kind.FLAG:
        return [{None: "null", True: "true", False: "false"}[c] for c in values_of(values)]
    numbers = numbers_of(values_of(values))
    return ["null" if c is None else _text(c) if isinstance(c, str) else repr(c) for c in numbers]
