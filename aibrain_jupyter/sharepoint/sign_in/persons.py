"""A person who signed in, here or in a kernel before: MSAL's application, and what asks it."""

from __future__ import annotations

from typing import Any

from aibrain_jupyter.shared.error_handler import CredentialsError
from aibrain_jupyter.sharepoint.sign_in.credentials import MsalSource, msal_module
from aibrain_jupyter.sharepoint.sign_in.tenant import discovered, graph_now, who
from aibrain_jupyter.sharepoint.sign_in.token_file import load, save, token_file


def source_of_file(graph: str) -> MsalSource:
    """
    Return who signed in in another kernel, as the token file has it.

    Raises:
        CredentialsError: nobody did, or the file is not the user's alone.
    """
    app = application(load())
    if not (accounts := app.get_accounts()):
        raise CredentialsError(
            "Nobody has signed in to SharePoint, by the token file.",
            next_steps=["Sign in: %aibrain sharepoint_login"],
        )
    return source_for(app, accounts[0])


def application(cache: Any = None) -> Any:
    """Return MSAL's application for people; its tokens are in `cache` (None: an empty one)."""
    tenant, app_id, login = who()
    if not app_id:
        raise CredentialsError(
            "It is not said which application signs people in.",
            next_steps=["%config AibrainMagics.sharepoint_app = 'APPLICATION-ID'"],
        )
    token_file()  # a place that is refused is refused before anybody signs in
    return discovered(
        msal_module().PublicClientApplication,
        app_id,
        authority=f"{login}/{tenant or 'organizations'}",
        token_cache=msal_module().SerializableTokenCache() if cache is None else cache,
    )


def scopes() -> list[str]:
    """Return what a person agrees to."""
    return [f"{graph_now()}/Sites.ReadWrite.All"]


def source_for(app: Any, account: dict[str, Any]) -> MsalSource:
    """Return what asks as a person who has signed in."""
    wanted = scopes()

    def ask(claims: str, is_renewal: bool) -> dict[str, Any]:
        more = {"claims_challenge": claims} if claims else {}
        answer = app.acquire_token_silent_with_error(
            wanted, account, force_refresh=is_renewal, **more
        )
        save(app.token_cache)
        return dict(answer or {"error": "invalid_grant", "error_description": "Signed out."})

    return MsalSource(f"a person, {account.get('username') or 'without a name'}", ask)
