"""A copy of texts is handed out again only when nobody can tell."""

from __future__ import annotations

import gc
import sys
import threading

import numpy as np
import pandas as pd
import pytest

from aibrain_jupyter.cache.codec import recycled_texts
from aibrain_jupyter.cache.codec.frames import SealedFrame
from aibrain_jupyter.cache.codec.recycled_texts import RecycledTexts

ROWS = 50
TEXTS = [f"arn:aws:iam::123456789012:user/u{n}" for n in range(ROWS)]


@pytest.fixture
def texts():
    return RecycledTexts([np.array(TEXTS, dtype=object), np.array(["x"] * ROWS, dtype=object)])


@pytest.fixture
def sealed():
    # Python's own texts, also where pyarrow is installed.
    dtype = pd.StringDtype("python", na_value=np.nan)
    return SealedFrame.of(pd.DataFrame({"name": pd.Series(TEXTS, dtype=dtype), "n": range(ROWS)}))


def place_of(array):
    return array.__array_interface__["data"][0]


def test_what_nobody_has_is_handed_out_again(texts):
    """A dropped copy serves the next who asks; in two frames by turns, both are used again."""
    first, second = texts.copies(), texts.copies()
    places = {place_of(first[0]), place_of(second[0])}
    assert 2 == len(places)

    for _ in range(6):
        first, second = second, None
        second = texts.copies()
        assert place_of(second[0]) in places
        assert TEXTS == second[0].tolist()


HOLDS = {
    "frame": lambda frame: frame,
    "column": lambda frame: frame["name"],
    "array": lambda frame: frame["name"].array,
    "values": lambda frame: frame["name"].to_numpy(),
    "slice": lambda frame: frame.iloc[3:5],
    "one row of numpy": lambda frame: frame["name"].array._ndarray[:1],
    "buffer": lambda frame: memoryview(frame["name"].array._ndarray),
    "shallow copy": lambda frame: frame.copy(deep=False),
    "generator": lambda frame: (text for text in frame["name"].array._ndarray),
}


@pytest.mark.parametrize("hold", HOLDS.values(), ids=HOLDS)
def test_what_somebody_has_is_theirs(sealed, hold):
    """Whatever part of an earlier hit is still held, no later hit shares its memory."""
    frame = sealed.open()
    place = place_of(frame["name"].array._ndarray)
    held = hold(frame)
    del frame
    gc.collect()

    later = [sealed.open() for _ in range(4)]

    assert place not in {place_of(frame["name"].array._ndarray) for frame in later}
    assert held is not None


SPOILS = {
    "another text": lambda array: array.__setitem__(0, "zed"),
    "an equal text": lambda array: array.__setitem__(0, "".join(list(TEXTS[0]))),
    "nothing": lambda array: array.__setitem__(0, None),
    "two exchanged": lambda array: array.__setitem__([0, 1], array[[1, 0]]),
    "locked": lambda array: array.base.setflags(write=False),
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_what_was_changed_is_thrown_away(sealed, spoil):
    """A copy that was written into, or made read-only, is never seen again."""
    frame = sealed.open()
    spoil(frame["name"].array._ndarray)
    del frame

    later = sealed.open()

    assert TEXTS == later["name"].tolist()
    later["name"].array[0] = "mine"
    assert "mine" == later["name"].iloc[0]


def test_threads_never_share(sealed):
    """Hits at the same time, each written into and dropped: all of them are whole."""
    wrong = []

    def work(number):
        for _ in range(200):
            frame = sealed.open()
            if TEXTS != frame["name"].tolist():
                wrong.append(number)
            frame["name"].array[:] = str(number)
            if {str(number)} != set(frame["name"]):
                wrong.append(number)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)

    assert [] == wrong


def test_where_references_are_not_counted_each_hit_is_a_copy(texts, monkeypatch):
    """On other Pythons nothing is remembered."""
    monkeypatch.setattr(recycled_texts, "_IS_COUNTING", False)
    first = texts.copies()
    first[0][0] = "zed"
    del first

    assert TEXTS == texts.copies()[0].tolist()
    assert [] == texts._copies


def test_frames_without_rows():
    """No row is no obstacle."""
    sealed = SealedFrame.of(pd.DataFrame({"name": pd.Series([], dtype="str")}))

    assert [0, 0] == [len(sealed.open()), len(sealed.open())]
