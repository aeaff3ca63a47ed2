"""Verdicts of checks over frames made here: what is failed, what is not known, what is a pass."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from aibrain_jupyter.evidence.plans.plan import Check
from aibrain_jupyter.evidence.plans.plan_file import parse_plan
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.tool_executors.evidence.plans.checks import check_of, judged

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
PLACES = [{"account_id": account, "region": "eu-west-1"} for account in ("1", "2")]
GAP = {"account_id": "2", "region": "eu-west-1"}
TRAILS = pd.DataFrame(
    {
        "account_id": ["1", "1", "2"],
        "is_logging": pd.array([True, False, False], dtype="boolean"),
        "not_known": pd.array([None, None, None], dtype="str"),
    }
)
LOGGING = Check("a trail", "is_logging", is_needed=True)


def verdict(check, rows, **more):
    """Return the verdict, and what it counts."""
    (found,) = judged([check], rows, NOW, places=PLACES, **more)
    return found["verdict"], found["rows"], found["not_known"]


def test_what_no_account_may_lack_is_found_missing():
    """An account without a row that meets a needed check fails it, also one without any row."""
    assert ("failed", 1, 0) == verdict(LOGGING, TRAILS)
    assert ("failed", 1, 0) == verdict(LOGGING, TRAILS[:1])
    assert ("failed", 2, 0) == verdict(LOGGING, TRAILS[:0])


def test_an_account_with_a_gap_is_not_known():
    """Where rows of an account are missing it may have what is needed; others are judged."""
    assert ("not known", 0, 1) == verdict(LOGGING, TRAILS, gaps=[GAP], is_whole=False)
    assert ("failed", 1, 1) == verdict(LOGGING, TRAILS[:0], gaps=[GAP], is_whole=False)


def test_a_cell_not_known_may_be_what_is_needed():
    """A row of which it is not known makes its account not known, never passed or failed."""
    unsure = TRAILS.assign(
        is_logging=pd.array([True, False, None], dtype="boolean"),
        not_known=pd.array([None, None, "is_logging: denied"], dtype="str"),
    )
    assert ("not known", 0, 1) == verdict(LOGGING, unsure)


def test_an_empty_answer_that_nothing_confirms_is_no_pass():
    """Without a row, and nothing that says there is none, a check is not known."""
    check = Check("none stopped", "not is_logging")
    assert ("passed", 0, 0) == verdict(check, TRAILS[:0])
    assert ("not known", 0, 0) == verdict(check, TRAILS[:0], is_whole=False)
    assert ("not known", 0, 2) == verdict(LOGGING, TRAILS[:0], is_whole=False)


def test_a_tool_without_accounts_has_none_that_lacks_a_row():
    """Where no place has a part it is not known what is needed where."""
    (found,) = judged([LOGGING], TRAILS, NOW, places=[{}])
    assert "not known" == found["verdict"]


def test_a_verdict_says_which_check_it_is_of():
    """What a manifest has of a check makes the same check again."""
    for check in (LOGGING, Check("none stopped", "not is_logging")):
        (said,) = judged([check], TRAILS, NOW, places=PLACES)
        assert check == check_of(said)
        assert check.where in said["rule"]


@pytest.mark.parametrize("lines", ["{name: a}", "{where: is_logging, needs: is_logging}"])
def test_a_check_has_either_where_or_needs(lines):
    """A check that has neither of both, or both, is refused, with its row."""
    row = f"{{id: trails, controls: [CC7.2], tool: cloudtrail_trails, checks: [{lines}]}}"
    with pytest.raises(ParameterError, match="row trails"):
        parse_plan(f"plan: p\nperiod: FY2026\nrows: [{row}]", "p.yaml")
