"""What a plan will take, by earlier runs."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.calls.job import Job, ToolCall
from aibrain_jupyter.execution.runs.estimate import Estimate, estimate_of
from aibrain_jupyter.execution.runs.history.kept_run import CallCost
from aibrain_jupyter.execution.runs.plan import Plan
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.shared.tools.call_policy import CallPolicy

SPEC = ToolSpec("things", "Things.", "json:dumps")
LIST = "ec2:DescribeVolumes"


@pytest.fixture
def plan_of(monkeypatch):
    """``plan_of(regions, before, lanes)``: a plan, and the seconds and requests of calls before."""

    def make(regions, before, lanes=1):
        monkeypatch.setattr(
            get_session().history,
            "call_costs",
            lambda title, *, is_demo: {
                ("1", region): CallCost(seconds, {LIST: pages})
                for region, (seconds, pages) in before.items()
            },
        )
        call = ToolCall(SPEC, {}, CallPolicy(is_fresh=True))
        jobs = tuple(
            Job(k, "ec2 volumes", call, target=AwsTarget(account="1", region=name))
            for k, name in enumerate(regions)
        )
        return Plan(request=None, title="ec2 volumes", call=call, jobs=jobs, max_parallel=lanes)

    yield make
    get_session.cache_clear()


BEFORE = {"a": (3.0, 5), "b": (1.0, 2), "c": (2.0, 3)}


def test_nothing_known_is_no_number(plan_of):
    """A guess would be taken for a fact."""
    assert Estimate(2) == estimate_of(plan_of(["a", "b"], {}))


def test_calls_run_side_by_side(plan_of):
    """Two at a time: 3 and 1, then 2 after the 1; requests add up."""
    plan = plan_of(["a", "b", "c"], BEFORE, lanes=2)

    assert Estimate(3, 3.0, {LIST: 10}) == estimate_of(plan)
    assert 6.0 == estimate_of(plan_of(["a", "b", "c"], BEFORE)).seconds


def test_a_region_never_asked_takes_as_much_as_the_others(plan_of):
    """The median of the same call elsewhere."""
    assert Estimate(2, 5.0, {LIST: 8}) == estimate_of(plan_of(["x", "a"], BEFORE))
