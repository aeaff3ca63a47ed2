"""
Who we are in an account: asked of STS once for each key, then remembered.

In this process it is remembered by access key id (``aws/accounts/access_key_owners.py``). The
answer is also kept in the cache under a fingerprint of the credential source, so that a later
kernel needs no request at all. That is only safe for sources whose account and role cannot change
behind our back: an access key id, a role ARN, an SSO account and role. What a credential process, a
container or an instance hands out is asked for by each kernel and not kept. A fingerprint is a hash
of names; no secret goes into it. A role we assume is as lasting as the profile that assumes it.
When the first request is signed with it, its key is asked for all the same
(``aws/accounts/signing.py``).

A profile that wants an MFA code is asked for its session before every run, since nobody can be
asked for the code in the middle of one.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import NoCredentialsError, RefreshWithMFAUnsupportedError

from aibrain_jupyter.aws.accounts.access_key_owners import KNOWN_METHODS, sign_in_of, subject_of
from aibrain_jupyter.aws.accounts.assumed_roles import source_of
from aibrain_jupyter.aws.accounts.mfa import mfa_profile
from aibrain_jupyter.aws.accounts.signing import frozen
from aibrain_jupyter.aws.errors.translate import SDK_ERRORS, translate
from aibrain_jupyter.aws.target import AwsTarget, Identity
from aibrain_jupyter.cache.keys import CacheKey
from aibrain_jupyter.shared.error_handler import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import boto3

    from aibrain_jupyter.advanced_cache import AdvancedCacheManager
    from aibrain_jupyter.aws.clients.pool import ClientPool, SessionProfile
    from aibrain_jupyter.aws.clients.sources import Source

__all__ = ["Identity", "identity_of"]

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
        CredentialsError: there are no credentials, they are refused, or they are of another account
            than the session profile says.
        AibrainError: STS cannot be asked (see ``aws/errors/translate.py``).
    """
    declared = clients.session_profiles.get(profile)
    if declared is not None and (known := clients.declared_identity(profile)):
        return known
    role = clients.roles.get(profile)
    target = AwsTarget(account=role.account if role else "", profile=profile)
    try:
        session = _open_session(clients, profile)
        endpoint = clients.endpoint(profile, "sts")
        target = replace(target, endpoint=endpoint)
        source = _source(clients, profile)
        key_id = _key_in_use(clients, session, has_lasting_source=source is not None)
        if not fresh and (known := clients.callers.find(endpoint, key_id)):
            return _as_declared(known, declared)
        key = _key(source, endpoint)
        if key is not None and cache is not None and not fresh:
            entry = cache.look_up(key, max_age=IDENTITY_TTL_S)
            if entry is not None:
                identity = Identity(**entry.value)
                if source and key_id == source.get("aws_access_key_id"):
                    clients.callers.keep(endpoint, key_id, identity)
                return _as_declared(identity, declared)
        identity = _ask(clients, profile, session, fresh=fresh)
    except SDK_ERRORS as exc:
        raise translate(exc, service="sts", operation="GetCallerIdentity", target=target) from exc
    if key is not None and cache is not None:
        cache.store(key, asdict(identity), meta={}, ttl=IDENTITY_TTL_S)
    return _as_declared(identity, declared)


def known_identity(
    profile: str, clients: ClientPool, *, fresh: bool = False
) -> tuple[Identity, Source] | None:
    """
    Return what `identity_of` would with the same arguments, and the source it is of, if that asks
    nobody and reads nothing; else None.
    """
    if (declared := clients.session_profiles.get(profile)) is not None and declared.is_demo:
        source = clients.source(profile)
        identity = source.declared_identity()
        return None if identity is None else (identity, source)
    opened = None if fresh else clients.opened(profile)
    core: Any = None if opened is None else opened.session()._session
    if opened is None or core._credentials is None or opened.mfa_profile:
        return None
    held = core._credentials
    if held.method not in KNOWN_METHODS and getattr(held, "refresh_needed", bool)():
        return None
    known = clients.callers.find(opened.endpoint("sts"), _key_held(held))
    if known is None or (declared is not None and declared.account not in ("", known.account)):
        return None
    return known, opened


