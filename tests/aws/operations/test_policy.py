"""The policy that allows what is read and no more."""

from __future__ import annotations

import json

from IPython.lib.pretty import pretty

from aibrain_jupyter.aws.operations.policy import MOST_CHARACTERS, policy_for


def test_it_is_a_policy_document_and_a_dict():
    """It can be given to IAM, and its text pasted there."""
    policy = policy_for(["s3:ListAllMyBuckets", "iam:ListUsers", "iam:ListUsers"])

    assert {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AibrainReads",
                "Effect": "Allow",
                "Action": ["iam:ListUsers", "s3:ListAllMyBuckets"],
                "Resource": "*",
            }
        ],
    } == policy
    assert policy == json.loads(repr(policy)) == json.loads(pretty(policy))
    assert [] == policy.notes


def test_an_action_aws_does_not_publish_is_told():
    """A policy with a wrong name would be refused or, worse, do nothing."""
    (note,) = policy_for(["iam:ListUsers", "abuse:ListAbuseReportStatuses"]).notes

    assert "abuse:ListAbuseReportStatuses" in note
    assert "iam:ListUsers" not in note


def test_a_policy_that_is_too_long_for_iam_is_told():
    """Managed policies end at 6,144 characters."""
    actions = [f"iam:ListSomethingWithALongName{k}" for k in range(200)]

    assert f"{MOST_CHARACTERS:,}" in policy_for(actions).notes[-1]
