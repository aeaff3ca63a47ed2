"""
The one place where the SDK's errors become ours.

An answer of the service (``ClientError``) is judged by its code (``aws/errors/error_codes.py``),
all else by its class (``aws/errors/sdk_errors.py``). Whoever asks AWS for something writes::

    except SDK_ERRORS as exc:
        raise translate(exc, service="iam", operation="ListUsers", target=target) from exc
"""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aibrain_jupyter.aws.accounts.sign_in import sign_in_step
from aibrain_jupyter.aws.errors.call_site import Where
from aibrain_jupyter.aws.errors.denials import read_denial, readable
from aibrain_jupyter.aws.errors.error_codes import Kind, kind_of
from aibrain_jupyter.aws.errors.role_refusals import ROLE_CALLS, role_refused, role_steps, sso_step
from aibrain_jupyter.aws.errors.sdk_errors import translate_sdk_error
from aibrain_jupyter.aws.target import GLOBAL_REGION, AwsTarget
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    CallTimeoutError,
    CredentialsError,
    CredentialsExpiredError,
    IncompleteAnswerError,
    PermissionDeniedError,
    ServiceError,
    ThrottledError,
)

if TYPE_CHECKING:
    from collections.abc import Callable


SDK_ERRORS: Final = (BotoCoreError, ClientError, ResponseParserError, OSError, ValueError)
"""
What asking AWS for something can raise. ``OSError`` comes from credentials (a program or token
file that is not there), ``ValueError`` from an endpoint that is no URL.
"""

