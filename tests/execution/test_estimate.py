"""How long a plan will take, by earlier runs."""

from __future__ import annotations

import pytest

from aibrain_jupyter.execution.estimate import Estimate, estimate_of
from aibrain_jupyter.execution.jobs import Job
from aibrain_jupyter.execution.plan import Plan
from aibrain_jupyter.execution.session import get_session
from aibrain_jupyter.shared.coverage import Target


@pytest.fixture
def plan_of(monkeypatch):
    """``plan_of(regions, before, lanes)``: a plan, and how long calls in it took before."""

    def make(regions, before, lanes=1):
        monkeypatch.setattr(
            get_session(),
            "call_seconds",
            lambda title, *, is_demo: {("1", region): s for region, s in before.items()},
        )
        jobs = tuple(
            Job(k, "ec2 volumes", print, {"fresh": True}, target=Target(account="1", region=name))
            for k, name in enumerate(regions)
        )
        return Plan(request=None, title="ec2 volumes", jobs=jobs, max_parallel=lanes)

    yield make
    get_session.cache_clear()


def test_nothing_known_is_no_number(plan_of):
    """A guess would be taken for a fact."""
    assert Estimate(2, 0, None) == estimate_of(plan_of(["a", "b"], {}))


def test_calls_run_side_by_side(plan_of):
    """Two at a time: 3 and 1, then 2 after the 1."""
    plan = plan_of(["a", "b", "c"], {"a": 3.0, "b": 1.0, "c": 2.0}, lanes=2)

    assert Estimate(3, 3, 3.0) == estimate_of(plan)
    assert 6.0 == estimate_of(plan_of(["a", "b", "c"], {"a": 3.0, "b": 1.0, "c": 2.0})).seconds


def test_a_region_never_asked_takes_as_long_as_the_others(plan_of):
    """The median of the same call elsewhere."""
    assert 6.0 == estimate_of(plan_of(["x", "a"], {"a": 4.0, "b": 1.0, "c": 2.0})).seconds
