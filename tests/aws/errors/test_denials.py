"""Which policy is in the way: a permission is asked for only where one would help."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from aibrain_jupyter.aws.errors.translate import translate
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.tool_executors.self_healing_executor import explain_error

WHO = (
    "User: arn:aws:sts::123456789012:assumed-role/AuditRead/ann is not authorized to perform: "
    "kms:ListKeys on resource: * "
)
TARGET = AwsTarget(account="123456789012", region="eu-west-1")


def _said(message, code="AccessDeniedException", status=400, operation="ListKeys"):
    answer = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    exc = ClientError(answer, operation)
    return translate(exc, service="kms", operation="ListKeys", target=TARGET)


@pytest.mark.parametrize(
    "policy",
    [
        "service control policy",
        "resource control policy",
        "permissions boundary",
        "session policy",
        "VPC endpoint policy",
        "resource-based policy",
    ],
)
def test_another_policy_that_does_not_allow_asks_for_no_role(policy):
    """What limits every role is not widened by one: whose policy it is gets asked."""
    error = _said(f"{WHO}because no {policy} allows the kms:ListKeys action")

    row = explain_error(error).iloc[0]

    assert "denied-by-other-policy" == error.facts["cause"]
    assert policy in error.next_steps[0]
    assert "does not help" in error.next_steps[0]
    assert not any("Ask for a role" in step for step in error.next_steps)
    assert "" == row["policy"]
    assert "role AuditRead is refused kms:ListKeys" == row["title"]


@pytest.mark.parametrize("message", [f"{WHO}because no identity-based policy allows it", WHO, ""])
def test_a_permission_is_asked_for_where_nothing_else_is_named(message):
    """The role's own policy, or none that is named: the permission and a policy to copy."""
    error = _said(message)

    row = explain_error(error).iloc[0]

    assert "denied" == error.facts["cause"]
    assert "Ask for a role with kms:ListKeys" in error.next_steps[0]
    assert "kms:ListKeys" in row["policy"]


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("with an explicit deny", "A policy denies"),
        ("with an explicit deny in an identity-based policy", "An identity-based policy denies"),
        ("with an explicit deny in the resource policy", "A resource policy denies"),
    ],
)
def test_an_explicit_deny_is_one_whoever_wrote_it(words, who):
    """AWS does not always name the policy; that one denies is enough."""
    error = _said(WHO + words)

    row = explain_error(error).iloc[0]

    assert "denied-explicitly" == error.facts["cause"]
    assert error.next_steps[0].startswith(who)
    assert "" == row["policy"]


def test_an_explicit_deny_of_a_role_is_one_sentence():
    """A role that may not be assumed: the same words, with the same article."""
    error = _said(
        "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: sts:AssumeRole on "
        "resource: arn:aws:iam::123456789012:role/Audit with an explicit deny",
        "AccessDenied",
        403,
        operation="AssumeRole",
    )

    assert error.next_steps[0].startswith("A policy denies sts:AssumeRole explicitly")


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><h1>403 Forbidden</h1></body></html>",
        '\n<!DOCTYPE html PUBLIC "x"><html>Blocked</html>',
        '<?xml version="1.0"?>\n<HTML>Blocked</HTML>',
    ],
)
def test_the_page_of_a_proxy_is_no_refusal_of_aws(page):
    """Nobody lacks a permission where something between here and AWS says no with a web page."""
    error = _said(page, "403", 403)

    assert "web-page-in-answer" == error.facts["cause"]
    assert "action" not in error.facts
    assert "proxy" in error.next_steps[0]


def test_a_refusal_in_other_markup_is_one():
    """The body of a refusal that came as XML is no page."""
    assert "denied" == _said("<Error><Code>AccessDenied</Code></Error>", "403", 403).facts["cause"]


def test_encoded_details_are_left_out_however_they_are_spelled():
    """Kilobytes that nobody can read are in no message."""
    error = _said(f"No. encoded authorization failure message: {'A-b_C' * 300}")

    assert "A-b_C" not in error.why
