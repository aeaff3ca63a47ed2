"""
Where to cut a part whose end is known, without asking: as if its keys were spread evenly.

What was read of the part says how far its keys got in so many pages, and which letters stand at
which place. Texts are taken as numbers, a digit a letter, so that what is left can be measured by
what was read, and cut in equal parts. Keys that are spread otherwise make it a bad cut: that costs
a page of which nothing is kept, never a key.
"""

from __future__ import annotations

import string
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WORTH: Final = 2
"""So many pages are worth being read by somebody else."""
_PLACES: Final = 8
"""Letters of a cut behind those that all keys of the part begin with."""
_KINDS: Final = (string.ascii_lowercase, string.ascii_uppercase)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Texts as numbers: `begin` is what all begin with, `letters` those of each place after it."""

    begin: str
    letters: Sequence[str]

    @classmethod
    def between(cls, begin: str, texts: Sequence[str]) -> _Numbers:
        at = len(begin)
        there = {letter for text in texts for letter in text[at:]}
        places = ({text[place] for text in texts if len(text) > place} for place in _range(at))
        return cls(begin, [_letters(seen, there) for seen in places if seen])

    def of(self, text: str) -> int:
        number = 0
        for place, letters in enumerate(self.letters, len(self.begin)):
            number = number * len(letters) + bisect_left(letters, text[place : place + 1])
        return number

    def text(self, number: int) -> str:
        found = ""
        for letters in reversed(self.letters):
            number, place = divmod(number, len(letters))
            found = letters[place] + found
        return self.begin + found


def guessed_cuts(
    first: str, last: str, end: str, keys: Sequence[str], pages: int, most: int
) -> list[str]:
    """
    Return texts, in their order, that cut the keys after `last` into parts of the same length.

    Args:
        first: The first key that was read.

        last: The last one.

        end: Up to which text keys are looked for.

        keys: Some that were read, to see how they are spelled.

        pages: How many were read.

        most: How many texts at most; fewer, or none, where few pages seem to be left.
    """
    begin = end[: alike(first, end)]
    numbers = _Numbers.between(begin, [*keys, last, end])
    was, now, then = (numbers.of(text) for text in (first, last, end))
    if now >= then:
        return []
    count = most if now <= was else min(most, pages * (then - now) // ((now - was) * WORTH))
    texts = {
        numbers.text(now + (then - now) * number // (count + 1)) for number in range(1, count + 1)
    }
    return sorted(text for text in texts if last < text < end)


def alike(one: str, other: str) -> int:
    """Return how many letters two texts begin with that are the same."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _range(at: int) -> range:
    return range(at, at + _PLACES)


def _letters(seen: set[str], there: set[str]) -> str:
    """Return what can stand at a place: what was seen there, and letters of its kind."""
    found = set(seen)
    if not found.isdisjoint(string.digits):
        found.update(string.digits)
    for kind in _KINDS:
        if not found.isdisjoint(kind):
            found |= there.intersection(kind)
    return "".join(sorted(found))