def _ask(clients: ClientPool, profile: str, session: boto3.Session, *, fresh: bool) -> Identity:
    credentials = session.get_credentials()
    if credentials is None:
        raise NoCredentialsError
    return clients.caller(profile, frozen(credentials), fresh=fresh)


def _as_declared(identity: Identity, declared: SessionProfile | None) -> Identity:
    if declared is None or declared.account in ("", identity.account):
        return identity
    raise CredentialsError(
        f"The keys of session profile {declared.name} are not of account {declared.account}.",
        why=f"They are {identity.arn} of account {identity.account}.",
        next_steps=["Give the profile the account its keys are of, or other keys."],
        facts={"account": declared.account, "profile": declared.name, "code": "OtherIdentity"},
    )


def _key_in_use(clients: ClientPool, session: boto3.Session, *, has_lasting_source: bool) -> str:
    """
    Return the access key id that would sign now; empty where that takes a request to find out.

    What hands out keys without naming who they are (a process, a container) is asked, since they
    may be another's by now. A role's or a sign-in's are looked at when something is signed.
    """
    core: Any = session._session
    if not has_lasting_source and clients.is_offline:
        credentials = core._credentials
    elif has_lasting_source and "login_session" in core.get_scoped_config():
        credentials = core._credentials  # loading them fails when nobody has signed in
    else:
        credentials = session.get_credentials()
    if credentials is None:
        return ""
    if credentials.method in KNOWN_METHODS or clients.is_offline:
        return _key_held(credentials)
    return frozen(credentials).access_key


def _key_held(credentials: Any) -> str:
    """Return the access key id there is now, without renewing it; empty if there is none yet."""
    held = getattr(credentials, "_frozen_credentials", credentials)
    return str(held.access_key) if held else ""


def _open_session(clients: ClientPool, profile: str) -> boto3.Session:
    """Return the session of a profile; one that wants an MFA code has been given it."""
    session = clients._session(profile)
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


def _key(source: Mapping[str, Any] | None, endpoint: str) -> CacheKey | None:
    if source is None:
        return None
    digest = hashlib.sha256(json.dumps(source, sort_keys=True).encode()).hexdigest()
    return CacheKey(
        tool="aws_identity", version="2", service="sts", identity=digest, endpoint=endpoint
    )


def _source(clients: ClientPool, profile: str) -> dict[str, Any] | None:
    """Return what names the principal behind a profile for good; None where nothing does."""
    if role := clients.roles.get(profile):
        source = _source(clients, role.source)
        known = {"role_arn": role.arn, "external_id": role.external_id, "source": source}
        return known if source else None
    if declared := clients.session_profiles.get(profile):
        return {"aws_access_key_id": declared.access_key_id}
    return _lasting_source(clients._session(profile), profile)


def _lasting_source(session: boto3.Session, profile: str) -> dict[str, Any] | None:
    """Return what names the principal for good; None where nothing does."""
    if not profile and (key_id := os.environ.get("AWS_ACCESS_KEY_ID")):
        return {"aws_access_key_id": key_id}  # the environment's keys come before all else
    core = session._session
    settings: Mapping[str, Any] = core.get_scoped_config()
    if "credential_process" in settings or mfa_profile(core):
        return None
    found = _lasting_settings(settings, core.full_config.get("profiles", {}), ())
    file = os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE", "")
    if (role := os.environ.get("AWS_ROLE_ARN")) and file:
        # Which of the two botocore takes is its affair: a source is both.
        found["environment_role_arn"] = [role, subject_of(file)]
    if file := settings.get("web_identity_token_file", ""):
        found["subject"] = subject_of(file)
    return found or None


def _lasting_settings(
    settings: Mapping[str, Any], profiles: Mapping[str, Any], seen: tuple[str, ...]
) -> dict[str, Any]:
    if not any(name in settings for name in _LASTING):
        return {}
    found = {name: settings[name] for name in (*_LASTING, *_DETAILS) if name in settings}
    if "sso_account_id" in settings:
        found["signed_in"] = sign_in_of(settings)
    source = settings.get("source_profile", "")
    if source in profiles and source not in seen:
        found["source"] = _lasting_settings(profiles[source], profiles, (*seen, source))
    return found
