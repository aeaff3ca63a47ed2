"""``population=`` in a cell: what it cannot be, which moments it means, what it needs."""

from __future__ import annotations

import datetime as dt

import pytest

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.tools.call_context import ASKED_AT
from aibrain_jupyter.tool_executors.aws_executor import EXPORT
from aibrain_jupyter.tool_registry import get_tool_registry

GROUPS = {"service": "iam", "resource": "groups"}
NOW = dt.datetime(2026, 11, 29, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({**GROUPS, "population": "2026-Q3", "period": "2026"}, "two questions"),
        ({**GROUPS, "population": "..2026-09-30"}, "no beginning"),
        ({**GROUPS, "population": "2999"}, "not begun"),
        ({**GROUPS, "population": "soon"}, "no period"),
        ({**GROUPS, "population_trail": "main"}, "population that is not asked for"),
        ({"service": "iam", "resource": "account", "population": "2026"}, "not known for this"),
        ({"service": "iam", "operation": "list_users", "population": "2026"}, "not known for"),
    ],
)
def test_what_cannot_be_told_is_refused(params, text):
    """A population that nobody could tell is refused before anything is sent."""
    with pytest.raises(ParameterError, match=text):
        EXPORT.check(params)


@pytest.mark.parametrize(
    ("population", "zone", "expected"),
    [
        ("2026-Q3", "UTC", "2026-07-01T00:00:00+00:00/2026-10-01T00:00:00+00:00"),
        ("last-quarter", "UTC", "2026-07-01T00:00:00+00:00/2026-10-01T00:00:00+00:00"),
        (
            "2026-Q3",
            "Australia/Melbourne",
            "2026-06-30T14:00:00+00:00/2026-09-30T14:00:00+00:00",
        ),
        ("2026-11-01..", "UTC", "2026-11-01T00:00:00+00:00/2026-11-30T00:00:00+00:00"),
    ],
)
def test_it_is_asked_for_by_its_moments(population, zone, expected):
    """The same words in another zone, or on another day, are another request."""
    get_settings().set("period_zone", zone, "test")
    try:
        asked = EXPORT.asked({**GROUPS, "population": population, ASKED_AT: NOW})
    finally:
        get_settings().unset("period_zone")

    assert {"population": expected} == asked


def test_its_needs_are_in_the_plan():
    """Permissions and calls of a plan have CloudTrail, those of a plain export have not."""
    plain = EXPORT.permissions(GROUPS)
    told = EXPORT.permissions({**GROUPS, "population": "2026-Q3"})
    files = EXPORT.permissions({**GROUPS, "population": "2026-Q3", "population_trail": "main"})
    calls = EXPORT.reference({**GROUPS, "population": "2026-Q3"}).calls
    buckets = EXPORT.permissions({"service": "s3", "resource": "buckets", "population": "2026"})

    config = ("config:ListDiscoveredResources", "config:GetResourceConfigHistory")
    assert (*plain, "cloudtrail:LookupEvents", *config) == told
    assert {"cloudtrail:DescribeTrails", "s3:ListBucket", "s3:GetObject"} == {*files} - {*told}
    assert {*config} == {*told} - {*files}
    assert any("CreateGroup, DeleteGroup, UpdateGroup" in often for _, often, _ in calls)
    assert "ec2:DescribeRegions" in buckets


def test_tools_that_know_none_do_not_offer_it():
    """The parameter is on the tools whose events are written down, and nowhere else."""
    registry = get_tool_registry()

    assert registry.spec("iam_users").param("population")
    assert registry.spec("iam_account").param("population") is None
