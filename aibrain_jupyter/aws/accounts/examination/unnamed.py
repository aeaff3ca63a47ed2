"""What runs use that name no profile: settings, variables of the environment, this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.accounts.account_patterns import is_account_pattern
from aibrain_jupyter.aws.accounts.profiles import configured_profiles
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.texts.names import did_you_mean, nearest
from aibrain_jupyter.shared.tools.provider import AMBER, GREEN, RED, Examined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NAMING: Final = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
"""In the order in which botocore reads them."""
_DEFAULT: Final = "default"
_OF_MACHINE: Final = (
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)


def examine_unnamed(names: Sequence[str]) -> Iterator[Examined]:
    """
    Yield what is found of the profile and the keys that the environment names; no key.

    Args:
        names: The profiles that can be named.
    """
    variable = _naming_variable()
    if variable and os.environ[variable] not in configured_profiles():
        yield _missing(variable, names)
    if has_keys():
        yield _keys()
    elif os.environ.get("AWS_SECRET_ACCESS_KEY"):
        step = "Set AWS_ACCESS_KEY_ID too, or unset AWS_SECRET_ACCESS_KEY."
        found = "only the secret one, which is not used"
        yield Examined("AWS keys in the environment", AMBER, found, step)
    elif not names:
        step = "aws configure sso makes a profile; %aibrain demo start needs none."
        yield Examined("AWS credentials", AMBER, "no profile, and no keys in the environment", step)
    elif is_without_name() and not _is_elsewhere():
        yield _of_machine(names)


def has_keys() -> bool:
    """Tell whether the environment has a key: an empty one is none."""
    return bool(os.environ.get("AWS_ACCESS_KEY_ID"))


def is_without_name() -> bool:
    """Tell whether runs that name no profile use none: keys, or what this machine has."""
    return has_keys() or not (_naming_variable() or _DEFAULT in configured_profiles())


def is_used() -> bool:
    """Tell whether there are runs that name no profile, as far as settings and keys tell."""
    return has_keys() or not _is_elsewhere()


def _naming_variable() -> str:
    # Empty is set: botocore then looks for a profile without a name.
    return next((name for name in _NAMING if name in os.environ), "")


def _is_elsewhere() -> bool:
    """Tell whether a setting names profiles for runs that name none."""
    settings = get_settings()
    named = [word.strip() for word in settings.get("accounts").split(",")]
    # A role is assumed by whoever asks without a profile.
    is_named = any(word and not is_account_pattern(word) for word in named)
    return bool(settings.get("profile")) or is_named


def _missing(variable: str, names: Sequence[str]) -> Examined:
    name = os.environ[variable]
    meant = did_you_mean(nearest(name, names)) if name else ""
    step = " ".join(filter(None, (meant, f"Correct {variable}, or unset it.")))
    if _is_elsewhere():
        found = f"{name!r}, which does not exist; a setting names another for now"
        return Examined(variable, AMBER, found, step)
    found = f"{name!r}, which does not exist: every run that names no profile fails"
    return Examined(variable, RED, found, step)


def _keys() -> Examined:
    if not os.environ.get("AWS_SECRET_ACCESS_KEY"):
        step = "Set AWS_SECRET_ACCESS_KEY too, or unset AWS_ACCESS_KEY_ID."
        return Examined("AWS keys in the environment", RED, "half of them", step)
    found = "there are, and they come before any profile that is not named"
    return Examined("AWS keys in the environment", GREEN, found)


def _of_machine(names: Sequence[str]) -> Examined:
    title = "AWS default chain"
    if variable := next((name for name in _OF_MACHINE if os.environ.get(name)), ""):
        return Examined(title, GREEN, f"a role of this machine: {variable}")
    found = "runs that name no profile have a role of this machine, if there is one"
    return Examined(title, AMBER, found, f"%aibrain profile use {names[0]} puts one in use.")
