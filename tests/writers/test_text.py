"""CSV, JSON lines, JSON: what is in a frame is in the file, and can be taken out again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math

import pandas as pd
import pytest
from nasty import TEXTS, unknown_cells

from aibrain_jupyter.writers.cells import json_of, quoted, unquoted
from aibrain_jupyter.writers.text import write_csv, write_json, write_jsonl

DANGEROUS = tuple("=+-@\t\r")


def written(write, frame) -> bytes:
    file = io.BytesIO()
    write(frame, file)
    return file.getvalue()


def csv_rows(frame):
    return list(csv.reader(io.StringIO(written(write_csv, frame).decode("utf-8-sig"), newline="")))


def test_no_cell_of_a_csv_file_is_a_formula(nasty):
    """No text, header included, begins with what a spreadsheet calculates; numbers stay numbers."""
    head, *rows = csv_rows(nasty)
    numbers = {head.index(name) for name in ("count", "number", "float")}
    cells = [c for row in rows for k, c in enumerate(row) if k not in numbers]

    assert not [c for c in (*head, *cells) if c.startswith(DANGEROUS)]


def test_texts_come_back_from_csv(nasty):
    """Taking the apostrophes away gives every text as it was, to the character."""
    head, *rows = csv_rows(nasty)
    found = [unquoted(row[head.index("text")]) for row in rows]

    assert ["" if pd.isna(text) else text for text in nasty["text"]] == found


@pytest.mark.parametrize("text", [*TEXTS, "'''@", "'-", "-", "’=1"])
def test_the_mark_can_be_undone(text):
    """`unquoted` undoes `quoted`, whatever apostrophes a text has of its own."""
    assert text == unquoted(quoted(text))
    assert not quoted(text).startswith(DANGEROUS)


@pytest.mark.parametrize("write", [write_csv, write_json, write_jsonl])
def test_the_same_frame_gives_the_same_bytes(nasty, write):
    """Written twice, also by way of a copy, a file is the same."""
    assert written(write, nasty) == written(write, nasty.copy(deep=True))


def test_csv_tells_not_known_from_absent(nasty):
    """What is not known reads so, what is absent is blank, and the reasons are there."""
    head, *rows = csv_rows(nasty)
    unknown = unknown_cells(nasty)
    names = [name.removesuffix(" (UTC)") for name in head]

    for row, cells in enumerate(rows):
        for name, cell in zip(names, cells, strict=True):
            if (row, name) in unknown:
                assert "not known" == cell
            elif name in nasty and pd.isna(nasty[name].array[row]) is True:
                assert "" == cell
    assert any(cells[names.index("not_known")].endswith(": denied") for cells in rows)


def test_csv_times_are_utc_and_say_so():
    """A time of another zone is written in UTC under a header that says so; zeros are kept."""
    when = pd.Timestamp("2026-07-01 02:00", tz="Europe/Berlin")
    head, row = csv_rows(pd.DataFrame({"when": [when], "id": ["000000000012"]}))

    assert ["when (UTC)", "id"] == head
    assert ["2026-07-01 00:00:00", "000000000012"] == row


def test_json_lines_are_exact(nasty):
    """Every value comes back as it was; what is absent or not known is null."""
    lines = written(write_jsonl, nasty).decode().split("\n")
    rows = [json.loads(line) for line in lines[:-1]]

    assert len(nasty) == len(rows)
    assert "" == lines[-1]
    for name in nasty:
        for mine, found in zip(nasty[name].tolist(), [row[name] for row in rows], strict=True):
            assert _same(mine, found), name


def _same(mine, found):
    if isinstance(mine, list | dict):
        return mine == found
    if mine is None or pd.isna(mine):
        return found is None
    if isinstance(mine, float) and math.isinf(mine):
        return found == ("Infinity" if mine > 0 else "-Infinity")
    if isinstance(mine, dt.datetime):
        if mine.tzinfo is not None:
            return found.endswith("Z") and pd.Timestamp(found) == mine
        return pd.Timestamp(found) == mine
    return type(mine) is type(found) and mine == found


def test_json_is_an_array_of_the_same_objects(nasty):
    """JSON has what JSON lines have, and an empty frame is an empty array."""
    lines = written(write_jsonl, nasty).decode().split("\n")[:-1]

    assert [json.loads(line) for line in lines] == json.loads(written(write_json, nasty))
    assert [] == json.loads(written(write_json, nasty.iloc[:0]))


def test_whatever_is_nested_becomes_json():
    """Sets, tuples, times, bytes, odd keys and numbers of nested values are JSON that parses."""
    odd = {
        1: {"b", "a"},
        None: (1, math.inf, math.nan),
        "t": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        "b": b"\xff",
        "n": pd.NA,
        "half": "\ud800",
    }

    expected = {
        "1": ["a", "b"],
        "null": [1, "Infinity", None],
        "t": "2026-01-01T00:00:00Z",
        "b": "/w==",
        "n": None,
        "half": "\ud800",
    }
    assert expected == json.loads(json_of(odd))
    (line,) = written(write_jsonl, pd.DataFrame({"x": [odd]})).splitlines()
    assert {"x": expected} == json.loads(line)


def test_a_value_that_holds_itself_is_said_to():
    """A circle ends in words instead of an error."""
    circle: list = []
    circle.append(circle)

    assert "nested too deep" in json_of(circle)


def test_demo_data_is_marked_in_each_row():
    """A row of invented data says so wherever it is pasted."""
    frame = pd.DataFrame({"x": [1]})
    frame.attrs["aibrain"] = {"is_demo": True}

    assert [["x", "demo_data"], ["1", "True"]] == csv_rows(frame)
    assert {"x": 1, "demo_data": True} == json.loads(written(write_jsonl, frame))


def test_an_index_that_says_something_is_written():
    """The names of a grouping are columns; the numbers of filtered rows are not."""
    frame = pd.DataFrame({"a": ["x", "x", "y"], "b": [1, 2, 3]})

    assert ["a", "b"] == csv_rows(frame.groupby("a").sum())[0]
    assert ["a", "b"] == csv_rows(frame[frame["b"] > 1])[0]
    assert ["a/x", "a/y"] == csv_rows(
        pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_product([["a"], ["x", "y"]]))
    )[0]


@pytest.mark.parametrize("write", [write_csv, write_jsonl, write_json])
def test_sparse_columns_are_written_whole(write):
    """A column that pandas keeps sparse has every cell in the file, as a dense one."""
    cells = {"a": [0, 0, 7, 0], "b": [math.nan, 1.5, math.nan, math.nan]}
    sparse = pd.DataFrame({name: pd.arrays.SparseArray(values) for name, values in cells.items()})

    assert written(write, pd.DataFrame(cells)) == written(write, sparse)
