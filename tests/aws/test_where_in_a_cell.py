"""``where=`` in a cell: what is said under the rows, kept in the provenance, and not in a key."""

from __future__ import annotations

import datetime as dt

import pytest

from aibrain_jupyter.execution.runs.session import get_session

IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>A</UserId>"
    "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
COLUMNS = "log_group_name,created,retention_days,log_group_class"
CELL = f"%aibrain logs_groups columns={COLUMNS} --regions us-east-1,eu-west-1"


@pytest.fixture
def cell(aws_replies, run, monkeypatch):
    """Run a cell against two regions with the same two log groups, one kept for ever."""
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    made = int((dt.datetime.now(dt.UTC) - dt.timedelta(days=100)).timestamp() * 1000)
    more = {"creationTime": made, "logGroupClass": "STANDARD", "arn": "arn:aws:logs:x"}
    groups = [
        {"logGroupName": "ever", **more},
        {"logGroupName": "year", "retentionInDays": 365, **more},
    ]
    aws_replies.on("GetCallerIdentity", IDENTITY, headers={"Content-Type": "text/xml"})
    aws_replies.on("DescribeLogGroups", {"logGroups": groups})
    return run


def test_rows_without_the_cell_are_counted_over_all_calls(cell):
    """The groups that are kept for ever are the finding, and not silently gone."""
    frame, shown = cell(f"{CELL} where='retention_days > 90'")

    assert ["year", "year"] == frame["log_group_name"].tolist()
    assert "2 rows have no retention_days (for ever) and are left out by where=" in shown
    assert "or retention_days.isna()" in shown


def test_words_and_moment_are_in_the_provenance(cell, aws_replies):
    """One moment for all calls; the same rows serve another day's words from the cache."""
    before = dt.datetime.now(dt.UTC)
    frame, _ = cell(f"{CELL} where='created < \"90 days ago\"'")
    started_at = get_session().last.provenance["started_at"]
    asked = aws_replies.actions.count("DescribeLogGroups")
    other, _ = cell(f"{CELL} where='created < \"101 days ago\"' period=last-30d")
    after = dt.datetime.now(dt.UTC)

    assert 4 == len(frame)
    assert 0 == len(other)
    moment = frame.attrs["aibrain"]["moments"]["90 days ago"]
    meant = dt.datetime.fromisoformat(moment) + dt.timedelta(days=90)
    assert before <= meant <= after
    assert meant == dt.datetime.fromisoformat(started_at)
    assert {"101 days ago", "last-30d"} == set(other.attrs["aibrain"]["moments"])
    assert 2 == asked == aws_replies.actions.count("DescribeLogGroups")


def test_a_value_that_nobody_has_is_answered(cell):
    """The values there are stand below the empty table."""
    frame, shown = cell(f"{CELL} where='log_group_class == \"standard\"'")

    assert 0 == len(frame)
    assert "no row has 'standard' in log_group_class: values are: STANDARD" in shown


@pytest.mark.parametrize("variable", ["day", "moment", "$day"])
def test_a_variable_with_a_date_is_a_time(cell, run, variable):
    """A date or a datetime of Python works with and without quotes."""
    run("import datetime as dt")
    run("day = dt.date(2020, 1, 1)")
    run("moment = dt.datetime(2020, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))")
    name = variable.removeprefix("$")
    quote = '"' if variable.startswith("$") else ""

    frame, _ = cell(
        f"%%aibrain logs_groups\ncolumns: [{COLUMNS}]\nwhere: created > {quote}${name}{quote}\n"
    )

    assert ["ever", "year"] == frame["log_group_name"].tolist()
