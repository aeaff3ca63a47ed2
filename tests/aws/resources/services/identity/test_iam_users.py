"""IAM users: bulk reads, and the ways around them."""

from __future__ import annotations

import base64
import datetime as dt
import json

import pandas as pd
import pytest

from aibrain_jupyter.aws.resources.services.identity._iam_credential_report import flag, moment
from aibrain_jupyter.aws.resources.services.identity._iam_credentials import (
    _USES,
    days_idle,
    mfa_types,
)
from aibrain_jupyter.aws.resources.services.identity.iam_users_export import export_iam_users
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import PermissionDeniedError

REPORT_COLUMNS = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
    "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
    "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
    "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service"
)
ARN = "arn:aws:iam::123456789012:user/ana"
ANA = (
    f"ana,{ARN},2024-01-31T09:00:00+00:00,true,2026-01-02T03:04:05+00:00,"
    "2025-01-31T09:00:00+00:00,2026-05-01T09:00:00+00:00,false,true,2024-02-01T00:00:00+00:00,"
    "2026-01-03T00:00:00+00:00,eu-west-1,s3,false,N/A,N/A,N/A,N/A"
)
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}


def iam_xml(operation, result):
    return (
        f'<{operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        f"<{operation}Result>{result}</{operation}Result></{operation}Response>"
    )


def error_xml(code):
    return f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"


def users_xml(*names, marker=""):
    members = "".join(
        f"<member><UserName>{name}</UserName><UserId>AID{name}</UserId><Path>/</Path>"
        f"<Arn>arn:aws:iam::123456789012:user/{name}</Arn>"
        "<CreateDate>2024-01-31T09:00:00Z</CreateDate></member>"
        for name in names
    )
    more = f"<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>" if marker else ""
    return iam_xml(
        "GetAccountAuthorizationDetails", f"<UserDetailList>{members}</UserDetailList>{more}"
    )


def report_xml(*lines):
    content = base64.b64encode("\n".join((REPORT_COLUMNS, *lines)).encode()).decode()
    return iam_xml(
        "GetCredentialReport",
        f"<Content>{content}</Content><ReportFormat>text/csv</ReportFormat>"
        "<GeneratedTime>2026-01-04T00:00:00Z</GeneratedTime>",
    )


@pytest.fixture
def ana(aws):
    """A user with a password, a virtual MFA device, one key, a group and an inline policy."""
    iam = aws("iam")
    iam.create_user(UserName="ana", Tags=[{"Key": "team", "Value": "audit"}])
    iam.create_login_profile(UserName="ana", Password="Secret-word-1")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="ana")["VirtualMFADevice"]
    iam.enable_mfa_device(
        UserName="ana",
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1="123456",
        AuthenticationCode2="654321",
    )
    iam.create_access_key(UserName="ana")
    iam.create_group(GroupName="auditors")
    iam.add_user_to_group(GroupName="auditors", UserName="ana")
    iam.put_user_policy(UserName="ana", PolicyName="own", PolicyDocument=json.dumps(DOCUMENT))
    arn = iam.create_policy(PolicyName="reader", PolicyDocument=json.dumps(DOCUMENT))
    iam.attach_user_policy(UserName="ana", PolicyArn=arn["Policy"]["Arn"])
    return iam


EXPECTED = {
    "user_name": "ana",
    "arn": ARN,
    "console_access": True,
    "mfa_active": True,
    "mfa_types": ["virtual"],
    "access_key_1_active": True,
    "access_key_1_age_days": 0,
    "access_key_2_active": False,
    "groups": ["auditors"],
    "attached_policies": ["arn:aws:iam::123456789012:policy/reader"],
    "inline_policies": {"own": DOCUMENT},
    "tags": {"team": "audit"},
}


def test_a_user_is_read_in_bulk(ana, export):
    """Details of all users come from two bulk reads; only MFA kinds are asked one by one."""
    result = export("iam", "users")
    [row] = result.frame.to_dict("records")

    assert EXPECTED == {name: row[name] for name in EXPECTED}
    assert 1 == result.operations["iam:GetAccountAuthorizationDetails"]
    assert "iam:ListAccessKeys" not in result.operations
    assert () == result.gaps


def test_without_the_report_each_user_is_asked_for(ana, export, answers):
    """A refused report is replaced by single requests; what only it knows is a gap."""
    answers.refuse("GetCredentialReport")
    result = export("iam", "users")
    [row] = result.frame.to_dict("records")

    assert EXPECTED == {name: row[name] for name in EXPECTED}
    [gap] = result.gaps
    assert (Outcome.DENIED, "iam:GetCredentialReport") == (gap.outcome, gap.action)
    assert ("password_last_changed", "password_next_rotation") == gap.columns
    assert row["password_last_changed"] is pd.NaT


def test_without_the_bulk_read_each_user_is_asked_for(ana, export, answers):
    """An identity that may only list gets the same row, and a note says how."""
    answers.refuse("GetAccountAuthorizationDetails")
    result = export("iam", "users")
    [row] = result.frame.to_dict("records")

    assert EXPECTED == {name: row[name] for name in EXPECTED}
    assert "iam:GetAccountAuthorizationDetails was refused" in result.notes[0]
    assert () == result.gaps


