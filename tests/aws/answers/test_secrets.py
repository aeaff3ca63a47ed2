"""Secrets that AWS hands out besides: names stay, values never reach a frame."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from typing import ClassVar

import pytest

from aibrain_jupyter.aws.answers.records import layout_of
from aibrain_jupyter.aws.answers.secrets import hidden_variables, revealed_names, without_secrets
from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.operations.export import export_operation
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.tool_executors.aws_executor import AwsExecutor
from aibrain_jupyter.tool_registry import get_tool_registry

SECRET = "wJalrXUtnFEMI"
CALLER = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult>"
    "<Arn>arn:aws:iam::123456789012:user/ana</Arn><UserId>A</UserId>"
    "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


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
        ("SecretValue", SECRET),
        ("JoinToken", SECRET),
        ("basicAuthCredentials", SECRET),
        ("Location", f"https://bucket.s3.amazonaws.com/code?X-Amz-Signature={SECRET}"),
        ("Location", f"https://bucket.s3.amazonaws.com/code?Expires=1&Signature={SECRET}"),
        ("Definition", f"-----BEGIN RSA PRIVATE KEY-----{SECRET}"),
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
        ("credentials", "arn:aws:iam::1:role/integration"),
        ("Location", "https://bucket.s3.amazonaws.com/code"),
        ("LockToken", "1234"),
    ],
)
def test_what_is_no_secret_stays(member, value):
    """Names of secrets, ARNs and references are evidence."""
    assert value == without_secrets(member, value)


def test_the_keys_of_an_api_are_not_shown():
    """API Gateway tells a key's value if asked; it would be hidden all the same."""
    key = {"id": "k1", "name": "partner", "value": SECRET}
    for operation, page in (("GetApiKeys", {"items": [key]}), ("GetApiKey", key)):
        (record,) = layout_of("apigateway", operation).records(page)

        assert ("k1", "partner") == (record["id"], record["name"])
        assert SECRET not in str(record)


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
        ("apigateway", "GetStages", {"item": [{"variables": {"T": SECRET}}]}),
        (
            "apigateway",
            "GetStages",
            {"item": [{"canarySettings": {"stageVariableOverrides": {"T": SECRET}}}]},
        ),
        ("apigatewayv2", "GetStages", {"Items": [{"StageVariables": {"T": SECRET}}]}),
        ("ssm", "GetParameter", {"Parameter": {"Name": "T", "Value": SECRET}}),
        ("ssm", "GetParametersByPath", {"Parameters": [{"Name": "T", "Value": SECRET}]}),
        ("glue", "GetJobs", {"Jobs": [{"DefaultArguments": {"--db-password": SECRET}}]}),
        (
            "batch",
            "DescribeJobs",
            {
                "jobs": [
                    {
                        "eksProperties": {
                            "podProperties": {
                                "containers": [{"env": [{"name": "T", "value": SECRET}]}]
                            }
                        }
                    }
                ]
            },
        ),
        (
            "pipes",
            "DescribePipe",
            {
                "TargetParameters": {
                    "HttpParameters": {"HeaderParameters": {"Authorization": SECRET}}
                }
            },
        ),
        (
            "glue",
            "GetConnections",
            {"ConnectionList": [{"ConnectionProperties": {"PASSWORD": SECRET}}]},
        ),
        (
            "ecs",
            "DescribeTaskDefinition",
            {
                "taskDefinition": {
                    "containerDefinitions": [{"environment": [{"name": "T", "value": SECRET}]}]
                }
            },
        ),
        (
            "cloudformation",
            "DescribeStacks",
            {"Stacks": [{"Parameters": [{"ParameterKey": "T", "ParameterValue": SECRET}]}]},
        ),
        (
            "cloudformation",
            "DescribeStacks",
            {"Stacks": [{"Outputs": [{"OutputKey": "DBPassword", "OutputValue": SECRET}]}]},
        ),
        ("glue", "GetJobs", {"Jobs": [{"NonOverridableArguments": {"--T": SECRET}}]}),
        ("mwaa", "GetEnvironment", {"Environment": {"AirflowConfigurationOptions": {"T": SECRET}}}),
        (
            "codepipeline",
            "GetPipeline",
            {
                "pipeline": {
                    "stages": [
                        {
                            "actions": [
                                {
                                    "configuration": {
                                        "EnvironmentVariables": json.dumps(
                                            [{"name": "T", "value": SECRET, "type": "PLAINTEXT"}]
                                        )
                                    }
                                }
                            ]
                        }
                    ]
                }
            },
        ),
        (
            "ec2",
            "DescribeLaunchTemplateVersions",
            {"LaunchTemplateVersions": [{"LaunchTemplateData": {"UserData": SECRET}}]},
        ),
        (
            "eks",
            "ListEksAnywhereSubscriptions",
            {"subscriptions": [{"licenses": [{"token": SECRET}]}]},
        ),
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
    shown = json.dumps(layout_of(service, operation).records(page), default=str)

    assert SECRET not in shown
    assert "[hidden " in shown


def test_parameters_and_outputs_of_a_stack_stay_evidence():
    """A stack's parameter is shown by its name; an output that is no secret, and an ARN, stay."""
    page = {
        "Stacks": [
            {
                "Parameters": [{"ParameterKey": "Level", "ParameterValue": "debug"}],
                "Outputs": [
                    {"OutputKey": "Url", "OutputValue": "https://a"},
                    {"OutputKey": "SecretArn", "OutputValue": "arn:aws:secretsmanager:x"},
                ],
            }
        ]
    }
    layout = layout_of("cloudformation", "DescribeStacks")

    [stack] = layout.records(page, revealed_names(["Level"]))
    assert page["Stacks"][0] == {"Parameters": stack["parameters"], "Outputs": stack["outputs"]}
    assert "debug" not in str(layout.records(page)[0]["parameters"])


