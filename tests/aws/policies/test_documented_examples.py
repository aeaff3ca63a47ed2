"""
The examples by which AWS explains how policies are evaluated.

Source:
    IAM User Guide: "Condition operators", "Multivalued context keys", "Wildcard matching",
    "NotAction", "NotResource", "NotPrincipal", "Variables and tags".
"""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.policies.conditions import Context, condition_of, is_met
from aibrain_jupyter.aws.policies.documents import statements
from aibrain_jupyter.aws.policies.principals import named, names_everyone
from aibrain_jupyter.aws.policies.questions import is_about_action, is_about_resource

TAGGED = {"StringEquals": {"aws:PrincipalTag/job-category": "iamuser-admin"}}
PREFIXES = {"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/"]}}
MAX_KEYS = {"NumericLessThanEquals": {"s3:max-keys": "10"}}
ISSUED = {"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}}
PLAIN = {"Bool": {"aws:SecureTransport": "false"}}
BINARY = {"BinaryEquals": {"key": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}
ADDRESSES = {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"]}}
TOPIC = {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:REGION:123456789012:TOPIC-ID"}}
TOPICS = {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"}}
TYPES = {"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}}
LONG_TERM = {"Null": {"aws:TokenIssueTime": "true"}}
MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
NOT_LIKE = {"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/service-role/*"}}
ATTRIBUTES = {
    "ForAllValues:StringLike": {"dynamodb:requestedAttributes": ["PostDateTime", "Message", "Tags"]}
}
FORBIDDEN = {"ForAnyValue:StringLike": {"dynamodb:requestedAttributes": ["ID", "PostDateTime"]}}
ALL_NOT = {"ForAllValues:StringNotLike": {"aws:TagKeys": "key1*"}}
GUARDED = {
    "Null": {"aws:TagKeys": "false"},
    "ForAllValues:StringLike": {"aws:TagKeys": ["key1*", "key2*", "key3*"]},
}
ANY_TAG = {"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}
ASKED = "dynamodb:requestedattributes"


@pytest.mark.parametrize(
    ("condition", "request_keys", "expected"),
    [
        pytest.param(TAGGED, {"aws:principaltag/job-category": "iamuser-admin"}, True, id="tag"),
        pytest.param(TAGGED, {"aws:principaltag/job-category": "IamUser-Admin"}, False, id="case"),
        pytest.param(TAGGED, {}, False, id="without the tag"),
        pytest.param(PREFIXES, {"s3:prefix": "home/"}, True, id="one of the values"),
        pytest.param(
            PREFIXES, {"s3:prefix": "home/ann/", "aws:username": "ann"}, True, id="a variable"
        ),
        pytest.param(
            PREFIXES, {"s3:prefix": "home/bob/", "aws:username": "ann"}, False, id="another's"
        ),
        pytest.param(MAX_KEYS, {"s3:max-keys": "10"}, True, id="ten"),
        pytest.param(MAX_KEYS, {"s3:max-keys": "11"}, False, id="eleven"),
        pytest.param(MAX_KEYS, {}, False, id="no number"),
        pytest.param(ISSUED, {"aws:tokenissuetime": "2020-06-01T00:00:00Z"}, True, id="issued"),
        pytest.param(ISSUED, {"aws:tokenissuetime": "1577836800"}, False, id="as epoch time"),
        pytest.param(ISSUED, {}, False, id="access keys"),
        pytest.param(PLAIN, {"aws:securetransport": "false"}, True, id="plain HTTP"),
        pytest.param(PLAIN, {"aws:securetransport": "true"}, False, id="TLS"),
        pytest.param(BINARY, {"key": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}, True, id="binary"),
        pytest.param(ADDRESSES, {"aws:sourceip": "203.0.113.7"}, True, id="IPv4"),
        pytest.param(ADDRESSES, {"aws:sourceip": "2001:db8:1234:5678::9"}, True, id="IPv6"),
        pytest.param(ADDRESSES, {"aws:sourceip": "198.51.100.1"}, False, id="another address"),
        pytest.param(ADDRESSES, {}, False, id="through a VPC endpoint"),
        pytest.param(
            TOPIC, {"aws:sourcearn": "arn:aws:sns:REGION:123456789012:TOPIC-ID"}, True, id="topic"
        ),
        pytest.param(
            TOPICS, {"aws:sourcearn": "arn:aws:sns:eu-west-1:123456789012:a:b"}, True, id="topics"
        ),
        pytest.param(
            TOPICS,
            {"aws:sourcearn": "arn:aws:sns:eu-west-1:999999999999:123456789012:b"},
            False,
            id="each part by itself",
        ),
        pytest.param(TYPES, {"ec2:instancetype": "t2.micro"}, True, id="if exists: it is"),
        pytest.param(TYPES, {"ec2:instancetype": "r5.large"}, False, id="if exists: another"),
        pytest.param(TYPES, {}, True, id="if exists: none"),
        pytest.param(LONG_TERM, {}, True, id="null: absent"),
        pytest.param(LONG_TERM, {"aws:tokenissuetime": "2020"}, False, id="null: present"),
        pytest.param(MFA, {}, True, id="no MFA key"),
        pytest.param(MFA, {"aws:multifactorauthpresent": "true"}, False, id="with MFA"),
        pytest.param(NOT_LIKE, {}, True, id="not like: absent"),
        pytest.param(
            NOT_LIKE,
            {"aws:principalarn": "arn:aws:iam::1:role/service-role/x"},
            False,
            id="is like",
        ),
        pytest.param(ATTRIBUTES, {ASKED: ("PostDateTime", "Message")}, True, id="all of them"),
        pytest.param(ATTRIBUTES, {ASKED: ("PostDateTime", "UserName")}, False, id="not all"),
        pytest.param(ATTRIBUTES, {}, True, id="all of none"),
        pytest.param(FORBIDDEN, {ASKED: ("PostDateTime", "Message")}, True, id="any of them"),
        pytest.param(FORBIDDEN, {ASKED: ("UserName",)}, False, id="not any"),
        pytest.param(FORBIDDEN, {}, False, id="any of none"),
        pytest.param(ALL_NOT, {"aws:tagkeys": ("key1:legal",)}, False, id="all not: one is"),
        pytest.param(ALL_NOT, {"aws:tagkeys": ("key2", "key3")}, True, id="all not: none is"),
        pytest.param(ALL_NOT, {"aws:tagkeys": ("key1:hr", "key2")}, False, id="all not: mixed"),
        pytest.param(ALL_NOT, {}, True, id="all not: no tags"),
        pytest.param(GUARDED, {"aws:tagkeys": ("key1:a", "key3:b")}, True, id="guarded"),
        pytest.param(GUARDED, {"aws:tagkeys": ("key1:a", "other")}, False, id="guarded, not all"),
        pytest.param(GUARDED, {}, False, id="guarded, none"),
        pytest.param(ANY_TAG, {"aws:tagkeys": ("webserver", "test")}, True, id="any tag"),
        pytest.param(ANY_TAG, {"aws:tagkeys": ("test",)}, False, id="no such tag"),
    ],
)
def test_conditions(condition, request_keys, expected):
    """A condition is met by the requests by which AWS explains it, and by no others."""
    context = Context(
        {k: v if isinstance(v, tuple) else (v,) for k, v in request_keys.items()}, is_whole=True
    )

    assert expected is is_met(condition_of(condition, has_variables=True), context)


def test_what_is_not_known_decides_nothing():
    """A key of which nothing is known leaves its test open, unless another one fails."""
    both = condition_of({**PLAIN, **ADDRESSES}, has_variables=True)

    assert is_met(both, Context({"aws:securetransport": ("false",)})) is None
    assert is_met(both, Context({"aws:securetransport": ("true",)})) is False


def one(**statement):
    [found] = statements({"Version": "2012-10-17", "Statement": statement})
    return found


@pytest.mark.parametrize(
    ("statement", "action", "resource", "expected"),
    [
        pytest.param({"Action": "iam:*AccessKey*"}, "iam:CreateAccessKey", "*", True, id="inside"),
        pytest.param({"Action": "IAM:listaccesskeys"}, "iam:ListAccessKeys", "*", True, id="case"),
        pytest.param({"Action": "iam:*AccessKey*"}, "iam:CreateUser", "*", False, id="another"),
        pytest.param(
            {"NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"},
            "s3:GetObject",
            "arn:aws:s3:::b/k",
            True,
            id="all but deleting",
        ),
        pytest.param(
            {"NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"},
            "s3:DeleteBucket",
            "arn:aws:s3:::b",
            False,
            id="deleting",
        ),
        pytest.param(
            {"NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"},
            "s3:ListAllMyBuckets",
            "*",
            None,
            id="listing needs every resource",
        ),
        pytest.param({"NotAction": "iam:*"}, "ec2:RunInstances", "*", True, id="all but IAM"),
        pytest.param({"NotAction": "iam:*"}, "iam:CreateUser", "*", False, id="IAM"),
        pytest.param(
            {
                "Action": "s3:*",
                "NotResource": ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"],
            },
            "s3:GetObject",
            "arn:aws:s3:::HRBucket/Payroll/2026",
            False,
            id="the folder",
        ),
        pytest.param(
            {
                "Action": "s3:*",
                "NotResource": ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"],
            },
            "s3:GetObject",
            "arn:aws:s3:::HRBucket/Other",
            True,
            id="another folder",
        ),
        pytest.param(
            {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::my_corporate_bucket/*"},
            "s3:GetObject",
            "arn:aws:s3:::my_corporate_bucket/a/b",
            True,
            id="all items of a bucket",
        ),
        pytest.param(
            {"Action": "dynamodb:*", "Resource": "arn:aws:dynamodb:r:1:table/${aws:username}"},
            "dynamodb:GetItem",
            "arn:aws:dynamodb:r:1:table/ann",
            None,
            id="whoever asks",
        ),
    ],
)
def test_actions_and_resources(statement, action, resource, expected):
    """A statement is about the requests that AWS says it is about."""
    found = one(Effect="Allow", **{"Resource": "*"} | statement)
    if "NotResource" in statement:
        found = one(Effect="Deny", **statement)

    facts = {is_about_action(found, action), is_about_resource(found, resource)}
    assert expected is (False if False in facts else None if None in facts else True)


def test_not_action_is_about_all_other_services():
    """``NotAction`` of one service covers another one whole, and its own not at all."""
    found = one(Effect="Deny", NotAction="iam:*", Resource="*", Condition=MFA)

    assert [True, False, None] == [
        is_about_action(found, action) for action in ("s3:?*", "iam:?*", "?*:?*")
    ]


def test_not_principal():
    """With Allow it is everyone but some, with Deny it is not everyone."""
    but_bob = {"AWS": ["arn:aws:iam::444455556666:user/Bob", "arn:aws:iam::444455556666:root"]}

    assert ["*"] == named(one(Effect="Allow", NotPrincipal=but_bob, Action="s3:*", Resource="*"))
    assert not names_everyone(one(Effect="Deny", NotPrincipal=but_bob, Action="s3:*"))
    assert names_everyone(one(Effect="Deny", Principal={"AWS": "*"}, Action="s3:*"))
    assert not names_everyone(one(Effect="Deny", Principal={"Service": "*"}, Action="s3:*"))
