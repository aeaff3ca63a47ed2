"""Where pandas cannot write a frame of ours, the cell fails and names the one that can."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture
def rows(shell, monkeypatch, tmp_path):
    """A frame of a run, with times in UTC, an empty mapping and a list of two kinds."""
    monkeypatch.chdir(tmp_path)
    moments = pd.to_datetime(["2026-01-01"], utc=True)
    made = pd.DataFrame({"created": moments, "tags": [{}], "policy": [[{"a": "*"}, "x"]]})
    made.attrs["aibrain"] = {"tool": "iam_users", "run": "r7"}
    shell.user_ns["users"] = made
    return made


@pytest.mark.parametrize(
    ("cell", "step"),
    [
        ('users.to_excel("a/b.xlsx")', "%aibrain export users a/b.xlsx"),
        ('users.to_excel("b.xlsx")', "%aibrain export users b.xlsx --overwrite"),
        ('users.to_parquet("my users.parquet")', "%aibrain export users rows.parquet"),
        ("users.to_parquet()", "%aibrain export users rows.parquet"),
        ('users.to_feather("b.feather")', "%aibrain export users rows.parquet"),
        ('users[["tags"]].to_parquet("b.parquet")', "%aibrain export rows b.parquet --overwrite"),
        ('few = users.head(1)\nfew.to_excel("b.xlsx")', "%aibrain export few b.xlsx --overwrite"),
    ],
)
def test_a_failed_write_names_the_cell_that_works(run, rows, cell, step):
    """The error is pandas' own; the step under it names the variable and the file."""
    ran = run(cell)

    assert ran.error is not None
    assert not isinstance(ran.error, NameError)
    assert [step] == [line.partition("Write: ")[2] for line in "".join(ran.shown).splitlines()][-1:]


def test_the_step_works(run, rows):
    """What is named is written."""
    step = run('users.to_excel("b.xlsx")').shown[0].partition("Write: ")[2]

    assert run(step).error is None


@pytest.mark.parametrize(
    "cell",
    [
        'pd.DataFrame({"t": users.created.tolist()}).to_excel("b.xlsx")',
        "users.nothing",
        "1 / 0",
        "def to_excel():\n    self = users\n    1 / 0\nto_excel()",
        'users.to_csv("b.csv")',
    ],
)
def test_every_other_cell_is_left_alone(run, rows, shell, cell):
    """Frames of somebody else, other errors, and cells without one."""
    shell.user_ns["pd"] = pd

    assert [] == run(cell).shown
