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
    Return `frame` with ``account_id`` (12 digits) and ``region`` as its first columns, both str.

    A frame that knows the region of each row (S3 buckets) keeps its own.
    """
    import pandas as pd

    region = frame.get("region", target.region)
    others = frame.drop(columns=["account_id", "region"], errors="ignore")
    others.insert(0, "account_id", pd.Series(target.account, frame.index, dtype="str"))
    others.insert(1, "region", pd.Series(region, frame.index, dtype="str"))
    return others


def stack(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """
    Return the rows of all frames, in their order, under a new index.

    A frame without rows has a say only where all are without: its columns may have no dtypes of
    their own, and would turn whole numbers into floats.
    """
    import pandas as pd

    full = [frame for frame in frames if len(frame)] or list(frames[:1])
    return pd.concat(full, ignore_index=True) if len(full) > 1 else full[0]
