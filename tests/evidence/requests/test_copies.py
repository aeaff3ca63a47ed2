"""A copy of an auditor's file has further columns, and everything else as it was."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import openpyxl
import pandas as pd
import pytest

from aibrain_jupyter.evidence.decisions.states import take_code_step, take_step
from aibrain_jupyter.evidence.requests.answers import HEADERS, answers_of
from aibrain_jupyter.evidence.requests.request_list import read_requests
from aibrain_jupyter.evidence.requests.sheet_copy import copy_with_columns
from aibrain_jupyter.evidence.requests.text_copy import copy_with_fields
from aibrain_jupyter.shared.error_handler import ParameterError
from tests.evidence.conftest import save
from tests.evidence.requests.workbooks import odd_list, plain_list, rich_list

OURS = re.compile(rb'<c r="[A-Z]+\d+"[^>]* t="inlineStr">.*?</c>', re.DOTALL)
OTHER = {"name": "reviewer", "host": "h", "how": "STS ARN"}


def copied(source, cells, sheet, like=None):
    """The bytes of a copy."""
    out = io.BytesIO()
    copy_with_columns(source, out, sheet, cells, like or {})
    return out.getvalue()


def parts(content):
    """The parts of a workbook, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name) for name in book.namelist()}


def bare(xml):
    """A sheet without our cells and widths, and without what they change of rows and size."""
    xml = OURS.sub(b"", xml)
    xml = re.sub(rb'<col [^>]*width="24"[^>]*/>', b"", xml)
    return re.sub(rb' spans="[^"]*"|<dimension[^>]*/>', b"", xml)


def test_all_else_in_a_workbook_is_the_same_bytes(tmp_path):
    """Charts, comments, formats, validations, formulas with their values: not a byte differs."""
    path = rich_list(tmp_path / "rich.xlsx")
    cells = {1: ("Status",), 2: ("approved\nmissing",), 3: ("<&>",)}
    before, after = parts(path.read_bytes()), parts(copied(path, cells, "Requests & more"))

    sheet = "xl/worksheets/sheet1.xml"
    assert before.keys() == after.keys()
    assert [sheet] == [name for name in before if before[name] != after[name]]
    assert bare(before[sheet]) == bare(after[sheet])
    assert b"spans" not in after[sheet]  # it would say that the rows end before our cells


@pytest.mark.parametrize("make", [rich_list, odd_list], ids=["xlsxwriter", "openpyxl"])
def test_a_spreadsheet_reads_the_copy(tmp_path, make):
    """The new cells stand right of everything, look like the text of their row, and are texts."""
    path = make(tmp_path / "list.xlsx")
    listed = read_requests(path)
    row = listed.requests[0].row
    text = listed.columns.number["text"]
    cells = {listed.columns.row: ("Status", "Items"), row: ("=1+1", " a\nb <&>")}
    (tmp_path / "copy.xlsx").write_bytes(
        copied(path, cells, listed.grid.name, dict.fromkeys(cells, text))
    )

    book = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    sheet, old = book[listed.grid.name], openpyxl.load_workbook(path)[listed.grid.name]
    first = old.max_column + 1
    assert ("Status", "Items") == tuple(
        sheet.cell(listed.columns.row, first + n).value for n in range(2)
    )
    made = sheet.cell(row, first)
    assert ("=1+1", "s") == (made.value, made.data_type)
    assert " a\nb <&>" == sheet.cell(row, first + 1).value
    assert old.cell(row, text).style_id == made.style_id
    assert [[c.value for c in r] for r in old.iter_rows()] == [
        [c.value for c in r[: first - 1]] for r in sheet.iter_rows()
    ]
    again = pd.read_excel(tmp_path / "copy.xlsx", sheet_name=listed.grid.name, header=None)
    assert "=1+1" == again.iloc[row - 1, first - 1]
    assert listed.requests == read_requests(tmp_path / "copy.xlsx").requests


