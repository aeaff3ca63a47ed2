"""What the history gives back: a run as it was written down, and what a call of one cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aibrain_jupyter.shared.texts.redaction import HIDDEN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class CallCost:
    """What a call cost: `seconds`, and how many `requests` of each ``service:Operation``."""

    seconds: float
    requests: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class KeptRun:
    """
    A run as the history has it: `cell` is what was written, `accepts_from` the moment (UTC) since
    which its rows may have been collected, `outcome` as in `History.frame`.
    """

    id: str
    tool: str
    cell: str
    started: dt.datetime
    accepts_from: dt.datetime
    outcome: str
    is_background: bool
    is_here: bool

    @property
    def is_as_written(self) -> bool:
        """Whether `cell` is what the user wrote: nothing in it had to be hidden."""
        return HIDDEN not in self.cell
