"""
Keep secrets out of messages, keys, logs and saved notebooks.

Provider messages are quoted to the user, and now and then they quote the
request. Access key *ids* stay readable (they name the key in question and are
no secret); everything that authenticates goes.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

HIDDEN = "[hidden]"

_NAMED = re.compile(
    r"""(?ix)
    \b((?:[\w-]{1,64}[_.-])?
       (?:(?:aws_)?secret(?:_access_key|accesskey|string|binary)?|(?:aws_)?session_?token
       |x-amz-security-token|x-amz-signature|security_?token|password|passwd|api_?key
       |client_?secret|access_?token|auth_?token|refresh_?token|id_?token|private_?key))
    (\\*["']?\]?\s*
       (?::\s*[\w.]{1,60}(?:\s*\|\s*[\w.]{1,60}){0,4}\s*=(?=\s*[rbfu]{0,2}["'])|[:=])\s*)
    (?:([rbfu]{0,2}("(?:"")?|'(?:'')?))(?:\\.|(?!\4)[^\\\n])+  # a text in quotes, as a whole
       |(\\+(["']))(?:(?!\\+\6)[^\n])+                      # the same inside of another text
       |[^\s"',;&}]+)
    """
)
_ARGUMENT = re.compile(
    r"""(?i)(--[\w-]{0,40}(?:password|passwd|secret|token|api-key)['"]?,?\s+['"]?)"""
    r"""[^\s'",;-][^\s'",;]*"""
)
_NAMES_HAVE = (
    *("secret", "token", "signature", "passw", "apikey", "api_key", "api-key"),
    *("privatekey", "private_key"),
)
"""One of these is in each match of both, in lower case."""
_TOKEN = re.compile(
    r"\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abeprs]-[\w-]{10,}"
    r"|sk-ant-[\w-]{20,}|sk_live_\w{16,})"
)
_TOKENS_BEGIN = ("gh", "github_pat_", "glpat-", "xox", "sk-ant-", "sk_live_")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{16,}")
_SIGNATURE = re.compile(r"(?i)(\bsignature=|[?&](?:sig|code|token)=)[\w.~%+/-]{16,}")
_PEM = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S
)
_URL_LOGIN = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{0,40}://)[^/\s:@]{0,200}:[^/\s@]{1,2000}@")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")


_VARIABLE = re.compile(
    r"(?i)(secret|passw|token|api_?key|private_?key)(?!.*_(dir|file|folder|id|arn|name|path|type|ur[il])$)"
)
_SHORTEST = 12
"""Shorter values are words that stand elsewhere, too."""


_seen: tuple[Mapping[Any, Any], list[str]] = {}, []
"""The environment as it was last read, and the secrets in it."""


def redact(text: str) -> str:
    """
    Return `text` with everything that looks like a secret replaced by ``[hidden]``, and with the
    values of environment variables that are named like one.
    """
    # Ten thousand calls that are cancelled have ten thousand errors, whose words all come by here:
    # an expression is tried only where a text stands that each of its matches has, and the
    # environment is read when it has changed. To compare the bytes behind it takes a fiftieth.
    global _seen
    now: Mapping[Any, Any] = getattr(os.environ, "_data", os.environ)
    environment, secrets = _seen  # together: other threads come by here, too
    if now != environment:
        environment, secrets = dict(now), []
        for name, value in os.environ.items():
            if len(value) >= _SHORTEST and _VARIABLE.search(name):
                secrets.append(value)
        _seen = environment, secrets
    for value in secrets:
        if value in text:
            text = text.replace(value, HIDDEN)
    if "-----BEGIN " in text:
        text = _PEM.sub(HIDDEN, text)
    if "@" in text:
        text = _URL_LOGIN.sub(rf"\1{HIDDEN}@", text)
    if "eyJ" in text:
        text = _JWT.sub(HIDDEN, text)
    folded = text.casefold()
    # To expressions that ignore case some letters are others that folding keeps apart.
    may_name = not text.isascii() or any(map(folded.__contains__, _NAMES_HAVE))
    has_value = "=" in text
    if may_name and (has_value or ":" in text):
        text = _NAMED.sub(rf"\1\2\3\5{HIDDEN}", text)
    if may_name and "--" in text:
        text = _ARGUMENT.sub(rf"\1{HIDDEN}", text)
    if any(map(text.__contains__, _TOKENS_BEGIN)):
        text = _TOKEN.sub(HIDDEN, text)
    if "bearer" in folded or "basic" in folded:
        text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    if has_value and (may_name or "?" in text or "&" in text):
        text = _SIGNATURE.sub(rf"\1{HIDDEN}", text)
    return text


@lru_cache(1024)
def is_secret_name(name: str) -> bool:
    """Tell whether a parameter of this name must never be stored or shown."""
    plain = name.lower().replace("-", "_")
    return any(
        word in plain
        for word in ("secret", "password", "passwd", "token", "api_key", "apikey", "private_key")
    ) and not plain.endswith(("_arn", "_id", "next_token", "nexttoken"))
