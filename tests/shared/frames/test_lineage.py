"""Cells are compared by value, whatever carries it, and rows by what tells them apart."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from aibrain_jupyter.shared.frames.lineage import is_same, link, words_of, words_of_column

MOMENT = dt.datetime(2026, 1, 31, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pd.Series([1, None], dtype="Int64"), pd.Series([1.0, np.nan])),
        (pd.Series([True, None], dtype="boolean"), pd.Series([True, None], dtype=object)),
        (pd.Series(["a", None], dtype="str"), pd.Series(["a", None], dtype="category")),
        (
            pd.Series([MOMENT, None], dtype="datetime64[us, UTC]"),
            pd.Series([MOMENT.astimezone(dt.timezone(dt.timedelta(hours=10))), None], dtype=object),
        ),
        (
            pd.Series([MOMENT], dtype="datetime64[us, UTC]"),
            pd.Series([MOMENT.replace(tzinfo=None)], dtype="datetime64[ns]"),
        ),
        (pd.Series([{"b": 1, "a": [2]}]), pd.Series([{"a": np.array([2]), "b": 1}])),
    ],
    ids=["whole number", "flag", "category", "zone", "no zone", "nested"],
)
def test_a_value_has_one_word_whatever_carries_it(one, other):
    """Files, joins and casts change dtypes and no values."""
    assert words_of_column(one) == words_of_column(other)
    assert is_same(one.to_frame("x"), other.to_frame("x"))


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 2), (True, 1), ("1", None), (None, ""), ([1], [1.5]), ([True], [1]), ({"a": 1}, {"a": 2})],
)
def test_different_values_are_not_the_same(one, other):
    """Nor are those that Python takes for equal."""
    frames = [pd.DataFrame({"x": pd.Series([value], dtype=object)}) for value in (one, other)]

    assert not is_same(*frames)


def test_order_counts():
    """The same rows in another order are not what a run gave."""
    frame = pd.DataFrame({"x": [1, 2]})

    assert not is_same(frame, frame.iloc[::-1])
    assert not is_same(frame, frame.rename(columns={"x": "y"}))


def test_rows_are_linked_by_the_column_that_tells_most_apart():
    """Names may repeat in another account; ARNs do not."""
    source = pd.DataFrame({"arn": ["arn:1", "arn:2"], "name": ["ana", "bob"]})
    frame = pd.DataFrame(
        {"arn": ["arn:2", "arn:3", "arn:1"], "name": ["bob", "ana", "ana"], "is_ok": [1, 1, 0]}
    )

    found = link(words_of(frame), words_of(source), 3)

    assert [1, -1, 0] == found.rows.tolist()
    assert [[True, True, False], [False] * 3, [True, True, False]] == found.came.tolist()


def test_short_words_link_nothing():
    """``ok`` and small numbers are in every table."""
    frame = pd.DataFrame({"state": ["ok", "no"], "n": [1, 2]})
    source = pd.DataFrame({"status": ["no", "ok"], "m": [2, 1]})

    assert None is link(words_of(frame), words_of(source), 2)
