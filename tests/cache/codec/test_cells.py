"""Cells that are written at once stand as those do that were packed for memory before."""

from __future__ import annotations

import collections
import datetime as dt
import enum

import numpy as np
import pytest

from aibrain_jupyter.cache.codec.cells import Buffers, cells_of, describe_cells, pack
from aibrain_jupyter.cache.codec.nested import MOST_DEEP
from aibrain_jupyter.cache.problems import NotStorableError

AGAIN = [1, {"a": None}]


def deep(levels, innermost=()):
    """Return so many lists in each other."""
    found = [*innermost]
    for _ in range(levels - 1):
        found = [found]
    return found


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
        deep(5_000),
        deep(300),
        deep(150, [(1,)]),
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


def test_how_deep_values_may_be_is_not_up_to_the_python():
    """What one version writes each can read: the limit is the format's, for memory and disk."""
    for kept, lost in ((deep(MOST_DEEP), deep(MOST_DEEP + 1)), ([deep(199)], [deep(200)])):
        assert kept == pack(kept).unpack()
        describe_cells(kept, Buffers())
        with pytest.raises(NotStorableError):
            pack(lost).describe(Buffers())
        with pytest.raises(NotStorableError):
            describe_cells(lost, Buffers())
