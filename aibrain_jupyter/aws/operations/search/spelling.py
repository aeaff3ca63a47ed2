"""Words of a question that are written nowhere, as the nearest one that is."""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.operations.search.index import index
from aibrain_jupyter.aws.operations.search.question import words_of
from aibrain_jupyter.aws.operations.search.sentences import asks
from aibrain_jupyter.aws.operations.search.synonyms import STOP_WORDS, SYNONYMS
from aibrain_jupyter.aws.resources.table import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHORTEST: Final = 5
_NEAR: Final = 0.8
"""How much of a word must be there: two letters changed places in one of five are."""


def corrected(text: str) -> str:
    """
    Return a question with its misspelt words put right, each with the nearest word of ours.

    A word is misspelt if it is of letters, not short, and written in no tool, read or sentence;
    one that is near no word stays. Its first letter is taken as right.
    """
    for word in dict.fromkeys(words_of(text)):
        if len(word) >= _SHORTEST and word.isalpha() and not _is_written(word):
            near = difflib.get_close_matches(word, _beginning_with(word[0]), n=1, cutoff=_NEAR)
            if near:
                text = re.sub(rf"\b{word}\b", near[0], text, flags=re.IGNORECASE)
    return text


def _is_written(word: str) -> bool:
    if word in STOP_WORDS or word in _beginning_with(word[0]):
        return True
    return any(
        index().scores(table, f'"{word}"') for table in ("tools", "columns", "reads", "asks")
    )


@cache
def _beginning_with(letter: str) -> Sequence[str]:
    return sorted(word for word in _words() if word[0] == letter)


@cache
def _words() -> frozenset[str]:
    texts = [*SYNONYMS, *(ask.sentence for ask in asks())]
    for resource in RESOURCES:
        names = (column.name.replace("_", " ") for column in resource.columns)
        texts += [resource.tool_name.replace("_", " "), resource.summary, *names]
    words = (word for text in texts for word in words_of(text))
    return frozenset(word for word in words if len(word) >= _SHORTEST - 1)
