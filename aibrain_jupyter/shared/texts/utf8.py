"""Texts that UTF-8 cannot hold: JSON may have half of a surrogate pair, files and Arrow may not."""

import re
from typing import Final

_HALF: Final = re.compile("[\ud800-\udfff]")


def without_halves(text: str) -> str:
    r"""Return a text that UTF-8 can hold: half a surrogate pair as ``\ud800``, as JSON has it."""
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def in_utf8(text: str) -> bytes:
    """Return a text in UTF-8, see `without_halves`."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return without_halves(text).encode()
