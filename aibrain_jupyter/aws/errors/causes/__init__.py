"""
The table of causes of AWS: one row for each way in which a call fails.

The rows are data, in the files beside this one. They are read from the first to the last, the files
in the order of `_FILES`; the first that fits explains the failure. ``shared/causes.py`` says what a
row has, ``aws/errors/failures.py`` what traits there are, ``aws/errors/words.py`` which words its
texts may use. Patterns may be a list of alternatives, long ones are folded at a space, ``{not}`` in
them stands for the ways to say so. ``*name`` repeats the text that ``&name`` marks.

To teach it a cause, add a row to the file it belongs to; special rows stand before general ones.
``tests/aws/errors/test_causes.py`` holds every row to its promises.
"""

from __future__ import annotations

import builtins
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from botocore import exceptions, parsers

from aibrain_jupyter.shared import error_handler
from aibrain_jupyter.shared.causes import Cause

if TYPE_CHECKING:
    from collections.abc import Sequence

_FILES: Final = (
    "roles",
    "enabling",
    "error_codes",
    "credentials",
    "configuration",
    "network",
    "unexplained",
)
_NOT: Final = r"(?:is not|isn't|is currently not|has not been|hasn't been|are not|aren't|not)"


@cache
def causes() -> tuple[Cause, ...]:
    """Return the rows in their order. They are read when a call fails for the first time."""
    import yaml

    # The one in C is ten times faster; not every build of PyYAML has it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    folder = files("aibrain_jupyter.aws.errors.causes")
    texts = (folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8") for name in _FILES)
    return tuple(_cause(**row) for text in texts for row in yaml.load(text, loader))  # noqa: S506


def cause_named(name: str) -> Cause:
    """Return the row of a name."""
    return next(cause for cause in causes() if cause.name == name)


def _cause(
    error: str,
    steps: str | Sequence[str] = (),
    classes: Sequence[str] = (),
    statuses: str = "",
    message: str | Sequence[str] = "",
    came_through: str | Sequence[str] = "",
    **row: Any,
) -> Cause:
    for name in {"codes", "services", "asked", "traits"} & row.keys():
        row[name] = frozenset(row[name])
    first, _, last = statuses.partition("-")
    return Cause(
        error=getattr(error_handler, error),
        steps=(steps,) if isinstance(steps, str) else tuple(steps),
        classes=tuple(map(_exception, classes)),
        code_parts=tuple(row.pop("code_parts", ())),
        statuses=tuple(range(int(first), int(last or first) + 1)) if first else (),
        message=_pattern(message),
        came_through=_pattern(came_through),
        **row,
    )


def _exception(name: str) -> type[BaseException]:
    found: type[BaseException] = next(
        getattr(module, name) for module in (exceptions, parsers, builtins) if hasattr(module, name)
    )
    return found


def _pattern(written: str | Sequence[str]) -> str:
    alternatives = [written] if isinstance(written, str) else written
    return "|".join(alternatives).replace("{not}", _NOT)
