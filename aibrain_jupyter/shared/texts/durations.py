"""Durations as people write them: ``90s``, ``15m``, ``8h``, ``7d``, ``2w``, or plain seconds."""

import re
from functools import lru_cache

from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.shown import shown

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw]?)")


_LONGEST_S = 1e10  # 317 years


@lru_cache
def parse_duration(text: str | float, *, name: str = "duration") -> float:
    """
    Return a duration in seconds.

    Args:
        text: ``1h``, ``1h30m``, ``45`` or ``45s``; a number is taken as seconds.

        name: The option or parameter it was given for, quoted in the error.

    Raises:
        ParameterError: not a duration, or a negative one.
    """
    # Exactly these types: what stands for others may be anything.
    if type(text) in (str, int, float):
        seconds = _seconds_of(text)
        if seconds is not None:
            return seconds
    raise ParameterError(
        f"{name} is {shown(text).removeprefix('str ')}, which is not a duration.",
        next_steps=[f"Write for example {name} 90s, 15m, 8h or 7d."],
    )


def _seconds_of(text: str | float) -> float | None:
    if not isinstance(text, str):
        return float(text) if 0 <= text < _LONGEST_S else None
    plain = text.strip().lower()
    parts = _PART.findall(plain)
    rest = _PART.sub("", plain).strip()
    unitless = [unit for _, unit in parts if not unit]
    if not parts or rest or (unitless and len(parts) > 1):
        return None
    seconds = sum(float(number) * _UNITS[unit or "s"] for number, unit in parts)
    return seconds if seconds < _LONGEST_S else None


def format_duration(seconds: float) -> str:
    """Return a short text of one unit: ``0.4 s``, ``12 s``, ``3 min``, ``5 h``, ``2 d``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 172800:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:.0f} d"
