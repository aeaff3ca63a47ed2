"""The sheets of a workbook: rows below a header, facts, texts that are too long for a cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.texts.utf8 import without_halves
from aibrain_jupyter.writers.cells import is_formula, read_nested
from aibrain_jupyter.writers.table import NOT_KNOWN_CELL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST: Final = 32_767
"""What a cell holds, in units of UTF-16."""
_PART: Final = 16_000
"""Characters of a part of a longer text: each may be two units."""
_SHORT: Final = _LONGEST // 2
_SAMPLE: Final = 200
_WIDTHS: Final = 10, 60
_NO_NAME: Final = re.compile(r"[\[\]:*?/\\]")
_NO_CHARACTER: Final = re.compile("[\ufffe\uffff]")


class Sheets:
    """
    The sheets of a workbook of xlsxwriter; `of_rows` are those for rows, `long` counts the texts
    that stand on the sheet `LONG`.
    """

    LONG: Final = "long texts"

    def __init__(self, book: Any, title: str, count: int) -> None:
        base = _NO_NAME.sub(" ", title).strip("' ")[:27] or "rows"
        self._book = book
        self.of_rows = [book.add_worksheet(f"{base} {n + 1}" if n else base) for n in range(count)]
        self.long = 0
        self._long_sheet: Any = None
        self._long_row = 0
        self._head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEEEEE"})
        self._unknown = book.add_format({"italic": True, "font_color": "#808080"})
        self._mark = book.add_format({"quote_prefix": True, "num_format": "@"})

    def fill(
        self,
        sheet: Any,
        heads: Sequence[tuple[str, str]],
        parts: Iterable[list[list[Any]]],
        rows: int,
    ) -> None:
        """
        Write a header that stays in sight, and the rows below it.

        `heads` has the header and the number format of each column, `parts` the rows in parts, each
        a list of columns; `rows` is how many there are.
        """
        formats = [self._book.add_format({"num_format": form}) for _, form in heads]
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_footer("&L&A&RPage &P of &N")
        if heads:
            sheet.autofilter(0, 0, rows, len(heads) - 1)
            sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{rows + 1}"})
        row = 0
        for columns in parts:
            if not row:
                self._write_header(sheet, heads, columns)
            for cells in zip(*columns, strict=True):
                row += 1
                for place, (value, form) in enumerate(zip(cells, formats, strict=True)):
                    if value is not None:
                        self._put(sheet, row, place, value, form)
        if not row:
            self._write_header(sheet, heads, [[] for _ in heads])

    def tell(self, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write a small table on a sheet of its own; nothing where it has no columns."""
        if not heads:
            return
        columns = [[read_or_plain(value) for value in each] for each in zip(*rows, strict=True)]
        self.fill(
            self._book.add_worksheet(name),
            [(head, "General") for head in heads],
            [columns] if columns else [],
            len(columns[0]) if columns else 0,
        )

    def _write_header(
        self, sheet: Any, heads: Sequence[tuple[str, str]], columns: Sequence[Sequence[Any]]
    ) -> None:
        least, most = _WIDTHS
        for place, ((head, form), cells) in enumerate(zip(heads, columns, strict=True)):
            texts = [c for c in cells[:_SAMPLE] if isinstance(c, str)]
            is_time = form.startswith("yyyy")
            width = max(least, len(head) + 4, len(form) + 1 if is_time else 0, *map(len, texts), 0)
            sheet.set_column(place, place, min(width, most))
            self._put(sheet, 0, place, head, self._head)

    def _put(self, sheet: Any, row: int, place: int, value: Any, form: Any) -> None:
        if not isinstance(value, str):
            write = sheet.write_boolean if isinstance(value, bool) else sheet.write_number
            write(row, place, value, form)
            return
        if value is NOT_KNOWN_CELL:
            form = self._unknown
        elif is_formula(value):
            form = self._mark
        if len(value) > _SHORT and _units(value) > _LONGEST:
            value = self._put_away(sheet.name, row, place, value)
        if not value.isascii():
            value = _NO_CHARACTER.sub(lambda c: f"\\u{ord(c[0]):04x}", without_halves(value))
        sheet.write_string(row, place, value, form)

    def _put_away(self, sheet: str, row: int, place: int, text: str) -> str:
        """Write a long text in parts on the sheet for it; return what the cell says instead."""
        if self._long_sheet is None:
            self._long_sheet = self._book.add_worksheet(self.LONG)
            for at, head in enumerate(("number", "sheet", "row", "column", "part", "text")):
                self._long_sheet.write_string(0, at, head, self._head)
            self._long_sheet.freeze_panes(1, 0)
        self.long += 1
        starts = range(0, len(text), _PART)
        for part, start in enumerate(starts, 1):
            self._long_row += 1
            where = (self.long, sheet, row + 1, place + 1, f"{part} of {len(starts)}")
            for at, value in enumerate((*where, text[start : start + _PART])):
                self._put(self._long_sheet, self._long_row, at, value, None)
        return f"→ sheet {self.LONG!r}, number {self.long} ({len(text):,} characters)"


def read_or_plain(value: Any) -> Any:
    """Return a value a cell can have: a list or a mapping as JSON."""
    return value if isinstance(value, bool | int | float) else read_nested(value)


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
