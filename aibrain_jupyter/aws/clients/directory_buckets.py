"""
S3 directory buckets: read with a session of the bucket that may only read.

Their requests are not signed with the caller's keys; the SDK asks S3 for a session of the bucket
by itself (CreateSession). Asked for by a user it would hand out credentials, so the guard refuses
it; the SDK's own question passes, and asks for ``ReadOnly``.

Source: S3 API reference, CreateSession, "SessionMode".
"""

from __future__ import annotations

import weakref
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_opening: Final[ContextVar[bool]] = ContextVar("aibrain_opening_bucket", default=False)


def is_own_session(operation: str) -> bool:
    """Tell whether this is the SDK's own question to S3 for a session of a directory bucket."""
    return operation == "CreateSession" and _opening.get()


def read_directory_buckets(client: Any) -> None:
    """Make an S3 client open sessions of directory buckets for reading, and only those."""
    # Registered after the client's own resolver, on the same event: the last cache is used.
    own_sessions(client).register()


def own_sessions(client: Any) -> Any:
    """Return what finds the sessions of an S3 client for its requests, and opens them to read."""
    from botocore.credentials import RefreshableCredentials
    from botocore.utils import S3ExpressIdentityResolver

    sessions = _read_sessions()(weakref.proxy(client), RefreshableCredentials)
    return S3ExpressIdentityResolver(client, RefreshableCredentials, cache=sessions)


@cache
def _read_sessions() -> Any:
    from botocore.utils import S3ExpressIdentityCache

    class ReadSessions(S3ExpressIdentityCache):
        """The SDK's cache of sessions; each may only read."""

        def __init__(self, client: Any, credential_cls: Any) -> None:
            super().__init__(client, credential_cls)
            self._asked = client

        def build_refresh_callback(  # type: ignore[override]
            self, bucket: str
        ) -> Callable[[], dict[str, str]]:
            def refresh() -> dict[str, str]:
                token = _opening.set(True)
                try:
                    answer = self._asked.create_session(Bucket=bucket, SessionMode="ReadOnly")
                finally:
                    _opening.reset(token)
                found = answer["Credentials"]
                return {
                    "access_key": found["AccessKeyId"],
                    "secret_key": found["SecretAccessKey"],
                    "token": found["SessionToken"],
                    "expiry_time": found["Expiration"].isoformat(),
                }

            return refresh

    return ReadSessions
