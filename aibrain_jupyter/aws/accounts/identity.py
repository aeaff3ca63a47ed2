"""
Who we are in an account: asked of STS once, then remembered.

The answer is kept in the cache under a fingerprint of the credential source, so that a later
kernel needs no request at all. That is only safe for sources whose account and role cannot
change behind our back: an access key id, a role ARN, an SSO account and role. What a
credential process, a container or an instance hands out is asked for once per session and not
kept. A fingerprint is a hash of names; no secret goes into it. A role we assume is as lasting as
the profile that assumes it.

A profile that wants an MFA code is asked for its session before every run, since nobody can be
asked for the code in the middle of one.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from botocore.exceptions import RefreshWithMFAUnsupportedError

from aibrain_jupyter.aws.accounts.assumed_roles import SESSION_NAME, source_of
from aibrain_jupyter.aws.accounts.mfa import mfa_profile
from aibrain_jupyter.aws.accounts.region_names import partition_of
from aibrain_jupyter.aws.errors.translate import SDK_ERRORS, translate
from aibrain_jupyter.aws.target import GLOBAL_REGION, AwsTarget
from aibrain_jupyter.cache.keys import CacheKey
from aibrain_jupyter.shared.error_handler import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import boto3

    from aibrain_jupyter.advanced_cache import AdvancedCacheManager
    from aibrain_jupyter.aws.clients.pool import ClientPool

IDENTITY_TTL_S: Final = 7 * 86400

_LASTING: Final = (
    # Settings of a profile that name an account and a principal for good.
    "aws_access_key_id",
    "login_session",
    "role_arn",
    "sso_account_id",
    "sso_role_name",
)
_DETAILS: Final = ("credential_source", "external_id", "source_profile", "sso_session")


@dataclass(frozen=True, slots=True)
class Identity:
    """
    The caller: account id (12 digits), ARN, partition.

    The `arn` of a role is without the session name that botocore or we make up; that of a session
    profile is ``session-profile/<name>``: nobody was asked for it.
    """

    account: str
    arn: str
    partition: str


_by_session: WeakKeyDictionary[boto3.Session, Identity] = WeakKeyDictionary()


def identity_of(
    profile: str,
    *,
    clients: ClientPool,
    cache: AdvancedCacheManager | None = None,
    fresh: bool = False,
) -> Identity:
    """
    Return who `profile` is.

    Args:
        profile: A session profile, a configured one, or an assumed role; empty: the default chain.

        clients: The pool to ask through.

        cache: Where the answer is looked up and kept; None: nowhere.

        fresh: Whether to ask although the answer is known.

    Raises:
        AibrainError: there are no credentials, or they are refused (see
        ``aws/errors/translate.py``).
    """
    declared = clients.session_profiles.get(profile)
    if declared is not None and declared.account:
        arn = f"session-profile/{declared.name}"
        return Identity(declared.account, arn, partition_of(declared.region))
    role = clients.roles.get(profile)
    target = AwsTarget(account=role.account if role else "", profile=profile)
    try:
        session = _open_session(clients, profile)
        endpoint = clients.endpoint(profile, "sts")
        if not fresh and session in _by_session:
            return _by_session[session]
        key = _key(clients, profile, endpoint)
        known = None
        if key is not None and cache is not None and not fresh:
            known = cache.look_up(key, max_age=IDENTITY_TTL_S)
        identity = Identity(**known.value) if known else _ask(clients, profile, session)
    except SDK_ERRORS as exc:
        raise translate(exc, service="sts", operation="GetCallerIdentity", target=target) from exc
    if key is not None and cache is not None and known is None:
        cache.store(key, asdict(identity), meta={}, ttl=IDENTITY_TTL_S)
    _by_session[session] = identity
    return identity


def is_known(profile: str, clients: ClientPool, *, fresh: bool = False) -> bool:
    """Tell whether `identity_of` would ask nobody and read nothing, with the same arguments."""
    if (declared := clients.session_profiles.get(profile)) is not None:
        return bool(declared.account)
    session = None if fresh else clients.open_session(profile)
    return session is not None and session in _by_session and not mfa_profile(session._session)


def _ask(clients: ClientPool, profile: str, session: boto3.Session) -> Identity:
    # STS answers everywhere; without a region of its own the source is asked at home.
    region = "" if session.region_name else GLOBAL_REGION
    answer: Mapping[str, Any] = clients.client(
        "sts", profile=profile, region=region
    ).get_caller_identity()
    arn = _without_made_up_name(str(answer["Arn"]))
    return Identity(str(answer["Account"]), arn, arn.split(":")[1])


def _open_session(clients: ClientPool, profile: str) -> boto3.Session:
    """Return the session of a profile; one that wants an MFA code has been given it."""
    session = clients.session(profile)
    if not mfa_profile(session._session):
        return session
    try:
        _use_credentials(session)
    except RefreshWithMFAUnsupportedError:
        # botocore gives such a session up when it ends; another one may be there by now.
        clients.forget(source_of(profile))
        return _open_session(clients, profile)
    except CredentialsError:
        clients.forget(source_of(profile))
        raise
    return session


def _use_credentials(session: boto3.Session) -> None:
    if credentials := session.get_credentials():
        credentials.get_frozen_credentials()


def _key(clients: ClientPool, profile: str, endpoint: str) -> CacheKey | None:
    source = _source(clients, profile)
    if source is None:
        return None
    digest = hashlib.sha256(json.dumps(source, sort_keys=True).encode()).hexdigest()
    return CacheKey(
        tool="aws_identity", version="1", service="sts", identity=digest, endpoint=endpoint
    )


def _source(clients: ClientPool, profile: str) -> dict[str, Any] | None:
    """Return what names the principal behind a profile for good; None where nothing does."""
    if role := clients.roles.get(profile):
        source = _source(clients, role.source)
        known = {"role_arn": role.arn, "external_id": role.external_id, "source": source}
        return known if source else None
    if declared := clients.session_profiles.get(profile):
        return {"aws_access_key_id": declared.access_key_id}
    return _lasting_source(clients.session(profile), profile)


def _lasting_source(session: boto3.Session, profile: str) -> dict[str, Any] | None:
    """Return what names the principal for good; None where nothing does."""
    if not profile and (key_id := os.environ.get("AWS_ACCESS_KEY_ID")):
        return {"aws_access_key_id": key_id}  # the environment's keys come before all else
    core = session._session
    settings: Mapping[str, Any] = core.get_scoped_config()
    if "credential_process" in settings or mfa_profile(core):
        return None
    found = _lasting_settings(settings, core.full_config.get("profiles", {}), ())
    if (role := os.environ.get("AWS_ROLE_ARN")) and "AWS_WEB_IDENTITY_TOKEN_FILE" in os.environ:
        # Which of the two botocore takes is its affair: a source is both.
        found["environment_role_arn"] = role
    return found or None


def _lasting_settings(
    settings: Mapping[str, Any], profiles: Mapping[str, Any], seen: tuple[str, ...]
) -> dict[str, Any]:
    if not any(name in settings for name in _LASTING):
        return {}
    found = {name: settings[name] for name in (*_LASTING, *_DETAILS) if name in settings}
    source = settings.get("source_profile", "")
    if source in profiles and source not in seen:
        found["source"] = _lasting_settings(profiles[source], profiles, (*seen, source))
    return found


def _without_made_up_name(arn: str) -> str:
    """
    Drop the session name botocore makes up from the time of day, and the one we give.

    It says nothing about who asks, and it would give every session results of its own.
    """
    head, _, name = arn.rpartition("/")
    is_made_up = name == SESSION_NAME or name.startswith("botocore-session-")
    return head if is_made_up else arn
