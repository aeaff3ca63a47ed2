"""On the demo account every total agrees: what moto does not count is counted here."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.aws.resources.totals.counted import counted
from aibrain_jupyter.aws.resources.totals.table import totals_of
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.tools.totals import Kind, Verdict

PLACES = [
    ("demo-prod", "111122223333", "us-east-1"),
    ("demo-prod", "111122223333", "eu-west-1"),
    ("demo-dev", "444455556666", "us-east-1"),
]
# What is off in the demo, or of which there is no account in an organization.
NO_TOTAL = {
    "cloudtrail_events",  # LookupEvents has none
    "guardduty_findings",
    "inspector2_findings",
    "organizations_accounts",
    "securityhub_controls",
}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]}-{place[2]}")
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.tool_name)
def test_no_total_raises_a_false_alarm(pool, resource, place):
    """An exact total is there and agrees, at the first attempt; no other one asks a question."""
    profile, account, region = place
    region = "global" if resource.is_global else region
    target = AwsTarget(profile=profile, account=account, region=region)
    ctx = CallContext(target=target, clients=pool)

    result = counted(resource, ctx, lambda: export_resource(resource, ctx))

    own, *others = result.totals
    if own.kind.is_exact and resource.tool_name not in NO_TOTAL:
        assert Verdict.MATCH is own.verdict, own.words
        assert totals_of(resource).totals[0].kind is own.kind
    assert () == result.gaps
    assert () == result.notes
    agree = (Verdict.MATCH, Verdict.MATCH_AS_OF, Verdict.NOT_CONTRADICTED, Verdict.NO_TOTAL)
    assert [] == [total.words for total in (own, *others) if total.verdict not in agree]
    assert [] == [t for t in others if t.kind is Kind.INVARIANT and t.verdict is not Verdict.MATCH]
