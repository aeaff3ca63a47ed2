"""
A workbook (XLSX): a sheet to read, filter and print, and sheets that say where it came from.

Texts are texts: nothing is calculated, linked or rounded. A text that would be a formula when it is
typed again carries Excel's own mark for text; whole numbers of more than 15 digits are text. Times
are Excel's, in UTC as the header says; those Excel cannot hold are text. A text longer than a cell
may be stands in parts on a sheet of its own, and the cell says so. More rows than a sheet holds go
on on the next. Control characters are written as the format has them (``_x0001_``).
"""

from __future__ import annotations

import datetime as dt
import io
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np

from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.shared.texts.utf8 import without_halves
from aibrain_jupyter.writers.cells import numbers_of, read_nested
from aibrain_jupyter.writers.files import opened
from aibrain_jupyter.writers.provenance import Provenance
from aibrain_jupyter.writers.sheets import Sheets
from aibrain_jupyter.writers.table import (
    NOT_KNOWN_CELL,
    Field,
    Kind,
    Table,
    instants_of,
    times_of,
    values_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

MOST_ROWS: Final = 1_048_576 - 1
"""Rows of a sheet below its header."""
_MOST_COLUMNS: Final = 16_384
_MOST_DIGITS: Final = 10**15
_DAY_ZERO: Final = np.datetime64("1899-12-30", "us")
_DAYS: Final = np.datetime64("1900-03-01"), np.datetime64("10000-01-01")
"""The first day Excel counts right, and the first it cannot hold."""
_FORMATS: Final = {Kind.TEXT: "@", Kind.NESTED: "@", Kind.WHOLE: "0"}


def write_xlsx(
    frame: pd.DataFrame,
    target: Any,
    provenance: Provenance | None = None,
    *,
    rows_per_sheet: int = MOST_ROWS,
) -> tuple[str, ...]:
    """
    Write a frame as a workbook.

    Args:
        frame: The rows.

        target: A path where no file is, or a binary file open for writing.

        provenance: Where the rows came from; None: as the frame says.

        rows_per_sheet: How many rows a sheet has at most.

    Returns:
        What is to be said of it: rows on several sheets, long texts, rounded times.

    Raises:
        InputError: it has more columns than a sheet can.
        ModuleNotFoundError: xlsxwriter is not installed (the extra ``evidence``).
    """
    provenance = provenance or Provenance.of(frame)
    table = Table(frame)
    if len(table.fields) > _MOST_COLUMNS:
        raise InputError(
            f"A sheet has {_MOST_COLUMNS:,} columns at most, and there are {len(table.fields):,}.",
            next_steps=["Write .csv or .parquet, or choose columns first."],
        )
    said = provenance.about(table)
    with opened(target) as file, _workbook(file) as book:
        book.set_properties({"title": _title(provenance), "created": _collected(provenance)})
        sheets = Sheets(book, _title(provenance), -(-table.rows // rows_per_sheet) or 1)
        for number, sheet in enumerate(sheets.of_rows):
            start = number * rows_per_sheet
            stop = min(start + rows_per_sheet, table.rows)
            parts = table.parts(_cells, NOT_KNOWN_CELL, start, stop)
            sheets.fill(sheet, _heads(table), parts, stop - start)
        sheets.tell("provenance", ("what", "value"), _facts(said))
        names = dict.fromkeys(name for gap in said["gaps"] for name in gap)
        sheets.tell("gaps", tuple(names), ([g.get(n) for n in names] for g in said["gaps"]))
    fine = [f.name for f in table.fields if f.unit in ("us", "ns")]
    return (
        *([f"The rows are on {len(sheets.of_rows)} sheets."] if len(sheets.of_rows) > 1 else ()),
        *(
            [f"{sheets.long:,} long texts are whole on the sheet {sheets.LONG!r}."]
            if sheets.long
            else ()
        ),
        *([f"Excel holds times to the millisecond: {', '.join(fine)}."] if fine else ()),
    )


@contextmanager
def _workbook(file: IO[bytes]) -> Iterator[Any]:
    """Yield a workbook whose rows wait on disk; it is written at the end if nothing is raised."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    with TemporaryDirectory(prefix="aibrain-", ignore_cleanup_errors=True) as folder:
        options = {"constant_memory": True, "tmpdir": folder}
        book = xlsxwriter.Workbook(_UntilItFails(file), options)
        yield book
        try:
            book.close()
        except FileCreateError as exc:
            raise OSError(str(exc)) from exc


class _UntilItFails:
    """A file that takes nothing more after an error: a zip archive writes its end even then."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file: IO[bytes] = file
        self.size_bytes = 0

    def write(self, data: bytes) -> int:
        file, self._file = self._file, io.BytesIO()
        file.write(data)
        self.size_bytes += len(data)
        self._file = file
        return len(data)

    def tell(self) -> int:
        return self.size_bytes

    def flush(self) -> None:
        self._file.flush()


def _title(provenance: Provenance) -> str:
    name = without_halves(str(provenance.facts.get("tool") or "rows"))
    return f"{name[:16]} (demo data)" if provenance.is_demo else name


def _collected(provenance: Provenance) -> dt.datetime:
    """Return when the rows were collected, so that the same rows make the same file."""
    text = str(provenance.facts.get("collected_to") or "2000-01-01")
    return dt.datetime.fromisoformat(text).replace(tzinfo=None)


def _heads(table: Table) -> list[tuple[str, str]]:
    """Return the header and the number format of each column."""
    return [
        (
            field.header,
            f"yyyy-mm-dd hh:mm:ss{'' if field.unit == 's' else '.000'}"
            if field.kind is Kind.TIME
            else _FORMATS.get(field.kind, "General"),
        )
        for field in table.fields
    ]


def _cells(field: Field, values: pd.Series[Any]) -> list[Any]:
    if field.kind is Kind.TIME:
        return _days(field, values)
    if field.kind is Kind.NESTED:
        return [*map(read_nested, values_of(values))]
    cells = values_of(values)
    if field.kind is Kind.NUMBER:
        return numbers_of(cells)
    if field.kind is Kind.WHOLE:
        return [str(c) if c is not None and abs(c) >= _MOST_DIGITS else c for c in cells]
    return cells


def _days(field: Field, values: pd.Series[Any]) -> list[Any]:
    instants = instants_of(values).astype("M8[us]")
    is_held = (instants >= _DAYS[0]) & (instants < _DAYS[1])
    days: list[Any] = ((instants - _DAY_ZERO) / np.timedelta64(1, "D")).tolist()
    if not is_held.all():
        texts = times_of(values, field)
        for row in np.flatnonzero(~is_held):
            days[row] = texts[row]
    return days


def _facts(said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a file says of itself, a line each."""
    for remark in said["remarks"]:
        yield "remark", remark
    if not said["gaps"] and said["run"].get("is_complete"):
        yield "remark", "Nothing is missing: every call of the run succeeded."
    for name in ("rows", "not_known_cells", "is_demo", "written_by"):
        yield name, said[name]
    for name, value in said["run"].items():
        yield f"run: {name}", ", ".join(map(str, value)) if _is_flat(value) else value
    for column in said["columns"]:
        yield f"column: {column['name']}", f"{column['kind']} ({column['dtype']})"


def _is_flat(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(each, dict | list) for each in value)
