"""
Tables put together: the frames of several targets as one, and small tables of our own.

Whatever is full and whatever is empty, columns and dtypes stay the same.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.texts.utf8 import without_halves

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.frames.of_arrays import FrameOfArrays

UTC = "datetime64[us, UTC]"


def table_of(rows: Sequence[Mapping[str, Any]], dtypes: Mapping[str, str]) -> pd.DataFrame:
    """
    Return `rows` as a DataFrame with the columns and dtypes of `dtypes`, in that order.

    What a row lacks is an empty text in a ``str`` column and a missing value in any other.
    """
    import pandas as pd

    columns: dict[str, pd.Series[Any]] = {}
    for name, dtype in dtypes.items():
        values = [row.get(name) for row in rows]
        if dtype == "str":
            values = ["" if value is None else value for value in values]
        try:
            columns[name] = pd.Series(values, dtype=dtype)
        except UnicodeEncodeError:  # half a surrogate pair in a provider's text
            columns[name] = pd.Series([without_halves(str(one)) for one in values], dtype=dtype)
    return pd.DataFrame(columns)


def at_target(frame: pd.DataFrame, places: Mapping[str, str]) -> pd.DataFrame:
    """
    Return the frame of one call with the parts of its target first, all str.

    A frame that knows a part for each row (the region of S3 buckets) keeps its own; the first part
    (``account_id``) is the target's.
    """
    import pandas as pd

    others = frame.drop(columns=list(places), errors="ignore")
    for number, (name, text) in enumerate(places.items()):
        value = without_halves(text)
        own = frame.get(name, value) if number else value
        try:
            column = pd.Series(own, frame.index, dtype="str")
        except UnicodeEncodeError:
            column = _whole(pd.Series(own, frame.index, dtype="object"))
        others.insert(number, name, column)
    return others


def at_targets(parts: Sequence[tuple[pd.DataFrame, Target]], places: Sequence[str]) -> pd.DataFrame:
    """
    Return the rows of several calls as a user gets them, in the order given.

    Args:
        parts: The frame of each call that answered, and where it was asked; at least one.

        places: The columns that say where a row is from: ``account_id`` (12 digits), ``region``.

    Returns:
        First the places, categories of text, sorted and without an order of their own, then the
        columns of the frames. Categories are the accounts and regions that answered, also those
        without a row: a count of 0 was asked for. Who did not answer is no category, or it would be
        counted as having none. Where a frame knows a place for each row (the region of S3 buckets),
        those of its rows count and not the one it was asked in. Without a row anywhere the dtypes
        are the same.
    """
    import pandas as pd

    frames = [frame for frame, _ in parts]
    named = names_of(frames)
    have_own = [name for name in places if name in named]
    without = frames
    if have_own:
        without = [frame.drop(columns=have_own, errors="ignore") for frame in frames]
    rows = stack(without)
    if rows is frames[0]:
        rows = rows.copy(deep=False)
    counts = [len(frame) for frame in frames]
    columns: list[Any] = []
    parts_of = [target.parts for _, target in parts]
    for number, name in enumerate(places):
        values = [of.get(name, "") for of in parts_of]
        own: Sequence[pd.Series[Any] | None] = ()
        if number and name in have_own:
            own = [frame.get(name) for frame in frames]
        columns.append(_categories(values, counts, own))
    labels = rows.columns
    if labels.dtype != "str" or labels.name is not None:
        for number, (name, column) in enumerate(zip(places, columns, strict=True)):
            rows.insert(number, name, column)
        return rows
    # pandas makes labels and an index of them at each insertion: most of what a small frame costs.
    # So they are numbers meanwhile, which need none.
    rows.columns = pd.RangeIndex(len(labels))
    for number, column in enumerate(reversed(columns)):
        rows.insert(0, -1 - number, column)
    # A copy, for pandas lets a user write into the labels of a frame.
    rows.columns = _texts((*places, *labels)).copy(deep=True)
    return rows


def _whole(texts: pd.Series[Any]) -> pd.Series[Any]:
    """Return texts some of which have half a surrogate pair as Arrow can hold them."""
    return texts.map(without_halves, na_action="ignore").astype("str")


def arrays_at(arrays: FrameOfArrays, target: Target, places: Sequence[str]) -> pd.DataFrame | None:
    """
    Return the rows of one call as by `at_targets`; None where a row knows its place itself.
    """
    if not arrays.columns.keys().isdisjoint(places):
        return None
    import pandas as pd

    from aibrain_jupyter.shared.frames.build import frame_of_arrays, own_labels

    columns = [_categories([target.parts.get(name, "")], [arrays.rows], ()) for name in places]
    return frame_of_arrays(
        [*columns, *arrays.copies().values()],
        pd.RangeIndex(arrays.rows),
        own_labels((*places, *arrays.columns)),
    )


def names_of(frames: Iterable[pd.DataFrame]) -> set[Any]:
    """
    Return the names of the columns of all frames.

    To ask labels for one makes them an index first, which costs more than all of a few of them.
    """
    labels = {id(found := frame.columns): found for frame in frames}
    return {name for one in labels.values() for name in one.tolist()}


@lru_cache(64)
def _texts(texts: tuple[str, ...]) -> pd.Index[Any]:
    import pandas as pd

    return pd.Index(texts, dtype="str")


def _categories(
    values: Sequence[str], counts: Sequence[int], own: Sequence[pd.Series[Any] | None]
) -> pd.Categorical:
    """
    Return a column of texts.

    Args:
        values: The text of each part.

        counts: How many rows each has.

        own: For each part the texts of its rows, where they have their own; empty: none has.
    """
    import numpy as np
    import pandas as pd

    known = (
        {value for value, texts in zip(values, own, strict=True) if texts is None}
        if own
        else {*values}
    )
    for texts in own:
        known.update(() if texts is None else texts.dropna().unique())
    texts_in_order = tuple(sorted(known))
    try:
        dtype, written = _category(texts_in_order)
    except UnicodeEncodeError:
        whole = [texts if texts is None else _whole(texts) for texts in own]
        return _categories([*map(without_halves, values)], counts, whole)
    array: Any = dtype.categories.array
    # Pandas lets a user write into them: which makes others of the texts that Arrow has.
    is_same = written is not None and array.__arrow_array__() is written
    if not is_same and array.tolist() != [*texts_in_order]:
        _category.cache_clear()
        dtype, _ = _category(texts_in_order)
    code = {value: number for number, value in enumerate(texts_in_order)}
    if own:
        codes = [
            np.full(count, code[value])
            if texts is None
            else pd.Categorical(texts, dtype=dtype).codes
            for value, count, texts in zip(values, counts, own, strict=True)
        ]
        all_codes = np.concatenate(codes)
    else:
        all_codes = np.repeat([code[value] for value in values], counts)
    return pd.Categorical.from_codes(all_codes, dtype=dtype, validate=False)


@lru_cache(32)
def _category(texts: tuple[str, ...]) -> tuple[pd.CategoricalDtype, Any]:
    """
    Return the dtype of some texts, made once: that costs as much as all else of a column. And the
    texts as Arrow has them, None where pandas keeps them otherwise.

    Raises UnicodeEncodeError: half a surrogate pair is in one.
    """
    import pandas as pd

    dtype = pd.CategoricalDtype(pd.Index(texts, dtype="str"))
    array = dtype.categories.array
    # pandas' other texts have the method as well, and import pyarrow in it.
    lies_in_arrow = getattr(array.dtype, "storage", "") == "pyarrow"
    if not lies_in_arrow:
        "".join(texts).encode()  # raises where Arrow would: names are the same with it and without
    return dtype, array.__arrow_array__() if lies_in_arrow else None


def stack(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """
    Return the rows of all frames, in their order, under a new index.

    A frame without rows has a say only where all are without: its columns may have no dtypes of
    their own, and would turn whole numbers into floats.
    """
    import pandas as pd

    full = [frame for frame in frames if len(frame)] or list(frames[:1])
    return pd.concat(full, ignore_index=True) if len(full) > 1 else full[0]