def test_a_sheet_of_another_writer_is_understood(tmp_path):
    """XML with a prefix, rows without cells' places, an empty row as one tag."""
    path = plain_list(tmp_path / "l.xlsx", [("1", "", "x", "", "", "", "")])
    found = parts(path.read_bytes())
    sheet = found["xl/worksheets/sheet1.xml"].decode()
    sheet = re.sub(r"<(/?)(\w)", r"<\1x:\2", sheet).replace(" xmlns=", " xmlns:x=")
    sheet = sheet.replace("</x:sheetData>", '<x:row r="9" spans="1:7"/></x:sheetData>')
    with zipfile.ZipFile(path, "w") as book:
        for name, content in found.items():
            book.writestr(name, sheet if name.endswith("sheet1.xml") else content)
    (tmp_path / "copy.xlsx").write_bytes(copied(path, {2: ("yes",), 9: ("no",)}, "PBC"))

    made = openpyxl.load_workbook(tmp_path / "copy.xlsx")["PBC"]
    assert ("yes", "no") == (made["H2"].value, made["H9"].value)


def test_a_sheet_without_room_is_refused(tmp_path):
    """Cells in the last column leave none for ours."""
    path = plain_list(tmp_path / "l.xlsx", [("1", "", "x", "", "", "", "")])
    book = openpyxl.load_workbook(path)
    book.active["XFD1"] = "end"
    book.save(path)

    with pytest.raises(ParameterError, match="no free columns"):
        copied(path, {1: ("a",)}, "PBC")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_csv_keeps_its_bytes(tmp_path, encoding):
    """Quotes, line breaks in cells, short records, the last line without an end."""
    text = 'Ref;"Request";Note\r\n1;"a\r\nb ""c""";x\r\n\r\n2;\u00e9\r\n3;=1+1;z'
    (tmp_path / "l.csv").write_bytes(text.encode(encoding))
    out = io.BytesIO()
    copy_with_fields(tmp_path / "l.csv", out, {1: ("Status",), 2: ("=cmd",), 4: ('a"b',), 5: ("",)})

    made = out.getvalue().decode(encoding)
    rows = list(csv.reader(io.StringIO(made, newline=""), delimiter=";"))
    assert ["Ref", "Request", "Note", "Status"] == rows[0]
    assert ["1", 'a\r\nb "c"', "x", "'=cmd"] == rows[1]
    assert [[], ["2", "\u00e9", "", 'a"b'], ["3", "=1+1", "z", ""]] == rows[2:]
    ours = (';"Status"', ';"\'=cmd"', ';;"a""b"', ';""')
    for field in ours:
        assert 1 == made.count(field)
        made = made.replace(field, "")
    assert text == made


def test_what_was_collected_stands_by_its_id(tmp_path, store):
    """Approved, incomplete, delivered, replaced, missing: each request says what there is."""
    rows = [(f"RFI-{n}", "", "x", "", "", "", "") for n in range(1, 5)]
    listed = read_requests(plain_list(tmp_path / "l.xlsx", rows))
    whole = save(store, codes=("RFI-1",))
    gaps = save(store, codes=("RFI-1", "RFI-2"), status="incomplete")
    old = save(store, codes=("RFI-3",))
    take_step(store, whole, "approve", actor=OTHER)
    take_code_step(store, store.item(whole.id), "deliver")
    take_step(store, gaps, "approve", reason="out of scope", actor=OTHER)
    take_step(store, old, "supersede")
    found = answers_of(listed, [_with_times(item) for item in store.items()])

    assert ["approved, delivered\napproved (saved incomplete)", "approved (saved incomplete)"] == [
        found[row][0] for row in (2, 3)
    ]
    assert f"{whole.id}\n{gaps.id}" == found[2][1]
    assert whole.manifest_sha256 == found[2][2].splitlines()[0]
    assert [("missing", "", "", "", "")] * 2 == [found[row] for row in (4, 5)]
    assert len(HEADERS) == len(found[2])


class _with_times:  # noqa: N801 - it stands for an item
    """An item of the tests' short manifests, with the times that real ones have."""

    def __init__(self, item):
        self._item = item

    def __getattr__(self, name):
        return getattr(self._item, name)

    def manifest(self):
        return {"times": {"as_of": {"words": "2026-07-08"}}}
