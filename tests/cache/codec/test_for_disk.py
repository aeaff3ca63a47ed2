"""What is stored is kept as it is written until somebody asks for it: nobody can tell."""

from __future__ import annotations

import pandas as pd
import pytest

from aibrain_jupyter.cache.codec.sealed import SealedFile, seal
from aibrain_jupyter.cache.disk.entry_file import payload_of

FRAMES = {
    "texts": pd.DataFrame({"a": ["x", None, "äöü"], "b": ["", "y", "z"]}, dtype="str"),
    "of each kind": pd.DataFrame(
        {
            "whole": pd.array([1, None], dtype="Int64"),
            "is": pd.array([True, None], dtype="boolean"),
            "at": pd.to_datetime(["2024-01-31", None]).tz_localize("UTC"),
            "of": pd.Categorical(["b", "a"], ordered=True),
            "big end": pd.Series([1, 2]).to_numpy().astype(">i8"),
        },
        index=pd.Index(["r", "s"], name="row"),
    ),
    "no row": pd.DataFrame({"a": []}, dtype="str"),
    "no column": pd.DataFrame(index=[1, 2]),
}


@pytest.fixture(params=FRAMES)
def frame(request):
    """Give a frame without cells that are Python objects."""
    return FRAMES[request.param].copy(deep=True)


def test_it_is_what_sealing_it_first_would_write(frame):
    """A frame of an earlier run is found by the SHA-256 of these bytes, whoever made them."""
    kept = seal(frame, for_disk=True)

    assert isinstance(kept, SealedFile)
    assert payload_of(seal(frame)) == payload_of(kept)
    pd.testing.assert_frame_equal(frame, kept.open())


def test_what_memory_gives_is_equal_and_nobody_elses(open_cache, key, frame):
    """The first hit, which makes a copy, and those after it are alike, whatever is done to them."""
    cache, expected = open_cache(), frame.copy(deep=True)
    cache.store(key, frame, meta={}, ttl=60)
    for column in frame:
        if len(frame):
            frame[column].array[0] = frame[column].array[-1]

    for _ in range(3):
        found = cache.look_up(key, max_age=60)
        assert "memory" == found.source
        pd.testing.assert_frame_equal(expected, found.value)
        for column in found.value:
            if len(expected):
                found.value[column].array[0] = found.value[column].array[-1]


def test_cells_that_are_objects_are_sealed():
    """They are read back sooner from the form they have in memory."""
    assert not isinstance(seal(pd.DataFrame({"a": [["x"]]}), for_disk=True), SealedFile)
