"""Nothing but reviewed reads leaves a pooled client."""

from __future__ import annotations

import datetime as dt
import json
from typing import ClassVar
from unittest import mock

import pytest
from botocore import xform_name
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import create_loader

from aibrain_jupyter.aws.answers.paging import call
from aibrain_jupyter.aws.clients import reads
from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.clients.guard import allowed_names, check_access
from aibrain_jupyter.aws.clients.same_request import difference
from aibrain_jupyter.aws.operations.models import service_model
from aibrain_jupyter.shared.error_handler import (
    OperationRefusedError,
    ParameterError,
    SecretReadRefusedError,
    SensitiveReadRefusedError,
    UnknownNameError,
    WriteRefusedError,
)

NOW = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


def test_reads_reach_the_wire(pool, aws_replies):
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

    assert "1" == pool.client("sts", region="us-east-1").get_caller_identity()["Account"]
    assert "STARTED" == pool.client("iam", region="us-east-1").generate_credential_report()["State"]


def test_an_operation_that_streams_is_refused_whatever_its_name(
    pool, aws_replies, monkeypatch, tmp_path
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
        pool.client("things", region="us-east-1").get_thing()
    assert [] == aws_replies.requests


def test_a_refusal_says_what_was_not_sent(pool):
    """The operation is named, with the reason; the parameters are not quoted."""
    client = pool.client("secretsmanager", region="us-east-1")
    with pytest.raises(SecretReadRefusedError) as info:
        client.get_secret_value(SecretId="prod/db")

    assert "secretsmanager:GetSecretValue was not sent." == info.value.what
    assert "secret values" in info.value.why
    assert "prod/db" not in str(info.value)


def test_presigned_links_are_refused_too(pool):
    """A link to an object would carry the access out of the notebook."""
    client = pool.client("s3", region="us-east-1")
    for operation in ("get_object", "put_object"):
        with pytest.raises(OperationRefusedError):
            client.generate_presigned_url(operation, Params={"Bucket": "b", "Key": "k"})


@pytest.mark.parametrize("method", ["PUT", "DELETE", "GET", "POST"])
def test_a_link_is_signed_for_the_operation_that_was_checked(pool, method):
    """HttpMethod= does not make a link to write, delete or read out of a read's."""
    client = pool.client("s3", region="us-east-1")
    own = {"Bucket": "b", "Key": "k"}
    with mock.patch("botocore.auth.get_current_datetime", return_value=NOW):
        plain = client.generate_presigned_url("head_object", Params=own)
        with pytest.warns(UserWarning, match=f"signs nothing for {method}"):
            other = client.generate_presigned_url("head_object", Params=own, HttpMethod=method)

    assert plain == other


def test_a_form_to_upload_is_refused(pool):
    """A presigned post lets anybody write."""
    with pytest.raises(OperationRefusedError):
        pool.client("s3", region="us-east-1").generate_presigned_post("b", "k")


def test_a_signer_asked_by_itself_signs_the_operation_it_names(pool):
    """Whoever takes the client's signer cannot sign a deletion under the name of a read."""
    client = pool.client("s3", region="us-east-1")
    for url in ("https://s3.amazonaws.com/b/k?tagging", "https://s3.amazonaws.com/b?policy"):
        request = AWSRequest("GET", url)
        request.context = {}
        with pytest.raises(WriteRefusedError):
            client._request_signer.sign("GetBucketAcl", request)


REQUESTS = [
    ("iam", "ListUsers", "DELETE", "/", {}, "Action=ListUsers"),
    ("iam", "ListUsers", "POST", "/", {}, "Action=DeleteUser&UserName=ana"),
    ("iam", "ListUsers", "POST", "/?Action=DeleteUser", {}, "Action=ListUsers"),
    ("iam", "ListUsers", "POST", "/", {}, ""),
    ("ec2", "DescribeInstances", "POST", "/", {}, "Action=TerminateInstances"),
    ("kms", "ListKeys", "POST", "/", {"X-Amz-Target": "TrentService.DisableKey"}, "{}"),
    ("kms", "ListKeys", "POST", "/", {}, "{}"),
    ("lambda", "GetFunction", "GET", "/2015-03-31/functions/f/code", {}, ""),
    ("lambda", "GetFunction", "DELETE", "/2015-03-31/functions/f", {}, ""),
    ("s3", "GetBucketAcl", "GET", "/b?policy", {}, ""),
    ("s3", "GetBucketAcl", "GET", "/b", {}, ""),
    ("s3", "GetBucketAcl", "GET", "/b/k?acl", {}, ""),
    ("s3", "GetBucketAcl", "PUT", "/b?acl", {}, ""),
]


@pytest.mark.parametrize(("service", "name", "method", "path", "headers", "body"), REQUESTS)
def test_another_request_under_the_name_of_a_read(service, name, method, path, headers, body):
    """Method, action, target, path and sub-resource are those of the operation, or it is told."""
    model = service_model(service).operation_model(name)
    request = AWSRequest(method, f"https://aws.example{path}", headers, body)

    assert difference(model, request.prepare(), endpoint="https://aws.example")


SAME = [
    ("iam", "ListUsers", "POST", "/", {}, "Action=ListUsers&Version=1"),
    ("kms", "ListKeys", "POST", "/", {"X-Amz-Target": "TrentService.ListKeys"}, "{}"),
    ("lambda", "GetFunction", "GET", "/2015-03-31/functions/arn%3Aaws%3Alambda?q=1", {}, ""),
    ("s3", "GetBucketAcl", "GET", "/b?acl", {}, ""),
    ("s3", "GetBucketAcl", "GET", "/?acl", {}, ""),
    ("s3", "ListObjectsV2", "GET", "/b?list-type=2&prefix=a%2Fb", {}, ""),
    ("s3", "ListBuckets", "GET", "/?max-buckets=1000&x-id=ListBuckets", {}, ""),
]


@pytest.mark.parametrize(("service", "name", "method", "path", "headers", "body"), SAME)
@pytest.mark.parametrize("base", ["https://aws.example", "http://127.0.0.1:9/prefix"])
def test_the_request_of_an_operation_is_known(base, service, name, method, path, headers, body):
    """Its own request passes, below the path of an endpoint as well."""
    model = service_model(service).operation_model(name)
    request = AWSRequest(method, f"{base}{path}", headers, body)

    assert "" == difference(model, request.prepare(), endpoint=base)


@pytest.mark.parametrize("service", ["apigatewayv2", "kms", "lambda", "mq", "pinpoint", "sqs"])
def test_every_read_of_a_service_is_the_request_it_says(pool, service):
    """What the SDK makes of a read is let pass, whatever its model calls the parts of its path."""
    client = pool.client(service, region="us-east-1")
    sent = []

    def stop(event_name, **_):
        sent.append(event_name.rpartition(".")[2])
        raise InterruptedError  # no request leaves

    client.meta.events.register_last("before-send", stop)
    names = []
    for name in client.meta.service_model.operation_names:
        shape = client.meta.service_model.operation_model(name).input_shape
        required = {m: shape.members[m] for m in shape.required_members} if shape else {}
        if reads.is_read(service, name) and {s.type_name for s in required.values()} <= {"string"}:
            names.append(name)
            own = {m: s.enum[0] if s.enum else "arn:a/b c" for m, s in required.items()}
            with pytest.raises((InterruptedError, BotoCoreError)):
                getattr(client, xform_name(name))(**own)

    assert 4 < len(set(sent)) <= len(names)


def test_directory_buckets_are_read_with_sessions_that_may_only_read(pool, monkeypatch):
    """The SDK opens the session by itself; a user who asks for one is refused."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    client = pool.client("s3", region="us-east-1")
    sent = []

    def answer(request, **_):
        sent.append(request)
        body = SESSION if "session" in request.url else LISTING
        return AWSResponse(request.url, 200, {"content-type": "text/xml"}, _Raw(body))

    client.meta.events.register("before-send.s3", answer)
    listed = client.list_objects_v2(Bucket="logs--use1-az4--x-s3")

    assert ["a"] == [entry["Key"] for entry in listed["Contents"]]
    assert ["session" in request.url for request in sent] == [True, False]
    assert "ReadOnly" == sent[0].headers["x-amz-create-session-mode"].decode()
    assert "ASIASESSION" in sent[1].headers["Authorization"].decode()
    with pytest.raises(OperationRefusedError):
        client.create_session(Bucket="logs--use1-az4--x-s3")


SESSION = (
    "<CreateSessionOutput><Credentials><SessionToken>t</SessionToken><SecretAccessKey>s"
    "</SecretAccessKey><AccessKeyId>ASIASESSION</AccessKeyId><Expiration>2099-01-01T00:00:00Z"
    "</Expiration></Credentials></CreateSessionOutput>"
)
LISTING = (
    "<ListBucketResult><Name>b</Name><KeyCount>1</KeyCount><Contents><Key>a</Key></Contents>"
    "</ListBucketResult>"
)


class _Raw:
    """A body as urllib3 gives it."""

    def __init__(self, body):
        self._body = body.encode()

    def stream(self):
        yield self._body


@pytest.mark.parametrize(
    ("service", "method", "params"),
    [
        ("rds", "generate_db_auth_token", {"DBHostname": "h", "Port": 3306, "DBUsername": "u"}),
        ("dsql", "generate_db_connect_auth_token", {"Hostname": "h"}),
        ("dsql", "generate_db_connect_admin_auth_token", {"Hostname": "h"}),
    ],
)
def test_tokens_that_are_only_signed_are_refused(pool, service, method, params):
    """A token to sign in to a database is made without a request; it is not made either."""
    with pytest.raises(OperationRefusedError):
        getattr(pool.client(service, region="us-east-1"), method)(**params)


def test_credentials_are_still_fetched_by_the_sdk(pool, aws_replies, monkeypatch, tmp_path):
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

    assert [] == pool.client("kms", profile="role").list_keys()["Keys"]
    assert ["AssumeRole", "ListKeys"] == aws_replies.actions
    assert "ASIAROLE" == aws_replies.requests[1].access_key_id


def test_who_goes_round_the_methods_is_stopped_at_the_wire(pool, aws_replies):
    """A request made with the client's own endpoint is refused like any other."""
    client = pool.client("iam", region="us-east-1")
    model = client.meta.service_model.operation_model("DeleteUser")
    request = client._convert_to_request_dict(
        api_params={"UserName": "ana"},
        operation_model=model,
        endpoint_url=aws_replies.url,
        context={"client_region": "us-east-1", "client_config": client.meta.config},
    )

    with pytest.raises(WriteRefusedError):
        client._make_request(model, request, request["context"])
    assert [] == aws_replies.requests


def test_a_request_signed_elsewhere_is_stopped_at_the_wire(pool, aws_replies):
    """What never asks for the client's signature is refused where it would be sent; reads pass."""
    client = pool.client("kms", region="us-east-1")
    client.meta.events.unregister("request-created.kms", client._request_signer.handler)
    aws_replies.on("/", {"Keys": []})

    def send(name):
        request = {
            "url": aws_replies.url,
            "method": "POST",
            "headers": {"Authorization": "made by hand", "X-Amz-Target": f"TrentService.{name}"},
            "body": b"{}",
            "context": {"client_config": client.meta.config},
        }
        client._endpoint.make_request(client.meta.service_model.operation_model(name), request)

    send("ListKeys")
    with pytest.raises(WriteRefusedError):
        send("CreateKey")
    assert ["ListKeys"] == aws_replies.actions


def test_a_table_that_cannot_be_read_lets_nothing_pass(pool, aws_replies, monkeypatch, request):
    """On any error the answer is no."""
    client = pool.client("iam", region="us-east-1")
    monkeypatch.setattr(
        reads, "_sections", lambda: {"iam": reads._Section("IAM", "iam", "ListUsers damaged")}
    )
    monkeypatch.setattr(reads, "operations", reads.operations.__wrapped__)
    reads.access_of.cache_clear()
    request.addfinalizer(reads.access_of.cache_clear)

    with pytest.raises(WriteRefusedError):
        client.list_users()
    assert [] == aws_replies.requests


class TestSensitiveReads:
    """Contents are read only by who asks for them by name."""

    ASK: ClassVar = {"Name": "/app/level"}

    def test_none_is_sent_without_being_allowed(self, pool, ctx, aws_replies):
        """Neither by a client nor by a tool; the refusal says how to allow it."""
        with pytest.raises(SensitiveReadRefusedError) as info:
            pool.client("ssm", region="us-east-1").get_parameter(**self.ASK)
        with pytest.raises(SensitiveReadRefusedError):
            call(ctx, "ssm", "get_parameter", self.ASK)

        assert "allow=GetParameter" in info.value.next_steps[0]
        assert [] == aws_replies.requests

    def test_one_that_is_allowed_is_sent_and_no_other(self, ctx, aws_replies):
        """The permission is for the call it was given to, and for that operation."""
        aws_replies.reply({"Parameter": {"Name": "/app/level"}})
        aws_call(ctx).allowed = allowed_names("ssm", ["get_parameter"])
        call(ctx, "ssm", "get_parameter", self.ASK)

        assert ["GetParameter"] == aws_replies.actions
        with pytest.raises(SensitiveReadRefusedError):
            call(ctx, "ssm", "get_parameters", {"Names": ["/app/level"]})
        with pytest.raises(SensitiveReadRefusedError):
            ctx.client("ssm").get_parameter(**self.ASK)

    def test_secret_values_stay_out_even_then(self, ctx, aws_replies):
        """A SecureString is not decrypted, and an API key not told."""
        aws_call(ctx).allowed = allowed_names("ssm", ["GetParameter"])
        with pytest.raises(SecretReadRefusedError):
            call(ctx, "ssm", "get_parameter", {**self.ASK, "WithDecryption": True})
        with pytest.raises(SecretReadRefusedError):
            call(ctx, "apigateway", "get_api_keys", {"includeValues": True})

        assert [] == aws_replies.requests

    @pytest.mark.parametrize(
        ("name", "error"),
        [
            ("secretsmanager:GetSecretValue", SecretReadRefusedError),
            ("ec2:GetPasswordData", SecretReadRefusedError),
            ("sts:GetSessionToken", SecretReadRefusedError),
            ("stepfunctions:GetActivityTask", WriteRefusedError),
            ("ssm:PutParameter", UnknownNameError),
            ("ssm:GetParametr", UnknownNameError),
            ("iam:ListUsers", ParameterError),
        ],
    )
    def test_what_cannot_be_allowed(self, name, error):
        """Secrets, passwords, tokens and writes are nobody's to allow; a slip is named."""
        with pytest.raises(error):
            allowed_names("", [name])


def test_it_can_be_asked_before_anything_runs():
    """A request for a write is refused while it is planned."""
    check_access("iam", "list_users")
    with pytest.raises(WriteRefusedError):
        check_access("iam", "delete_user")


def test_a_refusal_is_no_error_of_the_sdk(pool):
    """Whoever catches the SDK's errors does not catch a refusal by accident."""
    with pytest.raises(WriteRefusedError) as info:
        pool.client("iam", region="us-east-1").delete_user(UserName="ana")

    assert not isinstance(info.value, BotoCoreError | ClientError)


def test_a_throttle_botocore_does_not_know_is_retried(pool, aws_replies):
    """AppStream says RequestLimitExceededException: the call is made again, not lost."""
    aws_replies.reply({"__type": "RequestLimitExceededException"}, status=400)
    aws_replies.reply({"__type": "RequestLimitExceededException"}, status=400)
    aws_replies.reply({"Fleets": []})

    answer = pool.client("appstream", region="us-east-1").describe_fleets()

    assert [] == answer["Fleets"]
    assert 2 == answer["ResponseMetadata"]["RetryAttempts"]


def test_any_other_refusal_is_not_retried(pool, aws_replies):
    """One request for a refusal that waiting does not change."""
    aws_replies.reply(
        {"ErrorCode": "BadRequest"}, status=400, headers={"x-amzn-ErrorType": "BadRequest"}
    )
    with pytest.raises(ClientError):
        pool.client("efs", region="us-east-1").describe_file_systems()

    assert 1 == len(aws_replies.requests)


def test_writes_and_reads_that_are_refused_are_told_apart():
    """Catching refused writes catches no refused read, and one class catches them all."""
    kinds = (WriteRefusedError, SensitiveReadRefusedError, SecretReadRefusedError)
    asked = ("iam", "create_user"), ("s3", "get_object"), ("ec2", "get_password_data")
    for error, (service, operation) in zip(kinds, asked, strict=True):
        with pytest.raises(OperationRefusedError) as info:
            check_access(service, operation)

        assert error is type(info.value)
