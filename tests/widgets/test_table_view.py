"""A frame as a table to search, sort and page: all rows, whole cells, nothing from the internet."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from aibrain_jupyter.widgets import table_view
from aibrain_jupyter.widgets.table_view import TableView

HELP = {"name": "name of the <user>"}


def users(rows=3):
    return pd.DataFrame(
        {
            "name": ["<script>ana</script>", *[f"user {n}" for n in range(1, rows)]],
            "mfa": pd.array([True, *[None] * (rows - 1)], dtype="boolean"),
            "keys": pd.array([10, *[None] * (rows - 1)], dtype="Int64"),
            "created": pd.to_datetime(["2026-01-02 03:04:05"] * rows, utc=True),
            "groups": [["a", "b"]] * rows,
            "not_known": pd.Series([None, "mfa, keys: denied", *[None] * (rows - 2)], dtype="str"),
        }
    )


@pytest.fixture
def cells():
    """Return a function that gives the rows the browser gets, each cell as it is shown."""

    def read(view):
        rows = json.loads(view.widget()._dt_args["data_json"])
        return [[cell.partition("\ue000")[2] for cell in row] for row in rows]

    return read


def test_every_cell_is_there_and_escaped(cells):
    """Values as they are read, times in UTC, lists as JSON; absent is empty."""
    first, second, third = cells(TableView(users(), HELP))

    assert "&lt;script&gt;ana&lt;/script&gt;" == first[0]
    assert ["true", "10", "2026-01-02 03:04:05"] == first[1:4]
    assert "[&quot;a&quot;, &quot;b&quot;]" == first[4]
    assert ["", ""] == third[1:3]
    assert "user 1" == second[0]


def test_not_known_reads_so_with_its_reason(cells):
    """Never empty, never false; the reason is on hover."""
    for cell in cells(TableView(users(), HELP))[1][1:3]:
        assert cell.startswith('<span title="denied"')
        assert ">not known</span>" in cell


def test_columns_are_explained_on_hover():
    """The help of a column is the title of its header, escaped."""
    header = TableView(users(), HELP).widget()._dt_args["table_html"]

    assert '<span title="name of the &lt;user&gt;">name</span>' in header


def test_no_row_is_left_out():
    """Thousands of rows are all there: itables' own sampling is off."""
    widget = TableView(users(3000), {}).widget()

    assert 3000 == len(json.loads(widget._dt_args["data_json"]))
    assert "downsampling_warning" not in widget._dt_args


def test_rows_that_do_not_fit_are_said(monkeypatch):
    """A table too large for the browser has the first rows, and says in bold that it is so."""
    monkeypatch.setattr(table_view, "MOST_BYTES", 1000)
    view = TableView(users(100), {})

    assert 0 < view.rows_shown < 20
    assert view.rows_shown == len(json.loads(view.widget()._dt_args["data_json"]))
    assert view.summary.text().startswith(f"only the first {view.rows_shown} are in this table")
    assert "100 rows" in view.summary.text()
    assert "only" not in TableView(users(5), {}).summary.text()


def test_what_is_saved_is_static():
    """The forms beside the widget hold no script, and say what is not known."""
    forms = TableView(users(), HELP).static_forms()

    assert {"text/plain", "text/html"} == set(forms)
    assert "<script" not in forms["text/html"]
    assert "not known (denied)" in forms["text/html"]


@pytest.mark.parametrize("frame", [pd.DataFrame(), users().iloc[:0], users()[["name", "name"]]])
def test_odd_frames_are_shown_too(frame):
    """No rows, no columns, names that are there twice."""
    view = TableView(frame, HELP)

    assert len(frame) == view.rows_shown
    assert view.widget() is not None
