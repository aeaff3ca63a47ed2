"""
Text columns handed out again once nobody has them any more.

Without pyarrow a column of texts is an array of references. Copying it counts every
text up, and dropping the copy counts it down again, wherever in memory it lies: that
is half of what a hit in memory costs. So the last copies are remembered. One that
nobody else refers to, and that holds the very texts it was given with, is as good as
a new copy; a comparison of addresses tells, without touching a single text. Whoever
still has a frame of an earlier hit (or a column, a slice, a buffer of one) keeps its
copy for themselves: the next hit makes a new one.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

# In ``x = %aibrain …``, run again, the old frame goes when the new one is there already.
_MOST_COPIES: Final = 2
# Where references are not counted, or not exactly, every hit makes a copy.
_IS_COUNTING: Final = (
    sys.implementation.name == "cpython" and getattr(sys, "_is_gil_enabled", lambda: True)()
)
# The one in the list of copies, and the argument of the question.
_UNSHARED: Final = 2


class RecycledTexts:
    """Hands out copies of `arrays`: object arrays of one length that hold nothing changeable."""

    def __init__(self, arrays: Sequence[np.ndarray[Any, Any]]) -> None:
        self._arrays = tuple(arrays)
        self._addresses = b"".join(array.tobytes() for array in self._arrays)
        self._copies: list[np.ndarray[Any, Any]] = []
        self._lock = threading.Lock()

    @property
    def size_bytes(self) -> int:
        """What is kept here beside the arrays themselves, at most."""
        return (1 + _MOST_COPIES * _IS_COUNTING) * len(self._addresses)

    def copies(self) -> list[np.ndarray[Any, Any]]:
        """Return a copy of each array that nobody else has."""
        found = self._unused()
        if found is None:
            found = np.concatenate(self._arrays)
            if _IS_COUNTING:
                with self._lock:
                    self._copies = [*self._copies[1 - _MOST_COPIES :], found]
        return list(found.reshape(len(self._arrays), len(self._arrays[0])))

    def _unused(self) -> np.ndarray[Any, Any] | None:
        with self._lock:
            for position in range(len(self._copies)):
                if sys.getrefcount(self._copies[position]) == _UNSHARED:
                    found = self._copies[position]
                    # Its last owner may have written into it, or locked it.
                    if found.flags.writeable and found.tobytes() == self._addresses:
                        return found
                    del self._copies[position]
                    return None
        return None
