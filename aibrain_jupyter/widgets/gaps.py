"""What is missing, to be read: each reason whole and first, the places it is missing from below."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aibrain_jupyter.widgets.blocks import Block, Bullets, line
from aibrain_jupyter.widgets.spans import strong

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aibrain_jupyter.shared.coverage import Gap


class Missing(NamedTuple):
    """
    Something missing: its `outcome`, `why`, and `where`, the words that name it from the outside in
    (account, region, operation, item).
    """

    outcome: str
    why: str
    where: tuple[str, ...]

    @classmethod
    def of(cls, gap: Gap) -> Missing:
        """Return what a gap says."""
        # The profile stands in for a first part that could not be found out.
        first, *others = *gap.target.facts.values(), ""
        columns = f"({', '.join(gap.columns)})" if gap.columns else ""
        item = " ".join(part for part in (gap.item, columns) if part)
        place = (first or gap.target.profile, *others, gap.action or gap.operation, item)
        return cls(str(gap.outcome), gap.why, tuple(filter(None, place)))


def missing_blocks(found: Iterable[Missing]) -> list[Block]:
    """Return a line for each reason, and under it a bullet for each place."""
    places: dict[tuple[str, str], list[str]] = {}
    for one in found:
        # On one line, and never cut: who reads a notebook later has nowhere else to look.
        reason = (one.outcome, " ".join(one.why.split()))
        places.setdefault(reason, []).append(" · ".join(one.where))
    blocks: list[Block] = []
    for (outcome, why), where in places.items():
        said = f": {why}" if why and why != outcome else ""
        blocks.append(line(strong(outcome), said))
        if any(where):
            blocks.append(Bullets([one for one in where if one]))
    return blocks
