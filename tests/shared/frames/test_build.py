"""Columns and dtypes do not depend on the data at hand."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.columns import Column

COLUMNS = (
    Column("name", "str", "text"),
    Column("has_mfa", "boolean", "flag"),
    Column("keys", "Int64", "count"),
    Column("ratio", "Float64", "number"),
    Column("created", "datetime64[us, UTC]", "time"),
    Column("tags", "object", "nested"),
)
FULL = {
    "name": "ana",
    "has_mfa": True,
    "keys": 2,
    "ratio": 0.5,
    "created": dt.datetime(2024, 1, 31, 9, tzinfo=dt.UTC),
    "tags": {"team": "audit"},
}


def dtypes(frame):
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


def test_an_empty_frame_looks_like_a_full_one():
    """No row, the same columns, the same dtypes."""
    assert dtypes(frame_of([FULL], COLUMNS)) == dtypes(frame_of([], COLUMNS))


def test_dtypes_are_as_declared_when_values_are_missing():
    """A missing flag is NA, not False; a missing count does not turn counts into floats."""
    frame = frame_of([{"name": "bob"}, FULL], COLUMNS)

    assert {c.name: c.dtype for c in COLUMNS} == dtypes(frame)
    assert frame["has_mfa"].isna().tolist() == [True, False]
    assert pd.isna(frame["created"][0])


def test_columns_come_in_the_order_given():
    """Whatever the order of the keys, and without keys that are no column."""
    frame = frame_of([{"other": 1, "tags": {}, "name": "ana"}], COLUMNS)

    assert [c.name for c in COLUMNS] == list(frame)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([None, "a"], "str"),
        ([True, None], "boolean"),
        ([1, None, 2], "Int64"),
        ([1, 2.5], "Float64"),
        ([None, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)], "datetime64[us, UTC]"),
        ([{"a": 1}, None], "object"),
        ([[1], [2]], "object"),
        ([1, "a"], "object"),
        ([True, 1], "object"),
        ([None], "object"),
    ],
    ids=repr,
)
def test_without_columns_dtypes_follow_all_values(values, dtype):
    """The first value decides nothing."""
    assert {"x": dtype} == dtypes(frame_of([{"x": value} for value in values]))
    assert {"x": dtype} == dtypes(frame_of([{"x": value} for value in reversed(values)]))


def test_times_of_all_zones_become_utc():
    """Aware, naive (UTC) and ISO text are one instant in one column; the year 9999 fits."""
    zone = dt.timezone(dt.timedelta(hours=-5))
    times = [
        dt.datetime(2026, 1, 1, 7, tzinfo=zone),
        dt.datetime(2026, 1, 1, 12),  # noqa: DTZ001 - a naive time is the case under test
        "2026-01-01T12:00:00Z",
        dt.datetime(9999, 12, 31, tzinfo=dt.UTC),
    ]

    found = frame_of([{"created": t} for t in times], COLUMNS)["created"]

    assert 1 == found[:3].nunique()
    assert 9999 == found[3].year
    assert dt.UTC == found[0].tzinfo


def test_lists_of_one_length_stay_lists():
    """pandas must not take equal lists for a table."""
    frame = frame_of([{"tags": ["a", "b"]}, {"tags": ["c", "d"]}], COLUMNS)

    assert [["a", "b"], ["c", "d"]] == frame["tags"].tolist()


def test_no_records_and_no_columns_is_an_empty_frame():
    """A tool that returns nothing gives no row and no column."""
    assert (0, 0) == frame_of([]).shape


def test_half_a_character_costs_no_table():
    r"""Half a surrogate pair, which JSON may have, is written out where text cannot hold it."""
    records = [{"a": "x\ud800y"}, {"a": None}, {"a": "b"}]
    found = frame_of(records, [Column("a", "str", "a text")])["a"]

    assert "x\\ud800y" == found[0].encode("ascii", "backslashreplace").decode()
    assert [True, False] == found[1:].isna().tolist()
