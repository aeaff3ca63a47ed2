"""Every error of the SDK becomes one of ours, with account, region, operation and what to do."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email.utils
import gzip
import inspect
import json
import os
import pickle
import re
import socket
from pathlib import Path

import boto3.exceptions
import botocore
import botocore.exceptions
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aibrain_jupyter.aws.errors.error_codes import Kind, kind_of
from aibrain_jupyter.aws.errors.translate import translate
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    CallTimeoutError,
    ConnectionFailedError,
    CredentialsError,
    CredentialsExpiredError,
    ListingLostError,
    NotEnabledError,
    ParameterError,
    PermissionDeniedError,
    ProviderError,
    RoleRefusedError,
    ServiceError,
    ThrottledError,
    UnknownNameError,
)

TARGET = AwsTarget(account="123456789012", region="eu-west-1", profile="prod")
DENIED = (
    "User: arn:aws:sts::123456789012:assumed-role/ReadOnly/me is not authorized to perform: "
    "kms:ListKeys on resource: * because no identity-based policy allows the kms:ListKeys action"
)
DENIED_BY_SCP = (
    "User: arn:aws:iam::123456789012:user/ana is not authorized to perform: ec2:DescribeInstances "
    "on resource: arn:aws:ec2:eu-west-1:123456789012:instance/* with an explicit deny in a service "
    "control policy. Encoded authorization failure message: Zm9vYmFyYmF6"
)


def answer(code, message="", *, status=400, operation="ListKeys", date=""):
    """An error answer as botocore raises it."""
    metadata = {"HTTPStatusCode": status, "HTTPHeaders": {"date": date}, "RetryAttempts": 9}
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}, operation
    )


def translated(exc, *, service="kms", operation="ListKeys", **target):
    return translate(
        exc, service=service, operation=operation, target=dataclasses.replace(TARGET, **target)
    )


def raised(call):
    """What a call of the SDK raises."""
    with pytest.raises((BotoCoreError, ClientError, ResponseParserError)) as info:
        call()
    return info.value


# -- what comes over the wire -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"__type": "AccessDeniedException", "Message": DENIED}, PermissionDeniedError),
        (403, {"__type": "com.amazon#AccessDeniedException"}, PermissionDeniedError),
        (400, {"__type": "ExpiredTokenException", "message": "expired"}, CredentialsExpiredError),
        (400, {"__type": "UnrecognizedClientException", "message": "invalid"}, CredentialsError),
        (400, {"__type": "ValidationException", "message": "bad"}, ServiceError),
    ],
    ids=["denied", "denied-namespaced", "expired", "bad-key", "validation"],
)
def test_answers_of_a_json_service(pool, aws_replies, status, body, expected):
    """What a service or a captive portal answers arrives as the error that it is."""
    aws_replies.reply(body, status=status)
    exc = raised(pool.client("kms", region="eu-west-1").list_keys)

    error = translated(exc)

    assert expected is type(error)
    assert 1 == len(aws_replies.requests)


FOREIGN = {
    "page": "<html><body>Welcome to the airport WiFi</body></html>",
    "page-with-doctype": "\n<!DOCTYPE html><html><p>Sign in</p></html>",
}


@pytest.mark.parametrize("body", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("iam", "list_users"),
        ("s3", "list_buckets"),
        ("ec2", "describe_instances"),
        ("lambda", "list_functions"),
        ("kms", "list_keys"),
        ("cloudwatch", "list_dashboards"),
    ],
)
def test_a_web_page_is_not_an_empty_answer(pool, aws_replies, service, operation, body):
    """What a captive portal answers with status 200 is an error in every protocol."""
    aws_replies.reply(body)
    exc = raised(getattr(pool.client(service, region="eu-west-1"), operation))

    error = translated(exc, service=service, operation=operation)

    assert ConnectionFailedError is type(error)
    assert "instead of AWS" in error.what


def test_no_body_is_not_an_account_without_buckets(pool, aws_replies):
    """An XML service says that there is nothing; it does not stay silent."""
    aws_replies.reply("")
    exc = raised(pool.client("s3", region="eu-west-1").list_buckets)

    assert ConnectionFailedError is type(translated(exc, service="s3", operation="ListBuckets"))


@pytest.mark.parametrize("body", ["", "null", "OK"])
def test_no_json_is_not_an_empty_answer(pool, aws_replies, body):
    """A JSON service always answers with an object, however empty."""
    aws_replies.reply(body)
    exc = raised(pool.client("kms", region="eu-west-1").list_keys)

    assert ConnectionFailedError is type(translated(exc))


def test_an_empty_object_is_an_empty_answer(pool, aws_replies):
    """`{}` is how a JSON service says that there is nothing."""
    aws_replies.reply("{}")

    assert {"ResponseMetadata"} == set(pool.client("kms", region="eu-west-1").list_keys())


def test_a_bodiless_refusal_of_s3_is_a_refusal(pool, aws_replies):
    """HEAD has no body: the code is then the HTTP status."""
    aws_replies.on("/secret-bucket", "", status=403)
    client = pool.client("s3", region="eu-west-1")
    exc = raised(lambda: client.head_bucket(Bucket="secret-bucket"))

    error = translated(exc, service="s3", operation="HeadBucket")

    assert PermissionDeniedError is type(error)
    assert "s3:ListBucket" == error.facts["action"]


def test_a_dead_endpoint_names_the_endpoint(pool):
    """When a configured endpoint does not answer, the next step says which one it is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    client = pool._session().client(
        "kms",
        region_name="eu-west-1",
        endpoint_url=url,
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )
    error = translated(raised(client.list_keys), endpoint=url)

    assert ConnectionFailedError is type(error)
    assert any(url in step for step in error.next_steps)


