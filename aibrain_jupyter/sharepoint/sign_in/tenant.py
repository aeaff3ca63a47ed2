"""Which tenant, application and cloud: addresses of Graph and of the sign-in."""

from __future__ import annotations

import os
from typing import Any, Final

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import CredentialsError
from aibrain_jupyter.sharepoint.sign_in.credentials import reaching
from aibrain_jupyter.sharepoint.sites import CLOUDS, graph_now

__all__ = ["VARIABLES", "discovered", "graph_now", "who"]

VARIABLES: Final = (
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_AUTHORITY_HOST",
    "IDENTITY_ENDPOINT",
)
"""What of the environment says who signs in."""


def who() -> tuple[str, str, str]:
    """Return tenant, application and the address of the sign-in."""
    settings = get_settings()
    tenant = settings.get("sharepoint_tenant") or os.environ.get("AZURE_TENANT_ID", "")
    app = settings.get("sharepoint_app") or os.environ.get("AZURE_CLIENT_ID", "")
    login = os.environ.get("AZURE_AUTHORITY_HOST") or CLOUDS[settings.get("sharepoint_cloud")][1]
    login = login if "://" in login else f"https://{login}"
    return str(tenant), str(app), login.rstrip("/")


def discovered(kind: Any, app: str, **how: Any) -> Any:
    """
    Return an application of MSAL, which asks the sign-in where its pages are.

    Raises:
        CredentialsError: there is no such tenant, or no sign-in at that address.
        ConnectionFailedError: it cannot be reached.
    """
    tenant, _, login = who()
    how.setdefault("authority", f"{login}/{tenant}")
    try:
        with reaching(how["authority"]):
            return kind(app, client_capabilities=["CP1"], instance_discovery=False, **how)
    except ValueError as exc:
        raise CredentialsError(
            f"The sign-in of {how['authority']} was not found.",
            why=type(exc).__name__,
            next_steps=["Check the settings sharepoint_tenant and sharepoint_cloud."],
        ) from None
