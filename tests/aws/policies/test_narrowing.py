"""Which conditions close what is allowed to everyone."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.policies.questions import allows_everyone

OWN = "123456789012"


def policy(**statement):
    return {"Version": "2012-10-17", "Statement": statement}


OFFICE = {"aws:SourceIp": "198.51.100.0/24"}
SOURCE = {"aws:SourceAccount": OWN}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param({"StringEquals": SOURCE}, False, id="an account"),
        pytest.param({"StringEqualsIfExists": SOURCE}, True, id="if exists"),
        pytest.param({"ForAllValues:StringEquals": SOURCE}, True, id="for all"),
        pytest.param({"StringNotEquals": {"aws:PrincipalAccount": OWN}}, True, id="not"),
        pytest.param({"Null": {"aws:PrincipalOrgID": "false"}}, True, id="any organization"),
        pytest.param({"StringLike": {"aws:PrincipalOrgID": "o-*"}}, True, id="all organizations"),
        pytest.param({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, False, id="ours"),
        pytest.param(
            {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-x/*"}},
            False,
            id="a path of ours",
        ),
        pytest.param({"IpAddress": OFFICE}, False, id="an office"),
        pytest.param({"NotIpAddress": OFFICE}, True, id="not the office"),
        pytest.param({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "::/0"]}}, True, id="IPv6"),
        pytest.param(
            {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}, True, id="two halves"
        ),
        pytest.param({"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{OWN}:*"}}, False, id="topics"),
        pytest.param({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:x"}}, True, id="anyone's"),
        pytest.param({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::logs"}}, False, id="a bucket"),
        pytest.param(
            {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::logs*"}}, True, id="buckets alike"
        ),
        pytest.param({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, False, id="an endpoint"),
        pytest.param({"StringLike": {"aws:SourceVpce": "vpce-*"}}, True, id="any endpoint"),
        pytest.param({"StringLike": {"aws:userid": "AROAABCDEFGHIJKLMNOP:*"}}, False, id="a role"),
        pytest.param({"StringLike": {"aws:userid": "*:ann"}}, True, id="a session of that name"),
        pytest.param({"Bool": {"aws:SecureTransport": "true"}}, True, id="TLS"),
        pytest.param(
            {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}, True, id="a public URL"
        ),
        pytest.param({"StringEquals": {"s3:x-amz-acl": "private"}}, True, id="a parameter"),
        pytest.param({"StringLike": {"aws:Referer": "https://x/*"}}, True, id="a header"),
        pytest.param({"StringEquals": {"aws:PrincipalTag/team": "x"}}, True, id="a tag"),
        pytest.param(
            {"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}},
            True,
            id="a variable",
        ),
        pytest.param(
            {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}, False, id="in the VPC"
        ),
        pytest.param(
            {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": SOURCE}, False, id="one does"
        ),
    ],
)
def test_a_condition_closes_only_if_it_says_who(condition, expected):
    """Everyone is allowed unless a condition that must be met says who or from where."""
    document = policy(Effect="Allow", Principal="*", Condition=condition)

    assert expected is allows_everyone(document)
