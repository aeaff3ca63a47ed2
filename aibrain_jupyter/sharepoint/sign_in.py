"""
Who asks: a token, what gives one, or what MSAL signs in. Tokens stay in memory.

`credential` looks in this order: what `use_credential` was given, a federated token or managed
identity, a certificate, a secret. A person signs in by one of `sharepoint/people.py`, before a run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import AibrainError, CredentialsError, ToolLoadError
from aibrain_jupyter.sharepoint.causes import translate
from aibrain_jupyter.sharepoint.errors import GraphRefused, Refusal
from aibrain_jupyter.sharepoint.sites import CLOUDS

if TYPE_CHECKING:
    from collections.abc import Callable

_EARLY_S: Final = 300
_SHORT_S: Final = 60
"""A credential that does not say how long its token lasts is asked again after so long."""


class Credential:
    """
    Gives tokens for one Graph, and renews them; safe to use from any thread.

    Args:
        source: A token, a function that returns one, or an object with ``get_token(scope)``; a
            function may return token and seconds it lasts, and take the claims that are asked.

        graph: The address of Graph.
    """

    def __init__(self, source: Any, graph: str) -> None:
        self._source, self._scope = source, f"{graph}/.default"
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def token(self) -> str:
        """Return a token that is valid for a while."""
        with self._lock:
            if time.time() > self._until:
                self._ask("")
            return self._token

    def renew(self, old: str, claims: str = "") -> bool:
        """Ask for a token in place of one that was refused; tell whether there is another."""
        with self._lock:
            if self._token in ("", old):
                self._ask(claims, is_renewal=True)
            return self._token != old

    @property
    def is_at_hand(self) -> bool:
        """Whether a token is there without asking anybody."""
        return isinstance(self._source, str) or time.time() < self._until

    @property
    def identity(self) -> str:
        """Who the token is of, as its claims say; a fingerprint where they cannot be read."""
        token = self.token()
        try:
            part = token.split(".")[1]
            said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            names = [said.get("tid"), said.get("appid"), said.get("upn") or said.get("oid")]
        except (IndexError, ValueError, AttributeError):
            names = [f"token {hashlib.sha256(token.encode()).hexdigest()[:12]}"]
        return " ".join(str(name) for name in names if name)

    def _ask(self, claims: str, *, is_renewal: bool = False) -> None:
        try:
            self._ask_source(claims, is_renewal=is_renewal)
        except AibrainError:
            raise
        except Exception as exc:  # noqa: BLE001 - somebody else's code, which may say anything
            raise CredentialsError(
                "The credential that was handed over gave no token.",
                why=type(exc).__name__,
                next_steps=["Ask it by itself: credential.get_token(…), or sign in again."],
            ) from None

    def _ask_source(self, claims: str, *, is_renewal: bool) -> None:
        source, lasts = self._source, float(_SHORT_S)
        if isinstance(source, str):
            self._token, self._until = source, float("inf")
            return
        if hasattr(source, "get_token"):
            more = {"claims": claims} if claims else {}
            found = source.get_token(self._scope, **more)
            lasts = float(found.expires_on) - time.time() - _EARLY_S
            self._token = str(found.token)
        else:
            found = source(claims, is_renewal) if isinstance(source, MsalSource) else source()
            if isinstance(found, tuple):
                found, lasts = found[0], float(found[1]) - _EARLY_S
            self._token = str(found)
        self._until = time.time() + max(lasts, 1.0)


class MsalSource:
    """Asks MSAL for a token: token and seconds it lasts."""

    def __init__(self, app: Any, ask: Callable[[str, bool], dict[str, Any]]) -> None:
        self.app, self._ask = app, ask

    def __call__(self, claims: str, is_renewal: bool) -> tuple[str, float]:
        return token_of(self._ask(claims, is_renewal))


_given: Any = None
_kept: dict[tuple[str, ...], Credential] = {}
_lock = threading.Lock()


def use_credential(source: Any) -> None:
    """Ask as this from now on: a token, a function, an object with ``get_token``; None: forget."""
    global _given
    with _lock:
        _given = source
        _kept.clear()


def credential(graph: str, own: Any = None) -> Credential:
    """
    Return who asks a Graph; `own` is what its site brings.

    Raises:
        CredentialsError: there is none.
    """
    settings = get_settings()
    names = tuple(settings.get(f"sharepoint_{name}") for name in ("tenant", "app", "cloud"))
    environment = tuple(os.environ.get(name, "") for name in _VARIABLES)
    key = (graph, str(id(own)) if own is not None else "", *names, *map(_mark, environment))
    with _lock:
        if key not in _kept:
            source = own if own is not None else _given
            _kept[key] = Credential(_found(graph) if source is None else source, graph)
        return _kept[key]


_VARIABLES: Final = (
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_FEDERATED_TOKEN_FILE",
    "IDENTITY_ENDPOINT",
)


def _mark(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def _found(graph: str) -> MsalSource:
    _, _, secret, certificate, federated, managed = (os.environ.get(n, "") for n in _VARIABLES)
    if federated:
        # The file is written anew before its token ends.
        proof = {"client_assertion": lambda: Path(federated).read_text("utf-8").strip()}
        return _application(graph, proof)
    if managed:
        return _managed(graph)
    if certificate:
        return _application(graph, _certificate(Path(certificate)))
    if secret:
        return _application(graph, secret)
    raise CredentialsError(
        "Nobody is signed in to SharePoint.",
        next_steps=[
            "Sign in: %aibrain sharepoint_login",
            "Or hand over a credential: aibrain_jupyter.sharepoint.sign_in.use_credential(…)",
            "Unattended: AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH.",
            "%aibrain demo start has a site that needs none.",
        ],
    )


def _application(graph: str, proof: Any) -> MsalSource:
    msal = msal_module()
    tenant, app_id, login = who()
    if not (tenant and app_id):
        raise CredentialsError(
            "It is not said which application signs in to which tenant.",
            next_steps=["Set AZURE_TENANT_ID and AZURE_CLIENT_ID, or the settings sharepoint_…."],
        )
    app = msal.ConfidentialClientApplication(
        app_id,
        authority=f"{login}/{tenant}",
        client_credential=proof,
        client_capabilities=["CP1"],
        instance_discovery=False,
    )

    def ask(claims: str, is_renewal: bool) -> dict[str, Any]:
        if is_renewal and not claims:
            app.remove_tokens_for_client()
        more = {"claims_challenge": claims} if claims else {}
        return dict(app.acquire_token_for_client([f"{graph}/.default"], **more))

    return MsalSource(app, ask)


def _managed(graph: str) -> MsalSource:
    import requests

    msal = msal_module()
    identity = msal.SystemAssignedManagedIdentity()
    app = msal.ManagedIdentityClient(identity, http_client=requests.Session())
    return MsalSource(app, lambda claims, _: dict(app.acquire_token_for_client(resource=graph)))


def who() -> tuple[str, str, str]:
    """Return tenant, application and the address of the sign-in."""
    settings = get_settings()
    tenant = settings.get("sharepoint_tenant") or os.environ.get("AZURE_TENANT_ID", "")
    app = settings.get("sharepoint_app") or os.environ.get("AZURE_CLIENT_ID", "")
    login = os.environ.get("AZURE_AUTHORITY_HOST") or CLOUDS[settings.get("sharepoint_cloud")][1]
    return str(tenant), str(app), login.rstrip("/")


def _certificate(path: Path) -> dict[str, Any]:
    """Return a PEM file, with key and certificate, as MSAL takes it."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA1

    text = path.read_text("utf-8")
    certificate = x509.load_pem_x509_certificate(text.encode())
    mark = certificate.fingerprint(SHA1()).hex()  # noqa: S303 - Entra's name of a certificate
    return {"private_key": text, "thumbprint": mark, "public_certificate": text}


def token_of(found: dict[str, Any]) -> tuple[str, float]:
    """
    Return token and seconds it lasts from an answer of MSAL.

    Raises:
        AibrainError: it has none, with the cause that Entra's number names.
    """
    if "access_token" in found:
        return str(found["access_token"]), float(found.get("expires_in", _SHORT_S))
    numbers = [f"AADSTS{number}" for number in found.get("error_codes", ())]
    code = next(iter(numbers), str(found.get("error", "")))
    # Entra's first sentence names the cause; what follows are ids and times.
    said = str(found.get("error_description", "")).splitlines()[:1]
    refused = GraphRefused(Refusal(400, code, message="".join(said)))
    raise translate(refused, call="sign-in", place="the tenant")


def msal_module() -> Any:
    """Return MSAL. Raises ToolLoadError: it is not installed."""
    try:
        import msal
    except ModuleNotFoundError as exc:
        raise ToolLoadError(
            "Signing in to SharePoint needs MSAL, which is not installed.",
            next_steps=['Run %pip install "aibrain_jupyter[sharepoint]" and try again.'],
        ) from exc
    return msal
