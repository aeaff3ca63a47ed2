"""A document that cannot be read costs its cell, visibly, and nothing else."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from aibrain_jupyter.aws.operations.export import export_operation
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.shared.coverage import Outcome

OPEN = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
    }
)
POLICY_CELLS = ("policy_allows_everyone", "policy")


def test_a_file_system_with_a_broken_policy_hides_no_other(ctx, aws_replies):
    """The other file systems come, and the policy that is no JSON is a gap of its own cells."""
    systems = [{"FileSystemId": f"fs-{n}", "Encrypted": True} for n in (1, 2, 3)]
    broken, escaped = OPEN[:40], OPEN.replace('"', '\\"')
    for path, answer in {
        "/2015-02-01/file-systems": {"FileSystems": systems},
        "/2015-02-01/file-systems/fs-1/policy": {"Policy": OPEN},
        "/2015-02-01/file-systems/fs-2/policy": {"Policy": broken},
        "/2015-02-01/file-systems/fs-3/policy": {"Policy": escaped},
        "/2015-02-01/mount-targets": {"MountTargets": []},
        **{
            f"/2015-02-01/file-systems/fs-{n}/backup-policy": {
                "BackupPolicy": {"Status": "ENABLED"}
            }
            for n in (1, 2, 3)
        },
    }.items():
        aws_replies.on(path, answer)

    result = export_resource(find_resource("efs", "file_systems"), ctx)
    frame = result.frame.set_index("file_system_id")

    assert [True, True, True] == frame["has_policy"].tolist()
    assert [True, pd.NA, True] == frame["policy_allows_everyone"].tolist()
    assert {"policy_allows_everyone", "policy"} == set(
        frame.loc["fs-2", "not_known"].removesuffix(": failed").split(", ")
    )
    assert frame.loc[["fs-1", "fs-3"], "not_known"].isna().all()
    [gap] = result.gaps
    assert (Outcome.FAILED, "fs-2") == (gap.outcome, gap.item)
    assert gap.why.startswith("policy_allows_everyone, policy cannot be read: it is no JSON: ")


def test_columns_that_are_not_wanted_make_no_gap(ctx, aws_replies):
    """Where the policy is not asked for, that it cannot be read is no finding."""
    from dataclasses import replace

    ctx = replace(ctx, columns=frozenset({"topic_name", "owner"}))
    aws_replies.on(
        "ListTopics",
        "<R><ListTopicsResult><Topics><member><TopicArn>arn:aws:sns:us-east-1:1:a</TopicArn>"
        "</member></Topics></ListTopicsResult></R>",
    )
    aws_replies.on(
        "GetTopicAttributes",
        "<R><GetTopicAttributesResult><Attributes><entry><key>Policy</key><value>{</value></entry>"
        "<entry><key>Owner</key><value>1</value></entry></Attributes></GetTopicAttributesResult></R>",
    )

    result = export_resource(find_resource("sns", "topics"), ctx)

    assert () == result.gaps
    assert ["1"] == result.frame["owner"].tolist()


@pytest.mark.parametrize("text", ['"text"', "[]", "{", OPEN[1:]])
def test_a_topic_keeps_its_other_columns(text, aws, export, answers):
    """What an answer says besides the policy stays known."""
    aws("sns").create_topic(Name="alerts")
    answers.give("GetTopicAttributes", {"Attributes": {"Policy": text, "Owner": "123456789012"}})

    result = export("sns", "topics")
    [row] = result.frame.to_dict("records")

    assert "123456789012" == row["owner"]
    assert all(pd.isna(row[name]) for name in POLICY_CELLS)
    assert [POLICY_CELLS] == [gap.columns for gap in result.gaps]


def test_a_dead_letter_queue_that_cannot_be_read_is_not_none(aws, export, answers):
    """A redrive policy that is no JSON is not "there is no dead-letter queue"."""
    aws("sqs").create_queue(QueueName="jobs")
    answers.give("GetQueueAttributes", {"Attributes": {"RedrivePolicy": "{", "FifoQueue": "true"}})

    result = export("sqs", "queues")
    [row] = result.frame.to_dict("records")

    assert (True, "dead_letter_queue: failed") == (row["is_fifo"], row["not_known"])


def test_a_role_without_a_trust_policy_trusts_we_do_not_know_whom(aws, export, answers):
    """An answer that leaves out the trust policy is not "trusts nobody"."""
    role = {"RoleName": "r", "Arn": "arn:aws:iam::123456789012:role/r", "MaxSessionDuration": 3600}
    answers.give("GetAccountAuthorizationDetails", {"RoleDetailList": [role], "IsTruncated": False})

    result = export("iam", "roles")
    [row] = result.frame.to_dict("records")

    assert pd.isna(row["is_cross_account"])
    assert "is_cross_account" in row["not_known"]


def test_a_bucket_whose_policy_cannot_be_read_has_one(aws, export, answers):
    """Its policy is not known, TLS is not known, and the rest of the row is there."""
    aws("s3").create_bucket(Bucket="data")
    answers.give("GetBucketPolicy", {"Policy": "{"})
    answers.give("GetBucketPolicyStatus", {"PolicyStatus": {"IsPublic": False}})

    [row] = export("s3", "buckets").frame.to_dict("records")

    assert (True, False, "is_tls_only, policy: failed") == (
        row["has_policy"],
        row["has_public_policy"],
        row["not_known"],
    )


def test_a_cell_of_a_plain_read_that_cannot_be_read_is_not_absent(ctx, aws_replies):
    """Rows of any operation say which cell is not known; where all are known nothing is added."""
    users = "".join(
        f"<member><UserName>{name}</UserName><CreateDate>{date}</CreateDate></member>"
        for name, date in (("ann", "2026-01-01T00:00:00Z"), ("bob", "some day"))
    )
    aws_replies.on("ListUsers", f"<R><ListUsersResult><Users>{users}</Users></ListUsersResult></R>")
    result = export_operation(ctx, "iam", "ListUsers", {})
    shown = result.frame.set_index("user_name")

    assert pd.isna(shown.loc["ann", "not_known"])
    assert "create_date: failed" == shown.loc["bob", "not_known"]
    assert pd.isna(shown.loc["bob", "create_date"])
    assert 1 == len(result.gaps)
