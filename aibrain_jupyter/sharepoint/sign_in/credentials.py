"""A credential gives tokens for one Graph and renews them; MSAL's answers as tokens or errors."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    ConnectionFailedError,
    CredentialsError,
    ToolLoadError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    def kind(self) -> str:
        """What it is, in words; nothing of the token."""
        if isinstance(self._source, str):
            return "a token that was handed over, which nobody renews"
        if isinstance(self._source, MsalSource):
            return self._source.kind
        if hasattr(self._source, "get_token"):
            return f"a {type(self._source).__name__} that was handed over"
        return "a function that was handed over"

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
            self._token, self._until = _token(source), float("inf")
            return
        if hasattr(source, "get_token"):
            more = {"claims": claims} if claims else {}
            found = source.get_token(self._scope, **more)
            lasts = float(found.expires_on) - time.time() - _EARLY_S
            self._token = _token(found.token)
        else:
            found = source(claims, is_renewal) if isinstance(source, MsalSource) else source()
            if isinstance(found, tuple):
                found, lasts = found[0], float(found[1]) - _EARLY_S
            self._token = _token(found)
        self._until = time.time() + max(lasts, 1.0)


def _token(found: Any) -> str:
    """
    Return a token as a header can carry it, without the line's end that a file gives it.

    Raises:
        CredentialsError: it is none. It is not quoted: a library's error of such a header would.
    """
    text = "" if found is None else str(found).strip()
    if text and text.isascii() and text.isprintable():
        return text
    raise CredentialsError(
        "The credential that was handed over gave no token that can be sent.",
        why="it has characters that no token has" if text else "it is empty",
        next_steps=["Copy the token again, whole and alone; or sign in: %aibrain sharepoint_login"],
    )


class MsalSource:
    """
    Asks MSAL for a token: token and seconds it lasts.

    `kind` says in words how it signs in; `ask` gets the claims that are asked for, and whether the
    token there is was refused.
    """

    def __init__(self, kind: str, ask: Callable[[str, bool], dict[str, Any]]) -> None:
        self.kind, self._ask = kind, ask

    def __call__(self, claims: str, is_renewal: bool) -> tuple[str, float]:
        with reaching(self.kind), unlogged():
            return token_of(self._ask(claims, is_renewal))


_signing_in = threading.local()


@contextmanager
def reaching(what: str) -> Iterator[None]:
    """Raise ConnectionFailedError where MSAL does not get through."""
    msal_module()
    import requests

    try:
        yield
    except requests.RequestException as exc:
        # Its words may hold the address of a request.
        raise ConnectionFailedError(
            "The sign-in cannot be reached.",
            why=f"{what}: {type(exc).__name__}",
            next_steps=["Check network and proxy (HTTPS_PROXY), then run the cell again."],
        ) from None


@contextmanager
def unlogged() -> Iterator[None]:
    """Keep MSAL's log of what comes for us, which has codes of a sign-in in it, out of any log."""
    logging.getLogger("msal.token_cache").addFilter(_not_ours)
    _signing_in.is_ours = True
    try:
        yield
    finally:
        _signing_in.is_ours = False


def _not_ours(record: logging.LogRecord) -> bool:
    return not getattr(_signing_in, "is_ours", False)


def token_of(found: dict[str, Any]) -> tuple[str, float]:
    """
    Return token and seconds it lasts from an answer of MSAL.

    Raises:
        AibrainError: it has none, with the cause that Entra's number names.
    """
    from aibrain_jupyter.sharepoint.causes import translate
    from aibrain_jupyter.sharepoint.errors import GraphRefused, Refusal

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
