"""Faults by what AWS answers: error codes, with the words that come with them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from email.utils import format_datetime
from functools import partial

from tests.aws.conftest import CALLER
from tests.healing.faults.world import CELL, REPAIR, Fault

_WHO = (
    "User: arn:aws:sts::123456789012:assumed-role/AuditRead/ann is not authorized to perform: "
    "kms:ListKeys"
)
_NO = f"{_WHO} on resource: * "
_CODES = (
    # name, code, message, status, cause, gist
    (
        "identity policy",
        "AccessDeniedException",
        f"{_NO}because no identity-based policy allows the kms:ListKeys action",
        400,
        "denied",
        "role AuditRead lacks kms:ListKeys",
    ),
    ("bare denial", "AccessDenied", "", 403, "denied", r"Ask for a role with kms:ListKeys"),
    (
        "boundary",
        "AccessDeniedException",
        f"{_NO}because no permissions boundary allows the kms:ListKeys action",
        400,
        "denied-by-other-policy",
        "boundary",
    ),
    (
        "boundary denies",
        "AccessDeniedException",
        f"{_NO}with an explicit deny in a permissions boundary",
        400,
        "denied-explicitly",
        "permissions boundary denies kms:ListKeys",
    ),
    (
        "SCP denies",
        "AccessDeniedException",
        f"{_NO}with an explicit deny in a service control policy",
        400,
        "denied-explicitly",
        "service control policy denies",
    ),
    (
        "RCP denies",
        "AccessDeniedException",
        f"{_NO}with an explicit deny in a resource control policy",
        400,
        "denied-explicitly",
        "resource control policy denies",
    ),
    (
        "resource policy denies",
        "AccessDeniedException",
        f"{_NO}with an explicit deny in a resource-based policy",
        400,
        "denied-explicitly",
        "resource-based policy denies",
    ),
    (
        "session policy",
        "AccessDeniedException",
        f"{_NO}because no session policy allows the kms:ListKeys action",
        400,
        "denied-by-other-policy",
        "session policy",
    ),
    (
        "identity policy denies",
        "AccessDeniedException",
        f"{_NO}with an explicit deny in an identity-based policy",
        400,
        "denied-explicitly",
        "identity-based policy denies",
    ),
    (
        "endpoint policy",
        "AccessDeniedException",
        f"{_NO}because no VPC endpoint policy allows the kms:ListKeys action",
        400,
        "denied-by-other-policy",
        "VPC endpoint policy",
    ),
    (
        "not authorized",
        "UnauthorizedOperation",
        "You are not authorized to perform this operation.",
        403,
        "denied",
        "Ask for a role",
    ),
    (
        "expired token",
        "ExpiredTokenException",
        "The security token included in the request is expired",
        400,
        "expired",
        "session .* has expired",
    ),
    ("request expired", "RequestExpired", "Request has expired.", 400, "expired", "expired"),
    (
        "unknown key",
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
        400,
        "bad-key",
        "did not accept the access key",
    ),
    (
        "no token",
        "MissingAuthenticationToken",
        "Request is missing Authentication Token",
        403,
        "bad-key",
        "access key",
    ),
    (
        "wrong secret",
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided.",
        400,
        "bad-signature",
        "secret access key",
    ),
    (
        "not subscribed",
        "SubscriptionRequiredException",
        "The AWS Access Key Id needs a subscription for the service",
        400,
        "not-subscribed",
        "subscri|sign up|not enabled|permission",
    ),
    (
        "opt in",
        "OptInRequired",
        "You are not subscribed to this service.",
        403,
        "not-subscribed",
        "No permission|subscri|enabled",
    ),
    ("quota", "ServiceQuotaExceededException", "You have exceeded a quota.", 400, "quota", "quota"),
    (
        "validation",
        "ValidationException",
        "1 validation error detected",
        400,
        "invalid-input",
        "input|param",
    ),
    (
        "parameter value",
        "InvalidParameterValueException",
        "Limit is out of range",
        400,
        "invalid-input",
        "out of range",
    ),
    (
        "missing parameter",
        "MissingParameter",
        "The request must contain the parameter x",
        400,
        "invalid-input",
        "must contain",
    ),
    (
        "malformed query",
        "MalformedQueryString",
        "The query string contains a syntax error.",
        404,
        "invalid-input",
        "syntax",
    ),
    (
        "unknown operation",
        "UnknownOperationException",
        "",
        400,
        "operation-unknown",
        "region|endpoint",
    ),
    ("gone", "ResourceNotFoundException", "Key k-1 is not found.", 400, "not-found", "gone|exist"),
    ("no such entity", "NoSuchEntity", "The user cannot be found.", 404, "not-found", "gone|exist"),
    (
        "invalid state",
        "KMSInvalidStateException",
        "Key is pending deletion",
        400,
        "wrong-state",
        "state|pending",
    ),
    (
        "conflict",
        "ConflictException",
        "Another change is under way",
        409,
        "wrong-state",
        "under way",
    ),
    ("too large", "RequestEntityTooLargeException", "Too large", 413, "invalid-input", "too large"),
    (
        "no code we know",
        "WobblyFlangeException",
        "The flange wobbles.",
        418,
        "unknown",
        "unknown.*flange|flange.*unknown",
    ),
    (
        "aborted",
        "RequestAbortedException",
        "The request was aborted.",
        400,
        "unavailable",
        "Run it again",
    ),
    (
        "internal failure",
        "InternalFailure",
        "An error on the server",
        500,
        "unavailable",
        "Run it again in a few minutes",
    ),
    ("unavailable", "ServiceUnavailable", "Down", 503, "unavailable", "health"),
    ("server timed out", "RequestTimeoutException", "", 400, "timed-out", "Run it again"),
)
_THROTTLES = (
    # Codes that mean "too often", those first that botocore does not know.
    "RequestLimitExceededException",
    "ThrottledClientException",
    "CallRateLimitExceededException",
    "RateLimitExceededException",
    "DependencyThrottleException",
    "TooManyRequests",
    "Throttled",
    "ThrottlingException",
    "SlowDown",
    "TooManyRequestsException",
)
_PAGE_TOKENS = (
    "ExpiredNextTokenException",
    "InvalidNextTokenException",
    "InvalidPaginationTokenException",
    "InvalidPaginationException",
    "PaginationTokenExpiredException",
    "InvalidMarkerException",
    "InvalidContinuationTokenException",
    "NextTokenExpiredException",
)
_SKEWS = (
    (
        "clock skewed",
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        "clock",
    ),
    (
        "clock behind",
        "InvalidSignatureException",
        "Signature expired: 20260101T000000Z is now earlier than 20260101T001500Z",
        "clock-by-signature",
    ),
    (
        "clock ahead",
        "SignatureDoesNotMatch",
        "Signature not yet current: 20260101T003000Z is still later than 20260101T001500Z",
        "clock-by-signature",
    ),
)
_MIDDLE_EAST = CELL.replace("eu-west-1", "me-south-1")
_PARAMETERS = (
    "%aibrain aws_export service=ssm operation=describe_parameters --regions eu-west-1 --fresh"
)


def _refused(code, message, status, world):
    world.refuse(code, message, status)


def _throttled_once(code, world):
    refusal = world.server.refusal({"__type": code, "message": "Rate exceeded"}, status=400)
    world.in_turn(refusal, refusal, {"Keys": [{"KeyId": "k-1", "KeyArn": "a"}], "Truncated": False})


def _token_lost(code, world):
    """The second page is refused once; the list is as it was afterwards."""
    refused = []

    def answer(request):
        if '"NextToken"' not in request.body:
            return {"Parameters": [{"Name": "a"}, {"Name": "b"}], "NextToken": "m"}
        if not refused:
            refused.append(1)
            return world.server.refusal({"__type": code, "message": "The token"}, status=400)
        return {"Parameters": [{"Name": "c"}]}

    world.server.on("DescribeParameters", answer)


def _token_always_lost(world):
    def answer(request):
        if '"NextToken"' not in request.body:
            return {"Parameters": [{"Name": "a"}], "NextToken": "m"}
        return world.server.refusal(
            {"__type": "InvalidNextTokenException", "message": ""}, status=400
        )

    world.server.on("DescribeParameters", answer)


def _skewed(code, message, world):
    date = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=20), usegmt=True)
    world.refuse(code, message, 403, Date=date)


def _off_in_region(world):
    world.env(AWS_REGION="me-south-1")
    world.refuse(
        "UnrecognizedClientException", "The security token included in the request is invalid."
    )


def _server_fails_once(world):
    fails = world.server.refusal({"__type": "InternalFailure", "message": "x"}, status=500)
    world.in_turn(fails, {"Keys": [{"KeyId": "k-1", "KeyArn": "a"}], "Truncated": False})


def _other_clock(minutes, world):
    """A service whose clock is another one: it refuses what is not signed by that."""
    off = dt.timedelta(minutes=minutes)
    fine = {"Keys": [{"KeyId": "k-1", "KeyArn": "a"}], "Truncated": False}

    def judged(answer):
        def found(request):
            now = dt.datetime.now(dt.UTC) + off
            signed = dt.datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%S%z")
            if abs(now - signed) < dt.timedelta(minutes=5):
                return answer
            said = {"__type": "RequestTimeTooSkewed", "message": "The difference is too large."}
            if isinstance(answer, str):
                said = (
                    "<ErrorResponse><Error><Code>RequestTimeTooSkewed</Code><Message>x</Message>"
                    "</Error></ErrorResponse>"
                )
            reply = world.server.refusal(said, status=403)
            return dataclasses.replace(
                reply, headers={**reply.headers, "Date": format_datetime(now, usegmt=True)}
            )

        return found

    world.server.on("GetCallerIdentity", judged(CALLER))
    world.server.on("ListKeys", judged(fine))


def _bucket_elsewhere(world):
    """A bucket whose region is another than was asked."""

    def answer(request):
        if request.region == "eu-central-1":
            return world.server.refusal(
                "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
                status=200,
            )
        said = "<Error><Code>PermanentRedirect</Code><Message>Elsewhere</Message></Error>"
        reply = world.server.refusal(said, status=301)
        region = {"x-amz-bucket-region": "eu-central-1", "x-amz-request-id": "R1"}
        return dataclasses.replace(reply, headers={**reply.headers, **region})

    world.server.on("/logs-of-ours", answer)


FAULTS = (
    *(
        Fault(
            name,
            cause,
            gist,
            partial(_refused, code, message, status),
            requests=cause.startswith("denied"),
        )
        for name, code, message, status, cause, gist in _CODES
    ),
    *(
        Fault(f"throttled: {code}", "throttled", "", partial(_throttled_once, code), REPAIR)
        for code in _THROTTLES
    ),
    *(
        Fault(
            f"page token: {code}",
            "page-token",
            "from its first page",
            partial(_token_lost, code),
            REPAIR,
            _PARAMETERS,
        )
        for code in _PAGE_TOKENS
    ),
    Fault(
        "page token never accepted",
        "page-token",
        "first page",
        _token_always_lost,
        cell=_PARAMETERS,
        requests=6,
    ),
    *(
        Fault(name, cause, "clock", partial(_skewed, code, message))
        for name, code, message, cause in _SKEWS
    ),
    Fault(
        "region that is off",
        "region-probably-not-enabled",
        "enabled",
        _off_in_region,
        cell=_MIDDLE_EAST,
    ),
    Fault(
        "clock 20 minutes slow",
        "",
        "20 min 0 s slow: requests were signed by AWS's time",
        partial(_other_clock, 20),
        REPAIR,
        requests=2,
    ),
    Fault(
        "clock an hour fast",
        "",
        "60 min 0 s fast: requests were signed by AWS's time",
        partial(_other_clock, -60),
        REPAIR,
        requests=2,
    ),
    Fault(
        "clock days away",
        "clock",
        "clock",
        partial(_other_clock, 5000),
    ),
    Fault(
        "bucket of another region",
        "",
        "logs-of-ours is in eu-central-1: asked there, not in eu-west-1",
        _bucket_elsewhere,
        REPAIR,
        (
            "%aibrain aws_export service=s3 operation=get_bucket_tagging Bucket=logs-of-ours "
            "--regions eu-west-1"
        ),
    ),
    Fault("one server error", "unavailable", "", _server_fails_once, REPAIR),
)
