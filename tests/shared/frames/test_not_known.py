"""Cells are a value, absent, or not known: also in files."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from aibrain_jupyter.shared.frames.not_known import read_reasons, write_reasons


def cell_states(frame):
    """Whether each cell is a value or absent, or why it is not known."""
    data = frame.drop(columns="not_known")
    states = data.isna().replace({False: "value", True: "absent"}).astype("str")
    for row, words in enumerate(frame["not_known"]):
        for name, why in read_reasons(words).items():
            states.loc[states.index[row], name] = why
    return states


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "key": pd.Series(["a", "b", "c"], dtype="str"),
            "rotates": pd.Series([True, None, None], dtype="boolean"),
            "policy": pd.Series([{}, None, None], dtype="object"),
            "not_known": pd.Series(
                [None, "rotates: denied; policy: throttled", "policy: denied"], dtype="str"
            ),
        }
    )


def test_words_and_reasons_are_the_same():
    """What is written is read again, whatever the reasons."""
    reasons = {"policy": "denied", "tags": "denied", "rotates": "timed out"}

    assert "policy, tags: denied; rotates: timed out" == write_reasons(reasons)
    assert reasons == read_reasons(write_reasons(reasons))
    assert write_reasons({}) is None
    assert {} == read_reasons(None)


def test_each_cell_has_one_of_three_states(frame):
    """A missing cell is absent unless its row says that it is not known, and why."""
    assert [
        ["value", "value", "value"],
        ["value", "denied", "throttled"],
        ["value", "absent", "denied"],
    ] == cell_states(frame).to_numpy().tolist()


def test_a_csv_file_carries_the_states(frame):
    """Written to CSV and read again, the frame still tells absent from not known."""
    again = pd.read_csv(io.StringIO(frame.to_csv(index=False)))

    assert cell_states(frame).equals(cell_states(again))


def test_filters_and_joins_keep_the_states(frame):
    """A filtered, sorted and merged frame still tells absent from not known."""
    found = frame.sort_values("key", ascending=False).merge(pd.DataFrame({"key": ["b"]}))

    assert ["denied"] == cell_states(found)["rotates"].tolist()
