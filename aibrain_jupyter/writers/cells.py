"""Cells as text: nested values as JSON, and texts that a spreadsheet would take for a formula."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable


_DEEPEST: Final = 200
_LARGEST: Final = 13_000
"""Bits of a whole number that Python still writes with decimal digits."""
_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_encode: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def json_of(value: Any) -> str:
    """
    Return a value as JSON, its keys in their order.

    Times are ISO 8601 text in UTC, bytes base64, sets sorted lists, numbers that JSON has not
    (``Infinity``) and all else their text.
    """
    try:
        return _encode(value)
    except (TypeError, ValueError, RecursionError):
        return _encode(_plain(value, 0))


def read_nested(value: Any) -> str | None:
    """Return a nested cell as a person reads it: a text as it is, all else as JSON."""
    return value if value is None or isinstance(value, str) else json_of(value)


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet may read a text as a formula, `quoted` or not."""
    return _FORMULA.match(text) is not None


def quoted(text: str) -> str:
    """Return a text with an apostrophe before it where a spreadsheet would calculate."""
    return f"'{text}" if is_formula(text) else text


def unquoted(text: str) -> str:
    """Return the text that `quoted` had: one apostrophe less where what follows is a formula's."""
    return text[1:] if text.startswith("'") and is_formula(text) else text


def numbers_of(values: Iterable[Any]) -> list[Any]:
    """Return numbers, None for what is none, and the text of those that files cannot hold."""
    return [
        value
        if value is None or math.isfinite(value)
        else None
        if math.isnan(value)
        else _infinite(value)
        for value in values
    ]


def _infinite(value: float) -> str:
    return "Infinity" if value > 0 else "-Infinity"


def _is_absent(value: Any) -> bool:
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float) and math.isnan(value))
    )


def _plain(value: Any, depth: int) -> Any:
    """Return what JSON can hold."""
    if depth > _DEEPEST:
        return f"<{type(value).__name__}, nested too deep>"
    if _is_absent(value):
        return None
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist(), depth)
    if isinstance(value, dict):
        return {_key(key): _plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((_plain(each, depth + 1) for each in value), key=_encode)
    if isinstance(value, list | tuple):
        return [_plain(each, depth + 1) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else _infinite(value)
    if isinstance(value, int) and value.bit_length() > _LARGEST:
        return hex(value)
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if isinstance(value, dt.datetime):
        return iso(value)
    return str(value)


def _key(key: Any) -> str:
    # As JSON's own encoder writes keys.
    return key if isinstance(key, str) else str(_plain(key, 0)) if key is not None else "null"


def iso(moment: dt.datetime) -> str:
    """Return a time as ISO 8601; one with a zone in UTC, with a ``Z``."""
    if moment.tzinfo is None:
        return moment.isoformat()
    return moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat() + "Z"
