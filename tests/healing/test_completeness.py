"""Every failure the SDK or a service can name has a cause; what none explains is called unknown."""

from __future__ import annotations

import inspect

import pytest
from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from aibrain_jupyter.aws.errors.translate import translate
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.healing.troubles import UNKNOWN, trouble_of_error

TARGET = AwsTarget(account="123456789012", region="eu-west-1", profile="p")
CLASSES = sorted(
    (c for c in vars(exceptions).values() if inspect.isclass(c) and issubclass(c, BotoCoreError)),
    key=lambda c: c.__name__,
)
COMMON = [
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InternalFailure",
    "InternalServerError",
    "InvalidAction",
    "InvalidClientTokenId",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "InvalidQueryParameter",
    "MalformedHttpRequestException",
    "MalformedQueryString",
    "MissingAction",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "MissingParameter",
    "NotAuthorized",
    "OptInRequired",
    "RequestAbortedException",
    "RequestEntityTooLargeException",
    "RequestExpired",
    "RequestTimeoutException",
    "RequestTimeTooSkewed",
    "ServiceUnavailable",
    "SignatureDoesNotMatch",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "UnauthorizedOperation",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationError",
    "ValidationException",
]
"""The error codes that all services share: their API references, Common errors, old and new."""

SPELLED = {
    # The further spellings that services have, by what they stand for.
    "bad-key": "InvalidClientTokenId UnrecognizedClientException AuthFailure",
    "bad-signature": "SignatureDoesNotMatch InvalidSignatureException",
    "bucket-elsewhere": "PermanentRedirect AuthorizationHeaderMalformed IllegalLocationConstraint",
    "clock": "RequestTimeTooSkewed RequestInTheFuture",
    "denied": "AccessDenied AccessDeniedException UnauthorizedOperation ForbiddenException",
    "expired": "ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired",
    "not-found": "ResourceNotFoundException NoSuchEntity NoSuchBucket InvalidVpcID.NotFound",
    "not-subscribed": "OptInRequired SubscriptionRequiredException",
    "page-token": "InvalidNextToken ExpiredNextTokenException InvalidPaginationToken"
    " InvalidPaginationTokenException InvalidPaginationException PaginationTokenExpired"
    " InvalidMarker InvalidNextTokenException",
    "throttled": "Throttling ThrottlingException RequestLimitExceeded TooManyRequestsException"
    " LimitExceededException RequestLimitExceededException ThrottledClientException"
    " CallRateLimitExceededException RateLimitExceededException DependencyThrottle"
    " TooManyRequests Throttled SlowDown PriorRequestNotComplete",
}

BASE = {"BotoCoreError"}
"""It says nothing by its class."""


def _made(kind):
    exc = kind.__new__(kind)
    Exception.__init__(exc, kind.__name__)
    exc.kwargs = {}
    return exc


def _translated(exc):
    return translate(exc, service="kms", operation="ListKeys", target=TARGET)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_exception_of_the_sdk_has_a_cause(kind):
    """Each class of botocore's exceptions is explained, those that no read can raise as well."""
    found = trouble_of_error(_translated(_made(kind)))

    assert found.cause
    assert found.steps
    assert (kind.__name__ in BASE) == (found.cause == "sdk-fault")


@pytest.mark.parametrize("code", COMMON)
def test_every_common_error_code_has_a_cause(code):
    """No code that all services share is unknown."""
    exc = ClientError({"Error": {"Code": code, "Message": "x"}}, "ListKeys")
    found = trouble_of_error(_translated(exc))

    assert UNKNOWN != found.cause
    assert found.steps


@pytest.mark.parametrize(
    ("cause", "code"), [(cause, code) for cause, codes in SPELLED.items() for code in codes.split()]
)
def test_every_spelling_has_its_cause(cause, code):
    """However a service spells it, it is one cause."""
    exc = ClientError({"Error": {"Code": code, "Message": "x"}}, "ListKeys")

    assert cause == trouble_of_error(_translated(exc)).cause


def test_what_nobody_knows_is_unknown_and_keeps_its_words():
    """A code of no row is unknown by name and in its advice; what the service said stays."""
    said = {"Error": {"Code": "WobblyFlange", "Message": "The flange wobbles."}}
    found = trouble_of_error(_translated(ClientError(said, "ListKeys")))

    assert UNKNOWN == found.cause
    assert "unknown" in found.steps[0]
    assert "WobblyFlange: The flange wobbles." == found.why