# Botocore asks for credentials in the middle of any call; these then fail in its name.
_CREDENTIAL_CALLS: Final = {
    # With the IAM action each needs; signing in needs none.
    "AssumeRole": "sts:AssumeRole",
    "AssumeRoleWithSAML": "sts:AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity": "sts:AssumeRoleWithWebIdentity",
    "CreateOAuth2Token": "",
    "CreateToken": "",
    "GetRoleCredentials": "",
}


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
        An error with ``facts`` ``account``, ``region``, ``operation``, ``code`` and, for a
        refusal, ``action`` (the IAM action). It is returned, not raised: write
        ``raise translate(…) from exc``.
    """
    if isinstance(exc, AibrainError):
        return exc
    where = Where(service, operation, target)
    if isinstance(exc, ClientError):
        return _Answer(exc, where).error()
    return translate_sdk_error(exc, where)


class _Answer:
    """An error answer of a service, and the error it stands for."""

    def __init__(self, exc: ClientError, where: Where) -> None:
        response: dict[str, Any] = getattr(exc, "response", None) or {}
        error: dict[str, Any] = response.get("Error") or {}
        metadata: dict[str, Any] = response.get("ResponseMetadata") or {}
        self.where = where
        self.code = str(error.get("Code") or "")
        self.message = readable(str(error.get("Message") or ""))
        self.status = int(metadata.get("HTTPStatusCode") or 0)
        self.date = str((metadata.get("HTTPHeaders") or {}).get("date") or "")
        self.attempts = int(metadata.get("RetryAttempts") or 0) + 1
        self.asked = exc.operation_name
        self.why = f"{self.code}: {self.message}" if self.message else self.code

    def error(self) -> AibrainError:
        """Return the error for this answer."""
        kind = kind_of(self.code, status=self.status)
        if self._is_about_the_clock(kind):
            return self._clock()
        wanted = self.where.call.partition(":")[2]
        if self.asked in _CREDENTIAL_CALLS and self.asked != wanted:
            return self._no_session(kind)
        builders: dict[Kind, Callable[[], AibrainError]] = {
            Kind.DENIED: self._denied,
            Kind.NOT_SUBSCRIBED: self._not_subscribed,
            Kind.THROTTLED: self._throttled,
            Kind.EXPIRED: self._expired,
            Kind.BAD_KEY: self._bad_key,
            Kind.BAD_SIGNATURE: self._bad_signature,
            Kind.PAGE_TOKEN: self._page_token,
            Kind.TIMED_OUT: self._timed_out,
        }
        return builders.get(kind, self._other)()

    def _facts(self, **more: str) -> dict[str, str]:
        return self.where.facts(code=self.code, **more)

    def _denied(self) -> AibrainError:
        denial = read_denial(self.message)
        action = denial.action or self.where.action
        steps = [
            (
                f"Ask for a role with {action} (the AWS managed policy SecurityAudit has most "
                "reads an audit needs)."
            )
        ]
        if denial.is_explicit:
            steps = [
                (
                    f"A {denial.policy} denies {action} explicitly, so a further permission does "
                    "not help: ask whoever owns that policy for an exception."
                ),
                "Or leave this account or region out with --accounts or --regions.",
            ]
        on = f" on {denial.resource}" if denial.resource not in ("", "*") else ""
        return PermissionDeniedError(
            f"{self.where.subject} refused {action}{on}{self._in_region}.",
            why=self.why,
            next_steps=steps,
            facts=self._facts(
                action=action,
                principal=denial.who,
                resource=denial.resource,
                policy=denial.policy,
            ),
        )

    def _not_subscribed(self) -> AibrainError:
        return PermissionDeniedError(
            f"{self.where.subject} is not signed up for {self.where.service}{self._in_region}.",
            why=self.why,
            next_steps=["Subscribe to the service, or leave it out for this account."],
            facts=self._facts(action=self.where.action),
        )

    def _throttled(self) -> AibrainError:
        return ThrottledError(
            f"{self.where.call} stayed throttled in {self.where.place} "
            f"({self.attempts} {'attempt' if self.attempts == 1 else 'attempts'}).",
            why=self.why,
            next_steps=[
                (
                    "Run it again with fewer calls at a time, for example --max-parallel 4; what "
                    "was read is in the cache."
                ),
            ],
            facts=self._facts(attempts=str(self.attempts)),
        )

    def _expired(self) -> AibrainError:
        return CredentialsExpiredError(
            f"The session of {self.where.account} has expired.",
            why=self.why,
            next_steps=[sign_in_step(self.where.target.profile)],
            facts=self._facts(),
        )

    def _bad_key(self) -> AibrainError:
        region = self.where.target.region or "the region"
        return CredentialsError(
            f"AWS did not accept the access key of {self.where.account}{self._in_region}.",
            why=self.why,
            next_steps=[
                (
                    "If no region works, the key is wrong or was deleted: check it with "
                    "aws sts get-caller-identity."
                ),
                (
                    f"If only {region} fails, it is not enabled in the account (or the session "
                    "token is of version 1): leave it out with --regions, or enable it."
                ),
            ],
            facts=self._facts(),
        )

    def _bad_signature(self) -> AibrainError:
        return CredentialsError(
            f"AWS did not accept the signature of {self.where.account}{self._in_region}.",
            why=self.why,
            next_steps=[
                "Check the secret access key: it does not belong to the access key id.",
                "If it is right, something on the way (a proxy) changes the requests.",
            ],
            facts=self._facts(),
        )

    def _clock(self) -> AibrainError:
        off = self._clock_error_s()
        if abs(off) < 60:
            what = f"AWS finds that the clock of this computer is wrong{self._in_region}."
        else:
            minutes, seconds = divmod(int(abs(off)), 60)
            what = (
                f"The clock of this computer is {minutes} min {seconds} s "
                f"{'slow' if off > 0 else 'fast'}; AWS refuses what is signed by it."
            )
        return CredentialsError(
            what,
            why=self.why,
            next_steps=[
                "Set the clock (on Linux: sudo timedatectl set-ntp true), then run it again."
            ],
            facts=self._facts(clock_error_s=str(int(off))),
        )

    def _no_session(self, kind: Kind) -> AibrainError:
        if kind is Kind.DENIED and self.asked in ROLE_CALLS:
            facts = self._facts(failed=self.asked, action=_CREDENTIAL_CALLS[self.asked])
            return role_refused(self.where, self.asked, self.message, why=self.why, facts=facts)
        error = CredentialsExpiredError if kind is Kind.EXPIRED else CredentialsError
        profile = self.where.target.profile
        if kind is Kind.EXPIRED:
            steps = [sign_in_step(profile)]
        elif self.asked in ("GetRoleCredentials", "CreateToken", "CreateOAuth2Token"):
            steps = [sso_step(profile)]
        else:
            steps = role_steps(self.where)
        return error(
            f"No session could be opened for {self.where.account}: {self.asked} failed.",
            why=self.why,
            next_steps=steps,
            facts=self._facts(failed=self.asked, action=_CREDENTIAL_CALLS[self.asked]),
        )

    def _page_token(self) -> AibrainError:
        return IncompleteAnswerError(
            f"{self.where.call} broke off between two pages in {self.where.place}.",
            why=self.why,
            next_steps=["Run it again: the list is read from its first page."],
            facts=self._facts(),
        )

    def _timed_out(self) -> AibrainError:
        return CallTimeoutError(
            f"{self.where.call} took {self.where.service} too long in {self.where.place}.",
            why=self.why,
            next_steps=["Run it again; if it stays, narrow the request."],
            facts=self._facts(),
        )

    def _other(self) -> AibrainError:
        if kind_of(self.code, status=self.status) is Kind.UNAVAILABLE:
            steps = ["Run it again in a few minutes; AWS's health page tells of disturbances."]
        else:
            steps = ["Check the inputs against what the service says; %aibrain tb has the details."]
        return ServiceError(
            f"{self.where.call} failed in {self.where.place}: {self.code or 'no error code'}.",
            why=self.message or f"HTTP status {self.status}",
            next_steps=steps,
            facts=self._facts(status=str(self.status)),
        )

    @property
    def _in_region(self) -> str:
        region = self.where.target.region
        return f" in {region}" if region not in ("", GLOBAL_REGION) else ""

    def _is_about_the_clock(self, kind: Kind) -> bool:
        words = self.message.lower()
        return kind is Kind.CLOCK or (
            kind in (Kind.BAD_SIGNATURE, Kind.BAD_KEY, Kind.EXPIRED)
            and ("signature expired" in words or "signature not yet current" in words)
        )

    def _clock_error_s(self) -> float:
        """Return by how many seconds our clock is behind the service's; 0 when unknown."""
        try:
            theirs = parsedate_to_datetime(self.date)
        except ValueError:
            return 0.0
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=dt.UTC)
        return (theirs - dt.datetime.now(dt.UTC)).total_seconds()