def test_no_credentials_name_the_profiles_and_the_demo(pool, monkeypatch):
    """Without credentials the user learns which profiles exist, and of the demo account."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    Path(os.environ["AWS_CONFIG_FILE"]).write_text("[profile audit]\nregion=eu-west-1\n")
    exc = raised(pool.client("kms", region="eu-west-1").list_keys)

    error = translated(exc, profile="", account="")

    assert CredentialsError is type(error)
    assert "audit" in error.next_steps[0]
    assert "%aibrain demo start" in error.next_steps[-1]


def test_an_unknown_profile_suggests_the_nearest(pool):
    """A profile that is not configured is an error of the cell, with the right name."""
    Path(os.environ["AWS_CONFIG_FILE"]).write_text("[profile production]\nregion=eu-west-1\n")
    exc = raised(lambda: pool.client("kms", profile="prodution", region="eu-west-1"))

    error = translated(exc, profile="prodution")

    assert UnknownNameError is type(error)
    assert "production" == error.facts["nearest"]


def test_wrong_parameters_and_missing_regions_are_errors_of_the_cell(pool):
    """botocore's own list of valid names is quoted."""
    client = pool.client("kms", region="eu-west-1")
    wrong = translated(raised(lambda: client.list_keys(Limitt=3)))
    no_region = translated(raised(lambda: pool.client("kms").list_keys()), region="")

    assert (ParameterError, ParameterError) == (type(wrong), type(no_region))
    assert "Limit" in wrong.why
    assert "--regions" in no_region.next_steps[0]


# -- codes --------------------------------------------------------------------------------------


def test_a_refusal_says_who_what_and_why():
    """Principal, action and kind of policy are read from AWS's words."""
    error = translated(answer("AccessDeniedException", DENIED))

    assert PermissionDeniedError is type(error)
    assert "Account 123456789012 refused kms:ListKeys in eu-west-1." == error.what
    assert DENIED in error.why
    assert "SecurityAudit" in error.next_steps[0]
    assert {
        "account": "123456789012",
        "profile": "prod",
        "region": "eu-west-1",
        "operation": "kms:ListKeys",
        "code": "AccessDeniedException",
        "cause": "denied",
        "action": "kms:ListKeys",
        "principal": "arn:aws:sts::123456789012:assumed-role/ReadOnly/me",
        "resource": "*",
        "policy": "identity-based policy",
    } == error.facts


