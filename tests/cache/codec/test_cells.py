"""Cells that are written at once stand as those do that were packed for memory before."""

from __future__ import annotations

import collections
import datetime as dt
import enum

import numpy as np
import pytest

from aibrain_jupyter.cache.codec.cells import Buffers, cells_of, describe_cells, pack
from aibrain_jupyter.cache.problems import NotStorableError

AGAIN = [1, {"a": None}]
DEEP: list = []
for _ in range(5_000):
    DEEP = [DEEP]


class Text(str):
    """A text of a class of its own."""


class Level(enum.IntEnum):
    """A number of a class of its own."""

    LOW = 1


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [{"Tags": [{"Key": "k", "Value": "ü 漢"}], "On": True, "N": 1, "F": 1.0}, None, [], {}],
        [float("nan"), -0.0, 2**100],
        [(1, 2), [1, 2]],
        [{"$": "date"}, {"a": {"$": 1}}],
        [{1: "a"}, {None: "b"}],
        [dt.datetime(2026, 1, 1, tzinfo=dt.UTC), b"x", {3, 4}],
        [np.int64(1), {"a": np.float64(0.5)}],
        [collections.OrderedDict(a=1)],
        [Text("a")],
        [{Text("a"): 1}],
        [Level.LOW],
        [AGAIN, AGAIN, {"a": AGAIN}],
        [object()],
        ["\ud800"],
        DEEP,
        [[n] for n in range(4_500)] + [(1,)],
    ],
)
def test_cells_stand_as_packed_ones(cells):
    """The same description and bytes, the same refusals: there is one format, not two."""
    buffers, others = Buffers(), Buffers()
    try:
        expected = pack(cells).describe(others)
    except NotStorableError:
        with pytest.raises(NotStorableError):
            describe_cells(cells, buffers)
        return
    assert expected == describe_cells(cells, buffers)
    assert others.parts == buffers.parts
    assert repr(cells) == repr(cells_of(expected, buffers.parts).unpack())
