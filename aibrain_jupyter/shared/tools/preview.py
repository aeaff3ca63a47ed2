"""What one call would do, piece by piece: for ``--dry-run``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Preview:
    """
    What one call would do.

    `summary` counts it in a few words, `columns` and `rows` (texts) tell each piece, `against` are
    sentences on what would fail or stay behind, `notes` what else there is to know.
    """

    summary: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    against: Sequence[str] = ()
    notes: Sequence[str] = ()
