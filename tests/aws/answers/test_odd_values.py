"""One value of a page that cannot be read costs its cell, visibly, and no other row."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from aibrain_jupyter.aws.operations.export import export_operation
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource

SECRET = {"ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:a", "Name": "a"}


@pytest.mark.parametrize("when", [1767225600000, 253402300800, "", "soon", {}], ids=repr)
def test_a_time_in_json(ctx, aws_replies, when):
    """Milliseconds for seconds, a year 10000, a text: the other secret and all other cells stay."""
    aws_replies.reply(
        {"SecretList": [{**SECRET, "CreatedDate": when}, {**SECRET, "CreatedDate": 1767225600}]}
    )

    result = export_operation(ctx, "secretsmanager", "ListSecrets", {})

    assert [True, False] == result.frame["created_date"].isna().tolist()
    assert ["a", "a"] == result.frame["name"].tolist()
    [gap] = result.gaps
    assert ("created_date",) == gap.columns
    assert "created_date cannot be read" in gap.why


@pytest.mark.parametrize(
    ("member", "column", "text"),
    [
        ("size", "size", "n/a"),
        ("createTime", "create_time", "292278994-08-17T07:12:55.807Z"),
        ("encrypted", "encrypted", "perhaps"),
    ],
)
def test_a_value_in_xml(ctx, aws_replies, member, column, text):
    """Numbers, times and truth values; what the rows have besides is there."""
    aws_replies.reply(
        "<DescribeVolumesResponse><volumeSet>"
        f"<item><volumeId>vol-1</volumeId><{member}>{text}</{member}></item>"
        "<item><volumeId>vol-2</volumeId></item></volumeSet></DescribeVolumesResponse>"
    )

    result = export_operation(ctx, "ec2", "DescribeVolumes", {})

    assert ["vol-1", "vol-2"] == result.frame["volume_id"].tolist()
    assert [(column,)] == [gap.columns for gap in result.gaps]
    assert ["vol-1"] == [gap.item for gap in result.gaps]


@pytest.mark.parametrize("text", ["True", "TRUE", " true\n", "1"])
def test_a_truth_value_in_xml_has_many_spellings(ctx, aws_replies, text):
    """A server that writes True means it: a page that says so is followed by another."""
    page = (
        "<ListBucketResult><Contents><Key>{}</Key></Contents><IsTruncated>{}</IsTruncated>{}"
        "</ListBucketResult>"
    )
    token = "<NextContinuationToken>t</NextContinuationToken>"
    aws_replies.reply(page.format("a", text, token))
    aws_replies.reply(page.format("b", "False", ""))

    frame = export_operation(ctx, "s3", "ListObjectsV2", {"Bucket": "b"}).frame

    assert ["a", "b"] == frame["key"].tolist()


def test_a_time_that_a_column_only_counts_with(ctx, aws_replies):
    """What is made of a value that cannot be read is not known, too, and in the row it says so."""
    aws_replies.reply({"SecretList": [{**SECRET, "CreatedDate": "soon"}]})
    aws_replies.reply({"ARN": SECRET["ARN"], "Name": "a"})

    result = export_resource(find_resource("secretsmanager", "secrets"), ctx)

    assert "created, days_since_rotation: failed" == result.frame["not_known"][0]
    assert pd.isna(result.frame["days_since_rotation"][0])


@pytest.mark.parametrize(
    ("policy", "has_policy", "policy_is_known"),
    [
        ('{"Version": "2012-10-17", "Statement": []}', True, True),
        (json.dumps('{"Version": "2012-10-17", "Statement": []}'), True, True),
        ('{\\"Version\\": \\"2012-10-17\\", \\"Statement\\": []}', True, True),
        ('{"Version": "2012-10-17", "State', True, False),
        ("[1]", True, False),
    ],
)
def test_a_policy(ctx, aws_replies, policy, has_policy, policy_is_known):
    """JSON within JSON is read; what is no policy is one that is not known, never none."""
    aws_replies.reply({"SecretList": [SECRET]})
    aws_replies.reply({"ARN": SECRET["ARN"], "Name": "a", "ResourcePolicy": policy})

    result = export_resource(find_resource("secretsmanager", "secrets"), ctx)
    [row] = result.frame.to_dict("records")

    assert has_policy == row["has_policy"]
    assert policy_is_known == (result.gaps == ()) == isinstance(row["policy"], dict)
    if not policy_is_known:
        assert "policy_allows_everyone, policy: failed" == row["not_known"]


def test_an_event_that_breaks_off(ctx, aws_replies):
    """What LookupEvents says besides is there; whether it failed is not known, and not false."""
    event = {"eventName": "GetUser", "eventTime": "2026-01-01T00:00:00Z", "eventID": "whole"}
    aws_replies.reply(
        {
            "Events": [
                {"EventId": "whole", "EventTime": 1767225600, "CloudTrailEvent": json.dumps(event)},
                {"EventId": "cut", "EventTime": 1767225601, "CloudTrailEvent": '{"eventVer'},
            ]
        }
    )

    result = export_resource(find_resource("cloudtrail", "events"), ctx)
    frame = result.frame.set_index("event_id")

    assert ["cut", "whole"] == sorted(frame.index)
    assert not frame.loc["whole", "is_failed"]
    assert frame["is_failed"].isna()["cut"]
    assert "is_failed" in frame.loc["cut", "not_known"]
    [gap] = result.gaps
    assert "the event is no JSON" in gap.why
