"""``aws_find`` and ``aws_policy``: what to ask, and the permissions it takes."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.shared.error_handler import (
    GrammarError,
    ParameterError,
    SecretReadRefusedError,
    UnknownNameError,
    WriteRefusedError,
)


def actions(ran):
    return ran.value["Statement"][0]["Action"]


def test_a_question_is_answered(run):
    """The answer is a DataFrame; neither quotes around the text nor its ``?`` change anything."""
    found = run('%aibrain aws_find "What is the password policy?"').value

    assert "iam_account" == found["tool"][0]
    assert "get_account_password_policy" == found["operation"].dropna().iloc[0]
    assert found.equals(run("%aibrain aws_find What is the password policy?").value)
    assert found.equals(run("%aibrain aws_find what is the password policy").value)
    assert ["kms"] == run("%aibrain aws_find keys service=kms").value["service"].unique().tolist()


def test_a_long_question_is_a_question(run):
    """It is written as people speak: as many words as it takes."""
    words = "which of all the many people in our company who may sign in have still not set up MFA"

    assert "iam_users" in run(f"%aibrain aws_find {words}?").value["tool"].head(5).tolist()


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("aws_find", GrammarError),
        ("aws_find keys servce=kms", UnknownNameError),
        ("aws_policy nosuchtool", UnknownNameError),
        ("aws_policy cook", UnknownNameError),
        ("aws_policy aws_export", ParameterError),
        ("aws_policy iam:create_user", WriteRefusedError),
        ("aws_policy secretsmanager:get_secret_value", SecretReadRefusedError),
        ("aws_policy iam:list_usrs", UnknownNameError),
    ],
)
def test_what_makes_no_sense_is_refused(run, tools, line, error):
    """With the reason, and before anything is shown."""
    ran = run(f"%aibrain {line}")

    assert isinstance(ran.error, error)
    assert [] == ran.shown


def test_a_policy_has_what_the_tools_need_and_no_more(run):
    """Of several tools and operations together, under the names IAM gives the actions."""
    ran = run("%aibrain aws_policy iam_account s3:list_buckets ssm:get_parameter")
    account = next(r for r in RESOURCES if r.tool_name == "iam_account")

    assert sorted(
        {*account.permissions, "s3:ListAllMyBuckets", "ssm:GetParameter", "ec2:DescribeRegions"},
        key=str.lower,
    ) == actions(ran)
    assert [] == ran.shown


def test_a_policy_for_everything_curated(run):
    """Without a name: one policy for all curated tools."""
    wanted = {action for resource in RESOURCES for action in resource.permissions}

    assert wanted | {"ec2:DescribeRegions"} == set(actions(run("%aibrain aws_policy")))


def test_an_action_nobody_publishes_is_pointed_out(run):
    """The policy is the value; what to know about it stands above it."""
    ran = run("%aibrain aws_policy abuse-signal:list_abuse_report_statuses")

    assert "abuse:ListAbuseReportStatuses" in actions(ran)
    assert "publishes no action" in ran.shown[0]


def test_the_plan_shows_the_policy(run, moto_aws):
    """``--dry-run`` of an AWS tool: JSON to copy, with the look-up of regions if it is needed."""
    shown = run("%aibrain kms_keys --regions all --dry-run").shown[0]

    assert '"kms:ListKeys"' in shown
    assert '"ec2:DescribeRegions"' in shown
    assert (
        '"ec2:DescribeRegions"'
        not in run("%aibrain kms_keys --dry-run --regions us-east-1").shown[0]
    )


def test_the_plan_says_how_long_it_took_before(run, moto_aws):
    """Unknown at first, then by the history; nothing where the cache answers."""
    cell = "%aibrain iam_account --dry-run"

    assert "duration unknown" in run(cell).shown[0]
    run("%aibrain iam_account")
    assert "Nothing has to be asked" in run(cell).shown[0]
    assert "by earlier runs" in run(f"{cell} --fresh").shown[0]
