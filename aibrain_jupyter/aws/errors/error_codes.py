"""
What an AWS error code means: denied, throttled, expired, …

AWS services spell the same refusal in many ways (access denied alone in over 40), so codes are
reduced to a stem (``AccessDeniedException``, ``S3AccessDeniedFault`` → ``accessdenied``) and the
stems are looked up. The tables come from a scan of all error codes in botocore's models and of
the codes that are in no model (EC2's, S3's, the signature checks').

To teach it a spelling, add the stem to its table; ``tests/aws/errors/test_translate.py`` fails
when a new botocore brings a code that looks like a refusal or a throttle and is in no table.
"""

from __future__ import annotations

import enum
import re
from typing import Final


class Kind(enum.Enum):
    """What kind of failure a code stands for."""

    DENIED = "denied"
    NOT_SUBSCRIBED = "not subscribed"
    THROTTLED = "throttled"
    EXPIRED = "expired"
    BAD_KEY = "bad key"
    BAD_SIGNATURE = "bad signature"
    CLOCK = "clock"
    PAGE_TOKEN = "page token"  # noqa: S105 - a kind of failure
    UNAVAILABLE = "unavailable"
    TIMED_OUT = "timed out"
    OTHER = "other"


_SUFFIX = re.compile(r"(exception|fault|error)$")

_STEMS: Final[dict[Kind, frozenset[str]]] = {
    Kind.DENIED: frozenset(
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
    ),
    Kind.NOT_SUBSCRIBED: frozenset({"notsignedup", "optinrequired", "subscriptionrequired"}),
    Kind.THROTTLED: frozenset(
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
    Kind.EXPIRED: frozenset({"expiredtoken", "requestexpired", "tokenrefreshrequired"}),
    Kind.BAD_KEY: frozenset(
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
    Kind.BAD_SIGNATURE: frozenset({"invalidsignature", "signaturedoesnotmatch"}),
    Kind.CLOCK: frozenset({"requestinthefuture", "requesttimetooskewed"}),
    Kind.PAGE_TOKEN: frozenset(
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
    Kind.UNAVAILABLE: frozenset(
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
    Kind.TIMED_OUT: frozenset({"requesttimeout", "requesttimedout"}),
}
_BY_STEM: Final = {stem: kind for kind, stems in _STEMS.items() for stem in stems}


def kind_of(code: str, *, status: int = 0) -> Kind:
    """
    Return what `code` stands for.

    Args:
        code: The error code as the service gave it; EC2's ``Client.`` and JSON services'
            ``namespace#`` in front do not count.

        status: The HTTP status, which decides where the code is unknown.
    """
    stem = _stem(code)
    if found := _BY_STEM.get(stem):
        return found
    if "throttl" in stem:
        return Kind.THROTTLED
    if "accessdenied" in stem:
        return Kind.DENIED
    if status == 429:
        return Kind.THROTTLED
    return Kind.UNAVAILABLE if status >= 500 else Kind.OTHER


def _stem(code: str) -> str:
    plain = code.rpartition("#")[2].partition(":")[0].strip()
    plain = plain.removeprefix("Client.").removeprefix("Server.")
    stem = plain.lower().replace("_", "")
    while (shorter := _SUFFIX.sub("", stem)) not in ("", stem):
        stem = shorter
    return stem
