"""
How a profile gets a new session: the command to run in a terminal, read from its settings.

A role is signed in to by its source; a profile with ``source_profile`` by the one it leads to.
"""

from aibrain_jupyter.aws.accounts.assumed_roles import source_of
from aibrain_jupyter.aws.accounts.mfa import mfa_command, mfa_profile, profiles_behind

RESUME = "then %aibrain resume asks for what is missing; what was read is in the cache."

_BY_SSO = "aws sso login --profile "


def sign_in_command(profile: str) -> str:
    """
    Return the command that opens a new session for a profile, empty when no command does.

    `profile` may be the name of an assumed role; empty: the default chain.
    """
    from botocore.exceptions import ConfigNotFound, ConfigParseError, ProfileNotFound
    from botocore.session import Session

    core = Session(profile=source_of(profile) or None)
    try:
        if wants_code := mfa_profile(core):
            return mfa_command(wants_code)
        behind = profiles_behind(core)
    except (ConfigNotFound, ConfigParseError, ProfileNotFound):
        return ""
    for name, settings in behind.items():
        if {"sso_session", "sso_start_url"} & set(settings):
            return f"{_BY_SSO}{name}"
        if "login_session" in settings:
            return f"aws login --profile {name}"
    return ""


def sign_in_step(profile: str) -> str:
    """Return the whole next step after a session has ended."""
    command = sign_in_command(profile)
    if command.startswith(_BY_SSO):
        name = command.removeprefix(_BY_SSO)
        return f"Run %aibrain aws login {name}, or in a terminal: {command}, {RESUME}"
    if command:
        return f"Run in a terminal: {command}, {RESUME}"
    return f"Put new keys in place (environment or ~/.aws/credentials), {RESUME}"
