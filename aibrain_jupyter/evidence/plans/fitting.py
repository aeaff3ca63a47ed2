"""
Whether an item is what a row of a plan asks for: from its tool, asked as the row says, and of which
occurrence. A code alone settles nothing: a list with a filter of its own has that code too.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.states import code_states, state_of
from aibrain_jupyter.evidence.plans.plan import OCCURRENCE
from aibrain_jupyter.evidence.saving.times import PERIOD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.evidence.decisions.codes import Code
    from aibrain_jupyter.evidence.plans.occurrences import Occurrence
    from aibrain_jupyter.evidence.plans.plan import CollectionPlan, PlanRow
    from aibrain_jupyter.evidence.store.store import Item

_COLLECTED: Final = "collected"
_MADE_OF_ITEMS: Final = ("sample", "test sheet")
"""They have the codes of what they are made of, and are not the population that is asked for."""
_ALL: Final = "all"
_SHOWS_LESS: Final = "columns"
"""The one parameter that leaves every row in."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is read once of an item: its manifest, state, codes, and edges of its as-of time."""

    item: Item
    manifest: Mapping[str, Any]
    state: str
    codes: Mapping[Code, str]
    start: dt.datetime
    end: dt.datetime
    collected: dt.datetime

    @classmethod
    def of(cls, item: Item) -> Kept:
        """Read an item. Raises EvidenceError: its manifest is not as it was saved."""
        manifest = item.manifest()
        as_of, collected = manifest["times"]["as_of"], manifest["times"]["collected"]
        times = map(dt.datetime.fromisoformat, (as_of["from"], as_of["to"], collected["to"]))
        return cls(item, manifest, state_of(item), code_states(item), *times)

    @property
    def is_of_period(self) -> bool:
        """Whether it says what happened in a period, rather than how things were."""
        return bool(self.manifest["times"]["as_of"]["kind"] == PERIOD)

    @property
    def collection(self) -> Mapping[str, Any]:
        """What it was collected for by a plan; empty: saved by hand."""
        found: Mapping[str, Any] = self.manifest.get("collection") or {}
        return found


def answers(one: Kept, plan: CollectionPlan, row: PlanRow) -> bool:
    """Tell whether an item is of a row: collected by it, or saved by hand for a code of it."""
    kind, tool = one.manifest["kind"], one.manifest.get("source", {}).get("tool")
    if kind in _MADE_OF_ITEMS:
        return False
    if one.collection:
        return bool(one.collection["plan"] == plan.name and one.collection["row"] == row.id)
    if not set(one.codes) & set(row.codes):
        return False
    if row.tool:
        return bool(kind == _COLLECTED and tool == row.tool)
    # A list that another row asks for is no document.
    return not any(tool == other.tool for other in plan.rows if other.tool)


def asked_otherwise(one: Kept, row: PlanRow) -> str:
    """
    Return in what an item was asked otherwise than its row says, as words; empty: in nothing.

    Of what a plan collected, that is what the row has changed in since. Of what was saved by hand,
    it is what may leave rows out.
    """
    then = one.collection.get("asked")
    if one.collection or not row.tool:
        now = row.asked
        return ", ".join(name for name in now if then and then.get(name) != now[name])
    source = one.manifest.get("source", {})
    given, asked = source.get("parameters") or {}, source.get("asked") or {}
    found = [
        name
        for name, value in given.items()
        if name != _SHOWS_LESS and row.parameters.get(name) not in (value, OCCURRENCE)
    ]
    for name, patterns in (("accounts", row.accounts), ("regions", row.regions)):
        said = asked.get(name) or ()
        meant = {part.strip() for part in said.split(",")} if isinstance(said, str) else set(said)
        if patterns and _ALL not in meant and not set(patterns) <= meant:
            found.append(name)
    return ", ".join(found)


def is_of(one: Kept, row: PlanRow, span: Occurrence, spans: Sequence[Occurrence]) -> bool:
    """
    Tell whether an item is of an occurrence of the row's `spans`: of how things were at some time
    in it, or of what happened in all of it. One that was collected for it is of no other; it may be
    late or not reach its end, but is never of before it.
    """
    about = one.collection.get("occurrence") or {}
    edges = [dt.datetime.fromisoformat(about[name]) for name in ("from", "to") if name in about]
    if edges == [span.start, span.end]:
        return one.start <= span.start if one.is_of_period else one.start >= span.start
    if any(edges == [other.start, other.end] for other in spans):
        return False
    if one.is_of_period:
        return one.start <= span.start and one.end >= span.end
    return span.start <= one.start < span.end and reaches_end(one, row, span)


def reaches_end(one: Kept, row: PlanRow, span: Occurrence) -> bool:
    """Tell whether an item has all of its occurrence, where that is what its row asks for."""
    if one.is_of_period:
        return one.end >= span.end
    return not row.is_of_whole or one.collected >= span.end
