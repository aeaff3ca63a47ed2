"""
Profiles by name: those of the AWS configuration and those of this session.

Names are checked here, without the network, before anything runs. Patterns are shell globs
(``prod-*``); a pattern that matches nothing is an error, never an empty run.
"""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from aibrain_jupyter.shared.connection_pool import get_client_pool
from aibrain_jupyter.shared.error_handler import unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aibrain_jupyter.shared.connection_pool import ClientPool

_GLOB = frozenset("*?[")
LIST_STEP = "%aibrain profile lists them; aws configure sso makes new ones."


def configured_profiles() -> list[str]:
    """
    Return the names in the config and credentials files, sorted.

    A file that cannot be read gives none: the error comes, with its line, from whoever uses it.
    """
    from botocore.exceptions import ConfigNotFound, ConfigParseError
    from botocore.session import Session

    try:
        return sorted(Session().available_profiles)
    except (ConfigNotFound, ConfigParseError):
        return []


def known_profiles(pool: ClientPool | None = None) -> list[str]:
    """Return every profile that can be named now: the session's first, then the configured."""
    of_session = sorted((pool or get_client_pool()).session_profiles)
    return [*of_session, *(n for n in configured_profiles() if n not in of_session)]


def expand_profiles(patterns: Iterable[str], *, pool: ClientPool) -> list[str]:
    """
    Return the profiles named by `patterns`, in the order they are named, each once.

    Raises:
        UnknownNameError: a name or pattern that no profile has, with the nearest that exist.
    """
    known = known_profiles(pool)
    found: list[str] = []
    for pattern in patterns:
        found += _matching(pattern, known)
    return list(dict.fromkeys(found))


def _matching(pattern: str, known: Sequence[str]) -> list[str]:
    if pattern in known:
        return [pattern]
    if _GLOB & set(pattern):
        matches = [name for name in known if fnmatch.fnmatchcase(name, pattern)]
        if matches:
            return matches
    raise unknown_name("AWS profile", pattern, known, next_steps=[LIST_STEP])
