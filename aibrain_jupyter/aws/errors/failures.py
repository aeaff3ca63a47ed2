"""
What is known of an exception of the SDK: code, message, and the facts that rows ask for.

The traits a row may ask for: the kind of the error code (`Kind`), and

- ``call-of-the-sdk``: the SDK failed to open the session that the call needs
- ``explicit-deny``: a policy denies, rather than merely not allows
- ``another-policy``: a policy that is not of who asks does not allow
- ``refused-key-or-signature``: bad key, bad signature or expired
- ``about-the-account``: the message is about the account or the service as a whole
- ``opt-in-region``: the region has to be enabled in an account before it can be used
- ``endpoint-set``: the requests go to an endpoint that is not AWS's own
- ``credential-process``: the profile takes its keys from a program
- ``not-of-sts``: the answer to an STS request is none that STS gives
- ``name-not-found``: there is no host of the name
- ``no-file``: the reason is a file that is not there
- ``ca-bundle-set``, ``ca-bundle-missing``: a file of trusted certificates is named, and not there
- ``own-fault``: code of this package raised it
"""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from aibrain_jupyter.aws.clients.reads import title_of
from aibrain_jupyter.aws.errors.denials import read_denial, readable
from aibrain_jupyter.aws.errors.error_codes import Kind, kind_of, stem_of
from aibrain_jupyter.aws.errors.role_refusals import CREDENTIAL_CALLS
from aibrain_jupyter.aws.errors.settings import ca_bundle, has_credential_process
from aibrain_jupyter.shared.causes import Failure
from aibrain_jupyter.shared.texts.exceptions import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aibrain_jupyter.aws.errors.call_site import Where

_ENABLED: Final = """
    ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2
    ca-central-1 eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1
    us-east-2 us-west-1 us-west-2
"""
"""
Source: Account Management Reference Guide, "Regions enabled by default". Every region that came
after them (March 2019) has to be enabled.
"""
_ENABLED_BY_DEFAULT: Final = frozenset(_ENABLED.split())
_CLOCK: Final = re.compile("signature expired|signature not yet current", re.IGNORECASE)
_ACCOUNT: Final = re.compile(r"\b(?:account|organization|customer)\b", re.IGNORECASE)
_COMMON: Final = frozenset({"aws", "amazon", "service", "services", "for", "and", "the", "of"})
_OF_S3_SERVERS: Final = frozenset(
    # What servers of S3 answer to a form that asks who one is. Their errors have another root than
    # those of STS, so that mostly no code is found in them.
    {"", "400", "404", "405", "501", "invalidargument", "invalidbucketname", "invalidrequest"}
    | {"invalidparametervalue", "malformedpost", "malformedxml", "methodnotallowed"}
    | {"nosuchbucket", "nosuchkey", "notimplemented", "unsupportedmediatype"}
)
SDK: Final = ("botocore", "boto3", "s3transfer")
WITH_ITS_OWN: Final = (*SDK, "urllib3", "dateutil")
_OURS: Final = __name__.partition(".")[0]
_MOST: Final = 50
"""Exceptions behind one that are looked at."""


def read_failure(exc: BaseException, where: Where) -> Failure:
    """Return what is known of an exception that a call at `where` ended in."""
    came_through = tuple(functions_of(exc))
    if isinstance(exc, ClientError):
        return _answer(exc, where, came_through)
    traits = set(_of_network(exc))
    if where.target.endpoint:
        traits.add("endpoint-set")
    if isinstance(exc, ResponseParserError):
        traits.add("not-of-sts")
    if isinstance(exc, (RuntimeError, TypeError)) and has_credential_process(where.target.profile):
        traits.add("credential-process")
    if _is_ours(came_through):
        traits.add("own-fault")
    return Failure(
        exc,
        message=words_of(exc),
        service=where.service,
        asked=where.asked,
        came_through=came_through,
        traits=frozenset(traits),
    )


