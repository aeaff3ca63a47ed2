"""
Small frames of one form as one, and cut apart again: exactly what they were.

Most of what a small frame costs on its way is not its rows, but that it is one: its labels, a
buffer and a description for each column, and pandas when it is made again. So the frames of a
parcel that have the same columns of the same dtypes are written as one.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import pandas as pd

MOST_ROWS: Final = 500
"""Of a frame that is written with others. One of more rows costs little more alone, and whoever
keeps a small one should not keep a large one alive."""

_Stack: TypeAlias = "tuple[pd.DataFrame, list[int]]"
"""Frames as one, and how many rows each has."""


def stacks_of(frames: Sequence[pd.DataFrame]) -> tuple[list[_Stack], list[tuple[int, int]]]:
    """Return frames as few, and for each of them in which it is and as the how manieth."""
    import pandas as pd

    forms: dict[Hashable, list[pd.DataFrame]] = {}
    places: list[tuple[Hashable, int]] = []
    for number, frame in enumerate(frames):
        form = _form_of(frame)
        together = forms.setdefault(number if form is None else form, [])
        places.append((number if form is None else form, len(together)))
        together.append(frame)
    number_of = {form: number for number, form in enumerate(forms)}
    stacks = [
        (each[0] if len(each) == 1 else pd.concat(each, ignore_index=True), [*map(len, each)])
        for each in forms.values()
    ]
    return stacks, [(number_of[form], nth) for form, nth in places]


def cut(frame: pd.DataFrame, counts: Sequence[int]) -> list[pd.DataFrame]:
    """
    Return the frames that were put together. Each is a part of the same memory, with rows and
    labels of its own: pandas lets a user write into both.
    """
    import pandas as pd

    if len(counts) == 1:
        return [frame]
    if sum(counts) != len(frame):
        raise ValueError("rows are missing")
    labels, found = frame.columns, []
    rows_of = cache(pd.RangeIndex)
    # A part of what lies in Arrow is an array of its own, at a third of what a copy costs.
    lies_in_arrow = getattr(labels.dtype, "storage", "") == "pyarrow"
    for count, (start, end) in zip(counts, pairwise(accumulate(counts, initial=0)), strict=True):
        part = frame[start:end]
        part.index = rows_of(count)[:]  # of its own, at half of what another one costs
        part.columns = labels[:] if lies_in_arrow else labels.copy(deep=True)
        found.append(part)
    return found


def _form_of(frame: pd.DataFrame) -> Hashable | None:
    """Return what frames must have in common to be one; None: it stays alone."""
    import pandas as pd

    labels, index = frame.columns, frame.index
    is_plain = (
        labels.dtype == "str"
        and labels.is_unique
        and type(index) is pd.RangeIndex
        and (index.start, index.step, index.name) == (0, 1, None)
        and not frame.attrs
        and frame.flags.allows_duplicate_labels
    )
    if not is_plain or not len(labels):
        return None
    dtypes = tuple(frame.dtypes.tolist())
    form = (labels.dtype, type(labels.name), labels.name, tuple(labels.tolist()), dtypes)
    return form if all(map(_is_exact, dtypes)) else None


def _is_exact(dtype: Any) -> bool:
    """Whether columns of a dtype can be put together and cut without a change."""
    import numpy as np
    import pandas as pd

    # Categories are compared without their order; what other packages bring is not known.
    plain = (pd.StringDtype, pd.DatetimeTZDtype, pd.BooleanDtype, pd.Int64Dtype, pd.Float64Dtype)
    return isinstance(dtype, plain) or (isinstance(dtype, np.dtype) and dtype.isnative)
