"""What is mended by itself: bounded, told, and never a row too many."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.resources.details import listed
from aibrain_jupyter.shared.call_log import ROWS
from aibrain_jupyter.shared.error_handler import ListingLostError
from tests.aws.conftest import CALLER, aws_replies, ctx, pool, run  # noqa: F401 - fixtures
from tests.healing.faults.answers import _PAGE_TOKENS as PAGE_TOKENS


def _losing(server, times, code="InvalidNextTokenException"):
    """Parameters on two pages, of which the second is refused so many times."""
    refused = []

    def answer(request):
        if '"NextToken"' not in request.body:
            return {"Parameters": [{"Name": "a"}, {"Name": "b"}], "NextToken": f"m{len(refused)}"}
        if len(refused) < times:
            refused.append(1)
            return server.refusal({"__type": code, "message": "The token"}, status=400)
        return {"Parameters": [{"Name": "c"}]}

    server.on("GetCallerIdentity", CALLER)
    server.on("DescribeParameters", answer)


CELL = "%aibrain aws_export service=ssm operation=describe_parameters --regions us-east-1"


@pytest.mark.parametrize("code", PAGE_TOKENS)
def test_a_list_that_lost_its_place_is_read_again(aws_replies, run, code):  # noqa: F811
    """Rows of before are dropped, none comes twice, and the coverage says that it happened."""
    _losing(aws_replies, 1, code)

    frame, said = run(CELL)

    assert ["a", "b", "c"] == frame["name"].tolist()
    assert "ssm:DescribeParameters lost its place between two pages" in said
    assert "read again from its first page" in said
    assert 4 == aws_replies.actions.count("DescribeParameters")


def test_the_repair_is_kept_with_the_result(aws_replies, run):  # noqa: F811
    """What comes from the cache later still says how it was collected."""
    _losing(aws_replies, 1)
    run(CELL)

    _, said = run(CELL)

    assert "lost its place" in said
    assert 4 == aws_replies.actions.count("DescribeParameters")


def test_repairs_are_bounded(aws_replies, run):  # noqa: F811
    """After two repairs the call fails: no listing goes round for ever, half a one is no table."""
    _losing(aws_replies, 99)

    frame, _ = run(CELL)

    assert frame is None
    assert 6 == aws_replies.actions.count("DescribeParameters")


@pytest.mark.parametrize(
    "code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden"]
)
def test_a_refusal_is_asked_once(aws_replies, run, code):  # noqa: F811
    """No permission comes by asking again: exactly one request."""
    aws_replies.on("GetCallerIdentity", CALLER)
    aws_replies.on("DescribeParameters", {"__type": code, "message": "no"}, status=403)

    frame, _ = run(CELL)

    assert frame is None
    assert 1 == aws_replies.actions.count("DescribeParameters")


def test_a_list_of_details_counts_its_rows_once(aws_replies, ctx):  # noqa: F811
    """Rows of pages that are dropped are in no count and in no note of a request."""
    _losing(aws_replies, 2)

    found = listed(ctx, "ssm", "DescribeParameters", "Parameters")

    assert ["a", "b", "c"] == [record["Name"] for record in found]
    assert 3 == ctx.rows == sum(note[ROWS] or 0 for note in ctx.answered)
    assert 2 == len(ctx.repairs)


def test_a_call_that_is_over_repairs_nothing(aws_replies, ctx):  # noqa: F811
    """Repairs are made within the call's time."""
    _losing(aws_replies, 1)
    ctx.cancelled.set()

    assert not ctx.may_repair("x")
    assert [] == ctx.repairs


def test_a_list_whose_place_is_lost_on_every_try_is_refused(aws_replies, ctx):  # noqa: F811
    """The error names the operation and the code."""
    _losing(aws_replies, 99)

    with pytest.raises(ListingLostError) as info:
        listed(ctx, "ssm", "DescribeParameters", "Parameters")

    assert ("ssm:DescribeParameters", "InvalidNextTokenException") == (
        info.value.facts["operation"],
        info.value.facts["code"],
    )
