"""
A person signs in, in a cell of its own: by browser, by an address to paste, or by a device code.

The browser works where the kernel runs on the person's computer. Elsewhere the last page's address
is pasted back; many tenants block device codes, so that these cannot be the only way.
"""

from __future__ import annotations

import getpass
import os
import urllib.parse
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import CredentialsError
from aibrain_jupyter.sharepoint.sign_in.credentials import reaching, token_of, unlogged
from aibrain_jupyter.sharepoint.sign_in.current import use_credential
from aibrain_jupyter.sharepoint.sign_in.persons import application, scopes, source_for
from aibrain_jupyter.sharepoint.sign_in.tenant import who
from aibrain_jupyter.sharepoint.sign_in.token_file import save

if TYPE_CHECKING:
    from collections.abc import Callable

    Say = Callable[[str], None]

_NATIVE: Final = "/common/oauth2/nativeclient"
_ELSEWHERE: Final = (
    *("JUPYTERHUB_USER", "BINDER_SERVICE_HOST"),
    *("COLAB_RELEASE_TAG", "SSH_CONNECTION"),
)
_LIMIT_S: Final = 300


def is_elsewhere() -> bool:
    """Tell whether the kernel runs on another computer than the person's browser."""
    return any(name in os.environ for name in _ELSEWHERE)


def browser(say: Say) -> str:
    """Sign a person in through a browser on this computer, and return their name."""
    app = application()
    say("A page opens in your browser: sign in there.")
    try:
        with reaching("browser"), unlogged():
            found = app.acquire_token_interactive(scopes(), timeout=_LIMIT_S)
    except RuntimeError as exc:  # nobody finished, or there is no browser
        raise CredentialsError(
            "Nobody signed in through the browser.",
            why=type(exc).__name__,
            next_steps=["Use any browser instead: %aibrain sharepoint_login --paste"],
        ) from exc
    return _signed_in(app, found)


def paste_back(say: Say, ask: Callable[[str], str] = getpass.getpass) -> str:
    """
    Sign a person in through any browser: they paste the address of the page they end on.

    Raises:
        CredentialsError: what was pasted is no such address.
    """
    app, login = application(), who()[2]
    flow = app.initiate_auth_code_flow(
        scopes(), redirect_uri=f"{login}{_NATIVE}", response_mode="query"
    )
    say(f"Open {flow['auth_uri']} and sign in. Paste the address of the empty page you end on.")
    query = urllib.parse.urlsplit(ask("Address: ").strip()).query
    answer = dict(urllib.parse.parse_qsl(query))
    try:
        with reaching("pasted address"), unlogged():
            found = app.acquire_token_by_auth_code_flow(flow, answer)
    except ValueError as exc:
        raise CredentialsError(
            "That is not the address of the page that this sign-in ends on.",
            next_steps=["Run the cell again, and paste the whole address from the browser."],
        ) from exc
    return _signed_in(app, found)


def device_code(say: Say) -> str:
    """Sign a person in by a code that they enter on another device, and return their name."""
    app = application()
    with reaching("device code"):
        flow = app.initiate_device_flow(scopes())
    if "message" not in flow:
        token_of(flow)
    say(flow["message"])
    with reaching("device code"), unlogged():
        found = app.acquire_token_by_device_flow(flow)
    return _signed_in(app, found)


def _signed_in(app: Any, found: dict[str, Any]) -> str:
    """Ask as this person from now on."""
    token_of(found)
    account = app.get_accounts()[0]
    save(app.token_cache)
    use_credential(source_for(app, account))
    return str(account.get("username", ""))
