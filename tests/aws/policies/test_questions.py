"""What columns ask of policy documents."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.policies.questions import (
    allowed_principals,
    allows_everyone,
    allows_everything,
    attaches,
    refuses_plain_http,
    requires_external_id,
    trusted_accounts,
)
from aibrain_jupyter.shared.frames.unreadable import Unreadable

OWN = "123456789012"


NO_TLS_KEY = {"Null": {"aws:SecureTransport": "true"}}


def policy(**statement):
    return {"Version": "2012-10-17", "Statement": statement}


TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({}, True, id="as AWS documents it"),
        pytest.param({"Principal": {"AWS": ["*"]}, "Action": ["*"]}, True, id="other spelling"),
        pytest.param({"Condition": {"Bool": {"AWS:SecureTransport": [False]}}}, True, id="boolean"),
        pytest.param({"Resource": "*"}, True, id="every resource"),
        pytest.param({"Effect": "Allow"}, False, id="an allowance"),
        pytest.param({"Action": "s3:GetObject"}, False, id="reads only"),
        pytest.param({"Resource": "arn:aws:s3:::data"}, False, id="the bucket without objects"),
        pytest.param({"Resource": "arn:aws:s3:::other/*"}, False, id="another bucket"),
        pytest.param({"Principal": {"AWS": f"arn:aws:iam::{OWN}:root"}}, False, id="one account"),
        pytest.param(
            {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False, id="reversed"
        ),
        pytest.param(
            {
                "Condition": {
                    "Bool": {"aws:SecureTransport": "false"},
                    "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
                }
            },
            False,
            id="narrowed by a second condition",
        ),
        pytest.param({"Condition": {}}, False, id="no condition"),
        pytest.param({"Action": "S3:*"}, True, id="another case"),
        pytest.param({"Action": ["S3:*"]}, True, id="another case in a list"),
        pytest.param({"Action": "s3:**"}, True, id="two stars"),
        pytest.param({"Action": "?3:*"}, True, id="a question mark"),
        pytest.param({"Action": "s3:*Object"}, False, id="actions that end so"),
        pytest.param({"Resource": "arn:aws:s3:::data/**"}, True, id="objects by two stars"),
        pytest.param({"Resource": "arn:aws:s3:::*"}, True, id="every bucket"),
        pytest.param({"Resource": "arn:*:s3:::d?ta/*"}, True, id="wildcards anywhere"),
        pytest.param({"Resource": "arn:aws-cn:s3:::data/*"}, True, id="in China"),
        pytest.param({"Resource": "arn:aws:s3:::data/public/*"}, False, id="one folder"),
        pytest.param({"Resource": "arn:aws:s3:::DATA/*"}, False, id="ARNs have case"),
        pytest.param(
            {"Resource": "arn:aws:s3:::data/${aws:username}/*"}, False, id="the caller's folder"
        ),
        pytest.param({"Condition": NO_TLS_KEY}, False, id="null"),
        pytest.param(
            {"Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}}}, True, id="if exists"
        ),
        pytest.param(
            {"Condition": {"Bool": {"aws:SecureTransport": ["true", "false"]}}}, True, id="both"
        ),
        pytest.param(
            {"Condition": {"StringNotEquals": {"aws:SecureTransport": "true"}}},
            False,
            id="no operator for a truth value",
        ),
        pytest.param(
            {"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}}, False, id="old TLS"
        ),
        pytest.param(
            {"Condition": {"Boolean": {"aws:SecureTransport": "false"}}}, False, id="no operator"
        ),
        pytest.param(
            {
                "Condition": {
                    "Bool": {"aws:SecureTransport": "false"},
                    "StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::1:role/x"},
                }
            },
            False,
            id="but for one role",
        ),
        pytest.param({"Principal": {"Service": "*"}}, False, id="services"),
    ],
)
def test_plain_http_is_refused_only_without_exception(change, expected):
    """Only a denial for everyone, of everything, on all objects, counts as TLS only."""
    assert expected is refuses_plain_http(policy(**(TLS_ONLY | change)), "data")


@pytest.mark.parametrize(
    ("left_out", "expected"),
    [
        pytest.param({"NotAction": "iam:*"}, True, id="another service's actions"),
        pytest.param({"NotAction": "s3:GetObject"}, False, id="reads"),
        pytest.param({"NotAction": "s?:G*"}, False, id="reads by wildcards"),
        pytest.param({"NotResource": "arn:aws:s3:::other/*"}, True, id="another bucket"),
        pytest.param({"NotResource": "arn:aws:s3:::data/public/*"}, False, id="a folder"),
        pytest.param({"NotResource": "arn:aws:s3:::d*"}, False, id="the bucket by a wildcard"),
        pytest.param({"NotPrincipal": {"AWS": f"arn:aws:iam::{OWN}:root"}}, False, id="somebody"),
    ],
)
def test_plain_http_is_refused_where_the_exception_is_elsewhere(left_out, expected):
    """What a denial leaves out counts only where it is about these requests."""
    name = next(iter(left_out)).removeprefix("Not")
    statement = {key: value for key, value in TLS_ONLY.items() if key != name} | left_out

    assert expected is refuses_plain_http(policy(**statement), "data")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param({"Effect": "Allow", "Principal": "*"}, True, id="star"),
        pytest.param({"Effect": "Allow", "Principal": {"AWS": "*"}}, True, id="AWS star"),
        pytest.param({"Effect": "Allow", "NotPrincipal": {"AWS": "x"}}, True, id="all but one"),
        pytest.param({"Effect": "Deny", "Principal": "*"}, False, id="denial"),
        pytest.param({"Effect": "Allow", "Principal": {"Service": "*.x"}}, False, id="service"),
        pytest.param(
            {
                "Effect": "Allow",
                "Principal": "*",
                "Condition": {"StringEquals": {"aws:SourceAccount": OWN}},
            },
            False,
            id="with a condition",
        ),
    ],
)
def test_everyone_means_without_condition(statement, expected):
    """A statement counts as open to everyone only when nothing narrows it."""
    assert expected is allows_everyone(policy(**statement))


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param({"Effect": "Allow", "Action": "*", "Resource": "*"}, True, id="admin"),
        pytest.param({"Effect": "Allow", "Action": ["*:*"], "Resource": ["*"]}, True, id="lists"),
        pytest.param({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, False, id="a service"),
        pytest.param({"Effect": "Allow", "Action": "*", "Resource": "arn:x"}, False, id="one arn"),
        pytest.param({"Effect": "Allow", "Action": "**", "Resource": "*"}, True, id="two stars"),
        pytest.param({"Effect": "Allow", "Action": "*", "Resource": "**"}, True, id="resource **"),
        pytest.param({"Effect": "Allow", "Action": "*:**", "Resource": "*"}, True, id="*:**"),
        pytest.param({"Effect": "Allow", "Action": "?*", "Resource": "*"}, True, id="?*"),
        pytest.param(
            {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:*"}, True, id="every ARN"
        ),
        pytest.param({"Effect": "Allow", "Action": "*:Get*", "Resource": "*"}, False, id="reads"),
        pytest.param(
            {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::logs"},
            False,
            id="all but one",
        ),
        pytest.param(
            {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, False, id="no IAM"
        ),
        pytest.param({"Effect": "Deny", "Action": "*", "Resource": "*"}, False, id="denial"),
    ],
)
def test_full_administrators_are_found(statement, expected):
    """Every action on every resource is found in all its spellings."""
    assert expected is allows_everything(policy(**statement))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, False, id="with MFA"),
        pytest.param(
            {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, True, id="if exists"
        ),
        pytest.param({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, False, id="a region"),
        pytest.param({"StringNotEquals": {"aws:RequestedRegion": "x"}}, True, id="not a region"),
        pytest.param({"StringLike": {"aws:RequestedRegion": "*"}}, True, id="any region"),
        pytest.param({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, True, id="all of none"),
        pytest.param({"Null": {"aws:TokenIssueTime": "false"}}, True, id="null"),
        pytest.param({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, True, id="any address"),
        pytest.param({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}, False, id="an office"),
        pytest.param({"Bool": {"aws:SecureTransport": "true"}}, True, id="by TLS"),
        pytest.param({"DateLessThan": {"aws:CurrentTime": "2099-01-01"}}, True, id="until 2099"),
        pytest.param({"Unheard": {"aws:RequestedRegion": "x"}}, True, id="no operator"),
    ],
)
def test_a_condition_that_need_not_be_met_is_none(condition, expected):
    """An administrator under a condition that keeps nobody back is one."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}

    assert expected is allows_everything(policy(**statement))


