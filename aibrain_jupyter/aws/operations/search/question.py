"""
A question as the concepts it is made of: each a few FTS5 queries, any of which says it is there.

``Which users have no MFA?`` is the concepts *user* and *mfa*. A concept has the words as they were
asked, and the synonyms of the reviewed table, which count a little less.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.operations.search.synonyms import STOP_WORDS, SYNONYMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_WORD: Final = re.compile(r"[a-z0-9]+")
_LONGEST_PHRASE: Final = 4
SYNONYM: Final = 0.6
"""What a synonym counts, of what the word itself does."""
PAIR: Final = 0.6
"""What two words beside one another count besides."""


@dataclass(frozen=True, slots=True)
class Concept:
    """What was asked for: its `words` as written, and FTS5 queries with what each counts."""

    words: str
    queries: tuple[tuple[str, float], ...]
    is_pair: bool = False


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, without apostrophes and signs."""
    return _WORD.findall(text.lower().replace("'s ", " ").replace("’s ", " ").replace("'", ""))


def stem(word: str) -> str:
    """Return a word without its plural: "policies" and "policy", but "access" stays."""
    if word.endswith("ies"):
        return word.removesuffix("ies") + "y"
    return word if word.endswith(("ss", "us", "is")) else word.removesuffix("s")


def concepts_of(text: str, *, all_words: bool = False) -> list[Concept]:
    """
    Return the concepts of a question, each once, in its order; then the pairs of neighbours.

    Words that say nothing are left out unless there are no others, or `all_words`.
    """
    single = list(_single(words_of(text), all_words))
    pairs = [
        Concept(f"{one.words} {two.words}", (_pair(one.words, two.words),), is_pair=True)
        for one, two in pairwise(single)
    ]
    found: dict[str, Concept] = {}
    for concept in single + pairs:
        found.setdefault(stem(concept.words), concept)
    return list(found.values())


def _pair(one: str, two: str) -> tuple[str, float]:
    return f'"{one} {two}" OR "{(one + two).replace(" ", "")}"', PAIR


def _single(words: Sequence[str], all_words: bool) -> Iterator[Concept]:
    all_words = all_words or all(word in STOP_WORDS for word in words)
    place = 0
    while place < len(words):
        length, others = _phrase_at(words, place)
        said = " ".join(words[place : place + length])
        place += length
        if said not in STOP_WORDS or all_words or others:
            queries = ((f'"{said}"', 1.0), *((f'"{other}"', SYNONYM) for other in others))
            yield Concept(said, queries)


def _phrase_at(words: Sequence[str], place: int) -> tuple[int, tuple[str, ...]]:
    """Return the length of the longest known phrase that begins there, and its synonyms."""
    for length in range(min(_LONGEST_PHRASE, len(words) - place), 0, -1):
        said = tuple(stem(word) for word in words[place : place + length])
        if others := _synonyms().get(said):
            own = " ".join(words[place : place + length])
            return length, tuple(other for other in others if other != own)
    return 1, ()


@cache
def _synonyms() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for group in SYNONYMS:
        phrases = [" ".join(words_of(phrase)) for phrase in group.split(";")]
        for phrase in phrases:
            key = tuple(stem(word) for word in phrase.split())
            others = (other for other in phrases if other != phrase)
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *others)))
    return found
