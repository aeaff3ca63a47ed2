"""
A frame of several targets put together, sealed: what a run from memory gives again and again.

The columns that say where a row is from are categories, which a sealed frame would pack and build
anew at every opening. Here they are kept as codes beside their texts; those are compared with what
they were before they are used, for pandas lets a user write into the categories of a frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from aibrain_jupyter.cache.codec.frames import SealedFrame

_HELD: Final = ("int8", "uint8", "int16", "uint16")
"""What holds the place of a column in the frame. pandas keeps columns of one dtype together, and
takes them apart where one of several is set."""


@dataclass(slots=True)
class _Place:
    codes: np.ndarray[Any, Any]
    texts: list[str]
    dtype: pd.CategoricalDtype

    def column(self) -> pd.Categorical:
        if self.dtype.categories.tolist() != self.texts:
            self.dtype = pd.CategoricalDtype(pd.Index(self.texts, dtype="str"))
        return pd.Categorical.from_codes(self.codes.copy(), dtype=self.dtype, validate=False)


class SealedStack:
    """
    A frame whose first columns are categories of text. Opening it gives an independent one.

    Args:
        frame: It is copied.

        places: How many of its columns are categories of text.
    """

    def __init__(self, frame: pd.DataFrame, places: int) -> None:
        rest = frame.copy(deep=False)
        rest.attrs = {}
        self._places = []
        for number in range(places):
            column: Any = rest.iloc[:, number].array
            texts = column.categories.tolist()
            dtype = pd.CategoricalDtype(pd.Index(texts, dtype="str"))
            self._places.append(_Place(column.codes.copy(), texts, dtype))
            held = np.zeros(len(rest), dtype=_HELD[number % len(_HELD)])
            rest.isetitem(number, held)
        self._rest = SealedFrame.of(rest)
        self.size_bytes = self._rest.size_bytes

    def open(self) -> pd.DataFrame:
        """Return a new frame."""
        frame = self._rest.open()
        for number, place in enumerate(self._places):
            frame.isetitem(number, place.column())
        return frame
