"""A frame that grows by pages is the frame of all its records, whatever its pieces."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from aibrain_jupyter.shared.frames import growing
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TEXT, TIME, Column
from aibrain_jupyter.shared.frames.growing import GrowingFrame

COLUMNS = tuple(
    Column(name, dtype, "")
    for name, dtype in (("a", TEXT), ("b", COUNT), ("c", FLAG), ("d", TIME), ("e", NESTED))
)
MOMENT = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
ROWS = [
    {"a": f"n{n}", "b": n, "c": n % 2 == 0, "d": MOMENT + dt.timedelta(n), "e": {"k": [n]}}
    if n % 3
    else dict.fromkeys("abcde")
    for n in range(25)
]


def grown(rows, size):
    """Return a frame that grew by pages of `size` rows."""
    table = GrowingFrame(COLUMNS)
    for at in range(0, len(rows), size):
        part = rows[at : at + size]
        table.extend({c.name: [row[c.name] for row in part] for c in COLUMNS}, len(part))
    return table


@pytest.mark.parametrize("piece", [1, 4, 1000])
@pytest.mark.parametrize("size", [1, 7, 25])
def test_pieces_make_no_difference(monkeypatch, piece, size):
    """Values, dtypes and the index are those of a frame that is made at once."""
    monkeypatch.setattr(growing, "PIECE", piece)
    table = grown(ROWS, size)
    assert len(ROWS) == len(table)
    pd.testing.assert_frame_equal(frame_of(ROWS, COLUMNS), table.frame())


def test_no_page_gives_the_columns():
    """An answer without rows has the columns and dtypes of a full one."""
    pd.testing.assert_frame_equal(frame_of([], COLUMNS), GrowingFrame(COLUMNS).frame())


def test_what_cannot_be_read_is_told_with_its_row(monkeypatch):
    """A cell of another type is missing, and named by its place in the whole frame."""
    monkeypatch.setattr(growing, "PIECE", 4)
    rows = [*ROWS[:10], {**ROWS[1], "b": "many", "d": "soon"}]
    table = grown(rows, 3)
    frame = table.frame()
    assert [(10, "b"), (10, "d")] == [(cell.row, cell.column) for cell in table.unread]
    assert frame.loc[10, ["b", "d"]].isna().all()


def test_a_number_that_no_column_holds_costs_its_cell():
    """JSON's whole numbers may be of any length: the other cells of the table stay."""
    table = GrowingFrame(COLUMNS)
    table.extend({"b": [1, 2**63, -(2**63), None, -(2**70)]}, 5)

    assert [1, -1, -(2**63), -1, -1] == table.frame()["b"].fillna(-1).tolist()
    assert [(1, "b"), (4, "b")] == [(cell.row, cell.column) for cell in table.unread]


@pytest.mark.parametrize("piece", [1, 4, 1000])
@pytest.mark.parametrize("size", [1, 7, 25])
def test_a_column_that_a_page_has_not_is_missing_there(monkeypatch, piece, size):
    """Whether no page has it, the first has not or the last: other rows keep their values."""
    monkeypatch.setattr(growing, "PIECE", piece)
    left_out = {"a": range(25), "b": range(10), "c": range(15, 25), "d": range(7, 14), "e": ()}
    left_out |= {"f": range(25), "g": range(25), "h": range(25), "i": range(25)}
    columns = (
        *COLUMNS,
        *(Column(n, c.dtype, "") for n, c in zip("fghi", COLUMNS[1:], strict=True)),
    )
    rows = [
        {c.name: None if n in left_out[c.name] else ROWS[n][c.name] for c in columns}
        for n in range(25)
    ]
    table = GrowingFrame(columns)
    for at in range(0, 25, size):
        part = rows[at : at + size]
        values = {c.name: [row[c.name] for row in part] for c in columns}
        there = {name: given for name, given in values.items() if given != [None] * len(part)}
        table.extend(there, len(part))
    assert 25 == len(table)
    pd.testing.assert_frame_equal(frame_of(rows, columns), table.frame())


def test_columns_of_a_page_are_of_one_length():
    """A page whose columns differ in length is a fault, and no frame with shifted rows."""
    table = GrowingFrame(COLUMNS)
    with pytest.raises(ValueError, match="different numbers"):
        table.extend({c.name: ["x"] * (2 if c.name == "a" else 1) for c in COLUMNS}, 2)


@pytest.mark.parametrize(
    "times",
    [
        [MOMENT, MOMENT.replace(year=9999)],
        [MOMENT, None],
        [MOMENT.replace(tzinfo=None), MOMENT],
        [MOMENT.astimezone(dt.timezone(dt.timedelta(hours=5))), MOMENT],
        ["2026-01-02T00:00:00Z", MOMENT],
    ],
)
def test_times_are_the_same_by_either_way(times):
    """Whether times need changing or not: the column's dtype, UTC, the same instants."""
    found = frame_of([{"d": each} for each in times], COLUMNS)["d"]
    assert "datetime64[us, UTC]" == str(found.dtype)
    assert MOMENT == found[0].to_pydatetime()
