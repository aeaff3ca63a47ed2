"""
Secrets in JSON that stands in a text encoded, for a link (``%7B%22...``) or in base64.

What was encoded for a link is decoded, cleaned and encoded again; of base64, which nobody reads,
the whole is hidden if anything in it is a secret.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, unquote_plus

from aibrain_jupyter.aws.answers.secrets.fingerprints import hidden

if TYPE_CHECKING:
    from collections.abc import Callable

    _Clean = Callable[[Any], Any]

_FOR_A_LINK: Final = re.compile(r"(?i)%(?:25)*(?:7B|5B)[\w%.+~*!():,/@$-]*")
_BASE64: Final = re.compile(r"(?<![\w+/-])(?:e[yw]|W[3yw])[\w+/-]{14,}={0,2}")
"""What begins as base64 of ``{`` or ``[`` and what may follow them does."""
_MOST_ENCODINGS: Final = 3
"""As often is a text encoded that went through several links."""


def without_encoded_secrets(text: str, clean: _Clean) -> str:
    """
    Return a text with the secrets hidden that stand in it encoded.

    Args:
        text: Any text.

        clean: Gives plain JSON data back with the secrets in it hidden, itself if it has none.
    """
    if "%" in text:
        text = _FOR_A_LINK.sub(lambda found: _cleaned_link(found[0], clean), text)
    return _BASE64.sub(lambda found: _cleaned_base64(found[0], clean), text)


def _cleaned_link(text: str, clean: _Clean) -> str:
    plain, times = text, 0
    while plain[:1] == "%" and times < _MOST_ENCODINGS:
        plain, times = unquote(plain), times + 1
    for candidate in (plain, unquote_plus(plain)):
        try:
            found, end = json.JSONDecoder().raw_decode(candidate)
        except (ValueError, RecursionError):
            continue
        new = clean(found)
        if new == found:
            return text
        written = json.dumps(new, ensure_ascii=False, separators=(",", ":")) + candidate[end:]
        for _ in range(times):
            written = quote(written, safe="")
        return written
    return text


def _cleaned_base64(text: str, clean: _Clean) -> str:
    same = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        found = json.loads(base64.b64decode(same + "=" * (-len(same) % 4), validate=True))
    except (ValueError, RecursionError):
        return text
    return text if clean(found) == found else hidden(text)
