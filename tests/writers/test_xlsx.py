"""Workbooks: read back cell by cell, nothing calculated, cut, rounded or lost in silence."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pandas as pd
import pytest
from nasty import LONG, unknown_cells
from openpyxl.utils.escape import unescape

from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.writers.provenance import Provenance
from aibrain_jupyter.writers.xlsx import write_xlsx


def book_of(frame, provenance=None, **options):
    file = io.BytesIO()
    remarks = write_xlsx(frame, file, provenance, **options)
    file.seek(0)
    return openpyxl.load_workbook(file), remarks


def column(sheet, header):
    (head,) = sheet.iter_rows(max_row=1)
    place = [cell.value for cell in head].index(header)
    return [row[place] for row in sheet.iter_rows(min_row=2)]


def text_of(cell):
    return "" if cell.value is None else unescape(cell.value)


def test_texts_are_texts(nasty):
    """No formula, no link, no number made of a text: every text comes back to the character."""
    book, _ = book_of(nasty)
    sheet = book.worksheets[0]

    assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f" or c.hyperlink]
    expected = ["" if pd.isna(text) else text for text in nasty["text"]]
    assert expected == [text_of(cell) for cell in column(sheet, "text")]
    assert nasty["account_id"].tolist() == [c.value for c in column(sheet, "account_id")]


def test_what_looks_like_a_formula_stays_text_when_it_is_edited(nasty):
    """Such a text carries Excel's mark for text, and others do not."""
    book, _ = book_of(nasty)
    for cell in column(book.worksheets[0], "text"):
        is_risky = re.match("'*[=+\\-@\t\r\n＝]", text_of(cell)) is not None
        assert is_risky == bool(cell.quotePrefix)


def test_cells_not_known_say_so_and_absent_ones_are_blank(nasty):
    """The two are never alike, and the reasons stand in their column."""
    sheet = book_of(nasty)[0].worksheets[0]
    unknown = unknown_cells(nasty)

    for name, header in (("flag", "flag"), ("seen", "seen (UTC)"), ("tags", "tags")):
        for row, cell in enumerate(column(sheet, header)):
            if (row, name) in unknown:
                assert "not known" == cell.value
            else:
                value = nasty[name].array[row]
                assert (cell.value is None) == (not isinstance(value, dict) and pd.isna(value))
    assert [w if isinstance(w, str) else None for w in nasty["not_known"]] == [
        cell.value for cell in column(sheet, "not_known")
    ]


def test_times_are_excels_in_utc(nasty):
    """A time is a time that can be sorted, in UTC; one Excel cannot hold is its text."""
    sheet = book_of(nasty)[0].worksheets[0]
    unknown = unknown_cells(nasty)

    for row, cell in enumerate(column(sheet, "seen (UTC)")):
        mine = nasty["seen"].array[row]
        if pd.isna(mine) or (row, "seen") in unknown:
            continue
        if mine.year < 1900 or (mine.year, mine.month) < (1900, 3):
            assert str(mine.tz_localize(None).isoformat()) in cell.value
        else:
            found = cell.value.replace(tzinfo=dt.UTC)
            assert abs(found - mine.to_pydatetime()) <= dt.timedelta(milliseconds=1)
            assert "hh:mm:ss" in cell.number_format


def test_whole_numbers_keep_every_digit(nasty):
    """A number of more than 15 digits, which Excel would round, is text."""
    sheet = book_of(nasty)[0].worksheets[0]
    expected = [None if pd.isna(n) else int(n) for n in nasty["count"]]

    assert expected == [
        c.value if c.value is None else int(c.value) for c in column(sheet, "count")
    ]
    assert not [
        c for c in column(sheet, "count") if c.data_type == "n" and abs(c.value or 0) >= 1e15
    ]


def test_long_texts_are_whole_on_their_own_sheet(nasty):
    """A text that no cell holds stands in parts on a sheet, and its cell says where."""
    book, remarks = book_of(nasty)
    cells = column(book.worksheets[0], "long")
    expected = [text for text in nasty["long"] if isinstance(text, str)]
    parts: dict[int, str] = {}
    if "long texts" in book.sheetnames:
        for number, *_, text in book["long texts"].iter_rows(min_row=2, values_only=True):
            parts[number] = parts.get(number, "") + unescape(text)
    found = []
    for cell in cells:
        if cell.value is not None:
            number = re.match(r"→ sheet 'long texts', number (\d+)", cell.value)
            found.append(parts[int(number[1])] if number else cell.value)

    assert expected == found
    assert (LONG[0] in expected) <= (LONG[0] in [cell.value for cell in cells])
    assert bool(parts) == any("long texts" in remark for remark in remarks)


def test_more_rows_than_a_sheet_holds_go_on_on_the_next():
    """Every row is there once, each sheet has its header, and it is said."""
    frame = pd.DataFrame({"n": range(25)})
    book, remarks = book_of(frame, rows_per_sheet=10)
    sheets = [sheet for sheet in book if sheet.title.startswith("rows")]

    assert ["rows", "rows 2", "rows 3"] == [sheet.title for sheet in sheets]
    assert list(range(25)) == [c.value for sheet in sheets for c in column(sheet, "n")]
    assert any("3 sheets" in remark for remark in remarks)


def test_too_many_columns_are_refused():
    """What no sheet can hold names the formats that can."""
    with pytest.raises(InputError, match="16,384 columns") as caught:
        book_of(pd.DataFrame([[0] * 16_385]))
    assert ".parquet" in str(caught.value)


def test_a_sheet_can_be_read(nasty):
    """The header stays in sight and filters, columns are as wide as what they hold."""
    sheet = book_of(nasty)[0].worksheets[0]
    widths = [dimension.width for dimension in sheet.column_dimensions.values()]

    assert "A2" == sheet.freeze_panes
    assert f"A1:P{len(nasty) + 1}" == sheet.auto_filter.ref
    assert sheet["A1"].font.bold
    assert 10 <= min(widths) <= max(widths) <= 61


def test_provenance_and_gaps_have_their_sheets(nasty):
    """Where the rows came from and what is missing can be read, also that the data is invented."""
    gap = {"account_id": "1", "outcome": "denied", "why": "no s3:GetBucketPolicy"}
    facts = {"tool": "s3_buckets", "is_demo": True, "params": {"a": ["="]}, "accounts": ["1", "2"]}
    book, _ = book_of(nasty, Provenance(facts, [gap]))
    said = dict(book["provenance"].iter_rows(min_row=2, values_only=True))

    assert "s3_buckets (demo data)" == book.sheetnames[0]
    assert "1, 2" == said["run: accounts"]
    assert True is said["is_demo"]
    assert list(gap.values()) == [c.value for c in next(book["gaps"].iter_rows(min_row=2))]


def test_the_same_rows_make_the_same_workbook(nasty):
    """A workbook has no clock in it."""
    one, two = io.BytesIO(), io.BytesIO()
    write_xlsx(nasty, one)
    write_xlsx(nasty, two)

    assert one.getvalue() == two.getvalue()


@pytest.mark.parametrize("title", ["a/b[c]:*?", "'quoted'", "x" * 60, "", "History"])
def test_any_title_is_a_sheet(title):
    """A name that Excel refuses for a sheet is made one that it takes."""
    book, _ = book_of(pd.DataFrame({"x": [1]}), Provenance({"tool": title}))

    assert 31 >= len(book.sheetnames[0]) > 0
