"""The frames of several targets as one."""

from __future__ import annotations

import pandas as pd

from aibrain_jupyter.shared.coverage import Target
from aibrain_jupyter.shared.tables import at_target, stack


def test_account_and_region_come_first():
    """Whoever reads a row sees where it is from."""
    frame = at_target(pd.DataFrame({"name": ["a"]}), Target("111122223333", "eu-west-1"))

    assert [("111122223333", "eu-west-1", "a")] == list(frame.itertuples(index=False, name=None))


def test_a_row_that_knows_its_region_keeps_it():
    """Buckets are listed in one place and stand in many."""
    frame = at_target(pd.DataFrame({"region": ["eu-west-1"]}), Target("1" * 12, "global"))

    assert ["eu-west-1"] == frame["region"].tolist()


def test_an_empty_frame_changes_no_dtype():
    """Whole numbers stay whole numbers beside an account that had nothing."""
    full = pd.DataFrame({"n": [1, 2], "is_on": [True, False]})

    frame = stack([pd.DataFrame(), full, pd.DataFrame({"n": [], "is_on": []})])

    assert full.dtypes.to_dict() == frame.dtypes.to_dict()


def test_where_all_are_empty_the_columns_stay():
    """No row anywhere still says which columns there are."""
    assert ["n"] == list(stack([pd.DataFrame({"n": []}), pd.DataFrame({"n": []})]))
