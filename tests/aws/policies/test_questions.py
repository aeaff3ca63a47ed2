"""Readings of policy documents."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.resources.policy_documents import (
    allowed_principals,
    allows_everyone,
    allows_everything,
    asks_external_id,
    other_accounts,
    parsed,
    refuses_plain_http,
)

OWN = "123456789012"


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
    ],
)
def test_plain_http_is_refused_only_without_exception(change, expected):
    """Only a denial for everyone, of everything, on all objects, counts as TLS only."""
    assert expected is refuses_plain_http(policy(**(TLS_ONLY | change)), "data")


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
        pytest.param({"Effect": "Deny", "Action": "*", "Resource": "*"}, False, id="denial"),
    ],
)
def test_full_administrators_are_found(statement, expected):
    """Every action on every resource is found in all its spellings."""
    assert expected is allows_everything(policy(**statement))


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        pytest.param({"AWS": "arn:aws:iam::999999999999:root"}, ["999999999999"], id="root arn"),
        pytest.param({"AWS": "999999999999"}, ["999999999999"], id="bare id"),
        pytest.param({"AWS": f"arn:aws:iam::{OWN}:role/x"}, [], id="own account"),
        pytest.param({"AWS": "AROADELETED0000000000"}, [], id="deleted principal"),
        pytest.param({"Service": "ec2.amazonaws.com"}, [], id="service"),
        pytest.param({"AWS": "*"}, ["*"], id="everybody"),
    ],
)
def test_other_accounts_are_told_from_the_own(principal, expected):
    """Trust in another account is recognised in every spelling of a principal."""
    assert expected == other_accounts({"Effect": "Allow", "Principal": principal}, OWN)


def test_external_id_is_found_whatever_its_case():
    """Condition keys are not case-sensitive."""
    assert asks_external_id({"Condition": {"StringEquals": {"STS:ExternalId": "x"}}})


def test_principals_are_listed_by_kind():
    """Those who are allowed something are listed with their kind; denials do not count."""
    document = {
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": ["b.x", "a.x"], "AWS": "*"}},
            {"Effect": "Deny", "Principal": {"AWS": "arn:x"}},
        ]
    }

    assert ["*", "Service:a.x", "Service:b.x"] == allowed_principals(document)


def test_no_document_is_none():
    """An empty text is no policy, not an empty one."""
    assert [None, None, {"Statement": []}] == [parsed(t) for t in ("", None, '{"Statement": []}')]
