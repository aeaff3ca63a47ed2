"""
The reviewed sentence that asks the same as a question, and its cell.

A sentence answers that has most of what was asked and little else; a concept weighs the more the
fewer sentences have it. A word that no table knows is a name ("What did ana.lopes do?") and weighs
nothing.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.operations.search.index import index
from aibrain_jupyter.aws.operations.search.question import concepts_of, stem, words_of
from aibrain_jupyter.aws.operations.search.sentences import Ask, asks
from aibrain_jupyter.aws.operations.search.synonyms import STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.aws.operations.search.question import Concept

ENOUGH: Final = 0.6
"""Below it, a sentence asks something else."""
LEAST: Final = 0.4
"""The part of a sentence that must be asked: one common word is no question."""
_NOWHERE: Final = 2.0
"""What is asked and no sentence is about counts so much more: the question is another one."""
_OTHER: Final = 0.8
"""What is left of a sentence that has a name or number where the question has none, or reversed."""
_ASKED_COUNTS: Final = 4.0
"""What is asked and not in the sentence counts so much more than the other way round."""
_NUMBER: Final = re.compile(r"(?<![\w.-])\d+(?![\w-])")
_LONG: Final = re.compile(r"(?<![\w.-])(\d+) (week|month|year)s?\b")
_DAYS: Final = {"week": 7, "month": 30, "year": 365}
_WORD: Final = re.compile(r"[\w.@+=-]*\w")
_ADDRESS: Final = re.compile(r"[a-z][.@][a-z]")
_BEFORE: Final = re.compile(r"\b(?:by|of|user) $", re.IGNORECASE)
_AFTER: Final = re.compile(r" (?:do|done|doing|did)\b", re.IGNORECASE)
_NAME: Final = "USER"
_DID: Final = re.compile(r"\b(?:did|done|doing)\b", re.IGNORECASE)
_ALL_ACCOUNTS: Final = re.compile(
    r"\b(?:all|every|each|both)\s+(?:of\s+)?(?:(?:the|our)\s+)?accounts?\b"
)


def answers(text: str) -> dict[str, Ask]:
    """Return the sentence that fits best of each tool or verb, best first, its cell as asked."""
    text = _LONG.sub(lambda found: f"{int(found[1]) * _DAYS[found[2]]} days", text)
    names, best = _names(text), {}
    fits = _fits(text)
    for row, ask in enumerate(asks()):
        if bool(names) != (_NAME in ask.sentence):
            fits[row] *= _OTHER
        elif names and _DID.search(text):
            fits[row] = 1.0
        if _NUMBER.search(text) and not _NUMBER.search(ask.sentence):
            fits[row] *= _OTHER
    for row in sorted(range(len(asks())), key=lambda row: (-fits[row], row)):
        ask = asks()[row]
        if fits[row] >= ENOUGH and ask.head not in best:
            best[ask.head] = Ask(ask.sentence, _cell_as_asked(ask, text, names), ask.is_tool)
    return best


def _fits(text: str) -> list[float]:
    """Return how well each sentence fits, up to 1."""
    asked, has = 0.0, [0.0] * len(asks())
    for concept in _single(text):
        rows = _rows_with(concept)
        if rows or _is_known(concept):
            weight = _weight(rows)
            asked += weight if rows else _NOWHERE * weight
            for row, counts in rows.items():
                has[row] += weight * counts
    return [
        (1 + _ASKED_COUNTS) * found / (_ASKED_COUNTS * asked + own) if found > LEAST * own else 0.0
        for found, own in zip(has, _own_weights(), strict=True)
    ]


def _single(text: str) -> Iterable[Concept]:
    """Return the concepts of a text; words of one meaning are one."""
    found: dict[frozenset[str], Concept] = {}
    for concept in concepts_of(_ALL_ACCOUNTS.sub(" ", text)):
        if not concept.is_pair and not concept.words.isdigit():
            meaning = frozenset(stem(query.strip('"')) for query, _ in concept.queries)
            found.setdefault(meaning, concept)
    return found.values()


def _rows_with(concept: Concept) -> dict[int, float]:
    """Return the sentences that have a concept, and what its word counts there: see `SYNONYM`."""
    found: dict[int, float] = {}
    for query, counts in concept.queries:
        for row in index().scores("asks", query):
            found[row] = max(found.get(row, 0.0), counts)
    return found


def _is_known(concept: Concept) -> bool:
    if stem(concept.words) in index().words_of_reads:
        return True
    return any(index().scores("tools", query) for query, _ in concept.queries)


def _weight(rows: Mapping[int, float]) -> float:
    return math.log(1 + len(asks()) / (1 + len(rows)))


@cache
def _own_weights() -> tuple[float, ...]:
    return tuple(
        sum(_weight(_rows_with(concept)) for concept in _single(ask.sentence)) for ask in asks()
    )


def _cell_as_asked(ask: Ask, text: str, names: Sequence[str]) -> str:
    """Return the cell with the number, the name and the accounts of the question."""
    cell = ask.cell
    ours, theirs = set(_NUMBER.findall(ask.sentence)), set(_NUMBER.findall(text))
    if len(ours) == len(theirs) == 1:
        cell = re.sub(rf"\b{ours.pop()}(?=d?\b)", theirs.pop(), cell)
    if _NAME in cell and len(names) == 1:
        cell = cell.replace(_NAME, names[0])
    if ask.is_tool and _ALL_ACCOUNTS.search(text.lower()):
        cell += " --accounts *"
    return cell


def _names(text: str) -> list[str]:
    """Return the words that nothing is called by, where somebody's name is expected."""
    return [
        found[0]
        for found in _WORD.finditer(text)
        if _ADDRESS.search(found[0])
        or (
            (_BEFORE.search(text[: found.start()]) or _AFTER.match(text[found.end() :]))
            and not found[0].isdigit()
            and not STOP_WORDS.issuperset(words_of(found[0]))
            and not any(map(_is_known, _single(found[0])))
        )
    ]
