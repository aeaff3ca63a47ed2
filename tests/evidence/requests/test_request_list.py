"""An auditor's list is read as it is meant, and what is odd in it is said by its cell."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from aibrain_jupyter.evidence.requests.columns import memory_of, pairs_of, remember
from aibrain_jupyter.evidence.requests.request_list import read_requests
from aibrain_jupyter.shared.error_handler import ParameterError, UnknownNameError
from tests.evidence.requests.workbooks import HEADER, odd_list, plain_list


def by_id(listed):
    """The requests by id; of two the last."""
    return {request.id: request for request in listed.requests}


def test_an_odd_workbook_is_read(tmp_path):
    """Titles, merged cells, hidden sheets, empty rows, numbers as ids: every request is there."""
    listed = read_requests(odd_list(tmp_path / "pbc.xlsx"))

    assert ["14", "007", "R-3", "R-4", "R-4", "", "R-5"] == [r.id for r in listed.requests]
    found = by_id(listed)
    assert ("CC6.1", "CC6.2") == found["14"].codes
    assert "Buckets,\nwith their encryption" == found["R-3"].text
    assert ("population", "document", "", "sample") == tuple(
        found[name].type for name in ("14", "007", "R-3", "R-5")
    )
    assert "Ann" == found["007"].owner
    assert "Hidden sheets are not read: Last year." in listed.remarks
    assert "PBC list row 5 has no text and is no request: A. Access" in listed.remarks


def test_days_in_every_form(tmp_path):
    """Dates, Excel's numbers and texts; the column tells what 03/04 is, else nobody does."""
    found = by_id(read_requests(odd_list(tmp_path / "pbc.xlsx")))

    assert dt.date(2026, 12, 15) == found["14"].due
    assert dt.date(2026, 12, 15) == found["007"].due
    assert dt.date(2026, 12, 15) == found["R-3"].due
    assert dt.date(2026, 3, 1) == found["R-5"].due
    listed = read_requests(odd_list(tmp_path / "again.xlsx"))
    assert dt.date(2026, 4, 3) == listed.requests[3].due  # 15/12 stands in the same column
    rows = [("1", "", "a", "", "03/04/2026", "", ""), ("2", "", "b", "", "04/04/2026", "", "")]
    unclear, clear = read_requests(plain_list(tmp_path / "us.xlsx", rows)).requests
    assert unclear.due is None
    assert unclear.remarks == (
        "PBC!E2: 03/04/2026 may be 2026-04-03 or 2026-03-04: write it as one of them",
    )
    assert dt.date(2026, 4, 4) == clear.due


def test_what_is_odd_is_said_by_its_cell(tmp_path):
    """Formulas without a value, twice the same id, no id, no day, no type, a hidden row."""
    listed = read_requests(odd_list(tmp_path / "pbc.xlsx"))
    said = " | ".join(remark for request in listed.requests for remark in request.remarks)

    for remark in (
        "PBC list!C12: a formula whose value was not saved",
        "PBC list!E12: 'when done' is no day",
        "R-4 is the id of PBC list row 12 too",
        "PBC list!A13: there is no id",
        "PBC list!D9: 'populaton' is none of document, population, sample",
        "PBC list row 14 is hidden",
    ):
        assert remark in said


def test_columns_are_corrected_and_remembered(tmp_path):
    """What was said once, a column that is none too, holds the next time without being said."""
    path = plain_list(
        tmp_path / "l.xlsx", [("1", "Q7", "long", "short")], ("No.", "Ask ID", "Request", "Summary")
    )
    guessed = read_requests(path).requests[0]
    assert ("1", "long") == (guessed.id, guessed.text)
    listed = read_requests(path, pairs_of(["id=ask id", "text=D", "owner="]))
    remember(path, listed.grid.name, listed.columns, listed.given)

    again = read_requests(path)
    assert ("Q7", "short") == (again.requests[0].id, again.requests[0].text)
    assert "id: B “Ask ID”, text: D “Summary”" == again.columns.words
    assert {"id": "Ask ID", "text": "Summary", "owner": ""} == json.loads(
        memory_of(path).read_text()
    )["columns"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["id=Reff #"], "Did you mean Ref #?"),
        (["id=Z"], "by its header or its letter"),
        (["idd=Ref"], "Did you mean id?"),
        (["Ref"], "Write --map id=Ref,text=Request"),
    ],
)
def test_a_wrong_column_is_refused_with_the_nearest(tmp_path, columns, said):
    """Nothing is read from another column than the one that was meant."""
    path = plain_list(tmp_path / "l.xlsx", [("1", "", "x", "", "", "", "")])

    with pytest.raises((ParameterError, UnknownNameError)) as refused:
        read_requests(path, pairs_of(columns))
    assert said in str(refused.value)


def test_two_lists_in_a_workbook_are_chosen_by_name(tmp_path):
    """Which sheet is meant is asked, never guessed; a wrong name gives the nearest."""
    import openpyxl

    path = plain_list(tmp_path / "l.xlsx", [("1", "", "x", "", "", "", "")])
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book["PBC"]).title = "Infra"
    book.save(path)

    with pytest.raises(ParameterError, match="more than one sheet with requests: PBC, Infra"):
        read_requests(path)
    with pytest.raises(UnknownNameError) as refused:
        read_requests(path, sheet="Infr")
    assert "Infra" in str(refused.value)
    assert "Infra" == read_requests(path, sheet="Infra").grid.name


