"""
What the AWS configuration says about a failure: files, a setting by its value, certificates.

Read with botocore's own reader. Nothing here raises for a configuration that cannot be read: that
is a cause of its own. No value leaves this module but the paths of files.
"""

from __future__ import annotations

import configparser
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import BotoCoreError

from aibrain_jupyter.aws.accounts.assumed_roles import source_of
from aibrain_jupyter.aws.errors.causes import cause_named
from aibrain_jupyter.shared.causes import fill

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.error_handler import AibrainError

_CONFIG: Final = ("AWS_CONFIG_FILE", "~/.aws/config")
_CREDENTIALS: Final = ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
_NAMES: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
"""They name a profile, and so does many a message about a setting of it."""
_LINE: Final = re.compile(r"\[line:?\s+(\d+)\]|\bline:?\s+(\d+)")
_QUOTED: Final = re.compile(r"'([^']*)'|\"([^\"]*)\"|format: (.+)$")


class NamedFile(NamedTuple):
    """A file that a setting names."""

    setting: str
    path: str
    exists: bool


def config_file() -> str:
    """Return the path of the config file as it is written: ``~/.aws/config``."""
    return os.environ.get(_CONFIG[0]) or _CONFIG[1]


def credentials_file() -> str:
    """Return the path of the credentials file as it is written."""
    return os.environ.get(_CREDENTIALS[0]) or _CREDENTIALS[1]


def missing_file() -> str:
    """Return what to say of a configuration file that is named and cannot be read; else empty."""
    for variable, _ in (_CONFIG, _CREDENTIALS):
        if path := os.environ.get(variable):
            named = Path(os.path.expandvars(path)).expanduser()
            if not named.is_file():
                return f"{variable} names {path}, which is no file: correct or unset it."
            if not os.access(named, os.R_OK):
                return f"{variable} names {path}, which this user may not read."
    return ""


def unreadable_file(exc: BaseException) -> AibrainError:
    """Return the error for a configuration file that cannot be parsed (``ConfigParseError``)."""
    words, cause = words_of_file(exc), cause_named("configuration-unreadable")
    return cause.error(
        fill(cause.what, words),
        why=words["why_unreadable"],
        next_steps=cause.steps_with(words),
        facts={"code": type(exc).__name__, "cause": cause.name},
    )


def words_of_file(exc: BaseException) -> dict[str, str]:
    """Return the file an exception is about, and the line in it, where it tells."""
    kwargs: Mapping[str, Any] = getattr(exc, "kwargs", None) or {}
    path = str(kwargs.get("path") or getattr(exc, "filename", None) or "a file")
    found = _LINE.search(f"{exc} {kwargs.get('error', '')}")
    line = next(filter(None, found.groups()), "") if found else ""
    without = "" if line else f"Correct {path}; no profile can be used before."
    return {
        "named_file": path,
        "line": line,
        "without_line": without,
        "why_unreadable": _why_unreadable(kwargs.get("error") or exc),
    }


def _why_unreadable(error: BaseException) -> str:
    """Return the parser's words without the lines it quotes: one may hold a secret key."""
    if isinstance(error, configparser.MissingSectionHeaderError):
        return f"Line {error.lineno} comes before any [section]."
    if isinstance(error, configparser.ParsingError):
        lines = ", ".join(str(number) for number, _ in error.errors[:5])
        return f"Neither a [section] nor name = value: line {lines}."
    if isinstance(error, ValueError) and not isinstance(error, UnicodeError):
        return "An indented line is not written name = value."
    return " ".join(str(error).split())


def has_credential_process(profile: str) -> bool:
    """Tell whether a profile, or one that it leads to, takes its keys from a program."""
    profiles, seen = _profiles(), set[str]()
    name = source_of(profile) or os.environ.get("AWS_PROFILE", "default")
    while name in profiles and name not in seen:
        if "credential_process" in profiles[name]:
            return True
        seen.add(name)
        name = str(profiles[name].get("source_profile", ""))
    return False


def ca_bundle() -> NamedFile | None:
    """Return the file of trusted certificates in force, None where none is named."""
    for variable in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        if path := os.environ.get(variable):
            return _named(variable, path)
    for settings in _profiles().values():
        if (path := str(settings.get("ca_bundle") or "")) and not _named("", path).exists:
            return _named("ca_bundle", path)
    return None


def setting_with_value(message: str, profile: str) -> str:
    """Return ``NAME in ~/.aws/config`` for the setting whose value a message quotes; else empty."""
    found = _QUOTED.search(message)
    value = next(filter(None, found.groups()), None) if found else None
    if not value:
        return ""
    for name in sorted(os.environ):
        if name.startswith("AWS_") and name not in _NAMES and os.environ[name] == value:
            return f"{name} of the environment"
    name = source_of(profile) or os.environ.get("AWS_PROFILE", "default")
    for key, own in _profiles().get(name, {}).items():
        if own == value:
            return f"{key} of profile {name} in {config_file()}"
    return ""


def _profiles() -> Mapping[str, Mapping[str, Any]]:
    from botocore.session import Session

    try:
        profiles: Mapping[str, Mapping[str, Any]] = Session().full_config.get("profiles", {})
    except (BotoCoreError, OSError):
        return {}
    return profiles


def _named(setting: str, path: str) -> NamedFile:
    return NamedFile(setting, path, Path(os.path.expandvars(path)).expanduser().exists())
