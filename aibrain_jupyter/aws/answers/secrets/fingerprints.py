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
from typing import Any, Final

from aibrain_jupyter.cache.disk.signing import load_user_key
from aibrain_jupyter.cache.problems import DiskRefusedError
from aibrain_jupyter.shared.texts.redaction import HIDDEN

_PURPOSE: Final = b"aibrain fingerprints of secrets"
"""Keeps this use of the user's key apart from its others."""
_PLACES: Final = ("AIBRAIN_DATA_DIR", "XDG_DATA_HOME", "HOME", "LOCALAPPDATA", "USERPROFILE")
"""Variables that say where the user's data is."""
_NOT_LOOKED_UP: Final = "not looked up"
_DIGITS: Final = 16
"""64 bits: two different values of a million share their digits with a chance of 1 in 10^7."""


def hidden(value: Any) -> str:
    """Return what stands for `value`: a text, or anything JSON knows."""
    return Fingerprints().of(value)


class Fingerprints:
    """What stands for the secrets of one answer; the user's key is looked up at the first."""

    __slots__ = ("_salt",)

    def __init__(self) -> None:
        self._salt: bytes | str | None = _NOT_LOOKED_UP

    def of(self, value: Any) -> str:
        """Return what stands for `value`: a text, or anything JSON knows."""
        if isinstance(self._salt, str):
            self._salt = _salt(*map(os.environ.get, _PLACES))
        if self._salt is None:
            return HIDDEN
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
        digest = hmac.digest(self._salt, text.encode("utf-8", "surrogatepass"), "sha256")
        return f"{HIDDEN[:-1]} {digest.hex()[:_DIGITS]}{HIDDEN[-1]}"


@cache
def _salt(*_places: str | None) -> bytes | None:
    """
    Return the salt of the user; None where there can be none.

    The variables that say where the user's data is are the key: a page may have hundreds of
    values to hide, and finding the folder takes longer than hiding one.
    """
    try:
        key = load_user_key()
    except DiskRefusedError:
        return None
    return hmac.new(key, _PURPOSE, hashlib.sha256).digest()
