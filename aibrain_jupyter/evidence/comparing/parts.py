"""
The parts of a comparison: rows of one side of which the same is said.

What differs in rows that are excluded on purpose is taken out of the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aibrain_jupyter.evidence.decisions.exclusions import COLUMN as EXCLUDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from aibrain_jupyter.evidence.comparing.keyed import Matched
    from aibrain_jupyter.evidence.comparing.sides import Mask, Side, Texts

SCOPE: Final = "scope"
SCHEMA: Final = "schema"
ADDED: Final = "added"
REMOVED: Final = "removed"
CHANGED: Final = "changed"
UNKNOWN: Final = "not known"
NOT_ASKED: Final = "not asked"
NOT_ASKED_BEFORE: Final = "not asked before"
ORDER: Final = "order"
VOLATILE: Final = "volatile"
EXCLUDED_ROWS: Final = "excluded"
CHANGES: Final = (
    *(SCOPE, SCHEMA, ADDED, REMOVED, CHANGED, UNKNOWN),
    *(NOT_ASKED, NOT_ASKED_BEFORE, EXCLUDED_ROWS, ORDER, VOLATILE),
)
"""What a row of a comparison is, in this order."""
ABOUT: Final = ("change", "column", "old", "new", "why")
"""The columns besides those of the key; a key of such a name has ``key `` before it."""


@dataclass
class Part:
    """Some rows of the comparison: of which side at which places, and what is said of each."""

    side: Side
    places: npt.NDArray[np.intp]
    change: str
    column: str = ""
    old: Any = None
    new: Any = None
    why: Any = ""
    at: npt.NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))


def excluded_apart(parts: Sequence[Part], old: Side, new: Side, rows: Matched) -> Sequence[Part]:
    """Return the parts with what differs in excluded rows in parts of their own."""
    if not any(EXCLUDED in side.frame for side in (old, new)):
        return parts
    reasons = {id(side): _reasons(side) for side in (old, new)}
    pairs = np.full(len(new.frame), "", dtype=object)
    pairs[rows.new] = reasons[id(old)][rows.old]
    reasons[id(new)] = np.where(reasons[id(new)] != "", reasons[id(new)], pairs)
    found = []
    for part in parts:
        why = reasons[id(part.side)][part.places]
        for is_excluded in (False, True):
            kept = (why != "") == is_excluded
            if kept.any():
                found.append(_chosen(part, kept, why[kept] if is_excluded else None))
    was, now = _reasons(old)[rows.old], _reasons(new)[rows.new]
    at = np.flatnonzero(was != now)
    if not len(at):
        return found
    words = [np.array([why or None for why in whys[at]], dtype=object) for whys in (was, now)]
    says = "whether it is excluded"
    found.append(Part(new, rows.new[at], EXCLUDED_ROWS, EXCLUDED, words[0], words[1], says, at))
    return found


def _chosen(part: Part, kept: Mask, excluded: Texts | None) -> Part:
    def of(values: Any) -> Any:
        return values[kept] if isinstance(values, np.ndarray) and len(values) else values

    why, change = of(part.why), part.change
    if excluded is not None:
        more = np.where(why == "", "", "; " + why) if isinstance(why, np.ndarray) else ""
        why, change = f"{change}; excluded: " + excluded + more, EXCLUDED_ROWS
    was, now, at = of(part.old), of(part.new), of(part.at)
    return Part(part.side, part.places[kept], change, part.column, was, now, why, at)


def _reasons(side: Side) -> Texts:
    if EXCLUDED not in side.frame:
        return np.full(len(side.frame), "", dtype=object)
    values = side.frame[EXCLUDED]
    return values.astype(object).where(values.notna(), "").to_numpy(dtype=object)


def cells_of(values: pd.Series[Any]) -> Texts:
    """Return cells as Python's objects, None where there is nothing."""
    return values.astype(object).where(values.notna(), None).to_numpy(dtype=object)
