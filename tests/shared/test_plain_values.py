"""What comes in from Python becomes plain data, or is refused with a reason."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import pathlib

import numpy as np
import pandas as pd
import pytest

from aibrain_jupyter.shared.tools.plain_values import DEEPEST, NotPlainError, plain


class Colour(enum.Enum):
    """An enum."""

    RED = "red"


class Odd:
    """Something that raises when it is asked to be listed."""

    def tolist(self):
        return 1 / 0


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.array([1, 2]), [1, 2]),
        (np.array("a"), "a"),
        ({"a": [np.int64(1), np.str_("b")]}, {"a": [1, "b"]}),
        (pd.Series(["a", "b"]), ["a", "b"]),
        (pd.Categorical(["a"]), ["a"]),
        (np.datetime64("2026-01-01T00:00:00.000000001"), dt.datetime(2026, 1, 1)),  # noqa: DTZ001
        (decimal.Decimal("3"), 3),
        (Colour.RED, "red"),
        (pathlib.PurePosixPath("/a"), "/a"),
        (("a", 1), ["a", 1]),
    ],
)
def test_what_stands_for_data_becomes_it(given, expected):
    """The types are Python's own all through."""
    found = plain(given)

    assert expected == found
    assert type(expected) is type(found)


def _deep():
    found: list = []
    for _ in range(DEEPEST + 1):
        found = [found]
    return found


def _cyclic():
    found: list = []
    found.append(found)
    return found


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (pd.NA, "stands for no"),
        (pd.NaT, "NaT"),
        (float("nan"), "NaN"),
        (np.datetime64("NaT"), "NaT"),
        ([None, float("inf")], "infinite"),
        (10**200, "bits"),
        ("a\ud800", "half a character"),
        (_deep(), "nested"),
        (_cyclic(), "holds itself"),
        (object(), "stands for no"),
        (b"x", "stands for no"),
        (Odd(), "ZeroDivisionError"),
    ],
)
def test_what_stands_for_none_is_refused(given, reason):
    """With the reason; nothing of the user's code escapes."""
    with pytest.raises(NotPlainError, match=reason):
        plain(given)
