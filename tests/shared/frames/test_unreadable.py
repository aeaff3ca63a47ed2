"""Values that cannot be read: the cell is missing with a word about it, the row is there."""

from __future__ import annotations

import datetime as dt
import pickle

import pytest

from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, NUMBER, TEXT, TIME, Column
from aibrain_jupyter.shared.frames.unreadable import Unreadable, fit, fitted, paths_of, told_of

NEW_YEAR = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        ("2026-01-01T00:00:00Z", TIME, NEW_YEAR),
        (" 2026-01-01T00:00:00Z\n", TIME, NEW_YEAR),
        (dt.datetime(2026, 1, 1), TIME, NEW_YEAR),  # noqa: DTZ001 - that is what is asked about
        ("7", COUNT, 7),
        (7.0, COUNT, 7),
        ("0.5", NUMBER, 0.5),
        ("True", FLAG, True),
        (0, FLAG, False),
        ({"a": 1}, TEXT, '{"a": 1}'),
        (["a"], NESTED, ["a"]),
        (None, COUNT, None),
    ],
)
def test_what_can_be_read_is_read(value, dtype, expected):
    """A value in another spelling becomes what its column takes."""
    assert expected == fit(value, dtype)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ("2016-12-31T23:59:60Z", TIME),
        ("", TIME),
        (1767225600000, TIME),
        ("many", COUNT),
        (1.5, COUNT),
        (True, COUNT),
        (2**80, COUNT),
        ({}, NUMBER),
        ("perhaps", FLAG),
        ([], FLAG),
    ],
)
def test_what_cannot_be_read_keeps_its_text(value, dtype):
    """It is no guess and no error: the text that came, and why it is none of the column's."""
    found = fit(value, dtype)

    assert isinstance(found, Unreadable)
    assert (value if isinstance(value, str) else repr(value)) == found


def test_a_cell_that_cannot_be_read_is_missing_and_told():
    """The other cells of the row, and the other rows, are as they came."""
    rows = [{"name": "a", "size": 1}, {"name": "b", "size": "many"}]
    huge, cells = fitted([{"size": 2**63}], [Column("size", COUNT, "")])
    assert ([{"size": None}], 1) == (huge, len(cells))

    found, unread = fitted(rows, [Column("name", TEXT, ""), Column("size", COUNT, "")])

    assert [{"name": "a", "size": 1}, {"name": "b", "size": None}] == found
    assert [{"name": "a", "size": 1}, {"name": "b", "size": "many"}] == rows
    [(row, columns, words)] = told_of(unread)
    assert (1, ("size",)) == (row, columns)
    assert "size cannot be read: it is not a whole number: 'many'." == words


def test_a_column_of_many_is_told_once():
    """A hundred rows alike are one sentence with their number."""
    _, unread = fitted([{"size": "many"}] * 100, [Column("size", COUNT, "")])

    [(_, _, words)] = told_of(unread)
    assert "99 more of the kind" in words


def test_the_way_to_it_is_found():
    """Where it stands is told by the keys that lead to it."""
    value = Unreadable("x", "why")

    found = list(paths_of({"a": [{"b": value}], "c": 1}))

    assert [(frozenset({"a", "b"}), value)] == found


def test_it_travels():
    """Text and reason go to other processes."""
    found = pickle.loads(pickle.dumps(Unreadable("x", "why")))

    assert ("x", "why") == (found, found.why)
