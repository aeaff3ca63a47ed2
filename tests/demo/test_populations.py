"""The population of a quarter on the demo account, in cells."""

from __future__ import annotations

import datetime as dt

import pytest

from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.aws.resources.populations.export import export_population
from aibrain_jupyter.aws.resources.populations.table import POPULATIONS, find_population
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.demo.account import start_demo, stop_demo
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.texts.periods import parse_period

TODAY = dt.datetime.now(dt.UTC).date()
YEAR = f"{TODAY - dt.timedelta(days=330)}..{TODAY}"


@pytest.fixture(scope="module")
def pool():
    """The demo account with events up to today: lookups go back 90 days from now."""
    pool = ClientPool()
    start_demo(pool, today=TODAY.isoformat())
    yield pool
    stop_demo(pool)


def told(pool, tool, period, **more):
    """Return the population of the good demo account."""
    resource = next(r for r in RESOURCES if r.tool_name == tool)
    found = parse_period(period)
    days = (found.start, found.end)
    ctx = _context(pool, resource)
    return export_population(resource, find_population(tool), ctx, days, **more)


def _context(pool, resource):
    region = "global" if resource.is_global else "us-east-1"
    target = AwsTarget(account="111122223333", region=region, profile="demo-prod")
    return CallContext(target=target, clients=pool)


def test_who_came_and_went_is_found(pool):
    """A user who was made and deleted within the year is told by the trail's files and lookups."""
    result = told(pool, "iam_users", YEAR, trail="organization-trail")

    users = result.frame.set_index("user_name")
    now = users[users["population_source"] == "now"]
    assert 16 == len(now)
    assert {"contractor", "jonas.weber", "temp-auditor"} == {*users.index} - {*now.index}
    assert users["in_period"].all()
    brief = users.loc["temp-auditor"]
    days = brief["existed_until"].normalize() - brief["existed_from"].normalize()
    assert 15 == days.days
    assert "s3://example-prod-audit-trail" in users.loc["contractor"]["population_source"]


def test_days_without_files_are_a_gap(pool):
    """The demo's trail has files of few days: nobody says that nothing happened on the others."""
    result = told(pool, "iam_users", YEAR, trail="organization-trail")

    [gap] = result.gaps
    assert "has no file of" in gap.why


@pytest.mark.parametrize("tool", [population.tool for population in POPULATIONS])
def test_each_kind_answers(pool, tool):
    """Every kind can be asked of the demo account, and what is listed now is there, once."""
    result = told(pool, tool, "last-60d")

    resource = next(r for r in RESOURCES if r.tool_name == tool)
    listed = export_resource(resource, _context(pool, resource)).frame
    now = result.frame[result.frame["population_source"] == "now"]
    assert () == result.gaps
    assert len(listed) == len(now)
    assert listed.dtypes.to_dict().items() <= result.frame.dtypes.to_dict().items()
