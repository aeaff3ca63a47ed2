"""A profile as its files have it: what its credentials are, and how long its session lasts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.accounts.mfa import profiles_behind
from aibrain_jupyter.aws.accounts.session_ends import kept_sign_in
from aibrain_jupyter.aws.accounts.sign_in import sign_in_command
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.shared.tools.provider import AMBER, GREEN, RED, Examined

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_profile(name: str) -> Examined:
    """Return what the files say of a profile."""
    title = f"profile {name}"
    declared = get_client_pool().session_profiles.get(name)
    if declared is not None:
        return Examined(title, GREEN, "the demo account" if declared.is_demo else "of this session")
    from botocore.session import Session

    behind = profiles_behind(Session(profile=name))
    settings = {key: value for one in reversed(behind.values()) for key, value in one.items()}
    if {"sso_session", "sso_start_url"} & set(settings):
        return _sign_in(title, name, settings)
    for key, words in _KINDS.items():
        if key in settings:
            return Examined(title, GREEN, words.format(**settings))
    step = f"aws configure --profile {name}, or aws configure sso --profile {name}"
    return Examined(title, AMBER, "it names no credentials", step)


_KINDS: Final = {
    "role_arn": "assumes {role_arn}",
    "credential_process": "credentials by a program",
    "web_identity_token_file": "credentials by a web identity token",
    "login_session": "signed in by aws login",
    "aws_access_key_id": "access keys of its own",
}


def _sign_in(title: str, name: str, settings: Mapping[str, Any]) -> Examined:
    step = f"Run %aibrain aws login {name}, or in a terminal: {sign_in_command(name)}"
    try:
        until = kept_sign_in(settings).ends_at
    except FileNotFoundError:
        return Examined(title, AMBER, "nobody has signed in yet", step)
    except (OSError, ValueError, KeyError, TypeError):
        return Examined(title, AMBER, "its sign-in cannot be read", step)
    left = (until - dt.datetime.now(dt.UTC)).total_seconds()
    if left <= 0:
        return Examined(title, RED, f"its sign-in has expired {until:%Y-%m-%d %H:%M} UTC", step)
    return Examined(title, GREEN, f"signed in, for {format_duration(left)} more")
