"""
What choosing rows by a query leaves to be said: rows that went because a cell is absent, texts
that no row has, and what words such as ``90 days ago`` meant.

Each call chooses among its own rows; `remarks_of` says it once for all calls of a run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.texts.names import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_VALUES: Final = 12
"""Values of a column that are listed; one with more is no list of states."""
_MOST_REMARKS: Final = 5


@dataclass(frozen=True, slots=True)
class AbsentRows:
    """`rows` went because `column` is absent, which means `meaning`; `step` brings them back."""

    column: str
    rows: int
    step: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class AskedText:
    """
    A text that a column was compared with; `values` are those of the column if it has few.

    `is_key` says that it was asked for as a key of a mapping.
    """

    column: str
    text: str
    is_met: bool
    values: tuple[str, ...] = ()
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """What came of one call's query; `moments` has the words that count from the run's start."""

    absent: tuple[AbsentRows, ...] = ()
    texts: tuple[AskedText, ...] = ()
    moments: Mapping[str, str] = field(default_factory=dict)


def remarks_of(parts: Iterable[Chosen | None], rows: int) -> list[str]:
    """
    Return what is to be said of all calls of a run, one sentence each.

    Args:
        parts: What came of each call's query; None: it had none.

        rows: How many rows all calls have together.
    """
    known = [part for part in parts if part is not None]
    found = [*_absent_remarks(known), *_text_remarks(known, has_rows=rows > 0)]
    more = len(found) - _MOST_REMARKS
    return [*found[:_MOST_REMARKS], *([f"and {more} more of the kind"] if more > 0 else [])]


def moments_of(parts: Iterable[Chosen | None]) -> dict[str, str]:
    """Return what the relative words of a query meant, by word; UTC."""
    return {word: time for part in parts if part is not None for word, time in part.moments.items()}


def _absent_remarks(parts: Sequence[Chosen]) -> list[str]:
    counts: dict[tuple[str, str, str], int] = {}
    for part in parts:
        for each in part.absent:
            key = (each.column, each.meaning, each.step)
            counts[key] = counts.get(key, 0) + each.rows
    return [
        f"{count:,} row{' has' if count == 1 else 's have'} no {column}"
        f"{f' ({meaning})' if meaning else ''} and {'is' if count == 1 else 'are'} left out by "
        f"where=: {step}"
        for (column, meaning, step), count in counts.items()
    ]


def _text_remarks(parts: Sequence[Chosen], *, has_rows: bool) -> list[str]:
    met: dict[tuple[str, str, bool], bool] = {}
    values: dict[tuple[str, str, bool], dict[str, None]] = {}
    for part in parts:
        for each in part.texts:
            key = (each.column, each.text, each.is_key)
            met[key] = met.get(key, False) or each.is_met
            values.setdefault(key, {}).update(dict.fromkeys(each.values))
    found = []
    for key, is_met in met.items():
        column, text, is_key = key
        known = list(values[key])
        near = nearest(text, known)
        if is_met or not known or (has_rows and not near):
            continue
        shown = known if len(known) <= MOST_VALUES else near
        if not shown:
            continue
        listed = ", ".join(map(repr, shown)) if any(" " in v for v in shown) else ", ".join(shown)
        found.append(
            f"no row has {'the key ' if is_key else ''}{text!r} in {column}: "
            f"{'keys' if is_key else 'values'} are: {listed}"
            f"{'' if shown is known else ', …'}"
        )
    return found
