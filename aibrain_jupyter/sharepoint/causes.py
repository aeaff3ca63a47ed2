"""The table of causes of SharePoint: one row for each way in which a request fails."""

from __future__ import annotations

import ssl
from functools import partial
from typing import Any, Final

from urllib3 import exceptions as wire

from aibrain_jupyter.shared.causes import Cause, Failure, cause_of, fill
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    CallTimeoutError,
    ConnectionFailedError,
    CredentialsError,
    CredentialsExpiredError,
    PermissionDeniedError,
    ServiceError,
    ThrottledError,
)
from aibrain_jupyter.sharepoint import errors

_GRAPH: Final = "learn.microsoft.com/graph/errors"
_ENTRA: Final = "learn.microsoft.com/entra/identity-platform/reference-error-codes"
_UPLOAD: Final = "learn.microsoft.com/graph/api/driveitem-createuploadsession"
_AGAIN: Final = "Run the cell again: what is there already is not sent or fetched again."


def _row(
    name: str, error: type[AibrainError], what: str, *steps: str, codes: str = "", **how: Any
) -> Cause:
    how.setdefault("source", _GRAPH)
    return Cause(
        name=name, error=error, what=what, steps=steps, codes=frozenset(codes.split()), **how
    )


_sign_in = partial(_row, source=_ENTRA)
_retry = partial(_row, is_retry_safe=True)

CAUSES: Final[tuple[Cause, ...]] = (
    _sign_in(
        "wrong-client-secret", CredentialsError,
        "The application's secret is not the right one.",
        "Give the secret's value, not its id, in AZURE_CLIENT_SECRET.",
        codes="AADSTS7000215",
    ),
    _sign_in(
        "expired-client-secret", CredentialsError, "The application's secret has expired.",
        "Ask who administers the tenant for a new one, or use a certificate.",
        codes="AADSTS7000222",
    ),
    _sign_in(
        "device-code-blocked", CredentialsError,
        "The tenant's rules (Conditional Access) block this way of signing in.",
        "Sign in elsewhere and hand over its credential: "
        "aibrain_jupyter.sharepoint.sign_in.use_credential(credential)",
        codes="AADSTS53003 AADSTS530034 AADSTS50097",
    ),
    _sign_in(
        "second-factor", CredentialsError, "The tenant asks for a second factor.",
        "Sign in as a person who can give it, and hand the credential over.",
        codes="AADSTS50076 AADSTS50079",
    ),
    _sign_in(
        "consent", PermissionDeniedError, "Nobody has agreed to what the application asks for.",
        "Ask an administrator to consent to Sites.Read.All, or Sites.Selected for this site.",
        codes="AADSTS65001", lacks_permission=True,
    ),
    _sign_in(
        "unknown-application", CredentialsError, "The tenant has no such application.",
        "Check AZURE_CLIENT_ID and the setting sharepoint_tenant.",
        codes="AADSTS700016 AADSTS90002",
    ),
    _sign_in(
        "signed-out", CredentialsExpiredError, "The sign-in has ended.", "Sign in again.",
        codes="AADSTS50173 AADSTS70008 AADSTS700082 invalid_grant",
    ),
    _row(
        "claims-challenge", errors.ClaimsChallengedError,
        "The tenant asks for more than the sign-in gave: {claims}.",
        "Sign in again from a place and device that the tenant's rules accept.",
        statuses=(401,), traits=frozenset({"claims"}),
        source="learn.microsoft.com/entra/identity-platform/claims-challenge",
    ),
    _row(
        "token-expired", CredentialsExpiredError, "The token is no longer accepted in {place}.",
        "Give a new one, or a credential that renews itself.",
        statuses=(401,),
    ),
    _row(
        "session-lost", errors.SessionLostError, "The upload session has expired.", _AGAIN,
        codes="uploadSessionNotFound", is_retry_safe=True, source=_UPLOAD,
    ),
    _row(
        "forbidden-name", errors.ForbiddenNameError, "SharePoint does not allow the name {item}.",
        'Rename it: no " * : < > ? / \\ |, no space or dot at the end, no ~$ at the beginning.',
        codes="invalidPath",
    ),
    _row(
        "long-path", errors.LongPathError, "The path is longer than the 400 characters allowed.",
        "Use shorter folders: to=FOLDER.",
        codes="pathIsTooLong",
    ),
    _row(
        "malware", PermissionDeniedError, "SharePoint holds {item} for malware.",
        "Ask who administers the tenant; the file cannot be read before.",
        codes="malwareDetected",
    ),
    _row(
        "denied", PermissionDeniedError, "{place} refused {call}.",
        "Ask for Sites.Read.All (to upload: Sites.ReadWrite.All), or Sites.Selected for this site.",
        statuses=(403,), lacks_permission=True,
    ),
    _row(
        "not-there", errors.NotThereError, "There is no such thing in {place}: {call} {item}.",
        "Check site, library and path, and whether this identity may see them.",
        statuses=(404,),
    ),
    _row(
        "delta-expired", errors.DeltaExpiredError,
        "The listing cannot go on from where it was.", "List everything again.",
        statuses=(410,), codes="resyncRequired", is_retry_safe=True,
    ),
    _row(
        "name-taken", errors.NameTakenError, "{item} is there already, with other contents.",
        "Keep both with conflict=rename, or replace it with conflict=replace.",
        statuses=(409,), codes="nameAlreadyExists",
    ),
    _row(
        "changed-meanwhile", errors.ChangedMeanwhileError, "{item} was changed meanwhile.", _AGAIN,
        statuses=(412,), codes="resourceModified",
    ),
    _row(
        "range-refused", errors.RangeRefusedError, "The bytes of {item} are not the next expected.",
        _AGAIN, statuses=(416,), codes="invalidRange", is_retry_safe=True, source=_UPLOAD,
    ),
    _row(
        "locked", errors.LockedError, "{item} is locked: open elsewhere, or checked out.",
        "Ask who has it open to close it, or write beside it with conflict=rename.",
        statuses=(423,), codes="resourceLocked",
    ),
    _row(
        "quota", errors.QuotaError, "The site has no room left.",
        "Ask its owner for room, or name another library.",
        statuses=(507,), codes="quotaLimitReached insufficientStorage",
    ),
    _row(
        "too-large", errors.FileTooLargeError, "{item} is too large for one request.", _AGAIN,
        statuses=(413,),
    ),
    _retry(
        "throttled", ThrottledError, "SharePoint kept refusing {call} for rate.",
        "It asked to wait {wait} s: run the cell again after that.",
        "Run the cell again later; what is there already is kept.",
        statuses=(429, 503, 509), codes="activityLimitReached serviceNotAvailable",
    ),
    _retry(
        "gateway", CallTimeoutError, "SharePoint did not answer {call} in time.", _AGAIN,
        statuses=(504,),
    ),
    _retry(
        "internal", ServiceError, "SharePoint failed at {call}.", _AGAIN, statuses=(500, 502),
    ),
    _row(
        "led-elsewhere", ConnectionFailedError, "Something on the way leads {call} elsewhere.",
        "Look whether a proxy or a sign-in page stands between: HTTPS_PROXY.",
        statuses=(301, 302, 303, 307, 308),
    ),
    _row(
        "certificate", ConnectionFailedError, "The certificate on the way to Graph is not trusted.",
        "If your company inspects TLS, set SSL_CERT_FILE=/path/to/its-ca.pem. Never switch "
        "verification off.",
        classes=(wire.SSLError, ssl.SSLError), source="urllib3",
    ),
    _retry(
        "unreachable", ConnectionFailedError, "{place} cannot be reached.",
        "Check network and proxy (HTTPS_PROXY), then run the cell again.",
        classes=(wire.NewConnectionError, wire.ProxyError), source="urllib3",
    ),
    _retry(
        "timed-out", CallTimeoutError, "{call} got no answer in time.", _AGAIN,
        classes=(wire.TimeoutError,), source="urllib3",
    ),
    _retry(
        "broken", ConnectionFailedError, "The connection to {place} broke.", _AGAIN,
        classes=(wire.HTTPError, OSError), source="urllib3",
    ),
    _row(
        "unknown", ServiceError, "{place} answered {call} with an error.",
        "The error is unknown here: look its code up, and report it with the request id "
        "{request_id}.",
    ),
)  # fmt: skip
"""Special rows first; the last explains everything."""


