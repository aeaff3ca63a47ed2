"""Parquet: a frame comes back as it was, and other readers see columns they know."""

from __future__ import annotations

import io
import json

import pandas as pd
import pyarrow.parquet as pq
from nasty import make_frame

from aibrain_jupyter.writers.parquet import KEY, read_parquet, write_parquet


def written(frame) -> io.BytesIO:
    file = io.BytesIO()
    write_parquet(frame, file)
    file.seek(0)
    return file


def test_a_frame_comes_back(nasty):
    """Dtypes, nested values, what is not known, categories without a row and ``attrs`` are kept."""
    nasty["account_id"] = nasty["account_id"].cat.add_categories(["999999999999"])
    nasty.attrs["aibrain"] = {"tool": "things", "gaps": 2}
    found = read_parquet(written(nasty))

    pd.testing.assert_frame_equal(nasty, found)
    assert nasty.attrs == found.attrs


def test_many_parts_are_one_file(monkeypatch):
    """Parts of the rows are written one after the other under one schema."""
    monkeypatch.setattr("aibrain_jupyter.writers.parquet._ROWS", 7)
    frame = make_frame(3)

    pd.testing.assert_frame_equal(frame, read_parquet(written(frame)))


def test_an_empty_frame_keeps_its_columns(nasty):
    """No row: the same columns, the same dtypes."""
    pd.testing.assert_frame_equal(nasty.iloc[:0], read_parquet(written(nasty.iloc[:0])))


def test_pandas_alone_reads_it(nasty):
    """pandas reads every column, nested ones as JSON text, and keeps the dtypes of the others."""
    nasty.attrs["aibrain"] = {"tool": "things"}
    found = pd.read_parquet(written(nasty))

    objects = ["tags", "nested", "objects"]
    pd.testing.assert_frame_equal(nasty.drop(columns=objects), found.drop(columns=objects))
    assert [{} if pd.isna(t) else json.loads(t) for t in found["tags"]] == [
        t or {} for t in nasty["tags"]
    ]
    assert {"tool": "things"} == found.attrs["aibrain"]


def test_the_metadata_says_where_rows_came_from():
    """Run, gaps and remarks are in the schema's metadata, demo data says so."""
    frame = pd.DataFrame({"x": [1]})
    frame.attrs["aibrain"] = {"tool": "iam_users", "is_demo": True, "gaps": 0, "rows": 1}
    said = json.loads(pq.read_schema(written(frame)).metadata[KEY])

    assert "iam_users" == said["run"]["tool"]
    assert said["is_demo"]
    assert any("DEMO DATA" in remark for remark in said["remarks"])


def test_a_file_of_somebody_else_is_read():
    """A file without our metadata is read as pandas reads it."""
    file = io.BytesIO()
    pd.DataFrame({"x": [1]}).to_parquet(file)
    file.seek(0)

    assert [1] == read_parquet(file)["x"].tolist()
