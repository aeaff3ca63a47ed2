"""How configuration, profiles and sessions are: from files alone, or by asking STS who each is."""

from __future__ import annotations

import datetime as dt
import email.utils
import os
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.accounts.mfa import profiles_behind
from aibrain_jupyter.aws.accounts.profiles import check_configuration, known_profiles
from aibrain_jupyter.aws.accounts.session_ends import kept_sign_in
from aibrain_jupyter.aws.accounts.sign_in import sign_in_command
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.shared.tools.provider import AMBER, GREEN, RED, Examined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST_PROFILES: Final = 40
_SKEW_S: Final = 240
"""AWS refuses a signature that is 5 minutes off."""


def examine(*, is_online: bool = False) -> Iterator[Examined]:
    """
    Yield what is found of AWS's configuration; never a key.

    Args:
        is_online: Ask STS with each profile; the clock is compared with its answer.
    """
    get_client_pool().try_again()
    try:
        check_configuration()
    except AibrainError as exc:
        yield Examined("AWS configuration", RED, exc.what, *exc.next_steps[:1])
        return
    names = known_profiles()
    if not names and "AWS_ACCESS_KEY_ID" not in os.environ:
        step = "aws configure sso makes a profile; %aibrain demo start needs none."
        yield Examined("AWS credentials", AMBER, "no profile, and no keys in the environment", step)
    if "AWS_ACCESS_KEY_ID" in os.environ:
        yield _environment()
    if endpoints := sorted(n for n in os.environ if n.startswith("AWS_ENDPOINT_URL")):
        found = f"{', '.join(endpoints)}: requests do not go to AWS itself"
        yield Examined("AWS endpoint", AMBER, found, "Unset it if AWS itself is meant.")
    for name in names[:_MOST_PROFILES]:
        yield _asked(name) if is_online else _read(name)
    if len(names) > _MOST_PROFILES:
        yield Examined("AWS profiles", GREEN, f"and {len(names) - _MOST_PROFILES:,} more")


def _environment() -> Examined:
    if "AWS_SECRET_ACCESS_KEY" not in os.environ:
        step = "Set AWS_SECRET_ACCESS_KEY too, or unset AWS_ACCESS_KEY_ID."
        return Examined("AWS keys in the environment", RED, "half of them", step)
    found = "there are, and they come before any profile that is not named"
    return Examined("AWS keys in the environment", GREEN, found)


def _read(name: str) -> Examined:
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


def _asked(name: str) -> Examined:
    """Return who a profile is, as STS answers."""
    from aibrain_jupyter.aws.errors.translate import SDK_ERRORS, translate
    from aibrain_jupyter.aws.target import AwsTarget

    title, began = f"profile {name}", dt.datetime.now(dt.UTC)
    try:
        answer = get_client_pool().client("sts", profile=name).get_caller_identity()
    except SDK_ERRORS as exc:
        target = AwsTarget(profile=name)
        error = translate(exc, service="sts", operation="GetCallerIdentity", target=target)
        return Examined(title, RED, error.what, *error.next_steps[:1])
    except AibrainError as exc:
        return Examined(title, RED, exc.what, *exc.next_steps[:1])
    took = (dt.datetime.now(dt.UTC) - began).total_seconds()
    found = f"{answer['Arn']}, answered in {format_duration(took)}"
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    if date := headers.get("date"):
        off = (email.utils.parsedate_to_datetime(date) - began).total_seconds()
        if abs(off) > _SKEW_S:
            step = "Set the clock (on Linux: sudo timedatectl set-ntp true)."
            late = "slow" if off > 0 else "fast"
            return Examined(title, RED, f"the clock is {format_duration(abs(off))} {late}", step)
    return Examined(title, GREEN, found)
