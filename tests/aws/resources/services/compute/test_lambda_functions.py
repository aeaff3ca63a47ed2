"""Lambda functions, and that no value of their environment gets out."""

from __future__ import annotations

import io
import json
import zipfile

import pandas as pd
import pytest

from aibrain_jupyter.aws.resources.services.compute._lambda_runtimes import (
    DEPRECATED_ON,
    deprecated_on,
)
from aibrain_jupyter.aws.resources.services.compute.lambda_functions_export import (
    export_lambda_functions,
)

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
SECRET = "hunter2-very-secret"


def _zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("main.py", "")
    return buffer.getvalue()


@pytest.fixture
def function(aws):
    """A function with a secret in its environment; returns the lambda client."""
    role = aws("iam").create_role(
        RoleName="worker",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )
    client = aws("lambda")
    client.create_function(
        FunctionName="f",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": _zip()},
        Runtime="python3.8",
        Handler="main.f",
        Environment={"Variables": {"TOKEN": SECRET, "STAGE": "prod"}},
        Tags={"team": "audit"},
    )
    return client


def test_environment_values_are_dropped(function, export):
    """Names of variables are kept, values are nowhere in the result."""
    result = export("lambda", "functions")
    [row] = result.frame.to_dict("records")

    assert ["STAGE", "TOKEN"] == row["environment_keys"]
    assert SECRET not in str(result) + str(row)


def test_a_function_without_policy_url_and_limit(function, export):
    """What Lambda says there is none of is a value and not a gap."""
    result = export("lambda", "functions")
    [row] = result.frame.to_dict("records")

    assert () == result.gaps
    expected = {
        "function_name": "f",
        "has_policy": False,
        "policy_allows_everyone": False,
        "function_urls": [],
        "has_public_url": False,
        "tags": {"team": "audit"},
        "runtime_deprecated_on": pd.Timestamp("2024-10-14", tz="UTC"),
    }
    assert expected == {name: row[name] for name in expected}
    assert pd.isna(row["reserved_concurrency"])


def test_open_functions_are_found(function, row, answers):
    """A policy for everyone, a URL without authentication and a limit are told."""
    function.add_permission(
        FunctionName="f", StatementId="all", Action="lambda:InvokeFunction", Principal="*"
    )
    url = {"FunctionUrl": "https://x.lambda-url.us-east-1.on.aws/", "AuthType": "NONE"}
    answers.give("ListFunctionUrlConfigs", {"FunctionUrlConfigs": [url]})
    function.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=2)

    found = row("lambda", "functions")

    assert (True, True, 2) == (
        found["policy_allows_everyone"],
        found["has_public_url"],
        found["reserved_concurrency"],
    )


def test_an_environment_lambda_could_not_decrypt_is_unknown(ctx, aws_replies, answers):
    """Lambda lists such a function with an error inside: its names are a gap, not none."""
    answers.refuse_all_but("ListFunctions")
    aws_replies.reply(
        {
            "Functions": [
                {
                    "FunctionName": "f",
                    "FunctionArn": ARN,
                    "LastModified": "2026-01-02T03:04:05.000+0000",
                    "Environment": {
                        "Error": {"ErrorCode": "AccessDeniedException", "Message": "no"}
                    },
                }
            ]
        }
    )

    result = export_lambda_functions(ctx)

    assert result.frame["environment_keys"].isna().all()
    assert pd.Timestamp("2026-01-02T03:04:05Z") == result.frame["last_modified"][0]
    assert ("kms:Decrypt", ("environment_keys", "environment")) in {
        (gap.action, gap.columns) for gap in result.gaps
    }


def test_runtimes_of_the_list_were_deprecated():
    """The list holds days that are past; an unknown runtime has none."""
    assert max(DEPRECATED_ON.values()).year < 2026
    assert [None, None] == [deprecated_on(runtime) for runtime in (None, "python9.9")]
