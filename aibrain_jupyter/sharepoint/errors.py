"""
The failures of Graph that have a class of their own, below those of ``shared/error_handler.py``.

::

    CredentialsExpiredError
    └── ClaimsChallengedError      the tenant asks for more than the token says
    ServiceError
    ├── NotThereError              no such site, library, folder or file
    ├── NameTakenError             a file of that name is there (409)
    ├── ChangedMeanwhileError      it is no longer the version that was seen (412)
    ├── RangeRefusedError          not the bytes that were expected (416)
    ├── LockedError                somebody holds it (423)
    ├── QuotaError                 no room is left (507)
    ├── ForbiddenNameError         a name that SharePoint does not allow
    ├── LongPathError              a path over 400 characters
    ├── SessionLostError           an upload session has expired
    ├── DeltaExpiredError          a listing cannot go on from where it was (410)
    └── FileTooLargeError          too large for one request (413)
    IncompleteAnswerError
    └── HashMismatchError          what was sent or came is not what the hash says
    AibrainError
    └── LocalFileError             a file of this computer cannot be read or written
"""

from __future__ import annotations

import base64
import datetime as dt
import email.utils
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    CredentialsExpiredError,
    IncompleteAnswerError,
    ServiceError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLAIMS: Final = re.compile(r'claims="([^"]+)"')
_LONGEST_MESSAGE: Final = 300


class ClaimsChallengedError(CredentialsExpiredError):
    """The tenant asks for claims that a new token did not bring."""


class NotThereError(ServiceError):
    """No such site, library, folder or file, or none that this identity may see."""


class NameTakenError(ServiceError):
    """Another file of that name is there; nothing was replaced."""


class ChangedMeanwhileError(ServiceError):
    """The file is no longer the version that was seen."""


class RangeRefusedError(ServiceError):
    """The server did not expect these bytes."""


class LockedError(ServiceError):
    """Somebody, or a policy, holds the file."""


class QuotaError(ServiceError):
    """The site has no room left."""


class ForbiddenNameError(ServiceError):
    """SharePoint does not allow the name."""


class LongPathError(ServiceError):
    """The path is longer than SharePoint allows."""


class SessionLostError(ServiceError):
    """The upload session is gone."""


class DeltaExpiredError(ServiceError):
    """The listing cannot go on from where it was."""


class FileTooLargeError(ServiceError):
    """The file is too large for one request."""


class LocalFileError(AibrainError):
    """A file of this computer cannot be read or written."""


class HashMismatchError(IncompleteAnswerError):
    """The bytes are not those that the hash is of."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that refuses: what Graph says of it. `claims` are those it asks for, JSON."""

    status: int
    code: str = ""
    inner: str = ""
    message: str = ""
    request_id: str = ""
    retry_after: float | None = None
    claims: str = ""
    location: str = ""

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], body: bytes) -> Refusal:
        """Read an answer; one that is not Graph's own has no code."""
        try:
            error: dict[str, Any] = dict(json.loads(body)["error"])
        except (ValueError, KeyError, TypeError):
            error = {}
        found = _CLAIMS.search(headers.get("www-authenticate", ""))
        return cls(
            status,
            str(error.get("code", "")),
            _inner(error.get("innerError") or error.get("innererror")),
            str(error.get("message", ""))[:_LONGEST_MESSAGE],
            headers.get("request-id", ""),
            _seconds(headers.get("retry-after", ""), headers.get("date", "")),
            _decoded(found[1]) if found else "",
            headers.get("location", ""),
        )


class GraphRefused(Exception):  # noqa: N818 - becomes one of the errors above before a tool sees it
    """Graph refused; `refusal` is how."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def _decoded(claims: str) -> str:
    """Return claims as JSON; empty where they cannot be read."""
    try:
        return base64.b64decode(f"{claims}==", altchars=b"-_").decode("utf-8", "replace")
    except ValueError:
        return ""


def _inner(error: Any) -> str:
    """Return the innermost code that is given."""
    found = ""
    while isinstance(error, dict):
        found = str(error.get("code") or found)
        error = error.get("innerError") or error.get("innererror")
    return found


def _seconds(text: str, now: str) -> float | None:
    """Return how long to wait; a moment is taken by the server's own clock, ``now``."""
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        until = email.utils.parsedate_to_datetime(text)
        began = email.utils.parsedate_to_datetime(now) if now else dt.datetime.now(dt.UTC)
        return max(0.0, (until - began).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date, or one without a zone
        return None
