"""What the cache is given from Python: times, sizes, folders and words, checked first."""

import math
import os
from pathlib import Path
from typing import Any

from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.durations import parse_duration
from aibrain_jupyter.shared.texts.shown import shown


def number(value: Any, *, name: str, example: str) -> float:
    """Return a number that is one. Raises ParameterError: it is none, NaN, or far too large."""
    # By type: what an object says of its class may raise, or be a lie.
    if issubclass(type(value), int | float) and type(value) is not bool:
        try:
            found = float(value)
        except OverflowError:
            found = math.nan
        if not math.isnan(found):
            return found
    raise ParameterError(
        f"{name} is {shown(value)}, which is not a number.", next_steps=[f"Write {name}={example}."]
    )


def seconds(value: Any, *, name: str) -> float:
    """Return seconds, of a text such as ``8h`` too. Raises ParameterError: it is no time."""
    if type(value) is str:
        return parse_duration(value, name=name)
    return number(value, name=name, example="3600, the seconds")


def folder(value: Any, *, name: str) -> Path:
    """Return a path or its text as a path. Raises ParameterError: it is neither."""
    if issubclass(type(value), Path):
        return value  # type: ignore[no-any-return]
    if type(value) is str and value.strip() and "\0" not in value:
        try:
            os.fsencode(value)
            return Path(value).expanduser()
        except (UnicodeError, RuntimeError):  # half a character, "~nobody"
            pass
    raise ParameterError(
        f"{name} is {shown(value)}, which is no folder.",
        next_steps=[f'Write {name}="path/of/a/folder", or leave it out.'],
    )


def words(value: Any, *, name: str) -> tuple[str, ...]:
    """Return the words of a list. Raises ParameterError: it is none, or holds something else."""
    if type(value) in (list, tuple, set, frozenset) and all(type(word) is str for word in value):
        return tuple(value)
    raise ParameterError(
        f"{name} is {shown(value)}, not a list of texts.", next_steps=[f'Write {name}=["iam"].']
    )
