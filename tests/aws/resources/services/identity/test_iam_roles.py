"""IAM roles, policies and the account."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest

from aibrain_jupyter.aws.resources.services.identity.iam_roles_export import (
    export_iam_roles,
    use_columns,
)

OWN = "123456789012"
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}


def trust(principal, **more):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
            ],
        }
    )


def role_xml(name, used=""):
    return (
        '<GetAccountAuthorizationDetailsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        "<GetAccountAuthorizationDetailsResult><RoleDetailList><member>"
        f"<RoleName>{name}</RoleName><RoleId>AR{name}</RoleId><Path>/</Path>"
        f"<Arn>arn:aws:iam::{OWN}:role/{name}</Arn><CreateDate>2024-01-31T09:00:00Z</CreateDate>"
        "<AssumeRolePolicyDocument>%7B%22Statement%22%3A%5B%5D%7D</AssumeRolePolicyDocument>"
        f"{used}</member></RoleDetailList></GetAccountAuthorizationDetailsResult>"
        "</GetAccountAuthorizationDetailsResponse>"
    )


def test_trust_is_told(aws, export):
    """Who may assume a role, other accounts and the external id are read from the trust policy."""
    iam = aws("iam")
    foreign = {"AWS": "arn:aws:iam::999999999999:root"}
    with_id = {"StringEquals": {"sts:ExternalId": "x"}}
    for name, document in {
        "a-service": trust({"Service": "ec2.amazonaws.com"}),
        "b-foreign": trust(foreign),
        "c-foreign-id": trust(foreign, Condition=with_id),
    }.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document, MaxSessionDuration=7200)

    frame = export("iam", "roles").frame

    assert [False, True, True] == frame["is_cross_account"].tolist()
    assert [[], ["999999999999"], ["999999999999"]] == frame["trusted_accounts"].tolist()
    assert [None, False, True] == [None if pd.isna(v) else v for v in frame["requires_external_id"]]
    assert [["Service:ec2.amazonaws.com"]] == frame["trust_principals"].tolist()[:1]
    assert [7200] * 3 == frame["max_session_s"].tolist()


def test_last_use_comes_from_where_it_is_told(ctx, aws_replies):
    """A used role is not shown as never used: ListRoles leaves its last use out."""
    aws_replies.on(
        "GetAccountAuthorizationDetails",
        role_xml(
            "worker",
            "<RoleLastUsed><LastUsedDate>2026-01-03T00:00:00Z</LastUsedDate>"
            "<Region>eu-west-1</Region></RoleLastUsed>",
        ),
    )
    aws_replies.on(
        "ListRoles",
        '<ListRolesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListRolesResult>'
        f"<Roles><member><RoleName>worker</RoleName><Arn>arn:aws:iam::{OWN}:role/worker</Arn>"
        "<MaxSessionDuration>3600</MaxSessionDuration></member></Roles>"
        "</ListRolesResult></ListRolesResponse>",
    )

    [row] = export_iam_roles(ctx).frame.to_dict("records")

    assert pd.Timestamp("2026-01-03T00:00:00Z") == row["last_used"]
    assert ("eu-west-1", 3600) == (row["last_used_region"], row["max_session_s"])


@pytest.mark.parametrize(
    ("made", "used", "expected"),
    [(1000, None, 400), (30, None, 30), (1000, 399, 399), (None, None, None)],
    ids=["older than IAM looks back", "young", "used", "nobody knows"],
)
def test_a_role_without_a_use_is_idle_for_at_least_so_long(made, used, expected):
    """A role never used is found by ``days_idle > 90``, and no number claims what IAM forgot."""
    now = dt.datetime(2026, 4, 11, tzinfo=dt.UTC)

    def ago(days):
        return None if days is None else now - dt.timedelta(days=days)

    role = {"CreateDate": ago(made), "RoleLastUsed": {"LastUsedDate": ago(used)}}

    assert expected == use_columns(role, now)["days_idle"]


def test_one_by_one_the_last_use_is_asked_for(aws, export, answers):
    """Without the bulk read GetRole is asked, and its refusal is a gap and not "never used"."""
    aws("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=trust({"Service": "x"}))
    answers.refuse("GetAccountAuthorizationDetails", "GetRole")

    [gap] = export("iam", "roles").gaps

    assert "iam:GetRole" == gap.action
    assert {"last_used", "days_idle", "tags", "permissions_boundary"} < set(gap.columns)


def test_a_refused_inline_document_keeps_its_name(aws, export, answers):
    """The name of an inline policy stays when its document is refused."""
    iam = aws("iam")
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust({"Service": "x"}))
    iam.put_role_policy(RoleName="worker", PolicyName="own", PolicyDocument=json.dumps(DOCUMENT))
    answers.refuse("GetAccountAuthorizationDetails", "GetRolePolicy")

    result = export("iam", "roles")

    assert [{"own": None}] == result.frame["inline_policies"].tolist()
    assert ["worker own"] == [gap.item for gap in result.gaps]


def test_administrator_policies_are_found(aws, export):
    """A policy that allows everything says so; AWS's own policies are not listed."""
    iam = aws("iam")
    for name, actions in {"admin": "*", "reader": "s3:Get*"}.items():
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        iam.create_policy(
            PolicyName=name, PolicyDocument=json.dumps({**DOCUMENT, "Statement": [statement]})
        )

    frame = export("iam", "policies").frame

    assert ["admin", "reader"] == frame["policy_name"].tolist()
    assert [True, False] == frame["allows_everything"].tolist()


@pytest.mark.parametrize("has_policy", [False, True], ids=["no password policy", "own policy"])
def test_the_account_is_one_row(aws, row, has_policy):
    """Root, counts and the passwords' rules are one row; without a policy AWS's default is."""
    iam = aws("iam")
    iam.create_account_alias(AccountAlias="acme")
    if has_policy:
        iam.update_account_password_policy(MinimumPasswordLength=14, RequireSymbols=True)

    account = row("iam", "account")

    assert ("acme", has_policy) == (account["alias"], account["has_password_policy"])
    rules = ("password_min_length", "password_needs_symbol", "passwords_expire")
    assert ((14, True, False) if has_policy else (8, False, False)) == tuple(
        map(account.get, rules)
    )
    assert 0 == account["password_reuse_prevention"]
    assert not pd.isna(account["root_mfa_active"])
