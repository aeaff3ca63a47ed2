"""Who may do everything in an account."""

from __future__ import annotations

import json

import pandas as pd

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def document(action="*", resource="*"):
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def found(frame):
    """Return kind, name, group and policy of each row."""
    columns = ["kind", "principal_name", "through", "policy"]
    rows = frame[columns].astype(object).where(frame[columns].notna(), None)
    return [tuple(row) for row in rows.itertuples(index=False)]


def test_every_way_to_be_one(aws, export):
    """A policy of the account, an inline one, a group's; of users and of roles."""
    iam = aws("iam")
    for name in ("bob", "eve", "joe"):
        iam.create_user(UserName=name)
    own = iam.create_policy(PolicyName="all", PolicyDocument=document())["Policy"]["Arn"]
    iam.create_group(GroupName="ops")
    iam.attach_group_policy(GroupName="ops", PolicyArn=own)
    iam.add_user_to_group(GroupName="ops", UserName="bob")
    iam.put_user_policy(UserName="eve", PolicyName="inline", PolicyDocument=document("*:*"))
    iam.put_user_policy(UserName="joe", PolicyName="few", PolicyDocument=document("s3:*"))
    iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="deploy", PolicyArn=own)

    frame = export("iam", "administrators").frame

    assert [
        ("user", "bob", "ops", own),
        ("role", "deploy", None, own),
        ("user", "eve", None, "inline"),
    ] == found(frame)
    assert frame["allows_everything"].all()


def test_a_policy_of_the_same_name_is_another(aws, export):
    """What the account calls AdministratorAccess is read, not believed."""
    iam = aws("iam")
    iam.create_user(UserName="ana")
    policy = iam.create_policy(PolicyName="AdministratorAccess", PolicyDocument=document("s3:*"))
    iam.attach_user_policy(UserName="ana", PolicyArn=policy["Policy"]["Arn"])

    assert 0 == len(export("iam", "administrators").frame)


def test_what_is_left_out_is_not_known(export, aws_replies):
    """A user without a list of groups, or with a policy that did not come, is not cleared."""
    wanted = (
        '<GetAccountAuthorizationDetailsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        "<GetAccountAuthorizationDetailsResult>{}<IsTruncated>false</IsTruncated>"
        "</GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
    )
    user = (
        "<UserDetailList><member><UserName>ana</UserName><UserId>A</UserId><Path>/</Path>"
        "<Arn>arn:aws:iam::123456789012:user/ana</Arn><CreateDate>2024-01-31T09:00:00Z</CreateDate>"
        "<AttachedManagedPolicies><member><PolicyName>gone</PolicyName>"
        "<PolicyArn>arn:aws:iam::123456789012:policy/gone</PolicyArn></member>"
        "</AttachedManagedPolicies></member></UserDetailList>"
    )
    empty = ("<Policies/>", "<GroupDetailList/>", user, "<RoleDetailList/>")
    for body in empty:
        aws_replies.reply(wanted.format(body))

    frame = export("iam", "administrators").frame

    assert [pd.NA, pd.NA] == frame["allows_everything"].tolist()
    assert frame["not_known"].str.contains("allows_everything").all()