def test_statements_make_an_administrator_together():
    """What one statement leaves out and another allows is allowed."""
    but_iam = {"Effect": "Allow", "NotAction": ["iam:*", "STS:Get*"], "Resource": "*"}
    iam = {"Effect": "Allow", "Action": ["IAM:*", "sts:*"], "Resource": "*"}
    but_ec2 = {"Effect": "Allow", "NotAction": "ec2:*", "Resource": "*"}

    assert allows_everything({"Statement": [but_iam, iam]}) is True
    assert allows_everything({"Statement": [but_iam, but_ec2]}) is True
    assert allows_everything({"Statement": [but_iam, {**iam, "Action": "iam:*"}]}) is False
    assert allows_everything({"Statement": [but_iam, {**iam, "Resource": "arn:x"}]}) is False


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        pytest.param({"AWS": "arn:aws:iam::999999999999:root"}, ["999999999999"], id="root arn"),
        pytest.param({"AWS": "999999999999"}, ["999999999999"], id="bare id"),
        pytest.param({"AWS": f"arn:aws:iam::{OWN}:role/x"}, [], id="own account"),
        pytest.param({"AWS": "AROADELETED0000000000"}, [], id="deleted principal"),
        pytest.param({"Service": "ec2.amazonaws.com"}, [], id="service"),
        pytest.param({"AWS": "*"}, ["*"], id="everybody"),
        pytest.param({"AWS": "arn:aws:iam::*:root"}, ["*"], id="a pattern of accounts"),
        pytest.param({"AWS": ["999999999999", OWN]}, ["999999999999"], id="a list"),
    ],
)
def test_other_accounts_are_told_from_the_own(principal, expected):
    """Trust in another account is recognised in every spelling of a principal."""
    assert expected == trusted_accounts(policy(Effect="Allow", Principal=principal), OWN)


