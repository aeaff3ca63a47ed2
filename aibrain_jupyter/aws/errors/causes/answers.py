"""
Causes by error code: what a service answered.

The codes are stems: AWS spells one refusal in many ways (access denied alone in over 40), so a
code is reduced (``AccessDeniedException``, ``S3AccessDeniedFault`` → ``accessdenied``) before it
is looked up. They come from a scan of all error codes in botocore's models and of the codes that
are in no model (EC2's, S3's, the signature checks').
"""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError

from aibrain_jupyter.aws.errors.kinds import Kind
from aibrain_jupyter.shared.causes import Cause
from aibrain_jupyter.shared.error_handler import (
    CallTimeoutError,
    CredentialsError,
    CredentialsExpiredError,
    IncompleteAnswerError,
    PermissionDeniedError,
    ServiceError,
    ThrottledError,
)

_ANSWER: Final = (ClientError,)
_CODES: Final = "botocore's models; the service's API reference, Common errors"
_CLOCK: Final = "IAM User Guide, Troubleshoot signature errors"
_REFUSED: Final = "{subject} refused {action}{on_resource}{in_region}."
_DENIED: Final = frozenset(
    {
        "403",
        "accessforbidden",
        "accesstoclusterdenied",
        "accesstosnapshotdenied",
        "allaccessdisabled",
        "authorization",  # SNS: AuthorizationError
        "channelinsufficientpermission",
        "forbidden",
        "iamrolemissingpermissions",
        "insufficientdependencyserviceaccesspermission",
        "insufficientiamaccesspermission",
        "insufficientpermissions",
        "insufficientprivileges",
        "logdestinationpermission",
        "notauthorized",
        "operationnotpermitted",
        "unauthorized",
        "unauthorizedclient",
        "unauthorizedoperation",
        "unauthorizedpartnerintegration",
        "unauthorizedresourceaccess",
    }
)

