"""
The one place where the SDK's errors become ours.

What a failure means is a row of the table of causes (``aws/errors/causes/``); here the row's words
are filled in. Whoever asks AWS for something writes::

    except SDK_ERRORS as exc:
        raise translate(exc, service="iam", operation="ListUsers", target=target) from exc
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError, ConfigParseError
from botocore.parsers import ResponseParserError

from aibrain_jupyter.aws.accounts.profiles import known_profiles
from aibrain_jupyter.aws.accounts.region_names import all_regions
from aibrain_jupyter.aws.clients.wire.circuit_breaker import NOT_ASKED
from aibrain_jupyter.aws.errors.call_site import Where
from aibrain_jupyter.aws.errors.causes import causes
from aibrain_jupyter.aws.errors.denials import read_denial
from aibrain_jupyter.aws.errors.failures import read_failure, said_in
from aibrain_jupyter.aws.errors.role_refusals import CREDENTIAL_CALLS
from aibrain_jupyter.aws.errors.settings import words_of_file
from aibrain_jupyter.aws.errors.words import Words, action_of, attempts_of, clock_error_s
from aibrain_jupyter.aws.operations.models import services
from aibrain_jupyter.shared.causes import cause_of, fill
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    PermissionDeniedError,
    ServiceError,
    ThrottledError,
    UnknownNameError,
    unknown_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aibrain_jupyter.aws.target import AwsTarget
    from aibrain_jupyter.shared.causes import Cause, Failure

SDK_ERRORS: Final = (
    BotoCoreError,
    ClientError,
    ResponseParserError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
)
"""
What asking AWS for something can raise. Beside botocore's own these are faults that it lets pass
as they are: of a credential program, a token file, a setting, an answer. A fault of our own is
among them too, and is called so.
"""


def translate(
    exc: BaseException, *, service: str, operation: str, target: AwsTarget
) -> AibrainError:
    """
    Return the error of our tree for an exception of boto3 or botocore.

    Args:
        exc: What was raised. One of our own errors is returned as it is.

        service: The service that was asked, as botocore names it.

        operation: ``ListUsers`` or ``list_users``; empty when the client could not be made.

        target: Where it was asked.

    Returns:
        An error with ``facts`` ``account``, ``region``, ``operation``, ``code``, ``cause`` (the
        name of the row) and, for a refusal, ``action`` (the IAM action). It is returned, not
        raised: write ``raise translate(…) from exc``.
    """
    if isinstance(exc, AibrainError):
        return exc
    return translated_at(Where(service, operation, target), exc)


def translated_at(where: Where, exc: BaseException) -> AibrainError:
    """Return the same for an exception that was met somewhere."""
    failure = read_failure(exc, where)
    cause = cause_of(failure, causes()) or causes()[-1]
    words = Words(failure, where)
    steps = cause.steps_with(words)
    if cause.error is UnknownNameError:
        return _unknown(cause, exc, where, steps)
    what = fill(cause.what, words)
    return cause.error(
        f"T{what[1:]}" if what.startswith("the ") else what,
        why=_why(failure),
        next_steps=steps,
        facts=where.facts(**dict(_facts(cause, failure, where))),
    )


def _unknown(cause: Cause, exc: BaseException, where: Where, steps: list[str]) -> AibrainError:
    kwargs = getattr(exc, "kwargs", {})
    if cause.name == "unknown-profile":
        name = str(kwargs.get("profile", where.target.profile))
        return unknown_name(cause.what, name, known_profiles(), next_steps=steps)
    if cause.name == "unknown-service":
        name = str(kwargs.get("service_name", where.service))
        return unknown_name(cause.what, name, services(), of="AWS", next_steps=steps)
    name = str(kwargs.get("region_name", where.target.region))
    return unknown_name(cause.what, name, all_regions(), of="AWS", next_steps=steps)


def _why(failure: Failure) -> str:
    if not hasattr(failure.exception, NOT_ASKED):
        return _said(failure)
    return f"{_said(failure)} (not asked again: another request had just ended so)"


def _said(failure: Failure) -> str:
    if isinstance(failure.exception, ConfigParseError):
        return words_of_file(failure.exception)["why_unreadable"]
    if not isinstance(failure.exception, ClientError):
        return failure.message
    code = _code(failure)
    if code and failure.message:
        return f"{code}: {failure.message}"
    return code or failure.message or f"HTTP status {failure.status}"


def _code(failure: Failure) -> str:
    if not isinstance(failure.exception, ClientError):
        return type(failure.exception).__name__
    return str(said_in(failure.exception, "Error").get("Code") or "")


def _facts(cause: Cause, failure: Failure, where: Where) -> Iterator[tuple[str, str]]:
    yield "code", _code(failure)
    yield "cause", cause.name
    if failure.status and issubclass(cause.error, ServiceError):
        yield "status", str(failure.status)
    denial = read_denial(failure.message)
    if "call-of-the-sdk" in failure.traits:
        yield "failed", failure.asked
        yield "action", CREDENTIAL_CALLS[failure.asked]
    elif issubclass(cause.error, PermissionDeniedError):
        yield "action", action_of(failure, where)
    if "denied" in failure.traits:
        yield "principal", denial.who
        yield "resource", denial.resource
        yield "policy", denial.policy
    if issubclass(cause.error, ThrottledError):
        yield "attempts", str(attempts_of(failure))
    if cause.what == "{clock}" and where.is_now:
        yield "clock_error_s", str(int(clock_error_s(failure)))
