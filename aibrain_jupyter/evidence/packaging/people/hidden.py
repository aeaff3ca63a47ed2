"""
What a text says once its escapes, tags and base64 are undone: names that only a reader sees.

A masking puts pseudonyms where names stand as they are written; what is left of them under another
writing is not changed, which could harm the text, but found, so that the package is refused.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG: Final = re.compile(r"</?[A-Za-z][^<>]{0,400}>")
_BLANKS: Final = re.compile(r"(?:\\+[nrt]|\s){2,}|\\+[nrt]|[^\S ]")
_ESCAPE: Final = re.compile(r"\\+u([0-9A-Fa-f]{4})")
_PACKED: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_HEX: Final = re.compile("[0-9A-Fa-f-]+")
_RUN: Final = re.compile(rb"[ -~\t\r\n]{8,}")
"""What is no chance in what is no text, a certificate, say."""
_BEGINNINGS: Final = "iVBORw0KGgo|/9j/|R0lGOD[dl]h|UklGR|JVBERi0|UEsDB|H4sI"
"""How base64 of PNG, JPEG, GIF, WebP, PDF, zip and gzip begins."""
_FILE: Final = re.compile(rf"(?<![A-Za-z0-9+/])(?:{_BEGINNINGS})[A-Za-z0-9+/]{{24}}")


def has_files(text: str) -> bool:
    """Tell whether a text has pictures or packed files in it, in base64: nobody can look inside."""
    return _FILE.search(text) is not None


def readings(text: str) -> Iterator[str]:
    """Yield a text, what a reader sees of it where that is another, and what base64 in it says."""
    yield text
    plain = _TAG.sub("", text)
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), plain)
    plain = html.unescape(plain)
    plain = unquote_plus(plain, errors="replace") if "%" in plain else plain
    plain = _BLANKS.sub(" ", unicodedata.normalize("NFKC", plain))
    if plain != text:
        yield plain
    for found in _PACKED.finditer(text):
        if not _HEX.fullmatch(found[0]) and (inner := _unpacked(found[0])):
            yield inner


def _unpacked(word: str) -> str:
    """Return what a word says if it is base64, with or without its end; empty: nothing."""
    word = word.translate({ord("-"): "+", ord("_"): "/"})
    word = word[: len(word) - (len(word) % 4 == 1)]
    try:
        inner = base64.b64decode(word + "=" * (-len(word) % 4)).replace(b"\0", b"")
    except (binascii.Error, ValueError):
        return ""
    try:
        if (said := inner.decode()).isprintable():
            return said
    except UnicodeDecodeError:
        pass
    return b"\n".join(_RUN.findall(inner)).decode("ascii")
