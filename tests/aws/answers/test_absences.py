"""Codes that mean "none", and messages by which the thing itself is gone."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.answers.absences import says_gone
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource


@pytest.mark.parametrize(
    ("code", "message", "is_gone"),
    [
        ("ResourceNotFoundException", "Function not found: arn:aws:lambda:…:my-policy", True),
        ("ResourceNotFoundException", "The resource you requested does not exist.", False),
        ("NoSuchEntity", "The user with name ana cannot be found.", True),
        ("NoSuchEntity", "Login Profile for User ana cannot be found.", False),
        ("ResourceNotFoundException", "Backup vault v cannot be found.", True),
        ("ResourceNotFoundException", "Vault access policy not found.", False),
        ("ResourceNotFoundException", "USER not found.", True),
        ("OwnershipControlsNotFoundError", "The bucket ownership controls were not found", False),
    ],
)
def test_whether_the_thing_itself_is_gone(code, message, is_gone):
    """An ambiguous code is decided by what the message is about."""
    assert is_gone == says_gone(code, message)


@pytest.mark.parametrize(
    ("message", "has_policy"),
    [("Function not found: arn:f", None), ("The resource you requested does not exist.", False)],
)
def test_a_function_that_is_gone_has_no_facts(ctx, aws_replies, message, has_policy):
    """Between listing and detail it went: not known with a gap, where "no policy" is a fact."""
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    gone = {"Type": "User", "message": message}
    headers = {"x-amzn-ErrorType": "ResourceNotFoundException"}
    functions = {"Functions": [{"FunctionName": "f", "FunctionArn": arn}]}
    aws_replies.on("/2015-03-31/functions", functions)
    aws_replies.on("/2015-03-31/functions/", functions)
    aws_replies.on("/2015-03-31/functions/f/policy", gone, status=404, headers=headers)
    aws_replies.on("/2019-09-30/functions/f/concurrency", {})
    aws_replies.on("/2021-10-31/functions/f/urls", {"FunctionUrlConfigs": []})
    aws_replies.on(f"/2017-03-31/tags/{arn}", {"Tags": {}})
    aws_replies.on(f"/2017-03-31/tags/{arn.replace(':', '%3A')}", {"Tags": {}})

    result = export_resource(find_resource("lambda", "functions"), ctx)

    [cell] = result.frame["has_policy"].astype(object).where(lambda s: s.notna(), None).tolist()
    assert has_policy is cell
    assert (has_policy is None) == any(gap.operation == "lambda:GetPolicy" for gap in result.gaps)
