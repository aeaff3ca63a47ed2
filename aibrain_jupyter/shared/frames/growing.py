"""
A frame that grows by columns, page by page, and what of its cells could not be read.

What came is kept as Python's objects for `PIECE` rows at most; then it becomes a piece of the
frame. So memory is bounded by the result, and not by the mappings that its rows came in.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from aibrain_jupyter.shared.frames.build import array_of, joined, missing_array
from aibrain_jupyter.shared.frames.of_arrays import FrameOfArrays
from aibrain_jupyter.shared.frames.unreadable import Unread, fitted_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.shared.frames.columns import Column

PIECE: Final = 20_000
"""Rows. Smaller pieces cost more time to put together than they save memory."""


class GrowingFrame:
    """
    A frame with given columns and dtypes, made of values as they come.

    `unread` are the cells whose value could not be read as its column's dtype; they are missing.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.unread: list[Unread] = []
        self._columns = columns
        self._pending: dict[str, list[Any]] = {column.name: [] for column in columns}
        self._pieces: list[pd.DataFrame | FrameOfArrays] = []
        self._waiting = self._done = 0

    def __len__(self) -> int:
        return self._done + self._waiting

    def extend(self, values: Mapping[str, Sequence[Any]], rows: int) -> None:
        """
        Add rows below those there are.

        Args:
            values: The values by column name; a column that is not there is missing in them.

            rows: How many there are.

        Raises:
            ValueError: a column has more or fewer values.
        """
        for name, given in values.items():
            if len(given) != rows:
                raise ValueError("columns of one page have different numbers of values")
            held = self._pending[name]
            if len(held) < self._waiting:
                held.extend(repeat(None, self._waiting - len(held)))
            held.extend(given)
        self._waiting += rows
        if self._waiting >= PIECE:
            self._finish_piece()

    def append(self, other: GrowingFrame) -> None:
        """Add the rows of another with the same columns below those there are; it is used up."""
        for each in (self, other):
            each.settle()
        self.unread += [cell._replace(row=cell.row + self._done) for cell in other.unread]
        self._pieces += other._pieces
        self._done += other._done

    def settle(self) -> None:
        """Make a piece of what came since the last one, if anything did."""
        if self._waiting:
            self._finish_piece()

    def frame(self) -> pd.DataFrame:
        """Return all rows so far, numbered from 0, with the dtypes of the columns."""
        self.settle_at_all()
        pieces = [p.frame() if isinstance(p, FrameOfArrays) else p for p in self._pieces]
        whole = pieces[0] if len(pieces) == 1 else pd.concat(pieces, ignore_index=True)
        self._pieces = [whole]
        return whole

    def small(self) -> FrameOfArrays | None:
        """Return the same as arrays, where there are few rows; else None."""
        self.settle_at_all()
        [first, *others] = self._pieces
        return None if others or isinstance(first, pd.DataFrame) else first

    def settle_at_all(self) -> None:
        """Make a piece also of nothing: it has the columns and their dtypes."""
        self.settle()
        if not self._pieces:
            self._finish_piece()

    def _finish_piece(self) -> None:
        made, missing = {}, {}
        for column in self._columns:
            values = self._pending[column.name]
            if not values:  # most columns of most listings: nobody has such a thing
                dtype = column.dtype
                if dtype not in missing:
                    missing[dtype] = missing_array(dtype, self._waiting)
                made[column.name] = missing[dtype].copy()
                continue
            values.extend(repeat(None, self._waiting - len(values)))
            values, unread = fitted_values(values, column, self._done)
            self._pending[column.name] = []
            self.unread += unread
            made[column.name] = array_of(values, column.dtype)
        piece = FrameOfArrays(made, self._waiting)
        self._pieces.append(piece if piece.is_small else joined(made, self._waiting))
        self._done += self._waiting
        self._waiting = 0
