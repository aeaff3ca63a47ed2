"""
``$name``, ``${name.attribute}`` and ``${name[key]}``: Python variables in a cell.

A text that is only one such reference gives the object itself (a list, a
frame); inside other text a reference gives ``str(value)``. ``$$`` is a dollar,
and a ``$`` that begins no name (``^abc$``) is one too. Nothing is evaluated:
a reference can look up, and nothing else. What comes in is not read again, so
a value that holds ``$`` is safe.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.error_handler import GrammarError, ParameterError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFERENCE = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<name>[^\W\d]\w*)|\{(?P<path>[^}]*)\}|(?P<open>\{))"
)
_HEAD = re.compile(r"\s*([^\W\d]\w*)")
_STEP = re.compile(
    r"""(?x)
    \.([^\W\d]\w*)                      # .attribute
    | \[ \s* (-?\d+) \s* \]             # [0]
    | \[ \s* "([^"]*)" \s* \]           # ["key"]
    | \[ \s* '([^']*)' \s* \]           # ['key']
    | \[ ([^\]"']+) \]                  # [key]
    """
)


def interpolate(value: Any, names: Mapping[str, Any]) -> Any:
    """
    Return `value` with the references in its texts replaced, also inside lists and mappings.

    Raises:
        UnknownNameError: no such variable, attribute or key.
        GrammarError: a reference is not closed or cannot be read.
        ParameterError: a list, a frame or None stands inside other text.
    """
    if isinstance(value, str):
        return _in_text(value, names)
    if isinstance(value, list):
        return [interpolate(item, names) for item in value]
    if isinstance(value, dict):
        return {key: interpolate(item, names) for key, item in value.items()}
    return value


def _in_text(text: str, names: Mapping[str, Any]) -> Any:
    whole = _REFERENCE.fullmatch(text.strip())
    if whole and not whole["dollar"]:
        return _look_up(whole, names)

    def replace(match: re.Match[str]) -> str:
        if match["dollar"]:
            return "$"
        return _as_text(match.group(), _look_up(match, names))

    return _REFERENCE.sub(replace, text)


def _look_up(match: re.Match[str], names: Mapping[str, Any]) -> Any:
    if match["open"]:
        raise GrammarError(
            "A ${ in the cell is not closed with }.",
            next_steps=["Write ${name}, or $$ for a dollar."],
        )
    path = match["name"] if match["path"] is None else match["path"]
    head = _HEAD.match(path)
    if head is None:
        raise _unreadable(match.group())
    value = _variable(head[1], names)
    end = head.end()
    while path[end:].strip():
        step = _STEP.match(path, end)
        if step is None:
            raise _unreadable(match.group())
        value = _step(value, step, so_far=path[:end].strip())
        end = step.end()
    return value


def _variable(name: str, names: Mapping[str, Any]) -> Any:
    try:
        return names[name]
    except KeyError:
        known = [known for known in names if not known.startswith("_")]
        raise unknown_name(
            "variable", name, known, next_steps=[f"Set {name} in a cell before, or write $$ for $."]
        ) from None


def _step(value: Any, step: re.Match[str], *, so_far: str) -> Any:
    attribute, index, *texts = step.groups()
    if attribute is not None:
        try:
            return getattr(value, attribute)
        except AttributeError:
            raise unknown_name("attribute", attribute, dir(value), of=so_far) from None
    key: Any = int(index) if index is not None else next(t for t in texts if t is not None)
    try:
        return value[key]
    except (LookupError, TypeError) as exc:
        keys = getattr(value, "keys", None)
        known = [str(each) for each in keys()] if callable(keys) else []
        raise unknown_name("key", str(key), known, of=so_far) from exc


def _as_text(reference: str, value: Any) -> str:
    if value is None or (hasattr(value, "__iter__") and not isinstance(value, str)):
        raise ParameterError(
            f"{reference} is {type(value).__name__} and cannot stand inside other text.",
            next_steps=[f"Let {reference} be the whole value, or put in a text or a number."],
        )
    return str(value)


def _unreadable(reference: str) -> GrammarError:
    return GrammarError(
        f"{reference} cannot be read as a variable.",
        next_steps=["Write $name, ${name.attribute}, ${name[key]}, or $$ for a dollar."],
    )