def test_a_refused_single_read_is_a_gap(ana, export, answers):
    """A refusal on the way around the bulk read leaves NA, never "no MFA" or "no policy"."""
    answers.refuse("GetAccountAuthorizationDetails", "GetCredentialReport")
    answers.refuse("GetUser", "ListMFADevices", "ListAttachedUserPolicies", "GetLoginProfile")
    result = export("iam", "users")
    [row] = result.frame.to_dict("records")

    unknown = {"console_access", "mfa_active", "attached_policies", "tags", "days_idle"}
    assert unknown == {name for name in unknown if pd.isna(row[name])}
    assert {"GetUser", "ListMFADevices", "ListAttachedUserPolicies", "GetLoginProfile"} <= {
        gap.operation.removeprefix("iam:") for gap in result.gaps
    }


def test_neither_read_allowed_is_an_error(ana, export, answers):
    """Without bulk read and listing there is no frame."""
    answers.refuse("GetAccountAuthorizationDetails", "ListUsers")

    with pytest.raises(PermissionDeniedError, match="iam:ListUsers"):
        export("iam", "users")


def test_every_page_and_every_line_is_read(ctx, aws_replies):
    """Truncated answers are followed, and the report's figures are read as what they are."""
    aws_replies.on("GetCredentialReport", report_xml(ANA, ANA.replace("ana,", "bob,", 1)))
    aws_replies.reply(users_xml("ana", marker="m1"))
    aws_replies.reply(users_xml("bob"))

    used = dt.datetime(2026, 1, 3, tzinfo=dt.UTC)
    before = (dt.datetime.now(dt.UTC) - used).days
    frame = export_iam_users(ctx).frame
    after = (dt.datetime.now(dt.UTC) - used).days

    assert ["ana", "bob"] == frame["user_name"].tolist()
    row = frame.iloc[0]
    assert pd.Timestamp("2026-01-02T03:04:05Z") == row["password_last_used"]
    assert pd.Timestamp("2026-05-01T09:00:00Z") == row["password_next_rotation"]
    assert pd.Timestamp("2026-01-04T00:00:00Z") == row["credentials_as_of"]
    assert ("s3", "eu-west-1") == (
        row["access_key_1_last_used_service"],
        row["access_key_1_last_used_region"],
    )
    assert before <= row["days_idle"] <= after
    assert [True, False] == [row["access_key_1_active"], row["access_key_2_active"]]
    assert pd.isna(row["access_key_2_last_rotated"])


def test_who_never_signed_in_is_idle_from_the_making():
    """The longest idle are not missing from ``days_idle > 90``; a use nobody knows leaves it so."""
    now = dt.datetime(2026, 4, 11, tzinfo=dt.UTC)
    made, used = now - dt.timedelta(days=500), now - dt.timedelta(days=7)
    never = dict.fromkeys(_USES) | {"created": made}

    assert 500 == days_idle(never, now)
    assert 7 == days_idle(never | {"access_key_2_last_used": used}, now)
    assert days_idle({"created": made, "password_last_used": None}, now) is None


def test_a_report_that_is_not_ready_is_waited_for(ctx, aws_replies):
    """Without a report one is ordered once, and asked for until it is there."""
    answers = [
        (error_xml("ReportNotPresent"), 410),
        (error_xml("ReportInProgress"), 404),
        (report_xml(ANA), 200),
    ]
    aws_replies.reply(users_xml("ana"))
    aws_replies.reply(answers[0][0], status=answers[0][1])
    aws_replies.reply(iam_xml("GenerateCredentialReport", "<State>STARTED</State>"))
    for body, status in answers[1:]:
        aws_replies.reply(body, status=status)

    result = export_iam_users(ctx)

    assert [
        "GetAccountAuthorizationDetails",
        "GetCredentialReport",
        "GenerateCredentialReport",
        "GetCredentialReport",
        "GetCredentialReport",
    ] == aws_replies.actions
    assert [True] == result.frame["console_access"].tolist()
    assert () == result.gaps


def test_a_user_younger_than_the_report_is_asked_for(ctx, aws_replies, answers):
    """A line of an earlier user of the same name is not taken for this one."""
    answers.refuse("GetUser", "GetLoginProfile", "ListMFADevices", "ListAccessKeys")
    aws_replies.reply(users_xml("ana"))
    aws_replies.reply(report_xml(ANA.replace("2024-01-31T09", "2023-01-31T09", 1)))

    result = export_iam_users(ctx)

    assert result.frame["console_access"].isna().all()
    assert "iam:GetLoginProfile" in {gap.action for gap in result.gaps}


def test_mfa_kinds_are_told_from_serial_numbers():
    """Virtual devices and security keys have ARNs, hardware tokens a printed number."""
    serials = [
        "arn:aws:iam::123456789012:mfa/ana",
        "arn:aws:iam::123456789012:u2f/user/ana/key-ABC",
        "GAHT12345678",
    ]

    assert ["hardware", "security key", "virtual"] == mfa_types(
        [{"SerialNumber": serial} for serial in serials]
    )


def test_the_reports_words_for_nothing_are_nothing():
    """N/A, no_information and not_supported are missing values, not text and not false."""
    words = ("N/A", "no_information", "not_supported", "", None)

    assert [None] * 5 == [moment(word) for word in words]
    assert [None] * 5 == [flag(word) for word in words]
