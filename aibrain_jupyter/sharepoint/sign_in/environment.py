"""What settings and environment sign in: nothing is sent before a token is asked for."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import CredentialsError
from aibrain_jupyter.sharepoint.sign_in.credentials import MsalSource, msal_module
from aibrain_jupyter.sharepoint.sign_in.persons import source_of_file
from aibrain_jupyter.sharepoint.sign_in.tenant import discovered, who

if TYPE_CHECKING:
    from collections.abc import Callable

AUTO: Final = "auto"
_LIMITS_S: Final = (5, 30)


def source_of(graph: str) -> MsalSource:
    """
    Return what signs in, by the setting ``sharepoint_sign_in`` or the first way that is prepared.

    Raises:
        CredentialsError: no way is prepared, or not the one that is wanted.
    """
    wanted = get_settings().get("sharepoint_sign_in")
    for name, (is_prepared, make) in _WAYS.items():
        if wanted == name or (wanted == AUTO and is_prepared()):
            return make(graph)
    raise CredentialsError(
        "Nobody is signed in to SharePoint.",
        next_steps=[
            "Sign in: %aibrain sharepoint_login",
            "Or hand over a credential: aibrain_jupyter.sharepoint.sign_in.use_credential(…)",
            "Unattended: AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_CERTIFICATE_PATH.",
            "%aibrain demo start has a site that needs none.",
        ],
    )


class _Application:
    """An application with something that proves it is one; made when it is first asked."""

    def __init__(self, graph: str, proof: Callable[[], Any]) -> None:
        self._scopes, self._proof = [f"{graph}/.default"], proof
        tenant, self._app_id, _ = who()
        if not (tenant and self._app_id):
            raise CredentialsError(
                "It is not said which application signs in to which tenant.",
                next_steps=[
                    "Set AZURE_TENANT_ID and AZURE_CLIENT_ID, or the settings sharepoint_…"
                ],
            )

    @cached_property
    def _msal(self) -> Any:
        kind = msal_module().ConfidentialClientApplication
        return discovered(kind, self._app_id, client_credential=self._proof())

    def ask(self, claims: str, is_renewal: bool) -> dict[str, Any]:
        if is_renewal and not claims:
            self._msal.remove_tokens_for_client()
        more = {"claims_challenge": claims} if claims else {}
        return dict(self._msal.acquire_token_for_client(self._scopes, **more))


def _by_secret(graph: str) -> MsalSource:
    secret = _variable("AZURE_CLIENT_SECRET")
    return MsalSource("client secret", _Application(graph, lambda: secret).ask)


def _by_certificate(graph: str) -> MsalSource:
    path = Path(_variable("AZURE_CLIENT_CERTIFICATE_PATH")).expanduser()
    return MsalSource("certificate", _Application(graph, lambda: _certificate(path)).ask)


def _by_federated_token(graph: str) -> MsalSource:
    path = Path(_variable("AZURE_FEDERATED_TOKEN_FILE")).expanduser()
    # The file is written anew before its token ends.
    proof = {"client_assertion": lambda: _read(path).strip()}
    return MsalSource("federated token", _Application(graph, lambda: proof).ask)


def _by_managed_identity(graph: str) -> MsalSource:
    made: list[Any] = []

    def ask(claims: str, is_renewal: bool) -> dict[str, Any]:
        if is_renewal or not made:  # MSAL would give the refused token again
            made[:] = [_managed_identity()]
        more = {"claims_challenge": claims} if claims else {}
        try:
            return dict(made[0].acquire_token_for_client(resource=graph, **more))
        except ValueError as exc:  # no JSON: something else answers there
            raise CredentialsError(
                "What answers as managed identity gives no token.",
                why=type(exc).__name__,
                next_steps=["Check that this machine has a managed identity, and its client id."],
            ) from None

    return MsalSource("managed identity", ask)


def _managed_identity() -> Any:
    msal = msal_module()
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3 import Retry

    class Session(requests.Session):
        def request(self, *args: Any, **how: Any) -> Any:
            how.setdefault("timeout", _LIMITS_S)
            return super().request(*args, **how)

    app_id = who()[1]
    identity = (
        msal.UserAssignedManagedIdentity(client_id=app_id)
        if app_id
        else msal.SystemAssignedManagedIdentity()
    )
    session = Session()
    session.trust_env = False  # it is asked on this machine: no proxy leads there
    again = Retry(4, backoff_factor=0.5, status_forcelist=(404, 410, 429, 500, 502, 503, 504))
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=again))
    return msal.ManagedIdentityClient(identity, http_client=session)


def _has_file() -> bool:
    name = get_settings().get("sharepoint_token_file")
    return bool(name) and Path(name).expanduser().exists()


_WAYS: Final[dict[str, tuple[Callable[[], bool], Callable[[str], MsalSource]]]] = {
    "person": (_has_file, source_of_file),
    "federated": (lambda: "AZURE_FEDERATED_TOKEN_FILE" in os.environ, _by_federated_token),
    "managed": (lambda: "IDENTITY_ENDPOINT" in os.environ, _by_managed_identity),
    "certificate": (lambda: "AZURE_CLIENT_CERTIFICATE_PATH" in os.environ, _by_certificate),
    "secret": (lambda: "AZURE_CLIENT_SECRET" in os.environ, _by_secret),
}


def _variable(name: str) -> str:
    if found := os.environ.get(name, ""):
        return found
    raise CredentialsError(f"{name} is not set.", next_steps=[f"Set {name}, or sign in otherwise."])


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as exc:
        raise CredentialsError(
            f"{path} cannot be read.",
            why=type(exc).__name__,
            next_steps=["Check the variable that names it, and who may read it."],
        ) from None


def _certificate(path: Path) -> dict[str, Any]:
    """Return a PEM file, with key and certificate, as MSAL takes it."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA1

    text = _read(path)
    try:
        certificate = x509.load_pem_x509_certificate(text.encode())
    except ValueError as exc:
        raise CredentialsError(
            f"{path} has no certificate.",
            why=type(exc).__name__,
            next_steps=["It must be a PEM file with the private key and the certificate."],
        ) from None
    mark = certificate.fingerprint(SHA1()).hex()  # noqa: S303 - Entra's name of a certificate
    return {"private_key": text, "thumbprint": mark, "public_certificate": text}