def test_an_explicit_deny_is_not_answered_with_ask_for_more():
    """A service control policy is named, and the encoded message is left out."""
    exc = answer("UnauthorizedOperation", DENIED_BY_SCP, operation="DescribeInstances")

    error = translated(exc, service="ec2", operation="describe_instances")

    assert "service control policy" == error.facts["policy"]
    assert "service control policy denies ec2:DescribeInstances" in error.next_steps[0]
    assert "Zm9vYmFyYmF6" not in str(error)


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("s3", "list_buckets", "s3:ListAllMyBuckets"),
        ("s3", "GetBucketEncryption", "s3:GetEncryptionConfiguration"),
        ("cloudwatch", "DescribeAlarms", "cloudwatch:DescribeAlarms"),
        ("accessanalyzer", "ListFindingsV2", "access-analyzer:ListFindings"),
        ("apigateway", "GetRestApis", "apigateway:GET"),
    ],
)
def test_the_iam_action_is_named_where_aws_does_not_quote_it(service, operation, action):
    """The action to ask for is the IAM action, which is not always named like the operation."""
    error = translated(
        answer("AccessDenied", "Access Denied"), service=service, operation=operation
    )

    assert action == error.facts["action"]
    assert action in error.what


DENIED_CODES = [
    "403",
    "AccessDenied",
    "AccessDeniedByMetaException",
    "AccessDeniedException",
    "AccessDeniedFault",
    "AccessDeniedForDependencyException",
    "AccessForbidden",
    "AccessToClusterDenied",
    "AccessToSnapshotDenied",
    "AllAccessDisabled",
    "AuthorizationError",
    "ChannelInsufficientPermission",
    "Client.UnauthorizedOperation",
    "CloudHsmAccessDeniedException",
    "DependencyAccessDeniedException",
    "DependentServiceAccessDenied",
    "EC2AccessDeniedException",
    "EncryptionKeyAccessDeniedException",
    "ForbiddenError",
    "ForbiddenException",
    "IamRoleMissingPermissions",
    "InsufficientDependencyServiceAccessPermissionException",
    "InsufficientIAMAccessPermissionException",
    "InsufficientPermissionsException",
    "InsufficientPrivilegesException",
    "KMSAccessDenied",
    "KMSAccessDeniedException",
    "KMSAccessDeniedFault",
    "KmsAccessDenied",
    "KmsAccessDeniedException",
    "LoadUrlAccessDeniedException",
    "LogDestinationPermissionException",
    "NotAuthorizedException",
    "OperationNotPermittedFault",
    "OpsItemAccessDeniedException",
    "OrganizationAccessDeniedException",
    "S3AccessDeniedFault",
    "UnauthorizedClientException",
    "UnauthorizedError",
    "UnauthorizedException",
    "UnauthorizedOperation",
    "UnauthorizedOperationException",
    "UnauthorizedPartnerIntegration",
    "UnauthorizedResourceAccessException",
]
THROTTLE_CODES = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
    "APICallRateForCustomerExceeded",
    "APICallRateForCustomerExceededFault",
    "CallRateLimitExceededException",
    "ClientLimitExceededException",
    "ConnectionLimitExceededException",
    "DependencyThrottle",
    "DependentServiceRequestThrottlingFault",
    "EKSRequestThrottledException",
    "KMSThrottlingException",
    "KMSThrottlingFault",
    "KmsThrottled",
    "KmsThrottlingException",
    "LambdaThrottledException",
    "RateLimitError",
    "RateLimitExceededException",
    "RequestLimitExceededException",
    "SlowDownException",
    "Throttled",
    "ThrottledClientException",
    "ThrottledRequestException",
    "TooManyRequestException",
    "TooManyRequests",
    "TooManyRequestsError",
]