def test_bytes_are_hidden_like_their_text():
    """An answer as boto3 gives it has the hash that its table has."""
    assert without_secrets("SecretBinary", b"x") == without_secrets("SecretBinary", "eA==")


def hash_of(value):
    return without_secrets("UserData", value)


class TestHashes:
    """What stands for a secret tells whether two are equal, and nothing else."""

    def test_equal_values_have_equal_hashes(self):
        """A password that is used twice is seen; another one is another."""
        environment = {"A": "one", "B": "one", "C": "two"}
        shown = hidden_variables(environment)

        assert shown["A"] == shown["B"] != shown["C"]
        assert shown == hidden_variables(environment)
        assert re.fullmatch(r"\[hidden [0-9a-f]{16}\]", shown["A"])

    def test_they_are_worthless_without_the_users_key(self, monkeypatch, tmp_path):
        """Another user's hash of the same value is another one, so that none can be tried out."""
        mine = hash_of("hunter2")
        monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "another user"))

        assert mine != hash_of("hunter2")
        plain = hashlib.sha256(b"hunter2").hexdigest()[:16]
        assert plain not in (mine, hash_of("hunter2"))

    def test_they_outlive_the_process(self):
        """Last year's notebook and this year's can be compared."""
        code = (
            "from aibrain_jupyter.aws.answers.secrets import without_secrets;"
            "print(without_secrets('UserData', 'hunter2'))"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

        assert hash_of("hunter2") == run.stdout.strip()

    def test_the_key_is_the_users_alone(self, tmp_path):
        """Nobody else can read what the hashes are salted with."""
        hash_of("hunter2")

        (key,) = (tmp_path / "aibrain-data").glob("*.key")
        assert 0o600 == key.stat().st_mode & 0o777

    def test_any_text_has_one(self):
        """Half of a character, as JSON can have it, is no reason to fail."""
        assert re.fullmatch(r"\[hidden [0-9a-f]{16}\]", hash_of("hunter\ud800"))

    def test_without_a_key_there_is_no_hash(self, monkeypatch, tmp_path):
        """A folder that cannot be used costs the hash, never the secret."""
        (tmp_path / "a file").write_text("")
        monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "a file"))

        assert "[hidden]" == hash_of("hunter2")


class TestReveal:
    """Configuration is shown by its name; secrets are not, whoever asks."""

    FUNCTION: ClassVar = {
        "FunctionName": "orders",
        "Environment": {
            "Variables": {"LOG_LEVEL": "debug", "STAGE": "prod", "DB_PASSWORD": SECRET}
        },
    }

    def test_a_variable_is_shown_by_its_name(self, ctx, aws_replies):
        """That one and no other."""
        aws_call(ctx).revealed = revealed_names(["log_level"])
        aws_replies.reply({"Functions": [self.FUNCTION]})
        frame = export_operation(ctx, "lambda", "list_functions", {}).frame

        variables = frame["environment"][0]["Variables"]
        assert "debug" == variables["LOG_LEVEL"]
        assert "prod" not in str(variables)
        assert SECRET not in str(variables)

    def test_user_data_and_parameters_too(self):
        """What somebody wrote as configuration, but nothing that is encrypted."""
        revealed = revealed_names(["UserData", "/app/level"])
        page = {
            "Parameters": [
                {"Name": "/app/level", "Type": "String", "Value": "7"},
                {"Name": "/app/level", "Type": "SecureString", "Value": SECRET},
                {"Name": "/app/other", "Type": "String", "Value": SECRET},
            ]
        }

        shown = layout_of("ssm", "GetParameters").records(page, revealed)
        assert "7" == shown[0]["value"]
        assert SECRET not in str(shown)
        assert {"Value": "#!"} == without_secrets("UserData", {"Value": "#!"}, revealed=revealed)

    @pytest.mark.parametrize(
        "name", ["DB_PASSWORD", "apiToken", "CLIENT_SECRET", "MasterUserPassword", "authKey"]
    )
    def test_a_secret_is_never_shown(self, name):
        """The request is refused before anything is sent."""
        with pytest.raises(ParameterError, match="never shown"):
            revealed_names([name])

    def test_a_secret_stays_hidden_even_if_its_name_got_through(self):
        """Whatever a caller puts on the list."""
        assert SECRET not in str(
            hidden_variables({"DB_PASSWORD": SECRET}, frozenset({"db_password"}))
        )

    def test_what_is_shown_is_looked_through_once_more(self):
        """A key that was pasted into a variable stays hidden."""
        token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghij"
        shown = hidden_variables({"GREETING": f"hello {token}"}, revealed_names(["GREETING"]))

        assert {"GREETING": "hello [hidden]"} == shown

    def test_it_is_recorded_with_the_rows(self, aws_replies):
        """Who reads the evidence sees what was revealed and what was allowed."""
        aws_replies.on("GetCallerIdentity", CALLER)
        aws_replies.reply({"Parameter": {"Name": "/app/level", "Type": "String", "Value": "7"}})
        export = get_tool_registry().get_tool("aws_export", AwsExecutor(region="us-east-1"))

        frame = export(
            service="ssm",
            operation="get_parameter",
            Name="/app/level",
            allow="GetParameter",
            reveal="/app/level",
        )

        assert ["7"] == frame["value"].tolist()
        params = frame.attrs["aibrain"]["params"]
        assert (["GetParameter"], ["/app/level"]) == (params["allow"], params["reveal"])