def test_a_header_in_two_rows_is_no_request(tmp_path):
    """Header cells that are merged downwards are not read as the first request."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in (("Ref", "Request", "Dates"), (None, None, "Due"), ("1", "x", "2026-12-01")):
        book.active.append(row)
    for cells in ("A1:A2", "B1:B2"):
        book.active.merge_cells(cells)
    book.save(tmp_path / "l.xlsx")

    assert ["1"] == [r.id for r in read_requests(tmp_path / "l.xlsx").requests]


def test_a_column_without_a_header_has_a_letter(tmp_path):
    """An id column that nobody named is said by its letter, and remembered by it."""
    path = plain_list(tmp_path / "l.xlsx", [("1", "x", "y")], (None, "Request", "Why"))
    listed = read_requests(path, pairs_of(["id=A"]))
    remember(path, listed.grid.name, listed.columns, listed.given)

    assert ["1"] == [r.id for r in listed.requests] == [r.id for r in read_requests(path).requests]


def test_letters_alone_find_the_header(tmp_path):
    """Where no word is known, the first row that has all the named columns is the header."""
    rows = [(None, None), ("Nr", "Frage"), ("1", "Alle Benutzer")]
    path = plain_list(tmp_path / "l.xlsx", rows, ("Liste der Anfragen",))
    listed = read_requests(path, pairs_of(["id=A", "text=B"]))

    assert [("1", "Alle Benutzer")] == [(r.id, r.text) for r in listed.requests]


def test_a_withdrawn_request_is_marked_and_a_repeated_header_is_none(tmp_path):
    """What the auditor struck out is said to be; the header of a second page is no request."""
    import openpyxl

    path = plain_list(
        tmp_path / "l.xlsx", [("1", "x"), ("Ref", "Request"), ("2", "y")], ("Ref", "Request")
    )
    book = openpyxl.load_workbook(path)
    book.active["B4"].font = openpyxl.styles.Font(strike=True)
    book.save(path)
    listed = read_requests(path)

    assert [("1", ()), ("2", ("PBC!B4 is struck out",))] == [
        (r.id, r.remarks) for r in listed.requests
    ]
    assert ("PBC row 3 repeats the header.",) == listed.remarks


def test_days_count_from_what_the_workbook_says(tmp_path):
    """In a workbook of the 1904 system a day's number means another day."""
    import openpyxl
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    path = plain_list(tmp_path / "l.xlsx", [("1", "x", 44909)], ("Ref", "Request", "Due"))
    book = openpyxl.load_workbook(path)
    book.epoch = CALENDAR_MAC_1904
    book.save(path)

    assert dt.date(2026, 12, 15) == read_requests(path).requests[0].due


def test_commas_in_texts_are_no_delimiter(tmp_path):
    """The delimiter is the one that makes records of the same width."""
    words = "a, b, c, d, e, f, g"
    (tmp_path / "l.csv").write_text(f"Ref;Request\n1;{words}\n2;{words}, h\n3;x\n4;y\n")

    assert words == read_requests(tmp_path / "l.csv").requests[0].text


CSVS = {
    "utf-8-sig": 'Ref;Request;Due\r\n1.0;"a; \r\nb";2026-12-01\r\n\r\n2.0;é;\r\n',
    "cp1252": "Ref,Request\n1,caf\xe9\n",
    "utf-16": "Ref\tRequest\n1\tcafé\n",
}


@pytest.mark.parametrize("encoding", CSVS)
def test_a_csv_is_read_in_any_encoding(tmp_path, encoding):
    """Its mark, its delimiter and its line breaks in cells are found out."""
    (tmp_path / "l.csv").write_bytes(CSVS[encoding].encode(encoding))
    listed = read_requests(tmp_path / "l.csv")

    assert "1" == listed.requests[0].id
    texts = "".join(request.text for request in listed.requests)
    assert ("é" in texts) or ("caf" in texts)
    assert (encoding == "cp1252") == any("Windows-1252" in remark for remark in listed.remarks)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("l.xlsx", b"PK\x03\x04 not really", "cannot be read"),
        ("l.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1", "protected by a password"),
        ("l.xls", b"x", "save it as .xlsx"),
        ("l.csv", b"", "looks like the header"),
        ("l.csv", b"a,b\n1,2\n", "Say which columns"),
        ("l.csv", b"Ref,Request\n", "has no request below"),
        ("l.pdf", b"x", "is no request list"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path, name, content, said):
    """Whatever is wrong with a file is said in a sentence, with what to do."""
    (tmp_path / name).write_bytes(content)

    with pytest.raises(ParameterError) as refused:
        read_requests(tmp_path / name)
    assert said in str(refused.value)


def test_every_header_that_guides_and_portals_use_is_known(tmp_path):
    """Exports of request trackers are read without --map."""
    header = [
        "uniqueId",
        "title",
        "requestType",
        "linkedControlIds",
        "dueDate",
        "evidenceCaptureDate",
    ]
    row = ("V-1", "x", "SAMPLE", "AC-1, AC-2", "2026-12-01", "2026-06-30")
    listed = read_requests(plain_list(tmp_path / "l.xlsx", [row], (*header, "owner")))

    assert set(listed.columns.number) == {
        *("id", "text", "type", "codes", "due", "capture_date", "owner")
    }
    assert ("AC-1", "AC-2") == listed.requests[0].codes
    assert (
        "Notes"
        in read_requests(
            plain_list(tmp_path / "m.xlsx", [("1", "", "x", "", "", "", "")], HEADER)
        ).columns.unused
    )
