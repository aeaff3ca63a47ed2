"""``%aibrain evidence compare``: items, runs and frames as sides, in one line."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of the notebook's own, and a user's data folder."""
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def users():
    """A frame with a key."""
    return pd.DataFrame({"arn": [f"arn:{n}" for n in range(4)], "is_admin": [False] * 4})


@pytest.fixture
def saved(run, shell, users):
    """The id of an item with these rows, in a variable of the notebook."""
    shell.user_ns["users"] = users
    found = run("item = %aibrain evidence save users --rfi RFI-014 --key arn").value
    return found or shell.user_ns["item"]


def differences(frame):
    """Return the rows about cells and rows."""
    kept = frame[~frame["change"].isin(["scope", "schema"])]
    return [tuple(row) for row in kept[["arn", "change", "column"]].itertuples(index=False)]


def test_an_item_stands_beside_a_frame(run, shell, users, saved):
    """The item's key is taken, its rows are those that were saved, and each difference is named."""
    now = users.assign(is_admin=[False, True, False, False]).iloc[:3]
    shell.user_ns["now"] = now

    ran = run(f"%aibrain evidence compare {saved} now")

    assert [("arn:3", "removed", ""), ("arn:1", "changed", "is_admin")] == differences(ran.value)
    evidence = ran.value.attrs["evidence"]
    assert "1 rows removed, 1 cell changed in 1 row." in evidence["verdict"]
    assert "removed" in ran.text


def test_a_variable_may_hold_the_id_of_an_item(run, saved):
    """What saving gave names the item, with and without a dollar."""
    for word in ("item", "$item", saved[-6:]):
        frame = run(f"%aibrain evidence compare {word} users").value
        assert [] == differences(frame)
