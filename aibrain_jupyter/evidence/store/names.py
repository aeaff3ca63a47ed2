"""
Names on disk: ASCII, short, unique without case, fit for Windows; the original is in the manifest.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

_LONGEST: Final = 24
_TAIL: Final = 6
"""Letters of chance at the end of an item's id; `verification/withheld.py` shows as many."""
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)
_LETTERS: Final = "abcdefghjkmnpqrstvwxyz23456789"  # none that is mistaken for another


def slug(text: str, *, longest: int = _LONGEST) -> str:
    """Return what can be kept of a text in a file's name: lower case, digits and ``-``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:longest].strip("-")
    return f"{found}-" if found in _RESERVED else found or "item"


def new_id(title: str, day: dt.date, taken: Iterable[str] = ()) -> str:
    """
    Return an id for an item, such as ``iam-users-20260708-k7p2qx``, whose last letters no item of
    those `taken` has: they stand for it where its events are withheld.
    """
    known = {name.lower()[-_TAIL:] for name in taken}
    while (tail := "".join(secrets.choice(_LETTERS) for _ in range(_TAIL))) in known:
        pass
    return f"{slug(title)}-{day:%Y%m%d}-{tail}"


def file_name(title: str, ending: str, taken: Iterable[str] = ()) -> str:
    """Return a name for a file, such as ``iam-users.csv``, that is not taken without case."""
    known, stem, number = {name.lower() for name in taken}, slug(title), 1
    found = f"{stem}.{ending}"
    while found.lower() in known:
        number += 1
        found = f"{stem}-{number}.{ending}"
    return found
