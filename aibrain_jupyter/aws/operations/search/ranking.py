"""
What fits a question best: tools, the columns of a tool, reads; each with a score, the best first.

A row's score is the sum over the concepts of the question, of each the best of its queries: who has
two synonyms of one word is not twice as right.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.operations.search.index import index
from aibrain_jupyter.aws.operations.search.question import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.aws.operations.search.question import Concept

_OWN: Final = "{{name alias summary columns}} : ({})"
"""Where a tool says what it is about; a word of its help may be about something else."""
_FEW_READS: Final = 100
"""What more reads have in their names is no name."""
_LISTS: Final = 1.05
"""What a plural counts more: it lists them and needs no input."""
_OF_BEST_COLUMN: Final = 0.7
"""What a tool gets of the score of its best column: words that meet in one column mean it."""


def rank_tools(concepts: Sequence[Concept]) -> dict[int, float]:
    """Return the tools that have anything of the question, by their number, best first."""
    scores = _sum(_by_concept("tools", concepts))
    for tool, columns in rank_columns(concepts).items():
        scores[tool] = scores.get(tool, 0.0) + _OF_BEST_COLUMN * next(iter(columns.values()))
    return _best_first(scores)


def rank_columns(concepts: Sequence[Concept]) -> dict[int, dict[str, float]]:
    """Return the columns that have anything of the question, by tool, best first."""
    found: dict[int, dict[str, float]] = defaultdict(dict)
    columns = index().columns
    for row, score in _best_first(_sum(_by_concept("columns", concepts))).items():
        tool, name, _ = columns[row]
        found[tool][name] = score
    return dict(found)


def rank_reads(concepts: Sequence[Concept]) -> dict[int, float]:
    """
    Return the reads that have anything of the question, by their number, best first.

    Before the others come those that have what no tool has (`beyond_tools`).
    """
    scores = {
        row: score * (_LISTS if index().reads[row][1].name.endswith("s") else 1.0)
        for row, score in _sum(_by_concept("reads", concepts)).items()
    }
    beyond = beyond_tools(concepts)
    order = sorted(scores, key=lambda row: (-sum(row in of for of in beyond), -scores[row], row))
    return {row: scores[row] for row in order}


def beyond_tools(concepts: Sequence[Concept]) -> list[set[int]]:
    """
    Return what the question names and no curated tool has: of each such concept its reads.

    ``Which WorkSpaces are encrypted?`` names a service without a curated tool: tools about
    encryption are no answer.
    """
    found = []
    for concept in concepts:
        if any(index().scores("tools", _OWN.format(query)) for query, _ in concept.queries):
            continue
        if concept.is_pair:
            named = index().scores("reads", f"service : ({concept.queries[0][0]})")
        elif stem(concept.words) in index().words_of_reads:
            named = index().scores("reads", concept.queries[0][0])
        else:
            continue
        if 0 < len(named) <= _FEW_READS:
            found.append(set(named))
    return found


def _by_concept(table: str, concepts: Iterable[Concept]) -> list[dict[int, float]]:
    found = []
    for concept in concepts:
        best: dict[int, float] = {}
        for query, counts in concept.queries:
            for row, score in index().scores(table, query).items():
                best[row] = max(best.get(row, 0.0), score * counts)
        found.append(best)
    return found


def _sum(parts: Iterable[Mapping[int, float]]) -> dict[int, float]:
    total: dict[int, float] = defaultdict(float)
    for part in parts:
        for row, score in part.items():
            total[row] += score
    return dict(total)


def _best_first(scores: Mapping[int, float]) -> dict[int, float]:
    return dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])))