@pytest.mark.parametrize(
    ("codes", "kind", "error"),
    [
        (DENIED_CODES, Kind.DENIED, PermissionDeniedError),
        (
            ["KMSOptInRequired", "OptInRequired", "SubscriptionRequiredException"],
            Kind.NOT_SUBSCRIBED,
            NotEnabledError,
        ),
        (THROTTLE_CODES, Kind.THROTTLED, ThrottledError),
        (
            ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"],
            Kind.EXPIRED,
            CredentialsExpiredError,
        ),
        (
            [
                "AuthFailure",
                "InvalidAccessKeyId",
                "InvalidClientTokenId",
                "UnrecognizedClientException",
            ],
            Kind.BAD_KEY,
            CredentialsError,
        ),
        (
            ["SignatureDoesNotMatch", "InvalidSignatureException"],
            Kind.BAD_SIGNATURE,
            CredentialsError,
        ),
        (["RequestTimeTooSkewed", "RequestInTheFuture"], Kind.CLOCK, CredentialsError),
        (
            [
                "ExpiredNextTokenException",
                "InvalidContinuationTokenException",
                "InvalidMarkerException",
                "InvalidNextToken",
                "InvalidNextTokenException",
                "InvalidPaginationException",
                "InvalidPaginationToken",
                "InvalidPaginationTokenException",
                "PaginationTokenExpiredException",
            ],
            Kind.PAGE_TOKEN,
            ListingLostError,
        ),
        (
            [
                "InternalError",
                "InternalServerErrorException",
                "ServiceUnavailable",
                "InternalFailure",
            ],
            Kind.UNAVAILABLE,
            ServiceError,
        ),
        (["RequestTimeout", "RequestTimeoutException"], Kind.TIMED_OUT, CallTimeoutError),
        (["NoSuchBucketPolicy", "ValidationException", "InvalidAction"], Kind.OTHER, ServiceError),
    ],
    ids=lambda value: value.value if isinstance(value, Kind) else None,
)
def test_every_spelling_of_a_code_has_its_error(codes, kind, error):
    """Services spell the same thing in many ways; each spelling is understood."""
    assert dict.fromkeys(codes, kind) == {code: kind_of(code) for code in codes}
    assert {error} == {type(translated(answer(code, "said so"))) for code in codes}


REVIEWED_CODES = {
    # They look like a refusal or a throttle and are neither; or no read can end in them.
    "BucketPermissionException",
    "CapacityDecreaseRequestLimitExceeded",
    "DocumentPermissionLimit",
    "InvalidPermissionType",
    "InvalidSampleRateException",
    "OutboundContactNotPermittedException",
    "PermissionAlreadyExistsException",
    "PermissionLimitExceededException",
    "PermissionTypeMismatchException",
    "PermissionVersionsLimitExceededException",
    "UnmatchedPolicyPermissionException",
    "VolumeModificationRateExceededException",
    "WAFInvalidPermissionPolicyException",
    "WAFLogDestinationPermissionIssueException",
}


def test_no_code_of_any_service_is_a_refusal_unseen():
    """All error codes in botocore's models that look like a refusal or throttle are known."""
    looks = re.compile(
        r"(?i)denied|unauthor|forbidden|notauthor|permission|insufficientpriv|notpermitted"
        r"|throttl|toomanyrequests?(exc|err|$)|slowdown|requestlimit|(call|sample)?rate(limit)?exceeded"
        r"|ratelimit|samplerate"
    )
    known = {Kind.DENIED, Kind.THROTTLED}
    unseen = {
        code for code in _codes_of_all_models() if looks.search(code) and kind_of(code) not in known
    }

    assert REVIEWED_CODES == unseen


def _codes_of_all_models():
    data = Path(botocore.__file__).parent / "data"
    for folder in sorted(data.iterdir()):
        for newest in sorted(folder.glob("*/service-2.json.gz"))[-1:]:
            for name, shape in json.loads(gzip.decompress(newest.read_bytes()))["shapes"].items():
                if shape.get("exception"):
                    yield (shape.get("error") or {}).get("code", name)


