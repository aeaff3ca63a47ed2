"""Nothing but reviewed reads leaves a pooled client."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import botocore
import pytest
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import create_loader

from aibrain_jupyter.aws import reads
from aibrain_jupyter.aws.guard import check_read, guard_client, install_guard, is_read
from aibrain_jupyter.aws.reads import is_sensitive
from aibrain_jupyter.shared.error_handler import WriteRefusedError

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
    "cloudsearchdomain:Search",
]
SENSITIVE = [
    "secretsmanager:GetSecretValue",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetRandomPassword",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:get_parameter_history",
    "ec2:GetPasswordData",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "sts:GetSessionToken",
    "sts:GetFederationToken",
    "redshift:GetClusterCredentials",
    "redshift:GetClusterCredentialsWithIAM",
    "emr:GetOnClusterAppUIPresignedURL",
    "cognito-idp:GetTokensFromRefreshToken",
    "s3:GetObject",
    "kinesis:GetRecords",
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "lambda:GetFunction",
    "stepfunctions:GetActivityTask",
    "datazone:GetEnvironmentCredentials",
    "sso:GetRoleCredentials",
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
]
# Measured elsewhere: reading verbs that AWS's access levels call Write or Permissions management.
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


def allowed(names):
    return [name for name in names if is_read(*name.split(":"))]


def test_reads_are_reads():
    """What an audit needs passes, however the operation is spelled."""
    assert READS == allowed(READS)


def test_what_hands_out_secrets_access_or_contents_is_no_read():
    """A reading verb is not enough."""
    assert [] == allowed(SENSITIVE + WRITES_BY_ACCESS_LEVEL)
    assert all(is_sensitive(*name.split(":")) for name in SENSITIVE)


def test_everything_else_is_a_write():
    """An unknown verb is a write, also one that begins like a reading verb."""
    assert [] == allowed(WRITES)


def _operations_of_all_models():
    data = Path(botocore.__file__).parent / "data"
    for folder in sorted(data.iterdir()):
        for newest in sorted(folder.glob("*/service-2.json.gz"))[-1:]:
            model = json.loads(gzip.decompress(newest.read_bytes()))
            for name, operation in model["operations"].items():
                output = model["shapes"].get(operation.get("output", {}).get("shape"), {})
                yield folder.name, name, model["shapes"], output


def test_no_operation_of_any_service_streams_or_hands_out_keys_as_a_read():
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


def test_every_reviewed_name_is_an_operation():
    """A misspelt name on the lists would guard nothing."""
    known = {f"{service}:{xform_name(name)}" for service, name, *_ in _operations_of_all_models()}

    assert set() == (reads._SENSITIVE | reads._MORE_READS | reads._HARMLESS) - known


@pytest.fixture
def guarded(pool):
    install_guard(pool)
    return pool


@pytest.mark.parametrize("service", ["iam", "s3", "kms", "sts", "secretsmanager", "lambda", "rds"])
def test_no_write_reaches_the_wire(guarded, aws_replies, service):
    """Every operation that is no read is refused before anything is sent."""
    client = guarded.client(service, region="us-east-1")
    model = client.meta.service_model
    refused = []
    for name in model.operation_names:
        if is_read(service, name):
            continue
        with pytest.raises(WriteRefusedError):
            client._make_api_call(name, {})
        refused.append(name)

    assert refused
    assert [] == aws_replies.requests


def test_reads_reach_the_wire(guarded, aws_replies):
    """The guard lets reviewed reads pass, and an allowed report generator too."""
    aws_replies.on(
        "GetCallerIdentity",
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account>"
        "</GetCallerIdentityResult></GetCallerIdentityResponse>",
    )
    aws_replies.on(
        "GenerateCredentialReport",
        "<GenerateCredentialReportResponse><GenerateCredentialReportResult><State>STARTED</State>"
        "</GenerateCredentialReportResult></GenerateCredentialReportResponse>",
    )

    assert "1" == guarded.client("sts", region="us-east-1").get_caller_identity()["Account"]
    assert (
        "STARTED" == guarded.client("iam", region="us-east-1").generate_credential_report()["State"]
    )


def test_an_operation_that_streams_is_refused_whatever_its_name(
    guarded, aws_replies, monkeypatch, tmp_path
):
    """A newer botocore may bring a `GetSomething` that hands out contents."""
    rules = create_loader().load_service_model("kms", "endpoint-rule-set-1")
    output = {"Body": {"shape": "Bytes", "streaming": True}}
    model = {
        "version": "2.0",
        "metadata": {
            "apiVersion": "2030-01-01",
            "endpointPrefix": "things",
            "protocol": "rest-json",
            "serviceId": "Things",
            "signatureVersion": "v4",
        },
        "operations": {
            "GetThing": {
                "name": "GetThing",
                "http": {"method": "GET", "requestUri": "/thing"},
                "output": {"shape": "Thing"},
            }
        },
        "shapes": {
            "Bytes": {"type": "blob", "streaming": True},
            "Thing": {"type": "structure", "members": output, "payload": "Body"},
        },
    }
    folder = tmp_path / "models" / "things" / "2030-01-01"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text(json.dumps(model))
    (folder / "endpoint-rule-set-1.json").write_text(json.dumps(rules))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path / "models"))

    with pytest.raises(WriteRefusedError):
        guarded.client("things", region="us-east-1").get_thing()
    assert [] == aws_replies.requests


def test_a_refusal_says_what_was_not_sent(guarded):
    """The operation is named, with the reason; the parameters are not quoted."""
    client = guarded.client("secretsmanager", region="us-east-1")
    with pytest.raises(WriteRefusedError) as info:
        client.get_secret_value(SecretId="prod/db")

    assert "secretsmanager:GetSecretValue was not sent." == info.value.what
    assert "secrets" in info.value.why
    assert "prod/db" not in str(info.value)


def test_presigned_links_are_refused_too(guarded):
    """A link to an object would carry the access out of the notebook."""
    client = guarded.client("s3", region="us-east-1")
    for operation in ("get_object", "put_object"):
        with pytest.raises(WriteRefusedError):
            client.generate_presigned_url(operation, Params={"Bucket": "b", "Key": "k"})


def test_clients_made_before_are_guarded_too(pool):
    """Installing the guard late leaves no unguarded client in the pool."""
    pool.client("sqs", region="us-east-1")
    install_guard(pool)

    with pytest.raises(WriteRefusedError):
        pool.client("sqs", region="us-east-1").receive_message(QueueUrl="http://127.0.0.1/q")


def test_installing_it_twice_changes_nothing(guarded):
    """A second installation neither adds a hook nor drops clients."""
    client = guarded.client("sqs", region="us-east-1")
    install_guard(guarded)

    assert client is guarded.client("sqs", region="us-east-1")
    assert 1 == guarded.prepare.count(guard_client)


def test_credentials_are_still_fetched_by_the_sdk(guarded, aws_replies, monkeypatch, tmp_path):
    """A profile with a role works: botocore's own AssumeRole is not a call of ours."""
    config = tmp_path / "aws-config"
    config.write_text(
        "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n"
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/Audit\nsource_profile = base\n"
        "region = us-east-1\n"
    )
    aws_replies.on(
        "AssumeRole",
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>"
        "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
        "</AssumeRoleResponse>",
    )
    aws_replies.on("ListKeys", {"Keys": []})

    assert [] == guarded.client("kms", profile="role").list_keys()["Keys"]
    assert ["AssumeRole", "ListKeys"] == aws_replies.actions
    assert "ASIAROLE" == aws_replies.requests[1].access_key_id


