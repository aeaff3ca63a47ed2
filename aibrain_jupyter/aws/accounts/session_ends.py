"""When the sessions end that calls are signed with: from files and the environment alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.accounts.mfa import profiles_behind
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.tools.provider import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_METRIC: Final = "session_ends_in_s"
_LONG_OVER_S: Final = -3600.0
"""A session that ended longer ago is no news: nothing waits for it any more."""


@dataclass(frozen=True, slots=True)
class KeptSignIn:
    """A sign-in as the SDK keeps it: when it ends (aware), and whether the SDK renews it itself."""

    ends_at: dt.datetime
    is_renewed: bool


def kept_sign_in(settings: Mapping[str, Any]) -> KeptSignIn:
    """
    Return the sign-in of a profile with these settings.
    Raises OSError, ValueError, KeyError, TypeError: there is none, or it cannot be read.
    """
    key = str(settings.get("sso_session") or settings.get("sso_start_url"))
    digest = hashlib.sha1(key.encode()).hexdigest()  # noqa: S324 - the SDK's name of that file
    file = Path("~/.aws/sso/cache").expanduser() / f"{digest}.json"
    kept = json.loads(file.read_text("utf-8"))
    ends_at = dt.datetime.fromisoformat(kept["expiresAt"])
    ends_at = ends_at if ends_at.tzinfo else ends_at.replace(tzinfo=dt.UTC)
    return KeptSignIn(ends_at, is_renewed="refreshToken" in kept)


def session_ends() -> Iterator[Reading]:
    """
    Yield in how many seconds the sessions end that were used in this process.

    None is one whose end is not known: the SDK renews it, until nobody knows when. Profiles without
    a session (keys, programs) are left out.
    """
    for name in get_client_pool().used_profiles():
        settings = _settings_of(name)
        if settings is None:
            continue
        try:
            kept = kept_sign_in(settings)
        except (OSError, ValueError, KeyError, TypeError):
            yield Reading(_METRIC, name, None)
            continue
        left = (kept.ends_at - dt.datetime.now(dt.UTC)).total_seconds()
        if left > _LONG_OVER_S:
            yield Reading(_METRIC, name, None if kept.is_renewed else left)
    if told := os.environ.get("AWS_CREDENTIAL_EXPIRATION"):
        try:
            until = dt.datetime.fromisoformat(told)
        except ValueError:
            return
        until = until if until.tzinfo else until.replace(tzinfo=dt.UTC)
        left = (until - dt.datetime.now(dt.UTC)).total_seconds()
        if left > _LONG_OVER_S:
            yield Reading(_METRIC, "environment", left)


@lru_cache(maxsize=64)
def _settings_of(profile: str) -> Mapping[str, Any] | None:
    """Return the settings behind a profile that is signed in to; None: it is not."""
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    pool = get_client_pool()
    if pool.declared(profile) is not None:
        return None
    try:
        # The session that asked has read the files; making another one takes 40 ms.
        opened = pool.opened(profile)
        core = opened.session()._session if opened else Session(profile=profile or None)
        behind = profiles_behind(core)
    except (BotoCoreError, AibrainError):
        return None
    settings = {key: value for one in reversed(behind.values()) for key, value in one.items()}
    return settings if {"sso_session", "sso_start_url"} & set(settings) else None
