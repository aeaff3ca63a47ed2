"""
Profiles by name: those of the AWS configuration and those of this session.

Names are checked here, without the network, before anything runs. Patterns are shell globs
(``prod-*``); a pattern that matches nothing is an error, never an empty run. An account id
stands for the profiles that are known to lead to it: by their role or by their SSO account; where
there is none, for the role of the setting ``role``. Roles and organizations are written as
``aws/accounts/account_patterns.py`` says.
"""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.accounts.account_patterns import (
    AccountPattern,
    is_account_pattern,
    read_account_pattern,
)
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.shared.error_handler import unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.aws.clients.pool import ClientPool

_GLOB = frozenset("*?[")
_ACCOUNT = re.compile(r"\d{12}")
_ROLE = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/")
LIST_STEP = "%aibrain profile lists them; aws configure sso makes new ones."

_EVERY = ("all", "every", "any")
_EVERY_STEPS = (
    "--accounts '*' is every profile there is.",
    "--accounts role:NAME@org:all is every account of the organization.",
)
_ROLE_STEP = "A role in that account is written role:NAME@{}."


def configured_profiles() -> list[str]:
    """
    Return the names in the config and credentials files, sorted.

    A file that cannot be parsed gives none: `check_configuration` says so, with the line.
    """
    from botocore.exceptions import ConfigNotFound, ConfigParseError
    from botocore.session import Session

    try:
        return sorted(Session().available_profiles)
    except (ConfigNotFound, ConfigParseError):
        return []


def check_configuration() -> None:
    """
    Do nothing if the configuration files can be parsed, or are not there.

    Raises:
        CredentialsError: one cannot be parsed: which, and in which line. Without it every profile
            would seem not to exist.
    """
    _full_config()


def known_profiles(pool: ClientPool | None = None) -> list[str]:
    """Return every profile that can be named now: the session's first, then the configured."""
    of_session = sorted((pool or get_client_pool()).session_profiles)
    return [*of_session, *(n for n in configured_profiles() if n not in of_session)]


def known_accounts(pool: ClientPool | None = None, *, role: str = "") -> list[str]:
    """
    Return what ``--accounts`` can name without asking anybody.

    Args:
        pool: Where the session's profiles and roles are; None: the pool of this process.

        role: The role of the setting; with one the organization can be named without.
    """
    pool = pool or get_client_pool()
    reached = [f"role:{one.role}@{one.account}" for one in pool.roles.values()]
    whole = ["org:all", f"role:{role}@org:all"] if role else []
    return list(dict.fromkeys([*known_profiles(pool), *reached, *whole]))


def account_of_profile(name: str, pool: ClientPool | None = None) -> str:
    """Return the account id of a profile; empty where its settings do not tell."""
    return _accounts(pool or get_client_pool()).get(name, "")


def expand_profiles(patterns: Iterable[str], *, pool: ClientPool, role: str = "") -> list[str]:
    """
    Return the profiles named by `patterns`, in the order they are named, each once.

    Patterns of roles and organizations are checked and come back as they are, since it takes the
    network to say what they stand for.

    Args:
        patterns: Names, globs, account ids, roles, organizations.

        pool: Where the session's profiles are.

        role: The name of the role where a pattern has none; empty: there is no such role.

    Raises:
        ParameterError: a pattern of roles or of an organization cannot be read.
        UnknownNameError: a name or pattern that no profile has, with the nearest that exist.
        CredentialsError: a configuration file cannot be parsed, and the session has no such
            profile.
    """
    known = known_profiles(pool)
    patterns = tuple(patterns)
    if not set(patterns) <= set(pool.session_profiles):
        check_configuration()
    found: list[str] = []
    for pattern in patterns:
        found += _matching(pattern, known, pool, role)
    return list(dict.fromkeys(found))


def _matching(pattern: str, known: Sequence[str], pool: ClientPool, role: str) -> list[str]:
    if pattern in known:
        return [pattern]
    if is_account_pattern(pattern):
        return [read_account_pattern(pattern, role=role).text]
    matches: list[str] = []
    if _GLOB & set(pattern):
        matches = [name for name in known if fnmatch.fnmatchcase(name, pattern)]
    elif _ACCOUNT.fullmatch(pattern):
        accounts = _accounts(pool)
        matches = [name for name in known if accounts.get(name) == pattern]
        if not matches and role:
            matches = [AccountPattern(role, (pattern,)).text]
        if not matches:
            raise unknown_name(
                "AWS profile", pattern, (), next_steps=[LIST_STEP, _ROLE_STEP.format(pattern)]
            )
    if not matches:
        from aibrain_jupyter.aws.errors.settings import missing_file

        every = _EVERY_STEPS if pattern.lower() in _EVERY else ()
        steps = [step for step in (missing_file(), *every, LIST_STEP) if step]
        raise unknown_name("AWS profile", pattern, known, next_steps=steps)
    return matches


def _accounts(pool: ClientPool) -> dict[str, str]:
    """Return the account of each profile, where it can be told without the network."""
    found: dict[str, str] = {}
    for name, settings in _full_config().get("profiles", {}).items():
        role = _ROLE.match(str(settings.get("role_arn", "")))
        found[name] = role[1] if role else str(settings.get("sso_account_id", ""))
    return found | {name: declared.account for name, declared in pool.session_profiles.items()}


def _full_config() -> Mapping[str, Any]:
    from botocore.exceptions import ConfigParseError
    from botocore.session import Session

    from aibrain_jupyter.aws.errors.settings import unreadable_file

    try:
        found: Mapping[str, Any] = Session().full_config
    except ConfigParseError as exc:
        raise unreadable_file(exc) from exc
    return found
