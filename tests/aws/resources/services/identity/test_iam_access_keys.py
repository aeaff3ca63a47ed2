"""The access keys of IAM users."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest


@pytest.fixture
def keys(answers):
    """A user with a key made 200 days ago, last used `used` days ago (None: never)."""

    def keys(used):
        now = dt.datetime.now(dt.UTC)
        key = {"AccessKeyId": "AKIAEXAMPLEEXAMPLE", "UserName": "ana", "Status": "Active"}
        use = {} if used is None else {"LastUsedDate": now - dt.timedelta(days=used, hours=1)}
        answers.give("ListUsers", {"Users": [{"UserName": "ana"}]})
        answers.give(
            "ListAccessKeys",
            {"AccessKeyMetadata": [key | {"CreateDate": now - dt.timedelta(days=200, hours=1)}]},
        )
        answers.give(
            "GetAccessKeyLastUsed",
            {"AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"} | use},
        )

    return keys


@pytest.mark.parametrize(("used", "expected"), [(30, 30), (None, 200)], ids=["used", "never"])
def test_how_old_and_how_long_unused(keys, export, used, expected):
    """A key that was never used is unused since it was made: a filter on days finds it."""
    keys(used)

    [row] = export("iam", "access_keys").frame.to_dict("records")

    assert 200 == row["age_days"]
    assert expected == row["days_since_used"]


def test_a_use_that_is_not_known_is_not_never(keys, export, answers):
    """Where the last use is refused, the days since are not known, and not those since making."""
    keys(None)
    answers.refuse("GetAccessKeyLastUsed")

    [row] = export("iam", "access_keys").frame.to_dict("records")

    assert 200 == row["age_days"]
    assert pd.isna(row["days_since_used"])
    assert "days_since_used" in row["not_known"]
