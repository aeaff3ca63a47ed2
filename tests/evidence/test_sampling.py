"""Samples can be drawn again by anybody, whatever the order of the rows."""

from __future__ import annotations

import hashlib
import random
from collections import Counter

import pandas as pd
import pytest

from aibrain_jupyter.evidence.samples.sampling import (
    METHOD,
    chosen,
    draw,
    draw_by,
    keys_of,
    readable,
    size_for,
)
from aibrain_jupyter.shared.error_handler import ParameterError, UnknownNameError

KEYS = [f"111122223333\x1fuser-{number}" for number in range(10_000)]


def test_a_sample_does_not_depend_on_the_order_of_rows(request):
    """Shuffles of 10 000 rows (``--full``: a thousand) give one sample for one seed."""
    keys, chance = list(KEYS), random.Random(7)
    first = [keys[place] for place in draw(keys, 25, "FY2026")]

    for _ in range(1_000 if request.config.getoption("--full") else 40):
        chance.shuffle(keys)
        assert first == [keys[place] for place in draw(keys, 25, "FY2026")]


def test_a_larger_sample_keeps_the_smaller():
    """40 rows of a seed begin with the 25 of the same seed."""
    assert draw(KEYS, 25, "s") == draw(KEYS, 40, "s")[:25]


def test_a_sample_is_drawn_again_with_any_tool_that_hashes():
    """The method as it is written down gives the rows that were drawn."""
    seed = hashlib.sha256(b"s").digest()
    ranked = sorted(KEYS, key=lambda key: hashlib.sha256(seed + key.encode()).hexdigest())

    assert "lowest SHA-256 of SHA-256(seed) and key, as UTF-8" == METHOD
    assert ranked[:25] == [KEYS[place] for place in draw(KEYS, 25, "s")]


def test_each_row_has_the_same_chance(request):
    """Over many seeds (``--full``: 10 000) chi-square finds no row that is preferred."""
    seeds, keys, n = 10_000 if request.config.getoption("--full") else 2_000, KEYS[:200], 20
    drawn = Counter(place for seed in range(seeds) for place in draw(keys, n, str(seed)))

    expected = seeds * n / len(keys)
    chi_square = sum((drawn[place] - expected) ** 2 / expected for place in range(len(keys)))
    # 199 degrees of freedom, drawn without replacement: the 99.9 % point of chi-square.
    assert chi_square < 267.5


def test_each_group_gives_its_own_rows():
    """``--by`` draws from each group, all of it where it has fewer, groups by name."""
    groups = ["b"] * 30 + ["a"] * 3
    places = draw_by(KEYS[:33], groups, 5, "s")

    assert ["a"] * 3 + ["b"] * 5 == [groups[place] for place in places]


def test_keys_that_somebody_named_and_are_not_there_are_told():
    """Of named keys the rows come back, and those that are no row's are named."""
    places, unknown = chosen(KEYS, ["111122223333 / user-5", "111122223333 / nobody"])

    assert (["111122223333\x1fuser-5"], ["111122223333 / nobody"]) == (
        [KEYS[place] for place in places],
        unknown,
    )


@pytest.mark.parametrize(
    ("frame", "columns", "error", "match"),
    [
        ({"a": ["x", "x"]}, ["a"], ParameterError, "1 rows have the key of another"),
        ({"a": ["x", None]}, ["a"], ParameterError, "1 rows have no key"),
        ({"a": ["x"]}, [], ParameterError, "not known which columns"),
        ({"user": ["x"]}, ["usr"], UnknownNameError, "no column named 'usr'"),
    ],
)
def test_rows_without_a_key_of_their_own_are_refused(frame, columns, error, match):
    """A key that is missing, double or of no column is refused before anything is drawn."""
    with pytest.raises(error, match=match):
        keys_of(pd.DataFrame(frame), columns)


def test_a_key_of_several_columns_cannot_be_read_another_way():
    """``a`` and ``bc`` is another key than ``ab`` and ``c``."""
    keys = keys_of(pd.DataFrame({"x": ["a", "ab"], "y": ["bc", "c"]}), ["x", "y"])

    assert ["a / bc", "ab / c"] == [readable(key) for key in keys]
    assert 2 == len(set(keys))


@pytest.mark.parametrize(
    ("population", "tolerable", "risk", "expected"),
    [
        (4, 0.1, 0.1, 4),
        (12, 0.1, 0.1, 8),
        (52, 0.1, 0.1, 16),
        (100, 0.1, 0.1, 20),
        (1_000_000, 0.1, 0.1, 22),
        (1_000_000, 0.05, 0.1, 45),
        (1_000_000, 0.1, 0.05, 29),
        (1_000_000, 0.05, 0.05, 59),
    ],
)
def test_sizes_are_those_of_attribute_sampling(population, tolerable, risk, expected):
    """The arithmetic gives the sizes that auditors know for no deviation."""
    assert expected == size_for(population, tolerable, risk)
