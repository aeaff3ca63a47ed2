"""
An auditor's file as grids of cells: each sheet that is shown of a workbook, or a CSV file.

Formulas have the value that was saved with them; one without is a cell with a problem, never an
empty one. Cells that are merged downwards have their value in each row.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.imports import import_target

if TYPE_CHECKING:
    from pathlib import Path

WORKBOOKS: Final = (".xlsx", ".xlsm")
EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's days have no zone
_OLE: Final = b"\xd0\xcf\x11\xe0"
_DELIMITERS: Final = (",", ";", "\t", "|")
_MARK: Final = "\ufeff"
_MARKED: Final = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_UNREADABLE: Final = (
    *(OSError, ValueError, KeyError, TypeError, EOFError, SyntaxError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """
    A cell: its `value`, the format its number is shown in, whether it is a merged one's
    continuation or struck out, and what is wrong with it (empty: nothing).
    """

    value: Any
    number_format: str = "General"
    is_continued: bool = False
    is_struck: bool = False
    problem: str = ""

    @property
    def text(self) -> str:
        """What it says, on its own lines, as it is shown."""
        return "" if self.value is None else str(self.value).replace("\xa0", " ").strip()


EMPTY: Final = Cell(None)


@dataclass(frozen=True, slots=True)
class Grid:
    """
    A sheet: its `name` (empty: a CSV file), its cells by row and column, both from 1, the rows that
    are hidden, the day that dates count from, and remarks on how it was read.
    """

    name: str
    rows: dict[int, dict[int, Cell]]
    hidden: frozenset[int] = frozenset()
    epoch: dt.datetime = EPOCH
    remarks: tuple[str, ...] = ()

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell; one that is not there is empty."""
        return self.rows.get(row, {}).get(column, EMPTY)

    def place(self, row: int, column: int = 0) -> str:
        """Return where a cell is: ``Requests!B7``, ``row 7, column B``, ``row 7``."""
        if not column:
            return f"{self.name} row {row}".strip()
        if self.name:
            return f"{self.name}!{letters_of(column)}{row}"
        return f"row {row}, column {letters_of(column)}"


@dataclass(slots=True)
class Text:
    """
    A CSV file: its records as they are written, with their fields; how it is written, and the
    `mark` before it all.
    """

    encoding: str
    delimiter: str
    mark: str = ""
    records: list[tuple[str, list[str]]] = field(default_factory=list)


def read_grids(path: Path) -> list[Grid]:
    """
    Return the grids of a file, hidden sheets left out.

    Raises:
        ParameterError: it cannot be read, or is none of .xlsx, .xlsm and .csv.
        ToolLoadError: openpyxl is not installed.
    """
    ending = path.suffix.lower()
    if ending in WORKBOOKS:
        return _workbook(path)
    if ending in (".csv", ".txt", ".tsv"):
        return [_grid_of_text(read_text(path))]
    raise ParameterError(
        f"{path.name} is no request list that can be read.",
        why=f"It ends in {ending or 'nothing'}; .xlsx, .xlsm and .csv are read.",
        next_steps=["Open it in a spreadsheet and save it as .xlsx."],
    )


def letters_of(column: int) -> str:
    """Return the letters of a column: 1 is A, 28 is AB."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_of(letters: str) -> int:
    """Return the number of a column: A is 1, AB is 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _workbook(path: Path) -> list[Grid]:
    load = import_target("openpyxl:load_workbook", what="A request list", extra="evidence")
    try:
        with path.open("rb") as file:
            if file.read(len(_OLE)) == _OLE:
                raise ValueError("It is protected by a password, or an old .xls.")
        values, formulas = load(path, data_only=True), load(path)
    except _UNREADABLE as exc:
        raise ParameterError(
            f"{path.name} cannot be read.",
            why=str(exc),
            next_steps=["Open it in a spreadsheet and save it as .xlsx, without a password."],
        ) from exc
    hidden = [sheet.title for sheet in values.worksheets if sheet.sheet_state != "visible"]
    remarks = (f"Hidden sheets are not read: {', '.join(hidden)}.",) if hidden else ()
    return [
        _sheet(sheet, formulas[sheet.title], values.epoch, remarks)
        for sheet in values.worksheets
        if sheet.sheet_state == "visible"
    ]


def _sheet(sheet: Any, formulas: Any, epoch: dt.datetime, remarks: tuple[str, ...]) -> Grid:
    rows: dict[int, dict[int, Cell]] = {}
    # Its own table of cells: by rows and columns a sheet styled to its end has a thousand million.
    for (row, column), cell in sorted(sheet._cells.items()):
        value, formula = cell.value, formulas._cells.get((row, column))
        problem = ""
        if value is None and getattr(formula, "data_type", "") == "f":
            problem = "a formula whose value was not saved: open the file in a spreadsheet, save it"
        elif getattr(cell, "data_type", "") == "e":
            value, problem = None, f"its formula gives {value}"
        if problem or (value is not None and str(value).strip()):
            struck = bool(cell.font and cell.font.strike)
            made = Cell(value, cell.number_format, is_struck=struck, problem=problem)
            rows.setdefault(row, {})[column] = made
    for merged in sheet.merged_cells.ranges:
        _merge(rows, merged)
    hidden = frozenset(n for n, shape in sheet.row_dimensions.items() if shape.hidden)
    return Grid(sheet.title, rows, hidden, epoch, remarks)


def _merge(rows: dict[int, dict[int, Cell]], merged: Any) -> None:
    first = rows.get(merged.min_row, {}).get(merged.min_col)
    if first is None:
        return
    for row in [n for n in rows if merged.min_row < n <= merged.max_row]:
        rows[row][merged.min_col] = replace(first, is_continued=True)


def read_text(path: Path) -> Text:
    """
    Return a CSV file: UTF-8, UTF-16 with a mark, else Windows-1252.

    Raises:
        ParameterError: it cannot be read.
    """
    try:
        raw = path.read_bytes()
        encodings = [name for mark, name in _MARKED if raw.startswith(mark)] or ["utf-8", "cp1252"]
        encoding = next(name for name in encodings if _fits(raw, name) or name == encodings[-1])
        text = raw.decode(encoding)
        return max(
            (_split(text, encoding, mark) for mark in _DELIMITERS),
            key=_regularity,
        )
    except (OSError, ValueError, csv.Error) as exc:
        raise ParameterError(f"{path.name} cannot be read.", why=str(exc)) from exc


def _regularity(text: Text) -> int:
    """Tell how regular records are: how many have as many fields as most, times those fields."""
    widths = Counter(len(fields) for _, fields in text.records)
    return max((width * count for width, count in widths.items() if width > 1), default=0)


def _fits(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _split(text: str, encoding: str, delimiter: str) -> Text:
    """Return the records of a text, each with the lines it is written in."""
    bare = text.removeprefix(_MARK)
    lines = list(io.StringIO(bare, newline=""))
    reader = csv.reader(lines, delimiter=delimiter)
    found, begin = Text(encoding, delimiter, text[: len(text) - len(bare)]), 0
    for fields in reader:
        found.records.append(("".join(lines[begin : reader.line_num]), fields))
        begin = reader.line_num
    return found


def _grid_of_text(text: Text) -> Grid:
    rows = {
        number: {n: Cell(value) for n, value in enumerate(fields, 1) if value.strip()}
        for number, (_, fields) in enumerate(text.records, 1)
    }
    said = "It is not UTF-8 and was read as Windows-1252: look at its accents."
    remarks = (said,) if text.encoding == "cp1252" else ()
    return Grid("", {n: cells for n, cells in rows.items() if cells}, remarks=remarks)
