"""The row of an event: who, what, whether it worked, and no secret."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.cloudtrail.event_rows import row_of
from aibrain_jupyter.aws.resources.services.logging.cloudtrail_events import EVENTS

ROLE = {
    "type": "AssumedRole",
    "arn": "arn:aws:sts::123456789012:assumed-role/admin/bob",
    "accountId": "123456789012",
    "sessionContext": {
        "sessionIssuer": {"arn": "arn:aws:iam::123456789012:role/admin"},
        "attributes": {"mfaAuthenticated": "true"},
    },
}


def row(**event):
    return row_of(event, read_from="LookupEvents")


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ({"type": "Root", "arn": "arn:aws:iam::123456789012:root"}, "root"),
        ({"type": "IAMUser", "userName": "ana"}, "ana"),
        (ROLE, "bob"),
        ({"type": "FederatedUser", "arn": "arn:aws:sts::1:federated-user/eve"}, "eve"),
        ({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, None),
        (None, None),
    ],
    ids=["root", "user", "role", "federated", "service", "nobody"],
)
def test_who_did_it(identity, name):
    """The name is read from every kind of identity; a service has none."""
    assert name == row(userIdentity=identity).get("user_name")


def test_a_role_and_its_session():
    """A session says the role behind it, and whether it used MFA."""
    found = row(userIdentity=ROLE)

    assert ("arn:aws:iam::123456789012:role/admin", True) == (found["role"], found["used_mfa"])


def test_a_sign_in_says_mfa_and_failure_elsewhere():
    """A failed sign-in has no error code and a sign-in no session: both are read all the same."""
    found = row(
        eventType="AwsConsoleSignIn",
        eventName="ConsoleLogin",
        responseElements={"ConsoleLogin": "Failure"},
        additionalEventData={"MFAUsed": "No"},
    )

    assert (True, False) == (found["is_failed"], found["used_mfa"])
    assert not row(eventType="AwsApiCall", responseElements={"state": "Failure"})["is_failed"]
    assert row(errorCode="AccessDenied")["is_failed"]
    assert "used_mfa" not in row(userIdentity={"type": "IAMUser"})


@pytest.mark.parametrize(
    ("event", "category"),
    [
        ({"eventCategory": "Data"}, "Data"),
        ({"managementEvent": False}, "Data"),
        ({"managementEvent": True}, "Management"),
        ({}, "Management"),
    ],
    ids=["said", "no management event", "a management event", "an old event"],
)
def test_the_category_is_known_of_old_events(event, category):
    """Events of versions before the category are told by what they have."""
    assert category == row(**event)["event_category"]


def test_secrets_in_a_request_are_hidden():
    """Passwords, tokens and variables of a request are hidden, names and ids stay."""
    found = row(
        requestParameters={
            "userName": "eve",
            "secretId": "db/main",
            "clientToken": "4711",
            "masterUserPassword": "hunter2",
            "apiToken": "hunter3",
            "environmentVariables": {"DB_URL": "hunter4"},
            "nested": [{"environment": {"variables": {"KEY": "hunter5"}}}],
            "link": "https://b.s3.amazonaws.com/k?X-Amz-Signature=hunter6",
            "passwordResetRequired": True,
        },
        errorMessage="bad password=hunter7",
    )

    assert "hunter" not in str(found)
    request = found["request_parameters"]
    kept = {"userName": "eve", "secretId": "db/main", "clientToken": "4711"}
    assert kept == {name: request[name] for name in kept}
    assert request["passwordResetRequired"] is True
    assert "DB_URL" in request["environmentVariables"]


def test_broken_members_are_no_fault():
    """An event whose members are not what they should be still has its row."""
    found = row(
        eventTime=[1], userIdentity="ana", resources=["x"], requestParameters="text", eventID=7
    )

    assert "event_time" not in found
    assert ("7", "text", []) == (found["event_id"], found["request_parameters"], found["resources"])


def test_every_column_is_filled():
    """An event with every member fills every column."""
    found = row(
        eventTime="2026-03-10T08:00:00Z",
        eventID="1",
        eventName="CreateUser",
        eventSource="iam.amazonaws.com",
        eventCategory="Management",
        eventType="AwsApiCall",
        readOnly=False,
        userIdentity={**ROLE, "accessKeyId": "ASIA", "invokedBy": "x.amazonaws.com"},
        sourceIPAddress="203.0.113.7",
        userAgent="cli",
        errorCode="AccessDenied",
        errorMessage="no",
        resources=[{"ARN": "arn:aws:s3:::b"}],
        requestParameters={"userName": "eve"},
        recipientAccountId="123456789012",
    )

    assert {column.name for column in EVENTS.columns[:-1]} == set(found)
