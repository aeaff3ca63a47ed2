"""The events of the demo accounts: the last weeks looked up, the years before in log files."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.error_handler import IncompleteAnswerError

ACCOUNTS = {"demo-prod": "111122223333", "demo-dev": "444455556666"}


@pytest.fixture
def export(pool):
    """``export("demo-prod", period="2026-Q1")`` is the result of ``cloudtrail_events``."""

    def export(profile, region="us-east-1", **params):
        target = AwsTarget(account=ACCOUNTS[profile], region=region, profile=profile)
        resource = find_resource("cloudtrail", "events")
        ctx = CallContext(target=target, clients=pool)
        return export_resource(resource, ctx, **params)

    return export


def test_old_events_are_in_the_trails_bucket(export):
    """An attempt to stop the trail last spring is found by whom, and that it was refused."""
    result = export("demo-prod", period="2026-Q1", event_name="StopLogging")

    [row] = result.frame.to_dict("records")
    assert ("george", True, "AccessDenied") == (
        row["user_name"],
        row["is_failed"],
        row["error_code"],
    )
    assert row["read_from"].startswith("s3://example-prod-audit-trail/organization-trail/AWSLogs/")
    assert () == result.gaps


def test_lookups_and_files_tell_the_same(export):
    """The same days from either source are the same events."""
    looked_up = export("demo-prod", source="lookup")
    files = export("demo-prod", source="s3", period="2026-10")

    users = ["CreateUser", "DeleteUser", "DeleteUser"]
    names = [*users, "ConsoleLogin", "AuthorizeSecurityGroupIngress", "AssumeRole"]
    assert names == files.frame["event_name"].tolist()
    looked_up.frame = looked_up.frame.tail(len(names)).reset_index(drop=True)
    same = ["event_id", "event_time", "user_name", "used_mfa", "request_parameters"]
    assert files.frame[same].equals(looked_up.frame[same])


def test_a_stopped_trail_says_so_by_missing_files(export):
    """The other account's trail was stopped in 2023: no row of 2026, and a note of the days."""
    result = export("demo-dev", period="2026-03")

    assert 0 == len(result.frame)
    assert any("no log file of the period" in note for note in result.notes)
    with pytest.raises(IncompleteAnswerError, match="No trail covers eu-west-1"):
        export("demo-dev", region="eu-west-1", period="2026-03")
