"""
A small frame that was not made yet: its columns as pandas keeps them.

To make a frame, look at its columns and put others beside them costs more than all else that is
done with a few rows. So the rows of a small answer stay arrays, until somebody looks at them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.frames.columns import MOST_PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

MOST_ROWS: Final = 2_000
"""More rows cost more to copy than their frame does to make."""


@dataclass(frozen=True, slots=True)
class FrameOfArrays:
    """Arrays by name, as by `array_of`, that nobody else has; at least one, each of `rows`."""

    columns: Mapping[str, Any]
    rows: int

    @property
    def is_small(self) -> bool:
        """Whether it is worth leaving as it is."""
        return self.rows <= MOST_ROWS and 0 < len(self.columns) <= MOST_PARTS

    def frame(self) -> pd.DataFrame:
        """Return a new frame of them, whose rows are numbered from 0: another each time."""
        from aibrain_jupyter.shared.frames.build import joined

        return joined(self.copies(), self.rows)

    def copies(self) -> dict[str, Any]:
        """Return the same for whoever may write into them."""
        return {name: array.copy() for name, array in self.columns.items()}