ID = {"sts:ExternalId": "abc"}
THERE = {"Null": {"sts:ExternalId": "false"}}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param({"StringEquals": ID}, True, id="equals"),
        pytest.param({"stringequals": {"STS:externalid": ["abc", "def"]}}, True, id="any case"),
        pytest.param({"StringEqualsIgnoreCase": ID}, True, id="without case"),
        pytest.param({"StringLike": {"sts:ExternalId": "abc*"}}, True, id="a beginning"),
        pytest.param({"ForAnyValue:StringEquals": ID}, True, id="for any"),
        pytest.param({"StringEqualsIfExists": ID}, False, id="if exists"),
        pytest.param({"StringEqualsIfExists": ID, **THERE}, True, id="if exists, and it must"),
        pytest.param({"ForAllValues:StringEquals": ID}, False, id="for all"),
        pytest.param({"ForAllValues:StringEquals": ID, **THERE}, True, id="for all, guarded"),
        pytest.param(
            {"StringEqualsIfExists": ID, "Null": {"sts:ExternalId": "true"}}, False, id="or absent"
        ),
        pytest.param({"StringNotEquals": ID}, False, id="not equals"),
        pytest.param({"StringNotLike": ID}, False, id="not like"),
        pytest.param(THERE, False, id="any will do"),
        pytest.param({"StringLike": {"sts:ExternalId": "*"}}, False, id="a star"),
        pytest.param({"StringLike": {"sts:ExternalId": ["abc", "?*"]}}, False, id="one is a star"),
        pytest.param({"StringEquals": {"sts:ExternalId": "${aws:username}"}}, False, id="its own"),
        pytest.param({"StringEquals": {"sts:ExternalId": []}}, False, id="no value"),
        pytest.param({"StringEquals": {"aws:PrincipalArn": "x"}}, False, id="another key"),
        pytest.param({}, False, id="no condition"),
    ],
)
def test_an_external_id_is_required_only_if_nobody_passes_without(condition, expected):
    """Naming sts:ExternalId is not requiring it."""
    document = policy(Effect="Allow", Principal={"AWS": "999999999999"}, Condition=condition)

    assert expected is requires_external_id(document, OWN)


def test_every_statement_must_require_the_external_id():
    """One statement for another account without an external id is enough to come in."""
    asked = {"Effect": "Allow", "Principal": {"AWS": "999999999999"}}
    asks = {**asked, "Condition": {"StringEquals": ID}}
    own = {"Effect": "Allow", "Principal": {"AWS": OWN}}

    assert requires_external_id({"Statement": [asks, own]}, OWN) is True
    assert requires_external_id({"Statement": [asks, asked]}, OWN) is False
    assert requires_external_id({"Statement": [own]}, OWN) is None


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        pytest.param("sts:TagSession", True, id="only tags"),
        pytest.param(["sts:TagSession", "STS:assumerole"], False, id="another case"),
        pytest.param("sts:*", False, id="all of STS"),
        pytest.param("*Role", False, id="a pattern"),
    ],
)
def test_only_what_assumes_a_role_must_require_the_external_id(action, expected):
    """A statement that lets sessions be tagged lets nobody in."""
    other = {"Effect": "Allow", "Principal": {"AWS": "999999999999"}}
    asks = {**other, "Action": "sts:AssumeRole", "Condition": {"StringEquals": ID}}

    assert expected is requires_external_id({"Statement": [asks, {**other, "Action": action}]}, OWN)


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", True),
        ("arn:aws-us-gov:iam::aws:policy/AdministratorAccess", True),
        (f"arn:aws:iam::{OWN}:policy/AdministratorAccess", False),
        (f"arn:aws:iam::{OWN}:policy/aws:policy/AdministratorAccess", False),
        ("arn:aws:iam::aws:policy/AdministratorAccess-Amplify", False),
        ("arn:aws:iam::aws:policy/job-function/AdministratorAccess", False),
    ],
)
def test_policies_of_aws_are_known_by_their_arn(arn, expected):
    """A policy of the account may have the name of one of AWS's."""
    policies = [{"PolicyName": "AdministratorAccess", "PolicyArn": arn}]

    assert expected is attaches(policies, "AdministratorAccess")


def test_an_attached_policy_without_an_arn_is_not_known():
    """A name alone decides nothing."""
    assert isinstance(attaches([{"PolicyName": "AdministratorAccess"}], "x"), Unreadable)


def test_principals_are_listed_by_kind():
    """Those who are allowed something are listed with their kind; denials do not count."""
    document = {
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": ["b.x", "a.x"], "AWS": "*"}},
            {"Effect": "Deny", "Principal": {"AWS": "arn:x"}},
        ]
    }

    assert ["*", "Service:a.x", "Service:b.x"] == allowed_principals(document)
