"""The frames of several targets as one."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.frames.stack import at_target, at_targets, stack


def test_account_and_region_come_first():
    """Whoever reads a row sees where it is from."""
    frame = at_target(pd.DataFrame({"name": ["a"]}), AwsTarget("111122223333", "eu-west-1").parts)

    assert [("111122223333", "eu-west-1", "a")] == list(frame.itertuples(index=False, name=None))


def test_a_row_that_knows_its_region_keeps_it():
    """Buckets are listed in one place and stand in many."""
    frame = at_target(pd.DataFrame({"region": ["eu-west-1"]}), AwsTarget("1" * 12, "global").parts)

    assert ["eu-west-1"] == frame["region"].tolist()


def test_an_empty_frame_changes_no_dtype():
    """Whole numbers stay whole numbers beside an account that had nothing."""
    full = pd.DataFrame({"n": [1, 2], "is_on": [True, False]})

    frame = stack([pd.DataFrame(), full, pd.DataFrame({"n": [], "is_on": []})])

    assert full.dtypes.to_dict() == frame.dtypes.to_dict()


def test_where_all_are_empty_the_columns_stay():
    """No row anywhere still says which columns there are."""
    assert ["n"] == list(stack([pd.DataFrame({"n": []}), pd.DataFrame({"n": []})]))


PLACES = ("account_id", "region")
HERE, THERE, NOWHERE = (
    AwsTarget("222222222222", "eu-west-1"),
    AwsTarget("111111111111", "us-east-1"),
    AwsTarget("333333333333", "ap-south-1"),
)


@pytest.fixture
def rows():
    """The rows of three accounts that answered; one of them has none."""
    two, one = pd.DataFrame({"name": ["a", "b"]}), pd.DataFrame({"name": ["c"]})
    return at_targets([(two, HERE), (one, THERE), (one.iloc[:0], NOWHERE)], PLACES)


class TestCategories:
    """Account and region of a whole result are categories that behave as texts do."""

    def test_they_are_sorted_and_have_everyone_who_answered(self, rows):
        """Whatever came back, the same targets give the same dtype; it has no order of its own."""
        accounts = pd.CategoricalDtype(["111111111111", "222222222222", "333333333333"])
        regions = pd.CategoricalDtype(["ap-south-1", "eu-west-1", "us-east-1"])

        assert ["account_id", "region", "name"] == list(rows)
        assert (accounts, regions) == (rows["account_id"].dtype, rows["region"].dtype)
        assert {"eu-west-1": 2, "us-east-1": 1, "ap-south-1": 0} == (
            rows["region"].value_counts().to_dict()
        )

    def test_no_row_at_all_has_the_same_dtypes(self, rows):
        """Nothing anywhere is an empty table of the same kind."""
        empty = pd.DataFrame({"name": []}, dtype="str")
        nothing = at_targets([(empty, target) for target in (HERE, THERE, NOWHERE)], PLACES)

        assert rows.dtypes.to_dict() == nothing.dtypes.to_dict()
        assert 0 == len(nothing)

    def test_a_row_that_knows_its_region_keeps_it(self):
        """Buckets are asked for in one place: that place is no region they may be in."""
        buckets = pd.DataFrame({"region": ["us-east-1", None], "name": ["a", "b"]}, dtype="str")
        rows = at_targets([(buckets, AwsTarget("1" * 12, "global"))], PLACES)

        assert ["us-east-1"] == list(rows["region"].cat.categories)
        assert [False, True] == rows["region"].isna().tolist()

    def test_the_frame_of_a_call_is_not_changed(self):
        """What goes to the cache has neither column."""
        frame = pd.DataFrame({"name": ["a"]})
        at_targets([(frame, HERE)], PLACES)

        assert ["name"] == list(frame)

    def test_groups_are_those_that_are_there(self, rows):
        """No group for an account in a region that it was not asked in."""
        sizes = rows.groupby(["account_id", "region"]).size()

        assert {("111111111111", "us-east-1"): 1, ("222222222222", "eu-west-1"): 2} == (
            sizes.to_dict()
        )

    def test_a_query_compares_them_with_texts(self, rows):
        """Also with an account that is nowhere in the table."""
        assert ["a", "b"] == rows.query("region == 'eu-west-1'")["name"].tolist()
        assert ["c"] == rows.query("account_id in ['111111111111', '9']")["name"].tolist()
        assert rows.query("account_id == '999999999999'").empty

    def test_two_results_go_together(self, rows):
        """One below the other, or side by side, although they know different accounts."""
        other = at_targets([(pd.DataFrame({"name": ["d"], "owner": ["eve"]}), HERE)], PLACES)
        below = pd.concat([rows, other], ignore_index=True)
        beside = rows.merge(other[["account_id", "owner"]], on="account_id", how="left")

        assert [*rows["account_id"], "222222222222"] == below["account_id"].tolist()
        assert ["eve", "eve"] == beside["owner"].dropna().tolist()

    def test_files_are_the_same_as_with_texts(self, rows):
        """What is written down knows nothing of categories."""
        texts = rows.astype({"account_id": "str", "region": "str"})

        assert texts.to_csv() == rows.to_csv()
        assert texts.to_json() == rows.to_json()
        assert texts.to_html() == rows.to_html()


def test_half_a_character_in_a_name_costs_no_table():
    """Arrow holds no half of a surrogate pair: it stands there as in JSON, in that name alone."""
    half, one = AwsTarget(account="half\ud83d", region="r1"), AwsTarget(account="1", region="r1")
    named, frame = pd.DataFrame({"region": ["r\ud83d", None]}, dtype="object"), pd.DataFrame()
    frame["name"] = ["ana", "bob"]

    found = at_targets([(frame, half), (frame, one), (named, one)], ["account_id", "region"])

    assert ["half\\ud83d", "half\\ud83d", "1", "1", "1", "1"] == found["account_id"].tolist()
    assert ["r1", "r1", "r1", "r1", "r\\ud83d"] == found["region"].tolist()[:5]
    assert pd.isna(found["region"].tolist()[5])
    assert ["half\\ud83d"] * 2 == at_target(frame, half.parts)["account_id"].tolist()


WITHOUT_PYARROW = """
import sys
sys.modules["pyarrow"] = None
import pandas as pd
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.frames.stack import at_targets
frame = pd.DataFrame({"name": ["ana"]})
targets = [AwsTarget(account=name, region="r1") for name in ("1", "half\\ud83d")]
for _ in range(2):
    found = at_targets([(frame, target) for target in targets], ["account_id", "region"])
assert "python" == found["region"].cat.categories.dtype.storage
assert ["1", "half\\\\ud83d"] == found["account_id"].tolist()
"""


def test_places_stand_where_pyarrow_is_not_installed():
    """The plain installation has none: places and their names are the same there."""
    subprocess.run([sys.executable, "-c", WITHOUT_PYARROW], check=True)