def test_it_can_be_asked_before_anything_runs():
    """A request for a write is refused while it is planned."""
    check_read("iam", "list_users")
    with pytest.raises(WriteRefusedError):
        check_read("iam", "delete_user")


def test_a_refusal_is_no_error_of_the_sdk(guarded):
    """Whoever catches the SDK's errors does not catch a refusal by accident."""
    with pytest.raises(WriteRefusedError) as info:
        guarded.client("iam", region="us-east-1").delete_user(UserName="ana")

    assert not isinstance(info.value, BotoCoreError | ClientError)


def test_a_throttle_botocore_does_not_know_is_retried(guarded, aws_replies):
    """AppStream says RequestLimitExceededException: the call is made again, not lost."""
    aws_replies.reply({"__type": "RequestLimitExceededException"}, status=400)
    aws_replies.reply({"__type": "RequestLimitExceededException"}, status=400)
    aws_replies.reply({"Fleets": []})

    answer = guarded.client("appstream", region="us-east-1").describe_fleets()

    assert [] == answer["Fleets"]
    assert 2 == answer["ResponseMetadata"]["RetryAttempts"]


def test_any_other_refusal_is_not_retried(guarded, aws_replies):
    """One request for a refusal that waiting does not change."""
    aws_replies.reply(
        {"ErrorCode": "BadRequest"}, status=400, headers={"x-amzn-ErrorType": "BadRequest"}
    )
    with pytest.raises(ClientError):
        guarded.client("efs", region="us-east-1").describe_file_systems()

    assert 1 == len(aws_replies.requests)
