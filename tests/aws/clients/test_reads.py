"""The reviewed table: what each operation does, and that no model speaks against it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import botocore
import pytest

from aibrain_jupyter.aws.clients.reads import (
    Access,
    access_of,
    is_read,
    operations,
    reviewed,
    services,
)
from aibrain_jupyter.aws.operations.models import service_model
from aibrain_jupyter.aws.operations.models import services as all_services
from aibrain_jupyter.aws.resources.table import RESOURCES

pytestmark = pytest.mark.usefixtures("_forgets_all_models")

TOOL = Path(__file__).parents[2] / "tools" / "operations_table.py"

READS = [
    "iam:ListUsers",
    "iam:list_mfa_devices",
    "iam:GetAccountAuthorizationDetails",
    "iam:GenerateCredentialReport",
    "iam:GetCredentialReport",
    "iam:GetLoginProfile",
    "iam:GetAccountPasswordPolicy",
    "s3:ListBuckets",
    "s3:GetBucketPolicy",
    "s3:HeadBucket",
    "s3:GetPublicAccessBlock",
    "ec2:DescribeInstances",
    "kms:GetKeyPolicy",
    "sts:GetCallerIdentity",
    "secretsmanager:ListSecrets",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    "ssm:DescribeParameters",
    "cloudtrail:LookupEvents",
    "sqs:GetQueueUrl",
    "lambda:ListFunctions",
    "lambda:GetFunctionUrlConfig",
    "lambda:GetPolicy",
    "codebuild:BatchGetProjects",
    "config:SelectResourceConfig",
    "resource-groups:SearchResources",
]
SENSITIVE = [
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:get_parameter_history",
    "s3:GetObject",
    "kinesis:GetRecords",
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "lambda:GetFunction",
    "logs:GetLogEvents",
    "logs:FilterLogEvents",
    "athena:GetQueryResults",
    "cloudsearchdomain:Search",
]
NEVER = [
    "secretsmanager:GetSecretValue",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetRandomPassword",
    "ec2:GetPasswordData",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "sts:GetSessionToken",
    "sts:GetFederationToken",
    "redshift:GetClusterCredentials",
    "redshift:GetClusterCredentialsWithIAM",
    "emr:GetOnClusterAppUIPresignedURL",
    "cognito-idp:GetTokensFromRefreshToken",
    "datazone:GetEnvironmentCredentials",
    "sso:GetRoleCredentials",
    "codepipeline:GetJobDetails",
    "wafv2:ListAPIKeys",
]
WRITES = [
    "iam:CreateUser",
    "iam:DeleteUser",
    "s3:PutObject",
    "s3:DeleteBucket",
    "ec2:TerminateInstances",
    "kms:Decrypt",
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "sqs:ReceiveMessage",
    "ses:VerifyDomainIdentity",
    "dynamodb:Scan",
    "dynamodb:Query",
    "lambda:Invoke",
    "ssm:SendCommand",
    "ec2:GetawayInstances",
    "iam:Listen",
    "nosuchservice:ListThings",
    "cognito-idp:GetUserAttributeVerificationCode",
]
WRITES_BY_ACCESS_LEVEL = [
    "appfabric:BatchGetUserAccessTasks",
    "athena:GetSessionEndpoint",
    "bedrock-agentcore:GetWorkloadAccessToken",
    "bedrock-agentcore:GetWorkloadAccessTokenForJWT",
    "bedrock-agentcore:GetWorkloadAccessTokenForUserId",
    "cognito-identity:GetId",
    "cognito-idp:GetTokensFromRefreshToken",
    "datazone:GetIamPortalLoginUrl",
    "emr:GetClusterSessionCredentials",
    "emr:GetPersistentAppUIPresignedURL",
    "emr-containers:GetManagedEndpointSessionCredentials",
    "lightsail:GetInstanceAccessDetails",
    "lightsail:GetRelationalDatabaseMasterUserPassword",
    "redshift-serverless:GetCredentials",
    "security-ir:GetCaseAttachmentUploadUrl",
    "socialmessaging:GetWhatsAppMessageMedia",
    "stepfunctions:GetActivityTask",
    "sts:GetDelegatedAccessToken",
    "sts:GetWebIdentityToken",
]


def names_that_are(access, names):
    return [name for name in names if access_of(*name.split(":")) is access]


@pytest.mark.parametrize(
    ("access", "names"),
    [
        (Access.READ, READS),
        (Access.SENSITIVE_READ, SENSITIVE),
        (Access.NEVER, NEVER),
        (Access.WRITE, WRITES),
    ],
    ids=lambda value: value.value if isinstance(value, Access) else "",
)
def test_operations_are_what_they_do(access, names):
    """What an audit needs is a read; contents, secrets and changes are told apart from it."""
    assert names == names_that_are(access, names)


def test_the_access_levels_of_aws_are_heeded():
    """What AWS calls Write or Permissions management is no read, whatever its verb."""
    names = WRITES_BY_ACCESS_LEVEL

    assert [] == names_that_are(Access.READ, names) + names_that_are(Access.SENSITIVE_READ, names)


def test_the_actions_of_the_curated_resources_are_in_it():
    """Each action of the catalogue is one that some read of the table needs."""
    known = {
        operation.action for service in services() for operation in operations(service).values()
    }
    wanted = {action for resource in RESOURCES for action in resource.permissions}

    assert set() == wanted - known


def test_an_action_with_another_name_is_known():
    """Least-privilege policies need the action, not the operation."""
    assert {
        "s3:ListBuckets": "s3:ListAllMyBuckets",
        "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
        "apigateway:GetRestApis": "apigateway:GET",
        "cloudwatch:DescribeAlarms": "cloudwatch:DescribeAlarms",
        "resourcegroupstaggingapi:GetResources": "tag:GetResources",
        "accessanalyzer:ListFindingsV2": "access-analyzer:ListFindings",
        "s3:ListDirectoryBuckets": "s3express:ListAllMyDirectoryBuckets",
    } == {
        name: reviewed(*name.split(":")).action
        for name in (
            "s3:ListBuckets",
            "s3control:GetPublicAccessBlock",
            "apigateway:GetRestApis",
            "cloudwatch:DescribeAlarms",
            "resourcegroupstaggingapi:GetResources",
            "accessanalyzer:ListFindingsV2",
            "s3:ListDirectoryBuckets",
        )
    }


def test_no_read_streams_or_hands_out_keys():
    """Over all models: a read gives no stream and no member named like a credential."""
    tell_tale = {
        "accesskeyid",
        "authorizationtoken",
        "authtoken",
        "password",
        "presignedurl",
        "secretaccesskey",
        "secretbinary",
        "secretstring",
        "sessiontoken",
    }
    found = set()
    for service, name, shapes, output in _operations_of_all_models():
        if not is_read(service, name):
            continue
        members = output.get("members", {})
        streams = any(
            shape.get("streaming") or shape.get("eventstream")
            for member in members.values()
            for shape in (member, shapes[member["shape"]])
        )
        if streams or {member.lower() for member in members} & tell_tale:
            found.add(f"{service}:{name}")

    assert set() == found


def test_a_new_operation_is_a_write_until_it_was_reviewed():
    """A verb alone opens nothing, in a service that is known and in one that is not."""
    assert Access.WRITE is access_of("iam", "ListEverythingThereIs")
    assert Access.WRITE is access_of("brandnewservice", "ListUsers")


def test_the_table_is_what_its_script_makes():
    """
    For the botocore it was reviewed with nothing differs. With another one the script says what
    is new, in lines a reviewer can read; that is no failure here: what is new is refused.
    """
    run = subprocess.run(
        [sys.executable, TOOL, "--check"], capture_output=True, text=True, check=False
    )

    assert "" == run.stderr
    if f"# botocore {botocore.__version__}:" in _table().read_text():
        assert ("Nothing differs.\n", 0) == (run.stdout, run.returncode)
    else:
        assert [] == [line for line in run.stdout.splitlines() if line[0] not in "+-!N"]


def _table():
    return Path(TOOL).parents[2] / "aibrain_jupyter" / "aws" / "clients" / "operations.txt"


def _operations_of_all_models():
    for service in all_services():
        model = service_model(service)._service_description
        for name, operation in model["operations"].items():
            output = model["shapes"].get(operation.get("output", {}).get("shape"), {})
            yield service, name, model["shapes"], output
