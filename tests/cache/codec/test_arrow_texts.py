"""Texts that lie in Arrow come back from there, and hold nothing but what can be seen."""

from __future__ import annotations

import sys
import warnings

import pandas as pd
import pytest

from aibrain_jupyter.cache.codec import arrow_texts
from aibrain_jupyter.cache.codec.cells import Buffers

pa = pytest.importorskip("pyarrow")


def test_an_entry_of_arrow_is_a_miss_without_it(open_cache, key, monkeypatch):
    """Where pyarrow is not installed the entry is asked for again, without a word."""
    open_cache().store(key, pd.DataFrame({"a": ["x", None]}, dtype="str"), meta={}, ttl=60)
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert open_cache().look_up(key, max_age=60) is None


def test_what_lies_below_a_missing_cell_is_not_written():
    """Arrow may keep the text of a cell that was set to NA; the disk never gets it."""
    held = pa.array(["seen", "secret"], pa.large_string())
    below = pa.Array.from_buffers(held.type, 2, [pa.py_buffer(b"\x01"), *held.buffers()[1:]])
    array = pd.arrays.ArrowStringArray(below, dtype=pd.StringDtype("pyarrow"))
    buffers = Buffers()

    spec = arrow_texts.pack_arrow_texts(array, buffers)

    assert len("seen") == spec["size"]
    assert ["seen", pd.NA] == arrow_texts.unpack_arrow_texts(spec, buffers.parts).tolist()


@pytest.mark.parametrize("first", [0, 3])
@pytest.mark.parametrize("some", [slice(2, 5), slice(None, None, -2), slice(4, 4), slice(None)])
def test_a_part_of_a_column_is_written_as_if_it_were_all(some, first):
    """Neither what lies before it in Arrow nor how many pieces it has changes a byte."""
    texts = ["a", None, "äöü", "", None, "x" * 300, "z"]
    whole = pd.Series(texts, dtype="str")
    if first:
        whole = pd.concat([whole[:first], whole[first:]])
    part, alone = Buffers(), Buffers()

    spec = arrow_texts.pack_arrow_texts(whole.array[some], part)

    own = pd.array(texts[some], dtype="str")
    assert spec == arrow_texts.pack_arrow_texts(own, alone)
    assert list(map(bytes, part.parts)) == list(map(bytes, alone.parts))
    assert own.equals(arrow_texts.unpack_arrow_texts(spec, part.parts))
