"""Samples that several test files show."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.runs.combine import RunSummary
from aibrain_jupyter.shared.coverage import Gap, Outcome


@pytest.fixture
def make_summary():
    """Return a function that makes the summary of a good run, changed where asked."""

    def make(**changes):
        usual = {
            "run_id": "r7",
            "tool": "iam_users",
            "calls": 2,
            "places": {"account": 2, "region": 1},
            "rows": 41,
            "counts": {Outcome.OK: 2},
        }
        return RunSummary(**{**usual, **changes})

    return make


@pytest.fixture
def make_gap():
    """Return a function that makes a refused call, changed where asked."""

    def make(**changes):
        usual = {
            "outcome": Outcome.DENIED,
            "why": "not authorized to perform: iam:ListUsers",
            "target": AwsTarget("444455556666", "global"),
            "operation": "iam:ListUsers",
            "action": "iam:ListUsers",
        }
        return Gap(**{**usual, **changes})

    return make
