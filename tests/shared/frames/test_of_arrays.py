"""Small frames that are not made before somebody looks at them."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.cache.codec.cells import Buffers
from aibrain_jupyter.cache.codec.sealed import seal
from aibrain_jupyter.shared.base_tool import LateResult
from aibrain_jupyter.shared.frames.build import array_of
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, NUMBER, TEXT, TIME
from aibrain_jupyter.shared.frames.of_arrays import MOST_ROWS, FrameOfArrays
from aibrain_jupyter.shared.frames.stack import arrays_at, at_targets

PLACES = ("account_id", "region")
HERE = AwsTarget("222222222222", "eu-west-1")
NOON = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)
VALUES = {
    TEXT: ["a", None, "ä"],
    FLAG: [True, None, False],
    COUNT: [1, None, 2**60],
    NUMBER: [0.5, None, 2.0],
    TIME: [NOON, None, NOON],
    NESTED: [{"a": [1]}, None, ["b"]],
}


@pytest.fixture(params=[0, 3], ids=["no row", "rows"])
def arrays(request):
    """Return a column of each dtype."""
    made = {name: array_of(found[: request.param], name) for name, found in VALUES.items()}
    return FrameOfArrays({f"column {name}": array for name, array in made.items()}, request.param)


def test_it_is_the_frame_that_would_have_been_made(arrays):
    """Columns, dtypes, labels, index and categories are those of the frame made at once."""
    expected = at_targets([(arrays.frame(), HERE)], PLACES)

    found = arrays_at(arrays, HERE, PLACES)

    pd.testing.assert_frame_equal(expected, found, check_index_type="exact")
    assert type(expected.index) is type(found.index)
    assert expected.columns.dtype == found.columns.dtype
    assert expected.attrs == found.attrs


def test_the_place_of_a_row_stays_its_own():
    """Rows that know their region are put together by the way that keeps it."""
    own = FrameOfArrays({"region": array_of(["us-east-1"], TEXT)}, 1)

    assert arrays_at(own, HERE, PLACES) is None


def test_what_is_done_to_one_frame_reaches_no_other(arrays):
    """Values and labels that somebody writes into are in nobody else's frame."""
    before = arrays.frame().copy(deep=True)
    mine = arrays_at(arrays, HERE, PLACES)

    for position, name in enumerate(before.columns):
        if arrays.rows and name != f"column {NESTED}":
            mine.iloc[0, position + len(PLACES)] = mine.iloc[1, position + len(PLACES)]
    mine.columns.name = "mine"
    mine.columns = ["x", *mine.columns[1:]]
    mine["new"] = 1

    pd.testing.assert_frame_equal(before, arrays.frame())
    again = arrays_at(arrays, HERE, PLACES).columns
    assert ([*PLACES], None) == ([*again[:2]], again.name)


@pytest.mark.parametrize("for_disk", [True, False], ids=["for disk", "for memory"])
@pytest.mark.parametrize("without", [{}, {NESTED}], ids=["objects", "no objects"])
def test_the_cache_keeps_the_same_bytes(arrays, without, for_disk):
    """An entry is what it would be if the frame had been made, to the last byte."""
    kept = {n: a for n, a in arrays.columns.items() if n.removeprefix("column ") not in without}
    made = FrameOfArrays(kept, arrays.rows)
    expected, found = seal(made.frame(), for_disk=for_disk), seal(made, for_disk=for_disk)

    parts = Buffers(), Buffers()
    assert expected.describe(parts[0]) == found.describe(parts[1])
    assert [bytes(part) for part in parts[0].parts] == [bytes(part) for part in parts[1].parts]
    assert (expected.rows, expected.size_bytes) == (found.rows, found.size_bytes)
    pd.testing.assert_frame_equal(made.frame(), found.open())


def test_a_result_makes_its_frame_when_it_is_asked_for(arrays):
    """Until then it says how many rows there are; afterwards it has one frame, and no arrays."""
    result = LateResult(arrays=arrays)
    assert (arrays.rows, arrays) == (result.rows, result.arrays)

    assert result.frame is result.frame

    assert result.arrays is None


def test_a_large_one_is_made_at_once():
    """To copy many rows costs more than a frame does."""
    assert FrameOfArrays({"a": array_of(["x"] * MOST_ROWS, TEXT)}, MOST_ROWS).is_small
    assert not FrameOfArrays({"a": array_of([], TEXT)}, MOST_ROWS + 1).is_small
