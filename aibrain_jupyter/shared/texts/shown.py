"""
Texts and values as they may stand in a message: short, printable, and none that is not plain.

What a user's object says of itself can be anything: a secret, a megabyte, an exception. So a
value that is no plain data is named by its type.
"""

import re
from typing import Any, Final

_MOST: Final = 40
_LONGEST_LINE: Final = 160
_MOST_BITS: Final = 400
_PLAIN: Final = (str, bool, int, float, type(None))
# Characters that steer a terminal, or that cannot be written at all (half a surrogate pair).
UNPRINTABLE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Return `text` with what steers a terminal, or cannot be written, as its code."""
    if text.isascii() and text.isprintable():
        return text
    return UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)


def clipped(text: str, most: int = _LONGEST_LINE) -> str:
    """Return a text of the user's as it is quoted: its beginning, if it is long."""
    return text if len(text) <= most else f"{text[:most]}…"


def shown(value: Any) -> str:
    """Return type and text of a plain value, of any other only the type."""
    kind = type(value).__name__
    if value is None:
        return "nothing"
    if type(value) not in _PLAIN:
        return kind
    if type(value) is int and value.bit_length() > _MOST_BITS:
        return f"int of {value.bit_length()} bits"
    text = repr(value[: _MOST + 1]) if isinstance(value, str) else repr(value)
    return f"{kind} {text if len(text) <= _MOST else text[: _MOST - 3] + '...'}"
