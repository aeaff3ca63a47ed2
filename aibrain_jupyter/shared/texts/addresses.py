"""Addresses as they are shown: who signs in, and what a query says, is hidden."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from aibrain_jupyter.shared.texts.redaction import HIDDEN, redact

_LOGIN: Final = re.compile(
    r"""(?x)
    (://)
    (?:[^\s/?\#,@]*@(?:[^\s/?\#,@]*@)*   # whoever stands before the host, also without a password
       |[^\s/?\#,@]*:(?:(?!://)[^\s@])*@)  # a password with what belongs to no address
    """
)
_NO_LOGIN: Final = r"(?<![^\s/,])(?!arn:|[A-Za-z]:\\|https?:)"
_BARE_LOGIN: Final = re.compile(_NO_LOGIN + r"[^\s/?#,@]+:[^\s/?#@]*@")
"""A name and a password where the scheme was forgotten: ``push:who:password@host``."""
_BARE_LOGIN_ALONE: Final = re.compile(_NO_LOGIN + r"[^\s/?#,@]+:[^\s@]*@")
"""The same where no address is near: also a password with what belongs to none."""
_QUERY: Final = re.compile(
    r"([?&;][^\s=&;,#]{1,100}=)(?!(?:yes|no|true|false|\d{1,5})(?:[\s&;,#]|$))[^\s&;,#]+"
)
"""Answers to a question and small numbers are no secrets: ``?insecure=yes``."""


def without_secrets(text: str) -> str:
    """
    Return a setting as it may be shown: what stands before the host of an address, values of its
    query and whatever else looks like a secret are ``[hidden]``.

    More is hidden than by `redact`: a token alone is a login as well.
    """
    if "://" in text:
        text = _LOGIN.sub(rf"\1{HIDDEN}@", text)
    elif "@" in text:
        text = _BARE_LOGIN_ALONE.sub(f"{HIDDEN}@", text)
    if "@" in text:
        text = _BARE_LOGIN.sub(f"{HIDDEN}@", text)
    if "://" in text or "?" in text:
        text = _QUERY.sub(rf"\1{HIDDEN}", text)
    return redact(text)


def split_login(address: str) -> tuple[str, tuple[str, str] | None]:
    """Return an address without who signs in, and who that is: name and password, or None."""
    parts = urlsplit(address)
    login, at, host = parts.netloc.rpartition("@")
    if not at:
        return address, None
    name, _, password = login.partition(":")
    return urlunsplit(parts._replace(netloc=host)), (unquote(name), unquote(password))
