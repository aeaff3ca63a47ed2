"""
Values that come in through ``$name`` or from Python, as the plain data they stand for.

Scalars of numpy become Python's, Series and arrays lists, an enum its value. What comes out is of
Python's own types all through, so nothing behind this runs code of the user's; what stands for no
data, for a missing value, or holds itself, is refused here.
"""

import datetime as dt
import decimal
import enum
import math
import os
import re
from collections.abc import KeysView, Mapping, ValuesView
from typing import Any, Final

DEEPEST: Final = 64
"""How deep values may be nested; no provider's input is a quarter of that."""

_MOST_VALUES: Final = 100_000
_MOST_BITS: Final = 400
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LISTS: Final = (list, tuple, set, frozenset, KeysView, ValuesView)


class NotPlainError(ValueError):
    """A value stands for no data; the text says why, in words that follow "because"."""


def plain(value: Any) -> Any:
    """
    Return `value` as plain data: text, number, flag, date or time, None, or lists and mappings.

    Raises:
        NotPlainError: it is none, it is missing (NaN, NA, NaT), it holds itself, or what it does
            when it is looked at raises.
    """
    try:
        return _Reader().read(value, 0)
    except NotPlainError:
        raise
    except Exception as exc:
        raise NotPlainError(f"looking at it raised {type(exc).__name__}") from exc


class _Reader:
    """Reads one value and counts what it reads: lists that share parts may be endless."""

    def __init__(self) -> None:
        self._left = _MOST_VALUES

    def read(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if depth > DEEPEST:
            raise NotPlainError(f"it is nested more than {DEEPEST} deep, or holds itself")
        if self._left < 0:
            raise NotPlainError(f"it holds more than {_MOST_VALUES:,} values")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, enum.Enum):
            return self.read(value.value, depth + 1)
        if isinstance(value, str):
            return _text(value)
        if isinstance(value, int | float | decimal.Decimal):
            return _number(value)
        if isinstance(value, dt.datetime | dt.date | dt.time):
            return _moment(value)
        if isinstance(value, Mapping):
            return {self._key(name): self.read(value[name], depth + 1) for name in value}
        if isinstance(value, _LISTS):
            return [self.read(item, depth + 1) for item in value]
        if isinstance(value, os.PathLike):
            return self.read(os.fspath(value), depth + 1)
        return self.read(_counterpart(value), depth + 1)

    def _key(self, name: Any) -> Any:
        return self.read(name, DEEPEST)


def _text(value: str) -> str:
    text = str.__str__(value)
    if not text.isascii() and (half := _SURROGATE.search(text)):
        raise NotPlainError(f"it holds half a character (U+{ord(half[0]):04X})")
    return text


def _number(value: Any) -> Any:
    if isinstance(value, int):
        number = int.__int__(value)
        if number.bit_length() > _MOST_BITS:
            raise NotPlainError(f"it is a number of {number.bit_length()} bits")
        return number
    if not math.isfinite(value):
        raise NotPlainError("it is missing (NaN) or infinite")
    if isinstance(value, float):
        return float.__float__(value)
    return int(value) if value == value.to_integral_value() else float(value)


def _moment(value: Any) -> Any:
    kind = next(kind for kind in (dt.datetime, dt.date, dt.time) if isinstance(value, kind))
    if type(value) is kind:
        return value
    text = value.isoformat()
    if text == "NaT":
        raise NotPlainError("it is missing (NaT)")
    # Of pandas' Timestamp nothing may be lost, and it can be trusted.
    return value if type(value).__module__.startswith("pandas.") else kind.fromisoformat(text)


def _counterpart(value: Any) -> Any:
    """Return what an object of numpy or pandas says it is in Python's types."""
    kind = type(value)
    if kind.__module__ == "numpy" and kind.__name__ in ("datetime64", "timedelta64"):
        # Finer than a microsecond, item() would give the bare count.
        value = value.astype(f"{kind.__name__}[us]")
    to_list = getattr(value, "tolist", None) or getattr(value, "to_list", None)
    found = to_list() if callable(to_list) else value
    if found is value or kind.__name__ == "NAType":
        raise NotPlainError("it stands for no text, number, list or mapping")
    if found is None:
        raise NotPlainError("it is missing (NaT)")
    return found