def test_an_unknown_code_is_judged_by_its_status():
    """429 is a throttle and 5xx a disturbance whatever the code."""
    assert [Kind.THROTTLED, Kind.UNAVAILABLE, Kind.OTHER] == [
        kind_of("Whatever", status=status) for status in (429, 503, 400)
    ]


@pytest.mark.parametrize(
    ("hours", "words"), [(1, "60 min 0 s slow"), (-1, "59 min 59 s fast")], ids=["slow", "fast"]
)
def test_a_wrong_clock_is_measured(hours, words):
    """How far off the clock is comes from the Date of the answer."""
    theirs = dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours, seconds=0.9)
    date = email.utils.format_datetime(theirs, usegmt=False)
    error = translated(answer("InvalidSignatureException", "Signature expired: now", date=date))

    assert CredentialsError is type(error)
    minutes = re.search(r"(\d+) min", words)[1]
    assert int(minutes) == pytest.approx(abs(int(error.facts["clock_error_s"])) / 60, abs=1)
    assert words[-4:] in error.what
    assert "timedatectl" in error.next_steps[0]


def test_a_wrong_clock_without_a_date_is_still_a_wrong_clock():
    """An answer without a Date header does not break the diagnosis."""
    error = translated(answer("RequestTimeTooSkewed", "too large"))

    assert "clock" in error.what


ROLE = "arn:aws:iam::222222222222:role/Audit"
ANA = "arn:aws:iam::111111111111:user/ana"
MAY_NOT = f"User: {ANA} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"


def test_a_role_that_cannot_be_assumed_is_no_refusal_of_the_operation():
    """botocore assumes the role inside our call: it is denied, and the role is what was refused."""
    error = translated(answer("AccessDenied", MAY_NOT, operation="AssumeRole"))
    of_sso = translated(answer("ForbiddenException", "No access", operation="GetRoleCredentials"))

    assert (RoleRefusedError, RoleRefusedError) == (type(error), type(of_sso))
    assert (Outcome.DENIED, "sts:AssumeRole") == (error.outcome, error.facts["action"])
    assert f"{ANA} may not assume {ROLE}: AssumeRole was refused." == error.what
    assert (ANA, ROLE) == (error.facts["principal"], error.facts["resource"])
    assert "has not been given this role" in of_sso.next_steps[0]


@pytest.mark.parametrize(
    ("because", "step"),
    [
        ("", "its trust policy lets"),
        (
            " because no role trust policy allows the sts:AssumeRole action",
            f"The trust policy of the role does not name {ANA}",
        ),
        (
            " because no resource-based policy allows the sts:AssumeRole action",
            f"The trust policy of the role does not name {ANA}",
        ),
        (
            " with an explicit deny in the role trust policy",
            f"The trust policy of the role denies {ANA}",
        ),
        (
            " because no identity-based policy allows the sts:AssumeRole action",
            f"{ANA} needs sts:AssumeRole on {ROLE}: no identity-based policy",
        ),
        (
            " because no permissions boundary allows the sts:AssumeRole action",
            "no permissions boundary of it allows that",
        ),
        (
            " with an explicit deny in a service control policy",
            "A service control policy denies sts:AssumeRole explicitly",
        ),
    ],
)
def test_whose_policy_is_in_the_way_of_a_role(because, step):
    """What AWS says about it is the next step; where it says nothing, both sides are named."""
    error = translated(answer("AccessDenied", f"{MAY_NOT}{because}", operation="AssumeRole"))

    assert step in error.next_steps[0]


def test_other_troubles_of_a_role_are_no_refusals():
    """A throttled AssumeRole says nothing about who may do what."""
    error = translated(answer("Throttling", "slow down", operation="AssumeRole"))

    assert CredentialsError is type(error)
    assert Outcome.FAILED is error.outcome


