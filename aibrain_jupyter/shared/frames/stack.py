"""
Tables put together: the frames of several targets as one, and small tables of our own.

Whatever is full and whatever is empty, columns and dtypes stay the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.shared.coverage import Target

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
        columns[name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(columns)


def at_target(frame: pd.DataFrame, target: Target) -> pd.DataFrame:
    """
    Return the frame of one call with ``account_id`` (12 digits) and ``region`` first, both str.

    A frame that knows the region of each row (S3 buckets) keeps its own.
    """
    import pandas as pd

    region = frame.get("region", target.region)
    others = frame.drop(columns=["account_id", "region"], errors="ignore")
    others.insert(0, "account_id", pd.Series(target.account, frame.index, dtype="str"))
    others.insert(1, "region", pd.Series(region, frame.index, dtype="str"))
    return others


def at_targets(parts: Sequence[tuple[pd.DataFrame, Target]]) -> pd.DataFrame:
    """
    Return the rows of several calls as a user gets them, in the order given.

    Args:
        parts: The frame of each call that answered, and where it was asked; at least one.

    Returns:
        First ``account_id`` (12 digits) and ``region``, both categories of text, sorted and
        without an order of their own, then the columns of the frames. Categories are the accounts
        and regions that answered, also those without a row: a count of 0 was asked for. Who did
        not answer is no category, or it would be counted as having none. Where a frame knows the
        region of each row (S3 buckets), the regions of its rows count and not the place it was
        asked in. Without a row anywhere the dtypes are the same.
    """
    own = ["account_id", "region"]
    rows = stack([frame.drop(columns=own, errors="ignore") for frame, _ in parts])
    accounts = [(target.account, len(frame)) for frame, target in parts]
    regions = [(frame.get("region", target.region), len(frame)) for frame, target in parts]
    rows.insert(0, "account_id", _categories(accounts, rows.index))
    rows.insert(1, "region", _categories(regions, rows.index))
    return rows


def _categories(
    parts: Sequence[tuple[str | pd.Series[Any], int]], index: pd.Index[Any]
) -> pd.Series[Any]:
    """Return a column of texts, each for so many rows; a series has the text of each row."""
    import numpy as np
    import pandas as pd

    known: set[str] = set()
    for value, _ in parts:
        known.update([value] if isinstance(value, str) else value.dropna().unique())
    dtype = pd.CategoricalDtype(pd.Index(sorted(known), dtype="str"))
    codes = [
        np.full(count, dtype.categories.get_loc(value))
        if isinstance(value, str)
        else pd.Categorical(value, dtype=dtype).codes
        for value, count in parts
    ]
    return pd.Series(pd.Categorical.from_codes(np.concatenate(codes), dtype=dtype), index)


def stack(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """
    Return the rows of all frames, in their order, under a new index.

    A frame without rows has a say only where all are without: its columns may have no dtypes of
    their own, and would turn whole numbers into floats.
    """
    import pandas as pd

    full = [frame for frame in frames if len(frame)] or list(frames[:1])
    return pd.concat(full, ignore_index=True) if len(full) > 1 else full[0]
