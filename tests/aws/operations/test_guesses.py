"""Cuts that are guessed lie ahead, within the part, and divide what is left evenly."""

from __future__ import annotations

import hashlib
import random
from bisect import bisect_right
from itertools import pairwise

import pytest

from aibrain_jupyter.aws.operations.in_parts.guesses import guessed_cuts

PAGE = 50
SPREAD = {
    "numbers": [f"export/part-{n:07}.parquet" for n in range(6_000)],
    "hashes": sorted(hashlib.sha256(str(n).encode()).hexdigest() for n in range(6_000)),
    "days": sorted(
        f"logs/2026/{1 + n * 9 // 6_000:02}/{1 + n * 252 // 6_000 % 28:02}/{n:06}.gz"
        for n in range(6_000)
    ),
    "words": sorted(
        "".join(random.Random(n).choices("abcdefghijklmnopqrstuvwxyz", k=9)) for n in range(6_000)
    ),
}


def guess(keys, end, most, pages=4):
    read = keys[: pages * PAGE]
    return guessed_cuts(read[0], read[-1], end, read[-PAGE:], pages, most)


@pytest.mark.parametrize("keys", SPREAD.values(), ids=SPREAD)
def test_parts_are_alike(keys):
    """Of eight parts of what is left none is more than a third of it, and most have keys."""
    cuts = guess(keys, keys[-1], 7)

    at = [4 * PAGE, *(bisect_right(keys, cut) for cut in cuts), len(keys)]
    sizes = [end - begin for begin, end in pairwise(at)]
    assert 5 <= sum(size > PAGE for size in sizes)
    assert max(sizes) < len(keys) / 3, sizes


@pytest.mark.parametrize("keys", SPREAD.values(), ids=SPREAD)
def test_what_is_nearly_read_is_left_to_who_reads_it(keys):
    """Where a page seems to be left it is not worth another's request."""
    assert [] == guess(keys, keys[21 * PAGE - 1], 7, pages=20)


def test_cuts_rise_and_lie_ahead():
    """Whatever the keys are: between the last one that was read and the end, in their order."""
    chance = random.Random(5)
    for _ in range(3_000):
        letters = chance.choice(["ab", "0123456789", "a/b.é0", "\u0001~😀z/"])
        texts = {"".join(chance.choices(letters, k=chance.randint(1, 6))) for _ in range(9)}
        first, *keys = sorted(texts)
        last, end = (keys or [first])[0], (keys or [first])[-1]

        cuts = guessed_cuts(first, last, end, [first, last], 1, 5)

        assert sorted(set(cuts)) == cuts
        assert all(last < cut < end for cut in cuts), (first, last, end, cuts)