def _answer(exc: ClientError, where: Where, came_through: tuple[str, ...]) -> Failure:
    code = _code(exc)
    status = said_in(exc, "ResponseMetadata").get("HTTPStatusCode")
    status = status if isinstance(status, int) else 0
    message = readable(str(said_in(exc, "Error").get("Message") or ""))
    kind = kind_of(code, status=status)
    return Failure(
        exc,
        code=stem_of(code),
        status=status,
        message=message,
        service=where.service,
        asked=exc.operation_name,
        came_through=came_through,
        traits=frozenset(_of_answer(exc, kind, message, where)),
    )


def _code(exc: ClientError) -> str:
    return str(said_in(exc, "Error").get("Code") or "")


def said_in(exc: BaseException, part: str) -> Mapping[str, Any]:
    """Return a part of the answer that a ``ClientError`` keeps; empty where it has none."""
    response = getattr(exc, "response", None)
    found = response.get(part) if isinstance(response, dict) else None
    return found if isinstance(found, dict) else {}


def _of_answer(exc: ClientError, kind: Kind, message: str, where: Where) -> Iterator[str]:
    yield kind.value if not _CLOCK.search(message) else Kind.CLOCK.value
    if kind in (Kind.BAD_SIGNATURE, Kind.BAD_KEY, Kind.EXPIRED):
        yield "refused-key-or-signature"
    if exc.operation_name in CREDENTIAL_CALLS and exc.operation_name != where.asked:
        yield "call-of-the-sdk"
    if kind is Kind.DENIED:
        denial = read_denial(message)
        if denial.is_explicit:
            yield "explicit-deny"
        if denial.is_of_another_policy:
            yield "another-policy"
    if kind in (Kind.DENIED, Kind.OTHER) and _is_about_account(message, where.service):
        yield "about-the-account"
    region = where.target.region
    if where.target.partition == "aws" and "-" in region and region not in _ENABLED_BY_DEFAULT:
        yield "opt-in-region"
    if where.target.endpoint:
        yield "endpoint-set"
    if stem_of(_code(exc)) in _OF_S3_SERVERS and kind is not Kind.UNAVAILABLE:
        yield "not-of-sts"


def _is_about_account(message: str, service: str) -> bool:
    if _ACCOUNT.search(message):
        return True
    names = {service, *title_of(service).lower().split()} - _COMMON
    return not names.isdisjoint(re.findall(r"[a-z0-9-]+", message.lower()))


def _of_network(exc: BaseException) -> Iterator[str]:
    found = list(behind(exc))
    if any(isinstance(e, socket.gaierror) or "NameResolution" in type(e).__name__ for e in found):
        yield "name-not-found"
    if any(isinstance(e, FileNotFoundError) or "[Errno 2]" in words_of(e) for e in found):
        yield "no-file"
    named = ca_bundle()
    if named:
        yield "ca-bundle-set"
        if not named.exists:
            yield "ca-bundle-missing"


def behind(exc: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that led to it."""
    found: list[BaseException] = [exc]
    for current in found:
        yield current
        kwargs = getattr(current, "kwargs", None) or {}
        for other in (
            current.__cause__,
            current.__context__,
            getattr(current, "reason", None),
            kwargs.get("error") if isinstance(kwargs, dict) else None,
        ):
            if not isinstance(other, BaseException) or len(found) >= _MOST:
                continue
            if all(other is not known for known in found):
                found.append(other)


def functions_of(exc: BaseException) -> Iterator[str]:
    """Yield what an exception came through as ``module:name``, outermost first."""
    trace = exc.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        yield f"{frame.f_globals.get('__name__', '')}:{frame.f_code.co_qualname}"
        trace = trace.tb_next


def _is_ours(came_through: tuple[str, ...]) -> bool:
    """Tell whether code of this package was the last to act, of it and the SDK."""
    for function in reversed(came_through):
        room = function.partition(":")[0].partition(".")[0]
        if room in WITH_ITS_OWN:
            return False
        if room == _OURS:
            return True
    return False
