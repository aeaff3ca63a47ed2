"""
Signing in to IAM Identity Center from a notebook: a link and a code, then a token in a file.

The SDK can do it alone: it registers this package as a client, asks for a code, and somebody lets
it in with a browser. The token lies where the SDK and the AWS CLI look for it, in a file that only
its owner may read. Nothing secret is returned or shown.

Source: IAM Identity Center OIDC API reference, RegisterClient, StartDeviceAuthorization and
CreateToken; RFC 8628, OAuth 2.0 Device Authorization Grant.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.accounts.assumed_roles import source_of
from aibrain_jupyter.aws.accounts.mfa import profiles_behind
from aibrain_jupyter.aws.accounts.sign_in import sign_in_command
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.aws.clients.sources import sign_in_client
from aibrain_jupyter.aws.errors.causes import cause_named
from aibrain_jupyter.aws.errors.translate import SDK_ERRORS, translate
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    CallCancelledError,
    CredentialsError,
    CredentialsExpiredError,
    IncompleteAnswerError,
    ParameterError,
)
from aibrain_jupyter.shared.texts.exceptions import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEVICE: Final = "urn:ietf:params:oauth:grant-type:device_code"
_SCOPES: Final = ("sso:account:access",)
_POLL_S: Final = 5.0
"""Between two questions, where the service names no time (RFC 8628, 3.2)."""
_LEAST_POLL_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Portal:
    """Where a profile signs in. `session` is the name of its ``sso-session``, or empty."""

    profile: str
    start_url: str
    region: str
    session: str
    scopes: tuple[str, ...] = ()


@dataclass(slots=True)
class SignIn:
    """A sign-in that was begun: `link` to open, `code` that has to be seen there, and its end."""

    portal: Portal
    link: str
    code: str
    ends_at: dt.datetime
    poll_s: float
    _client: Any = field(repr=False)
    _registered: Mapping[str, Any] = field(repr=False)
    _device_code: str = field(repr=False)

    def wait(self) -> dt.datetime:
        """
        Return until when the session lasts (UTC), once somebody has let this kernel in.

        Raises:
            CallCancelledError: the cell was interrupted.
            CredentialsError: it was refused, nobody came in time, or the session cannot be kept.
            ProviderError: the portal ended it.
        """
        try:
            while True:
                time.sleep(max(min(self.poll_s, self._left_s), 0))
                is_last = self._left_s <= 0
                if token := self._asked():
                    return _kept(self.portal, self._registered, token)
                if is_last:
                    raise CredentialsExpiredError(
                        "Nobody has signed in in time.", next_steps=self._again
                    )
        except KeyboardInterrupt:
            raise CallCancelledError(
                f"The sign-in of profile {self.portal.profile} was cancelled.",
                next_steps=[f"%aibrain aws login {self.portal.profile} begins it again."],
            ) from None

    @property
    def _left_s(self) -> float:
        """How long the code is good for (s)."""
        return (self.ends_at - dt.datetime.now(dt.UTC)).total_seconds()

    @property
    def _again(self) -> list[str]:
        return [f"%aibrain aws login {self.portal.profile} begins it again, with a new code."]

    def _asked(self) -> Mapping[str, Any] | None:
        """Return the token, None while nobody has signed in, or the portal cannot be asked."""
        errors = self._client.exceptions
        try:
            token: Mapping[str, Any] = self._client.create_token(
                clientId=self._registered["clientId"],
                clientSecret=self._registered["clientSecret"],
                grantType=_DEVICE,
                deviceCode=self._device_code,
            )
        except errors.AuthorizationPendingException:
            return None
        except errors.SlowDownException:
            self.poll_s += _POLL_S
            return None
        except errors.ExpiredTokenException:
            raise CredentialsExpiredError("The code has expired.", next_steps=self._again) from None
        except errors.AccessDeniedException:
            raise CredentialsError(
                "The sign-in was refused in the browser.", next_steps=self._again
            ) from None
        except SDK_ERRORS as exc:
            error = _translated(exc, self.portal.profile, "CreateToken")
            cause = error.facts.get("cause", "")
            if cause and cause_named(cause).is_retry_safe:
                return None  # a network that is away for a moment ends no sign-in
            raise error from exc
        return token


def portal_of(profile: str) -> Portal:
    """
    Return where a profile signs in.

    Raises:
        ParameterError: it does not sign in by IAM Identity Center.
        AibrainError: the configuration cannot be read, or AWS_PROFILE names none that exists.
    """
    from botocore.session import Session

    if source_of(profile) in get_client_pool().session_profiles:
        raise ParameterError(
            f"Profile {profile} has keys of this session: there is nothing to sign in to.",
            next_steps=["%aibrain profile lists the others."],
        )
    core = Session(profile=source_of(profile) or None)
    try:
        core.get_scoped_config()
        behind = profiles_behind(core)
    except SDK_ERRORS as exc:
        raise _translated(exc, profile, "") from exc
    for name, settings in behind.items():
        session = str(settings.get("sso_session", ""))
        shared = core.full_config.get("sso_sessions", {}).get(session, {})
        found = {**settings, **shared}
        if "sso_start_url" in found and "sso_region" in found:
            scopes = str(found.get("sso_registration_scopes", "")).replace(",", " ").split()
            return Portal(
                name,
                str(found["sso_start_url"]),
                str(found["sso_region"]),
                session,
                tuple(scopes) or (_SCOPES if session else ()),
            )
    named = f"Profile {profile}" if profile else "The default profile"
    command = sign_in_command(profile)
    raise ParameterError(
        f"{named} does not sign in by IAM Identity Center.",
        next_steps=[
            *([f"Run in a terminal: {command}"] if command else []),
            "%aibrain profile lists the profiles, aws configure sso makes one that does.",
        ],
    )


def begin_sign_in(profile: str) -> SignIn:
    """
    Return a sign-in of a profile that waits for somebody.

    Raises:
        AibrainError: the profile has no such sign-in, or its portal refused.
    """
    operation = ""
    try:
        portal = portal_of(profile)
        client = sign_in_client(portal.region, source_of(profile))
        operation = "RegisterClient"
        asked: dict[str, Any] = {"clientName": "aibrain_jupyter", "clientType": "public"}
        if portal.scopes:
            asked |= {"scopes": list(portal.scopes), "grantTypes": [_DEVICE, "refresh_token"]}
        registered = client.register_client(**asked)
        operation = "StartDeviceAuthorization"
        begun = client.start_device_authorization(
            clientId=registered["clientId"],
            clientSecret=registered["clientSecret"],
            startUrl=portal.start_url,
        )
        return SignIn(
            portal,
            begun.get("verificationUriComplete") or begun["verificationUri"],
            begun["userCode"],
            dt.datetime.now(dt.UTC) + dt.timedelta(seconds=begun["expiresIn"]),
            max(float(begun.get("interval", _POLL_S)), _LEAST_POLL_S),
            client,
            registered,
            begun["deviceCode"],
        )
    except LookupError as exc:
        raise _not_whole(operation, exc) from exc
    except SDK_ERRORS as exc:
        raise _translated(exc, profile, operation) from exc


def _translated(exc: BaseException, profile: str, operation: str) -> AibrainError:
    target = AwsTarget(profile=profile)
    return translate(exc, service="sso-oidc", operation=operation, target=target)


def _not_whole(operation: str, exc: LookupError) -> IncompleteAnswerError:
    return IncompleteAnswerError(
        f"The answer to sso-oidc:{operation} is not whole.",
        why=f"It has no {exc}.",
        next_steps=["Try it again; if it stays, look at the proxy on the way, and the endpoint."],
    )


def _kept(portal: Portal, registered: Mapping[str, Any], token: Mapping[str, Any]) -> dt.datetime:
    """Write the token as the SDK reads it, and return when it ends."""
    from botocore.tokens import SSOTokenProvider
    from botocore.utils import JSONFileCache, SSOTokenLoader

    if missing := [name for name in ("accessToken", "expiresIn") if name not in token]:
        raise _not_whole("CreateToken", KeyError(*missing[:1]))
    ends_at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=token["expiresIn"])
    until = dt.datetime.fromtimestamp(registered.get("clientSecretExpiresAt", 0), dt.UTC)
    kept = {
        "startUrl": portal.start_url,
        "region": portal.region,
        "accessToken": token["accessToken"],
        "expiresAt": f"{ends_at:%Y-%m-%dT%H:%M:%SZ}",
        "clientId": registered["clientId"],
        "clientSecret": registered["clientSecret"],
        "registrationExpiresAt": f"{until:%Y-%m-%dT%H:%M:%SZ}",
    }
    if "refreshToken" in token:
        kept["refreshToken"] = token["refreshToken"]
    folder = str(getattr(SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR"))  # noqa: B009 - not in its stubs
    # Its files are made by mkstemp: 0600.
    loader: Any = SSOTokenLoader(cache=JSONFileCache(folder))
    try:
        loader.save_token(portal.start_url, kept, session_name=portal.session or None)
    except OSError as exc:
        raise CredentialsError(
            f"The sign-in of profile {portal.profile} was made, but cannot be kept in {folder}.",
            why=exc.strerror or words_of(exc),
            next_steps=["Make room there, or make it writable for this user, then sign in again."],
        ) from exc
    return ends_at
