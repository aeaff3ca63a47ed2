"""The figures of a run, as the coverage line, the receipt and the history show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.coverage import Gap, Outcome


@dataclass(frozen=True, slots=True)
class RunSummary:
    """
    What came of a run.

    `places` says how many accounts, regions, … were asked, `counts` has every outcome that
    occurred and how many calls ended so; `from_cache` counts calls answered by the cache, the
    oldest of them `oldest_age_s` seconds old; `gaps` are whole calls and single details alike,
    `not_known` the cells that are not known because of them; `left_out` are rows that were read
    and are not shown (``where``, ``period``); `notes` are one-line remarks (a fallback that was
    taken).
    """

    run_id: str
    tool: str
    calls: int
    rows: int
    places: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    from_cache: int = 0
    oldest_age_s: float = 0.0
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    was_cancelled: bool = False
    is_demo: bool = False
    not_known: int = 0
    left_out: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.gaps