def test_a_global_target_is_not_called_a_region():
    """`global` is our word; the sentence leaves it out."""
    error = translated(
        answer("AccessDenied", "no"), service="iam", operation="ListUsers", region="global"
    )

    assert "Account 123456789012 refused iam:ListUsers." == error.what


def test_an_error_of_ours_stays_as_it_is():
    """Translating twice changes nothing."""
    error = translated(answer("AccessDenied"))

    assert error is translated(error)


def test_secrets_in_provider_messages_are_hidden():
    """AWS now and then quotes the request."""
    error = translated(
        answer("SignatureDoesNotMatch", "Signature=0123456789abcdef0123456789abcdef")
    )

    assert "0123456789abcdef" not in str(error)


# -- classes ------------------------------------------------------------------------------------

GENERIC = {
    # No read through our own paging ends in these; they keep the SDK's words and are a plain
    # ProviderError (a waiter, a stubbed client, a resource object, a broken installation).
    "ApiVersionNotFoundError",
    "Boto3Error",
    "BotoCoreError",
    "DataNotFoundError",
    "DynamoDBNeedsConditionError",
    "DynamoDBNeedsKeyConditionError",
    "DynamoDBOperationNotSupportedError",
    "InvalidCrtTransferConfigError",
    "MD5UnavailableError",
    "MissingServiceIdError",
    "NoVersionFound",
    "ResourceLoadException",
    "ResourceNotExistsError",
    "RetriesExceededError",
    "S3TransferFailedError",
    "S3UploadFailedError",
    "UndefinedModelAttributeError",
    "UnknownAPIVersionError",
    "UnknownServiceStyle",
    "UnknownSignatureVersionError",
    "UnsupportedServiceProtocolsError",
    "UnsupportedSignatureVersionError",
    "WaiterConfigError",
}


def _made(cls):
    """An instance of an exception class, whatever its arguments."""
    if issubclass(cls, ClientError):
        return cls({"Error": {"Code": "AccessDenied"}}, "ListKeys")
    if hasattr(cls, "fmt") and cls.__module__ == "botocore.exceptions":
        fields = dict.fromkeys(re.findall(r"{(\w+)}", cls.fmt), "x")
        if cls is botocore.exceptions.WaiterError:
            return cls(name="x", reason="x", last_response={})
        return cls(**fields)
    arguments = {
        name: "x"
        for name, p in list(inspect.signature(cls.__init__).parameters.items())[1:]
        if p.kind is p.POSITIONAL_OR_KEYWORD
    }
    return cls(**arguments)


ALL_CLASSES = sorted(
    {
        cls
        for module in (botocore.exceptions, boto3.exceptions)
        for cls in vars(module).values()
        if inspect.isclass(cls)
        and issubclass(cls, Exception)
        and not issubclass(cls, Warning)
        and cls.__module__ in ("botocore.exceptions", "boto3.exceptions")
    },
    key=lambda cls: cls.__name__,
)


@pytest.mark.parametrize("cls", ALL_CLASSES, ids=lambda cls: cls.__name__)
def test_every_class_of_the_sdk_is_understood(cls):
    """A class becomes an error of its own kind, or is on the reviewed list of the others."""
    error = translated(_made(cls))

    assert (cls.__name__ in GENERIC) == (type(error) is ProviderError), type(error)
    assert "123456789012" in str(error.facts) or isinstance(error, UnknownNameError)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(error), str(error)) == (type(copy), str(copy))


def test_a_connection_error_without_an_answer_does_not_break():
    """HTTPClientError and its children have `response` None."""
    exc = botocore.exceptions.HTTPClientError(error="reset")
    assert exc.response is None

    assert ConnectionFailedError is type(translated(exc))


@pytest.mark.parametrize(
    "exc", [TimeoutError("slow"), OSError(101, "unreachable"), KeyError("x")], ids=repr
)
def test_other_exceptions_become_ours_too(exc):
    """What is no exception of the SDK still ends in our tree, with its words."""
    error = translated(exc)

    assert isinstance(error, AibrainError)
    assert type(exc).__name__ in error.why
