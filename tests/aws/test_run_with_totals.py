"""Runs with ``--totals``: what they ask besides, what is shown, and what a mismatch costs."""

from __future__ import annotations

import pytest

from aibrain_jupyter.execution.runs.session import get_session

ACCOUNT = "123456789012"
ALL = ("eu-west-1", "us-east-1", "us-west-2")
_IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult>"
    f"<Arn>arn:aws:iam::{ACCOUNT}:user/me</Arn><UserId>A</UserId><Account>{ACCOUNT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


class Provider:
    """Glue in three regions, two jobs in each; `named` are the regions EC2 names."""

    def __init__(self, server):
        self.server = server
        self.named = ALL
        self.jobs, self.listed = ["a", "b"], ["a", "b"]
        server.on("GetCallerIdentity", _IDENTITY)
        server.on("DescribeRegions", lambda _: self._regions())
        server.on(
            "/listRegions",
            {"Regions": [{"RegionName": n, "RegionOptStatus": "ENABLED"} for n in ALL]},
        )
        server.on("GetJobs", lambda _: {"Jobs": [{"Name": name} for name in self.listed]})
        server.on("ListJobs", lambda _: {"JobNames": self.jobs})

    def _regions(self):
        items = "".join(f"<item><regionName>{name}</regionName></item>" for name in self.named)
        return f"<R><regionInfo>{items}</regionInfo></R>"

    def asked(self):
        """Return how often each operation was asked since the last time, Regions aside."""
        found = [r.action or r.path for r in self.server.requests]
        self.server.requests.clear()
        return {name: found.count(name) for name in ("GetJobs", "ListJobs", "/listRegions")}


@pytest.fixture
def provider(aws_replies, monkeypatch):
    """A signed-in account behind the scripted server (see `Provider`)."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAPROD")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    return Provider(aws_replies)


CELL = "%aibrain glue_jobs --regions all"


def test_a_plain_run_costs_no_request_more(provider, run):
    """No total and no roll-call is asked by a run that does not want them."""
    run(CELL)

    assert {"GetJobs": 3, "ListJobs": 0, "/listRegions": 0} == provider.asked()


def test_a_run_with_totals_shows_them(provider, run):
    """Under the coverage line: the roll-call and what was counted; ``last --totals`` has all."""
    _, shown = run(f"{CELL} --totals")

    assert {"GetJobs": 3, "ListJobs": 6, "/listRegions": 1} == provider.asked()
    sources = "account:ListRegions, ec2:DescribeRegions"
    assert f"regions · 3 listed · control total 3 ({sources}) · match" in shown
    assert "glue_jobs · 6 listed · control total 6 (glue:ListJobs) · 3 places: match 3" in shown
    table, _ = run("%aibrain last --totals")
    assert {"match"} == set(table["verdict"])
    assert [2, 2, 2] == table[table["name"] == "glue_jobs"]["before"].tolist()


def test_a_dropped_region_is_a_gap(provider, run):
    """The totals of the regions asked agree; the roll-call names the one that was forgotten."""
    provider.named = ALL[:2]

    _, shown = run(f"{CELL} --totals")

    [gap] = get_session().last.summary.gaps
    assert f"{ACCOUNT} regions" == gap.item
    assert "not listed: us-west-2" in gap.why
    assert "1 gap" in shown


def test_a_mismatch_is_visible_and_not_kept(provider, run):
    """What is missing is a gap of its place; the next run asks again; ``--strict`` fails."""
    provider.listed = ["a"]
    run(f"{CELL} --totals")
    last = get_session().last

    assert ["glue_jobs"] * 3 == [gap.item for gap in last.summary.gaps]
    assert "gaps" == last.outcome_word
    assert 6 == provider.asked()["GetJobs"]  # once more in each region, before it is decided
    run(CELL)
    assert 3 == provider.asked()["GetJobs"]
    run(f"{CELL} --totals --strict")
    assert "failed" == get_session().last.outcome_word


def test_what_was_kept_without_totals_does_not_answer_for_them(provider, run):
    """A cached result has totals only if they were asked when it was collected."""
    run(CELL)
    provider.asked()

    run(f"{CELL} --totals")
    assert {"GetJobs": 3, "ListJobs": 6, "/listRegions": 1} == provider.asked()
    _, shown = run(f"{CELL} --totals")  # the roll-call is about this run, the totals are kept
    assert {"GetJobs": 0, "ListJobs": 0, "/listRegions": 1} == provider.asked()
    assert "glue_jobs · 6 listed · control total 6" in shown
    _, shown = run(CELL)
    assert {"GetJobs": 0, "ListJobs": 0, "/listRegions": 0} == provider.asked()
    assert "glue_jobs · 6 listed · control total 6" in shown


def test_permissions_are_shown_where_totals_are_wanted(provider, run):
    """The plan and ``aws_policy`` name what totals and roll-call read, and only with --totals."""
    needed = {"account:ListRegions", "config:GetDiscoveredResourceCounts", "glue:ListJobs"}

    _, plain = run(f"{CELL} --dry-run")
    _, shown = run(f"{CELL} --dry-run --totals")
    policy, _ = run("%aibrain aws_policy glue_jobs --totals")
    without, _ = run("%aibrain aws_policy glue_jobs")

    assert [] == [name for name in needed if name in plain]
    assert [] == [name for name in needed if name not in shown]
    assert needed <= set(policy["Statement"][0]["Action"])
    assert needed.isdisjoint(without["Statement"][0]["Action"])
    assert {"GetJobs": 0, "ListJobs": 0, "/listRegions": 0} == provider.asked()
