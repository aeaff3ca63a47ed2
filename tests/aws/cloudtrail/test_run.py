"""``cloudtrail_events`` in a cell: the period is asked for, cached, planned and shown."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.tool_executors.aws_executor import EXPORT

from .conftest import event

EVENTS = {"service": "cloudtrail", "resource": "events"}


@pytest.fixture
def cell(account, run, monkeypatch):
    """Run a cell against an account with a file of March and one of April."""
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    account.add_trail()
    account.put("2026-03-10T08:05", event(1, "2026-03-10T08:00:00Z"))
    account.put("2026-04-10T08:05", event(2, "2026-04-10T08:00:00Z"))
    return run


def test_a_period_is_read_once_and_filtered_often(cell, account):
    """Another filter on the same period sends nothing; another period is read anew."""
    frame, _ = cell("%aibrain cloudtrail_events period=2026-03")
    again, _ = cell("%aibrain cloudtrail_events period=2026-03-01..2026-03-31 where='is_failed'")
    other, _ = cell(
        "%aibrain aws_export cloudtrail events period=2026-04 columns=event_id,event_time"
    )

    assert ["event-0001"] == frame["event_id"].tolist()
    assert [True] == frame["in_period"].tolist()
    assert 0 == len(again)
    assert ["event-0002"] == other["event_id"].tolist()
    assert 2 == len(account.read)


def test_the_plan_has_the_actions_of_the_period(cell):
    """The policy of a dry run lets objects be read only where files are needed."""
    _, old = cell("%aibrain cloudtrail_events period=2026-03 --dry-run")
    _, new = cell("%aibrain cloudtrail_events --dry-run")

    assert '"s3:GetObject"' in old
    assert '"s3:ListBucket"' in old
    assert "s3:" not in new


def test_a_damaged_file_shows_under_the_table(cell, account):
    """The coverage line says that rows are missing, and where."""
    account.put("2026-03-11T08:05", body=b"damaged")

    frame, text = cell("%aibrain cloudtrail_events period=2026-03")

    assert 1 == len(frame)
    assert "the rows of 1 item are missing" in text
    assert "s3:GetObject" in text


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({**EVENTS, "period": "FY2026"}, {"period": "2025-07-01..2026-06-30"}),
        ({**EVENTS, "period": "2026-Q1"}, {"period": "2026-01-01..2026-03-31"}),
        ({**EVENTS, "where": "is_failed"}, {}),
        ({"service": "iam", "resource": "users", "period": "2026"}, {}),
        ({"service": "iam", "operation": "list_users", "period": "2026"}, {}),
    ],
    ids=["fiscal", "quarter", "no period", "another resource", "an operation"],
)
def test_the_period_is_asked_for_in_days(params, expected):
    """A fiscal year is asked for, and cached, as its days: the setting may change."""
    get_settings().set("fiscal_year_start", 7, "test")
    try:
        assert expected == EXPORT.asked(params)
    finally:
        get_settings().unset("fiscal_year_start")
