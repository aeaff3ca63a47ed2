"""
The words that the rows of the table of causes may use, each found when it is asked for.

A word that is not known here is an empty text: steps with such a word are left out.
"""

from __future__ import annotations

import datetime as dt
import os
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.accounts.assumed_roles import source_of
from aibrain_jupyter.aws.accounts.profiles import known_profiles
from aibrain_jupyter.aws.clients.reads import title_of
from aibrain_jupyter.aws.errors import settings
from aibrain_jupyter.aws.errors.denials import read_denial
from aibrain_jupyter.aws.errors.failures import said_in
from aibrain_jupyter.aws.errors.role_refusals import refusal_of, role_steps, sso_step
from aibrain_jupyter.aws.target import GLOBAL_REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aibrain_jupyter.aws.errors.call_site import Where
    from aibrain_jupyter.shared.causes import Failure

_PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")


class Words(dict[str, str]):
    """The words about one failure at one place. A word that does not exist is a ``KeyError``."""

    def __init__(self, failure: Failure, where: Where) -> None:
        super().__init__()
        self._failure = failure
        self._where = where

    def __missing__(self, word: str) -> str:
        found = WORDS[word](self._failure, self._where)
        self[word] = found
        return found


def clock_error_s(failure: Failure) -> float:
    """Return by how many seconds our clock is behind the service's; 0 when unknown."""
    try:
        theirs = parsedate_to_datetime(str(_metadata(failure, "HTTPHeaders", {}).get("date") or ""))
    except (AttributeError, ValueError):
        return 0.0
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=dt.UTC)
    return (theirs - dt.datetime.now(dt.UTC)).total_seconds()


def attempts_of(failure: Failure) -> int:
    """Return how many times the SDK asked."""
    attempts = _metadata(failure, "RetryAttempts", 0)
    return (attempts if isinstance(attempts, int) else 0) + 1


def action_of(failure: Failure, where: Where) -> str:
    """Return the IAM action that was refused."""
    return read_denial(failure.message).action or where.action


def _metadata(failure: Failure, name: str, default: Any) -> Any:
    return said_in(failure.exception, "ResponseMetadata").get(name) or default


def _clock(failure: Failure, where: Where) -> str:
    off = clock_error_s(failure) if where.is_now else 0.0
    if abs(off) < 60:
        return f"AWS finds that the clock of this computer is wrong{_in_region(failure, where)}."
    minutes, seconds = divmod(int(abs(off)), 60)
    return (
        f"The clock of this computer is {minutes} min {seconds} s {'slow' if off > 0 else 'fast'}; "
        "AWS refuses what is signed by it."
    )


def _in_region(failure: Failure, where: Where) -> str:
    region = _region(failure, where)
    return f" in {region}" if region else ""


def _region(_: Failure, where: Where) -> str:
    return where.target.region if where.target.region != GLOBAL_REGION else ""


def _on_resource(failure: Failure, _: Where) -> str:
    resource = read_denial(failure.message).resource
    return f" on {resource}" if resource not in ("", "*") else ""


def _attempts(failure: Failure, _: Where) -> str:
    times = attempts_of(failure)
    return f"{times} {'attempt' if times == 1 else 'attempts'}"


def _profiles_or_new_one(_: Failure, where: Where) -> str:
    names = known_profiles()
    if not names:
        return "Make a profile in a terminal: aws configure sso (or aws configure)."
    named = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    return (
        f"Profiles here: {named}. Run `%aibrain profile use {names[0]}`, give "
        f"--profile {names[0]}, or set AWS_PROFILE."
    )


def _for_profile(_: Failure, where: Where) -> str:
    source = source_of(where.target.profile)
    return f" for profile {source}" if source else ""


def _ask_who(_: Failure, where: Where) -> str:
    # One word: a step of which a word is empty is left out, and the default chain has no name.
    source = where.profile_name
    return f"aws sts get-caller-identity{f' --profile {source}' if source else ''}"


def _ca_bundle(_: Failure, where: Where) -> str:
    named = settings.ca_bundle()
    return f"{named.setting} names {named.path}" if named else ""


def _proxies(_: Failure, where: Where) -> str:
    names = [name for name in _PROXIES if name in os.environ]
    return " and ".join(names) or "proxies_config"


def _code(failure: Failure, _: Where) -> str:
    return str(said_in(failure.exception, "Error").get("Code") or "") or "no error code"


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}" if text else ""


def _file_word(name: str) -> Callable[[Failure, Where], str]:
    return lambda failure, where: settings.words_of_file(failure.exception)[name]


def _refused_role_steps(failure: Failure, where: Where) -> str:
    return "\n".join(refusal_of(where, failure.asked, failure.message)[1])


WORDS: Final[Mapping[str, Callable[[Failure, Where], str]]] = {
    "ask_who": _ask_who,
    "account": lambda _, where: where.account,
    "action": action_of,
    "asked": lambda failure, _: failure.asked,
    "attempts": _attempts,
    "ca_bundle": _ca_bundle,
    "call": lambda _, where: where.call,
    "clock": _clock,
    "code": _code,
    "config_file": lambda *_: settings.config_file(),
    "config_file_missing": lambda *_: settings.missing_file(),
    "credentials_file": lambda *_: settings.credentials_file(),
    "denying_policy": lambda failure, _: read_denial(failure.message).denying_policy,
    "endpoint": lambda _, where: where.target.endpoint,
    "for_profile": _for_profile,
    "in_region": _in_region,
    "line": _file_word("line"),
    "named_file": _file_word("named_file"),
    "on_resource": _on_resource,
    "operation": lambda _, where: where.call.partition(":")[2] or where.call,
    "place": lambda _, where: where.place,
    "policy": lambda failure, _: read_denial(failure.message).policy,
    "profile_in_words": lambda _, where: where.profile,
    "profile_in_words_first": lambda _, where: _capital(where.profile),
    "profiles_or_new_one": _profiles_or_new_one,
    "proxies": _proxies,
    "refused_role": lambda failure, where: refusal_of(where, failure.asked, failure.message)[0],
    "refused_role_steps": _refused_role_steps,
    "region": _region,
    "role_steps": lambda _, where: "\n".join(role_steps(where)),
    "service": lambda _, where: where.service_name,
    "service_title": lambda _, where: title_of(where.service) or where.service_name,
    "setting": lambda failure, where: settings.setting_with_value(
        failure.message, where.target.profile
    ),
    "sign_in": lambda _, where: where.sign_in,
    "sso_step": lambda _, where: sso_step(where),
    "subject": lambda _, where: where.subject,
    "without_line": _file_word("without_line"),
}
