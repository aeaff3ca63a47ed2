"""
Profiles that want an MFA code: never a prompt in a notebook, the terminal's session instead.

The AWS CLI asks for the code in a terminal and keeps the session in ``~/.aws/cli/cache``. It is
read from there, never written; where there is none, the error says which command makes one.
"""

from __future__ import annotations

from collections import ChainMap
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from aibrain_jupyter.shared.error_handler import CredentialsExpiredError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.session import Session


def profiles_behind(core: Session) -> dict[str, Mapping[str, Any]]:
    """Return the settings of the profiles on the way of `core` to its credentials, by name."""
    profiles: Mapping[str, Mapping[str, Any]] = core.full_config.get("profiles", {})
    name, found = core.get_config_variable("profile") or "default", {}
    while name in profiles and name not in found:
        found[name] = profiles[name]
        name = str(profiles[name].get("source_profile", ""))
    return found


def mfa_profile(core: Session) -> str:
    """Return the profile on the way of `core` to its credentials that wants an MFA code, or ""."""
    for name, settings in profiles_behind(core).items():
        if "role_arn" in settings and "mfa_serial" in settings:
            return name
    return ""


def never_prompt(core: Session, profile: str) -> None:
    """Make `core` take the sessions of the AWS CLI, and raise where it would ask for a code."""
    from botocore.utils import JSONFileCache

    def refuse(_question: str) -> NoReturn:
        raise CredentialsExpiredError(
            f"Profile {profile} needs an MFA code, and there is no session of it (of 15 minutes "
            "or more).",
            why="A run never asks: its calls go on in threads, and a notebook may run unattended.",
            next_steps=[
                (
                    f"Run in a terminal: {mfa_command(profile)} (it asks for the code), then run "
                    "the cell again, or %aibrain resume."
                )
            ],
            facts={"profile": profile, "code": "MfaNeeded"},
        )

    provider = core.get_component("credential_provider").get_provider("assume-role")
    of_the_cli: Any = JSONFileCache(str(Path("~/.aws/cli/cache").expanduser()))
    provider.cache = ChainMap({}, of_the_cli)  # what is written stays in the first
    provider._prompter = refuse  # given to its constructor, which botocore calls


def mfa_command(profile: str) -> str:
    """Return the command that asks for the code and leaves a session behind."""
    return f"aws sts get-caller-identity --profile {profile}"
