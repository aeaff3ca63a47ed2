"""
Where a side was asked and what answered, and which rows lie where another was not asked.

A row's own place may be none that was asked: buckets are listed once for all regions. Then the
first part of it (the account) decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aibrain_jupyter.shared.collected import CollectedTarget
from aibrain_jupyter.shared.coverage import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aibrain_jupyter.evidence.comparing.sides import Side, Texts

Place = tuple[str, ...]

_ABOUT: Final = {each.name for each in fields(CollectedTarget)}
_GAPS: Final = {str(outcome) for outcome in Outcome if outcome.is_gap}
_SEPARATOR: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class Answers:
    """
    What the places of a side answered: `names` are the columns of a place, `asked` every place,
    `lost` those whose rows are missing and why, `holes` where some rows may be missing and why.
    """

    names: tuple[str, ...] = ()
    asked: frozenset[Place] = frozenset()
    lost: Mapping[Place, str] = field(default_factory=dict)
    holes: Mapping[Place, str] = field(default_factory=dict)

    def why_not(self, place: Place, known: frozenset[Place]) -> str:
        """Return why a row of a place cannot be here; empty: it could. `known` are its side's."""
        if not self.asked:
            return ""
        if place in self.asked:
            said = self.lost.get(place) or self.holes.get(place, "")
            return f"{said} in {label_of(place)}" if said else ""
        if place in known:
            return f"{label_of(place)} was not asked"
        kin = [each for each in self.asked if each[:1] == place[:1]]
        if not kin:
            return f"{label_of(place[:1])} was not asked"
        for each in kin:
            if missing := self.lost.get(each) or self.holes.get(each):
                return f"{missing} in {label_of(each)}"
        return ""


def answers_of(side: Side) -> Answers:
    """Return what the places of a side answered."""
    targets = side.completeness.get("targets") or ()
    # A manifest's keys are sorted: which part comes first is told apart, or by the key.
    known = (*(side.completeness.get("places") or ()), *side.key.columns)
    found = dict.fromkeys(name for t in targets for name in t if name not in _ABOUT)
    names = tuple(
        sorted(found, key=lambda name: known.index(name) if name in known else len(known))
    )
    outcomes = {_place(target, names): str(target.get("outcome", "")) for target in targets}
    lost = {place: outcome for place, outcome in outcomes.items() if outcome in _GAPS}
    holes: dict[Place, str] = {}
    for gap in side.completeness.get("gaps") or ():
        if gap.get("columns"):
            continue  # details of rows that are there
        for place in _of_gap(gap, names, outcomes):
            if place not in lost:
                holes.setdefault(place, _said(gap))
    return Answers(names, frozenset(outcomes), lost, holes)


def not_answered(rows: pd.DataFrame, own: Side, other: Side) -> Texts:
    """Return for each row of one side why it could not be on the other; empty: it could."""
    mine, theirs = answers_of(own), answers_of(other)
    names = [name for name in mine.names or theirs.names if name in rows]
    if not names or not theirs.asked:
        return np.full(len(rows), "", dtype=object)
    texts = [rows[name].astype(object).where(rows[name].notna(), "").astype(str) for name in names]
    together = texts[0]
    for more in texts[1:]:
        together = together + _SEPARATOR + more
    codes, different = pd.factorize(together)
    whys = [theirs.why_not(tuple(str(each).split(_SEPARATOR)), mine.asked) for each in different]
    found: Texts = np.array(whys, dtype=object)[codes]
    return found


def _of_gap(gap: Mapping[str, Any], names: Iterable[str], places: Iterable[Place]) -> list[Place]:
    """Return the places of a gap; of an earlier run only its label is known, which begins so."""
    place = _place(gap, names)
    if any(place):
        return [place]
    label = str(gap.get("why") or gap.get("label") or "")
    return [each for each in places if not any(each) or label.startswith(label_of(each))] or [
        *places
    ]


def _said(gap: Mapping[str, Any]) -> str:
    what = [gap.get("action") or gap.get("operation"), gap.get("item")]
    words = " ".join(str(word) for word in what if word)
    said = str(gap.get("outcome") or gap.get("why") or "a gap")
    return f"{words}: {said}" if words else said


def _place(of: Mapping[str, Any], names: Iterable[str]) -> Place:
    return tuple(str(of.get(name) or "") for name in names)


def label_of(place: Place) -> str:
    """Return a place as it is written: ``account/region``."""
    return "/".join(part for part in place if part) or "an account that was not found"
