"""The plan of an export: operations, and what they will cost by experience."""

from __future__ import annotations

import boto3


def requests_of(shown):
    """Return the lines of the table of requests, split into cells."""
    _, _, rest = shown.partition("\nRequests")
    table = rest.split("\n\n")[0]
    return [line.split("  ") for line in table.splitlines()[2:]]


def test_a_plan_names_operations_and_later_their_number(moto_aws, run):
    """Before the first run how often each is asked; after it how many requests that made."""
    iam = boto3.client("iam", region_name="us-east-1")
    for name in ("admins", "auditors"):
        iam.create_group(GroupName=name)
    _, first = run("%aibrain iam_groups --regions us-east-1 --dry-run")
    run("%aibrain iam_groups --regions us-east-1")
    _, again = run("%aibrain iam_groups --regions us-east-1 --fresh --dry-run")

    plain = [[cell.strip() for cell in row if cell.strip()] for row in requests_of(first)]
    assert [
        ["iam:ListGroups", "once"],
        ["iam:GetGroup", "once per row"],
        ["iam:ListAttachedGroupPolicies", "once per row"],
        ["iam:ListGroupPolicies", "once per row"],
    ] == plain
    counted = [[cell.strip() for cell in row if cell.strip()] for row in requests_of(again)]
    assert ["1", "2", "2", "2"] == [row[-1] for row in counted]
    assert "7 requests · by earlier runs" in again


def test_a_plan_that_the_cache_answers_asks_nothing(moto_aws, run):
    """No request is promised that will not be made."""
    run("%aibrain iam_groups --regions us-east-1")
    _, shown = run("%aibrain iam_groups --regions us-east-1 --dry-run")

    assert "Nothing has to be asked." in shown
    assert "Requests" not in shown


def test_a_plan_of_any_operation_names_it(moto_aws, run):
    """One operation, page by page."""
    _, shown = run(
        "%aibrain aws_export ec2 operation=describe_key_pairs --regions us-east-1 --dry-run"
    )

    assert "ec2:DescribeKeyPairs  once per page" in shown
