"""A region that nobody asked is found by a roll-call, whatever the totals of the others say."""

from __future__ import annotations

import dataclasses

import pytest

from aibrain_jupyter.aws.resources.totals.roll_call import roll_call
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.tools.totals import Verdict

THREE = ("us-east-1", "eu-west-1", "me-south-1")


@pytest.fixture
def regions(aws_replies):
    """``regions(account, ec2)``: what the two operations name; None: refused."""

    def regions(account=THREE, ec2=THREE):
        listed = [{"RegionName": n, "RegionOptStatus": "ENABLED"} for n in account or ()]
        refusal = {"__type": "AccessDeniedException", "message": "no"}
        is_denied = account is None
        aws_replies.on(
            "/listRegions",
            refusal if is_denied else {"Regions": listed},
            status=403 if is_denied else 200,
        )
        items = "".join(f"<item><regionName>{name}</regionName></item>" for name in ec2 or ())
        answer = (
            f"<DescribeRegionsResponse><regionInfo>{items}</regionInfo></DescribeRegionsResponse>"
        )
        denied = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message>"
        aws_replies.on(
            "DescribeRegions",
            answer if ec2 is not None else f"{denied}</Error></Errors></Response>",
            status=200 if ec2 is not None else 403,
        )
        return aws_replies

    return regions


def targets(*names):
    return [AwsTarget(account="123456789012", region=name) for name in names]


def test_every_enabled_region_was_asked(ctx, regions):
    """Asked, listed by the account service and by EC2: one and the same."""
    regions()

    [total] = roll_call(ctx, targets(*THREE), ["all"])

    assert (Verdict.MATCH, 3, 3) == (total.verdict, total.number, total.listed)
    assert "account:ListRegions, ec2:DescribeRegions" == total.source


@pytest.mark.parametrize("lost", THREE)
def test_a_dropped_region_has_a_name(lost, ctx, regions):
    """Each region that is enabled and was not asked is missing, by name."""
    regions()

    [total] = roll_call(ctx, targets(*(n for n in THREE if n != lost)), ["all"])

    assert (Verdict.MISMATCH, (lost,)) == (total.verdict, total.missing)


def test_one_source_is_enough_to_find_it(ctx, regions):
    """Either of the two names a region that the other has lost; a refused one is said."""
    regions(account=THREE, ec2=("us-east-1", "eu-west-1"))
    [total] = roll_call(ctx, targets("us-east-1", "eu-west-1"), ["all"])
    assert (Verdict.MISMATCH, ("me-south-1",)) == (total.verdict, total.missing)

    regions(account=None)
    ctx.target = dataclasses.replace(ctx.target, region="us-east-1")
    [total] = roll_call(ctx, targets(*THREE), ["all"])
    assert Verdict.MATCH is total.verdict
    assert "denied" in total.why


def test_both_refused_is_no_roll_call(ctx, regions):
    """Nobody told which regions there are: that is no match."""
    regions(account=None, ec2=None)

    [total] = roll_call(ctx, targets("us-east-1"), ["all"])

    assert (Verdict.NO_TOTAL, None) == (total.verdict, total.number)


def test_regions_that_were_chosen_are_a_scope(ctx, regions):
    """A glob expects what it stands for; the regions left out are named, and no mismatch."""
    regions(account=(*THREE, "eu-central-1"))

    [total] = roll_call(ctx, targets("eu-west-1"), ["eu-*"])
    assert (Verdict.MISMATCH, ("eu-central-1",)) == (total.verdict, total.missing)

    [total] = roll_call(ctx, targets("eu-west-1", "eu-central-1"), ["eu-*"])
    assert Verdict.MATCH is total.verdict
    assert "2 of 4 enabled regions, as chosen (not: me-south-1, us-east-1)" == total.scope


def test_what_is_asked_once_per_account_has_no_regions(ctx, regions):
    """IAM has no region to forget, and nothing is asked."""
    server = regions()

    assert () == roll_call(ctx, targets("global"), ["all"])
    assert [] == server.requests
