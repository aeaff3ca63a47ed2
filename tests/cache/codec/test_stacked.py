"""A kept frame of several targets: exact, and out of everybody's reach."""

from __future__ import annotations

import contextlib

import pandas as pd

from aibrain_jupyter.cache.codec.stacked import SealedStack


def _frame():
    places = pd.CategoricalDtype(pd.Index(["111111111111", "222222222222"], dtype="str"))
    return pd.DataFrame(
        {
            "account_id": pd.Categorical(["222222222222", "111111111111"], dtype=places),
            "region": pd.Categorical(["eu-west-1", "eu-west-1"]),
            "tags": [{"owner": ["ana"]}, None],
            "count": pd.array([1, None], dtype="Int64"),
        }
    ).astype({"region": pd.CategoricalDtype(pd.Index(["eu-west-1", "us-east-1"], dtype="str"))})


def test_it_gives_the_same_frame_each_time():
    """Values, dtypes and categories without a row are those of the frame that was kept."""
    sealed = SealedStack(_frame(), 2)

    for _ in range(2):
        pd.testing.assert_frame_equal(_frame(), sealed.open())
    assert ["eu-west-1", "us-east-1"] == list(sealed.open()["region"].cat.categories)


def test_what_is_done_to_one_reaches_no_other():
    """Neither cells, nested ones, labels nor texts of categories are shared with a later one."""
    kept = _frame()
    sealed = SealedStack(kept, 2)
    for frame in (kept, sealed.open()):
        frame.loc[0, "count"] = 42
        frame["tags"][0]["owner"].append("eve")
        for labels in (frame["account_id"].cat.categories, frame.columns):
            with contextlib.suppress(ValueError):  # newer versions of pandas refuse it
                labels.array[0] = "another"

    pd.testing.assert_frame_equal(_frame(), sealed.open())