def translate(
    exc: BaseException, *, call: str, place: str, item: str = "", facts: Any = None
) -> AibrainError:
    """
    Return the error of our tree for a refusal, or for what came of a connection.

    The words of a connection's fault are not quoted: they may hold an address that opens a file.
    """
    if isinstance(exc, AibrainError):
        return exc
    found = exc.refusal if isinstance(exc, errors.GraphRefused) else errors.Refusal(0)
    code = found.inner if cause_of(Failure(exc, found.inner), _BY_CODE) else found.code
    traits = frozenset({"claims"} if found.claims else ())
    failure = Failure(exc, code, found.status, found.message, "graph", call, traits=traits)
    cause = cause_of(failure, CAUSES) or CAUSES[-1]
    words = {
        "call": call,
        "place": place,
        "item": item or "it",
        "claims": found.claims,
        "request_id": found.request_id,
        "wait": f"{found.retry_after:g}" if found.retry_after else "",
    }
    said = ": ".join(filter(None, (code or found.code, found.message))) or type(exc).__name__
    named = {"operation": call, "code": code, "cause": cause.name, "request_id": found.request_id}
    return cause.error(
        fill(cause.what, words),
        why=said,
        next_steps=cause.steps_with(words),
        facts={**(facts or {}), **{name: text for name, text in named.items() if text}},
    )


_BY_CODE: Final = tuple(cause for cause in CAUSES if cause.codes)
