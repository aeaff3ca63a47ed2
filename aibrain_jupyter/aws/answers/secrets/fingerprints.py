"""
What stands for a secret: ``[hidden 3f9a2c71b0d4e8f6]``.

The digits are a hash of the value, salted with the user's own key. Equal values have equal
digits in all exports of one user, so that a password used twice, or one that was not changed
since last year, can be told. Who has only the notebook has not the key, which lies in the user's
data folder with mode 0600, and cannot try values out. Where the key cannot be used a secret is
hidden without digits.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.cache.disk.signing import load_user_key
from aibrain_jupyter.cache.problems import DiskRefusedError
from aibrain_jupyter.shared.texts.redaction import HIDDEN

if TYPE_CHECKING:
    _Sha256 = hashlib._Hash

_PURPOSE: Final = b"aibrain fingerprints of secrets"
"""Keeps this use of the user's key apart from its others."""
_PLACES: Final = ("AIBRAIN_DATA_DIR", "XDG_DATA_HOME", "HOME", "LOCALAPPDATA", "USERPROFILE")
"""Variables that say where the user's data is."""
_BEGIN: Final = f"{HIDDEN[:-1]} "
_END: Final = HIDDEN[-1]
_PADS: Final = (0x36, 0x5C)
"""What RFC 2104 has the key mixed with, for the inner and for the outer hash."""
_DIGITS: Final = 16
"""64 bits: two different values of a million share their digits with a chance of 1 in 10^7."""


def hidden(value: Any) -> str:
    """Return what stands for `value`: a text, or anything JSON knows."""
    return Fingerprints().of(value)


class Fingerprints:
    """What stands for the secrets of one answer; the user's key is looked up at the first."""

    __slots__ = ("_begun", "_is_looked_up", "_seen")

    def __init__(self) -> None:
        self._is_looked_up = False
        self._begun: tuple[_Sha256, _Sha256] | None = None
        self._seen: dict[str, str] = {}  # as long as the answer it is of, and no longer

    def of(self, value: Any) -> str:
        """Return what stands for `value`: a text, or anything JSON knows."""
        if not self._is_looked_up:
            self._begun = _begun(*map(os.environ.get, _PLACES))
            self._is_looked_up = True
        if self._begun is None:
            return HIDDEN
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
        found = self._seen.get(text)
        if found is None:
            inner, outer = self._begun[0].copy(), self._begun[1].copy()
            inner.update(text.encode("utf-8", "surrogatepass"))
            outer.update(inner.digest())
            found = self._seen[text] = f"{_BEGIN}{outer.hexdigest()[:_DIGITS]}{_END}"
        return found


@cache
def _begun(*_places: str | None) -> tuple[_Sha256, _Sha256] | None:
    """
    Return the two hashes of an HMAC with the salt of the user in them; None where there can be
    none. To go on from them takes a third of the time that ``hmac`` needs for a text.

    The variables that say where the user's data is are the key: a page may have hundreds of
    values to hide, and finding the folder takes longer than hiding one.
    """
    try:
        key = load_user_key()
    except DiskRefusedError:
        return None
    salt = hmac.new(key, _PURPOSE, hashlib.sha256).digest()
    block = salt.ljust(hashlib.sha256().block_size, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in block) for pad in _PADS)
    return hashlib.sha256(inner), hashlib.sha256(outer)