ANSWERS: Final = (
    Cause(
        name="clock-by-signature",
        error=CredentialsError,
        what="{clock}",
        steps=("Set the clock (on Linux: sudo timedatectl set-ntp true), then run it again.",),
        source=_CLOCK,
        classes=_ANSWER,
        message="signature expired|signature not yet current",
        traits=frozenset({"refused-key-or-signature"}),
    ),
    Cause(
        name=Kind.CLOCK.value,
        error=CredentialsError,
        what="{clock}",
        steps=("Set the clock (on Linux: sudo timedatectl set-ntp true), then run it again.",),
        source=_CLOCK,
        classes=_ANSWER,
        codes=frozenset({"requestinthefuture", "requesttimetooskewed"}),
    ),
    Cause(
        name="denied-explicitly",
        error=PermissionDeniedError,
        what=_REFUSED,
        steps=(
            (
                "A {policy} denies {action} explicitly, so a further permission does not help: ask "
                "whoever owns that policy for an exception."
            ),
            "Or leave this account or region out with --accounts or --regions.",
        ),
        source="IAM User Guide, Troubleshoot access denied error messages",
        classes=_ANSWER,
        traits=frozenset({"denied", "explicit-deny"}),
    ),
    Cause(
        name=Kind.DENIED.value,
        error=PermissionDeniedError,
        what=_REFUSED,
        steps=(
            (
                "Ask for a role with {action} (the AWS managed policy SecurityAudit has most reads "
                "an audit needs)."
            ),
        ),
        source=_CODES,
        classes=_ANSWER,
        codes=_DENIED,
        code_parts=("accessdenied",),
    ),
    Cause(
        name=Kind.THROTTLED.value,
        error=ThrottledError,
        what="{call} stayed throttled in {place} ({attempts}).",
        steps=(
            (
                "Run it again with fewer calls at a time, for example --max-parallel 4; what was "
                "read is in the cache."
            ),
        ),
        is_retry_safe=True,
        source=_CODES,
        classes=_ANSWER,
        codes=frozenset(
            {
                "429",
                "apicallrateforcustomerexceeded",
                "bandwidthlimitexceeded",
                "callratelimitexceeded",
                "clientlimitexceeded",
                "concurrentlimitexceeded",
                "connectionlimitexceeded",
                "limitexceeded",
                "priorrequestnotcomplete",
                "provisionedthroughputexceeded",
                "ratelimit",
                "ratelimitexceeded",
                "requestlimitexceeded",
                "slowdown",
                "toomanyrequest",
                "toomanyrequests",
            }
        ),
        code_parts=("throttl",),
        statuses=(429,),
    ),
    Cause(
        name=Kind.EXPIRED.value,
        error=CredentialsExpiredError,
        what="The session of {account} has expired.",
        steps=("{sign_in}",),
        source=_CODES,
        classes=_ANSWER,
        codes=frozenset({"expiredtoken", "requestexpired", "tokenrefreshrequired"}),
    ),
    Cause(
        name=Kind.BAD_KEY.value,
        error=CredentialsError,
        what="AWS did not accept the access key of {account}{in_region}.",
        steps=(
            (
                "The key is wrong, switched off or was deleted: check it in a terminal with "
                "aws sts get-caller-identity{with_profile}."
            ),
            "The endpoint is set to {endpoint}: the key may belong elsewhere.",
        ),
        source=_CODES,
        classes=_ANSWER,
        codes=frozenset(
            {
                "401",
                "authfailure",
                "incompletesignature",
                "invalidaccesskeyid",
                "invalidclienttokenid",
                "invalidsecurity",
                "invalidtoken",
                "missingauthenticationtoken",
                "missingsecurityheader",
                "unrecognizedclient",
            }
        ),
    ),
    Cause(
        name=Kind.BAD_SIGNATURE.value,
        error=CredentialsError,
        what="AWS did not accept the signature of {account}{in_region}.",
        steps=(
            "Check the secret access key: it does not belong to the access key id.",
            "If it is right, something on the way (a proxy) changes the requests.",
        ),
        source=_CODES,
        classes=_ANSWER,
        codes=frozenset({"invalidsignature", "signaturedoesnotmatch"}),
    ),
    Cause(
        name=Kind.PAGE_TOKEN.value,
        error=IncompleteAnswerError,
        what="{call} broke off between two pages in {place}.",
        steps=("Run it again: the list is read from its first page.",),
        is_retry_safe=True,
        source=_CODES,
        classes=_ANSWER,
        codes=frozenset(
            {
                "expirednexttoken",
                "expiredpaginationtoken",
                "invalidcontinuationtoken",
                "invalidmarker",
                "invalidnexttoken",
                "invalidpagetoken",
                "invalidpagination",
                "invalidpaginationtoken",
                "nexttokenexpired",
                "paginationtokenexpired",
            }
        ),
    ),
    Cause(
        name=Kind.TIMED_OUT.value,
        error=CallTimeoutError,
        what="{call} took {service} too long in {place}.",
        steps=("Run it again; if it stays, narrow the request.",),
        is_retry_safe=True,
        source=_CODES,
        classes=_ANSWER,
        codes=frozenset({"requesttimeout", "requesttimedout"}),
    ),
    Cause(
        name=Kind.UNAVAILABLE.value,
        error=ServiceError,
        what="{call} failed in {place}: {code}.",
        steps=("Run it again in a few minutes; AWS's health page tells of disturbances.",),
        is_retry_safe=True,
        source=_CODES,
        classes=_ANSWER,
        codes=frozenset(
            {
                "500",
                "502",
                "503",
                "504",
                "internal",
                "internalfailure",
                "internalserver",
                "internalservice",
                "serviceunavailable",
                "unavailable",
            }
        ),
        statuses=tuple(range(500, 600)),
    ),
    Cause(
        name=Kind.OTHER.value,
        error=ServiceError,
        what="{call} failed in {place}: {code}.",
        steps=("Check the inputs against what the service says; %aibrain tb has the details.",),
        source="any other code",
        classes=_ANSWER,
    ),
)
"""Special rows first; those named like a `Kind` decide what a code stands for."""
