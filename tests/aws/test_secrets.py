"""Secrets that AWS hands out besides: names stay, values never reach a frame."""

from __future__ import annotations

import json

import pytest

from aibrain_jupyter.aws.export import export_operation
from aibrain_jupyter.aws.records import layout_of
from aibrain_jupyter.aws.secrets import without_secrets

SECRET = "wJalrXUtnFEMI"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("Environment", {"Variables": {"DB_PASSWORD": SECRET}}),
        ("environment", [{"name": "DB_PASSWORD", "value": SECRET}]),
        ("containerDefinitions", [{"environment": [{"name": "TOKEN", "value": SECRET}]}]),
        ("environment", {"environmentVariables": [{"name": "T", "value": SECRET}]}),
        ("UserPoolClient", {"ClientSecret": SECRET}),
        ("UserData", SECRET),
        ("Tunnels", [{"PreSharedKey": SECRET}]),
        ("authKey", SECRET),
    ],
)
def test_a_secret_is_hidden_wherever_it_stands(member, value):
    """The value goes, at any depth."""
    assert SECRET not in json.dumps(without_secrets(member, value))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("SecretArn", "arn:aws:secretsmanager:eu-west-1:1:secret:x"),
        ("SecretList", [{"Name": "db", "ARN": "arn:x"}]),
        ("MasterUserSecret", {"SecretArn": "arn:x"}),
        ("Environment", {"Name": "production"}),
        ("environment", [{"name": "DB", "value": "/db/name", "type": "PARAMETER_STORE"}]),
        ("UserName", "ana"),
        ("PasswordLastUsed", "2026-01-01"),
    ],
)
def test_what_is_no_secret_stays(member, value):
    """Names of secrets, ARNs and references are evidence."""
    assert value == without_secrets(member, value)


def test_the_keys_of_an_api_are_not_shown(ctx, aws_replies):
    """API Gateway tells a key's value on request; it is hidden all the same."""
    key = {"id": "k1", "name": "partner", "value": SECRET}
    for operation, answer, params in (
        ("get_api_keys", {"item": [key]}, {"includeValues": True}),
        ("get_api_key", key, {"apiKey": "k1", "includeValue": True}),
    ):
        aws_replies.reply(answer)
        frame = export_operation(ctx, "apigateway", operation, params).frame

        assert [("k1", "partner")] == list(zip(frame["id"], frame["name"], strict=True))
        assert SECRET not in str(frame.to_dict())


def test_a_generic_export_shows_names_of_variables_only(ctx, aws_replies):
    """What Lambda tells of its environment arrives without the values."""
    function = {
        "FunctionName": "orders",
        "Environment": {"Variables": {"STAGE": "prod", "DB_PASSWORD": SECRET}},
    }
    aws_replies.reply({"Functions": [function]})

    frame = export_operation(ctx, "lambda", "list_functions", {}).frame

    assert SECRET not in str(frame.to_dict())
    assert {"STAGE", "DB_PASSWORD"} == set(frame["environment"][0]["Variables"])


@pytest.mark.parametrize(
    ("service", "operation", "page"),
    [
        ("amplify", "ListApps", {"apps": [{"environmentVariables": {"T": SECRET}}]}),
        (
            "apprunner",
            "DescribeService",
            {
                "Service": {
                    "SourceConfiguration": {
                        "ImageRepository": {
                            "ImageConfiguration": {"RuntimeEnvironmentVariables": {"T": SECRET}}
                        }
                    }
                }
            },
        ),
        ("sagemaker", "DescribeModel", {"PrimaryContainer": {"Environment": {"T": SECRET}}}),
        (
            "codebuild",
            "BatchGetBuilds",
            {"builds": [{"exportedEnvironmentVariables": [{"name": "T", "value": SECRET}]}]},
        ),
        ("ec2", "DescribeInstanceAttribute", {"UserData": {"Value": SECRET}}),
        (
            "elasticbeanstalk",
            "DescribeConfigurationSettings",
            {
                "ConfigurationSettings": [
                    {
                        "OptionSettings": [
                            {
                                "Namespace": "aws:elasticbeanstalk:application:environment",
                                "OptionName": "T",
                                "Value": SECRET,
                            }
                        ]
                    }
                ]
            },
        ),
    ],
)
def test_environments_are_hidden_however_a_service_writes_them(service, operation, page):
    """A mapping of names to values, a list, a wrapped text: the model tells which it is."""
    assert SECRET not in json.dumps(layout_of(service, operation).records(page), default=str)
