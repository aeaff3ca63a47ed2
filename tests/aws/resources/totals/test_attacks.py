"""Answers that lie, lag and change: neither a false match nor a false mismatch is to be had."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.aws.resources.totals.counted import counted
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.tools.totals import Verdict

JOBS = find_resource("glue", "jobs")
GROUPS = find_resource("autoscaling", "groups")
CHANGED, MATCH, MISMATCH = Verdict.CHANGED, Verdict.MATCH, Verdict.MISMATCH
NO_TOTAL = Verdict.NO_TOTAL


@pytest.fixture
def glue(ctx, aws_replies):
    """
    ``glue(totals, pages)`` is the result of two answers of ListJobs, and pages of GetJobs.

    A page is a text of names, one letter each, ``-`` for a job without; they come in turn.
    """

    def glue(totals, pages, tokens=None):
        names, turns = iter(totals), iter(range(99))
        aws_replies.on("ListJobs", lambda _: {"JobNames": list(next(names, totals[-1]))})

        def page(_):
            turn = next(turns) % len(pages)
            jobs = [{"Name": name} if name != "-" else {} for name in pages[turn]]
            given = (tokens or [f"t{n}" for n in range(1, len(pages))])[turn : turn + 1]
            return {"Jobs": jobs, **({"NextToken": given[0]} if given else {})}

        aws_replies.on("GetJobs", page)
        return counted(JOBS, ctx, lambda: export_resource(JOBS, ctx))

    return glue


@pytest.mark.parametrize(
    ("totals", "pages", "verdict"),
    [
        (["abc", "abc"], ["ab", "c"], MATCH),
        (["abc", "abc"], ["ab"], MISMATCH),  # a dropped page
        (["abc", "abc"], ["ab", "ab"], MISMATCH),  # a page for another: four rows, two jobs
        (["abc", "abc"], ["ab", "b"], MISMATCH),  # the number is right, the names are not
        (["abd", "abd"], ["ab", "c"], MISMATCH),
        (["abc", "abcd"], ["ab", "c"], CHANGED),  # made meanwhile, seen or not
        (["abc", "abcd"], ["ab", "cd"], CHANGED),
        (["ab", "ac"], ["abc"], CHANGED),  # one for another, each number the same
        (["ab", "ac"], ["a"], CHANGED),
        (["ab", "ac"], ["b"], MISMATCH),  # one that was there all the time
        (["ab", "ac"], ["ad"], MISMATCH),
        (["", ""], [""], MATCH),
        (["a", "a"], [""], MISMATCH),
        (["", ""], ["a"], MISMATCH),
        (["ab", "ab"], ["ab-"], NO_TOTAL),  # what has no name is no job that was counted
        (["abc", "abc"], ["ab-"], NO_TOTAL),
    ],
)
def test_names_decide_and_not_their_number(glue, totals, pages, verdict):
    """Whatever pages come twice or not at all, and whatever changes between the two counts."""
    result = glue(totals, pages)

    assert verdict is result.totals[0].verdict, result.totals[0].words
    assert (verdict is MISMATCH) is (JOBS.tool_name in [gap.item for gap in result.gaps])


def test_a_page_that_comes_twice_is_said_though_the_names_agree(glue):
    """Its rows are there twice: the total matches, and the result is incomplete all the same."""
    result = glue(["abc", "abc"], ["ab", "ab", "c"])

    assert MATCH is result.totals[0].verdict
    assert ["rows that are there once"] == [gap.item for gap in result.gaps]


@pytest.mark.parametrize("tokens", [["t", "t", "t"], ["t1", "t2", "t1"]])
def test_a_token_that_comes_again_ends_the_listing(glue, tokens):
    """A list that never ends is an error, no total of whatever was read until then."""
    with pytest.raises(AibrainError, match="cannot be read to its end"):
        glue(["abc"], ["a", "b", "c", "d"], tokens)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("<NumberOfAutoScalingGroups>2</NumberOfAutoScalingGroups>", MATCH),
        ("<NumberOfAutoScalingGroups>3</NumberOfAutoScalingGroups>", MISMATCH),
        ("<NumberOfAutoScalingGroups>1</NumberOfAutoScalingGroups>", MISMATCH),
        # Another unit, the limit, and nothing at all: none of them is the number of groups.
        ("<NumberOfLaunchConfigurations>2</NumberOfLaunchConfigurations>", NO_TOTAL),
        ("<MaxNumberOfAutoScalingGroups>2</MaxNumberOfAutoScalingGroups>", NO_TOTAL),
        ("", NO_TOTAL),
        ("<NumberOfAutoScalingGroups/>", NO_TOTAL),
    ],
)
def test_a_counter_is_read_for_what_it_counts(ctx, aws_replies, said, verdict):
    """A number of something else, or none, is no total and never 0."""
    limits = f"<DescribeAccountLimitsResult>{said}</DescribeAccountLimitsResult>"
    groups = "".join(
        f"<member><AutoScalingGroupARN>arn:{n}</AutoScalingGroupARN></member>" for n in "ab"
    )
    groups = f"<AutoScalingGroups>{groups}</AutoScalingGroups>"
    name = "DescribeAutoScalingGroups"
    aws_replies.on("DescribeAccountLimits", _response("DescribeAccountLimits", limits))
    aws_replies.on(name, _response(name, f"<{name}Result>{groups}</{name}Result>"))
    denied = {"__type": "AccessDeniedException"}
    aws_replies.on("GetMetricData", denied, status=400)
    aws_replies.on("DescribeLaunchConfigurations", _response("DescribeLaunchConfigurations", ""))

    result = counted(GROUPS, ctx, lambda: export_resource(GROUPS, ctx))

    assert verdict is result.totals[0].verdict, result.totals[0].words


def _response(name, inner):
    return f"<{name}Response>{inner}</{name}Response>"
