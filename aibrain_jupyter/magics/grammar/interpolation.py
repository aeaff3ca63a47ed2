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

from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    GrammarError,
    ParameterError,
    unknown_name,
)
from aibrain_jupyter.shared.texts.shown import clipped
from aibrain_jupyter.shared.tools.plain_values import NotPlainError, plain

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
        ParameterError: a list, a frame or None stands inside other text, or a property of the
            user's raised.
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
    path = (match["name"] if match["path"] is None else match["path"]).rstrip()
    head = _HEAD.match(path)
    if head is None:
        raise _unreadable(match.group())
    value = _variable(head[1], names)
    end = head.end()
    while end < len(path):
        step = _STEP.match(path, end)
        if step is None:
            raise _unreadable(match.group())
        try:
            value = _step(value, step)
        except AibrainError:
            raise
        except Exception as exc:
            raise _not_there(value, step, exc) from exc
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


def _step(value: Any, step: re.Match[str]) -> Any:
    attribute, index, *texts = step.groups()
    if attribute is not None:
        return getattr(value, attribute)
    return value[int(index) if index is not None else next(t for t in texts if t is not None)]


def _not_there(value: Any, step: re.Match[str], exc: Exception) -> AibrainError:
    """Return the error for a step that raised `exc`, with what could have been meant."""
    attribute, index, *texts = step.groups()
    so_far = clipped(step.string[: step.start()].strip())
    name = attribute or index or next((t for t in texts if t is not None), "")
    kind = "key" if attribute is None else "attribute"
    if not isinstance(exc, LookupError | TypeError | AttributeError):
        return ParameterError(
            f"{so_far} has no {kind} {clipped(name)!r} to take: it raised {type(exc).__name__}.",
            why=clipped(_text_of(exc)),
            next_steps=[f"Look at {so_far} in a cell of its own."],
        )
    steps = [f"Look at {so_far} in a cell of its own: it is {_with_article(type(value).__name__)}."]
    known = _members(value, attribute)
    return unknown_name(kind, name, known, of=so_far, next_steps=steps)


def _members(value: Any, attribute: str | None) -> list[str]:
    """Return the attributes, or the keys, that an object says it has."""
    try:
        if attribute is not None:
            return [name for name in dir(value) if isinstance(name, str)]
        keys = getattr(value, "keys", None)
        return [each for each in keys() if isinstance(each, str)] if callable(keys) else []
    except Exception:  # noqa: BLE001 - the user's object; there is then nothing to suggest
        return []


def _as_text(reference: str, value: Any) -> str:
    try:
        found = plain(value)
    except NotPlainError as exc:
        raise _no_text(reference, value, str(exc)) from exc
    if found is None or isinstance(found, list | dict):
        raise _no_text(reference, value)
    return found.isoformat() if hasattr(found, "isoformat") else str(found)


def _no_text(reference: str, value: Any, reason: str = "") -> ParameterError:
    return ParameterError(
        f"{clipped(reference)} is {_with_article(type(value).__name__)} and cannot stand inside"
        " other text.",
        why=reason,
        next_steps=[f"Let {clipped(reference)} be the whole value, or put in a text or a number."],
    )


def _text_of(exc: Exception) -> str:
    try:
        return str(exc)
    except Exception:  # noqa: BLE001 - an exception of the user's that cannot be read
        return ""


def _with_article(kind: str) -> str:
    return f"an {kind}" if kind[:1].lower() in "aeiou" else f"a {kind}"


def _unreadable(reference: str) -> GrammarError:
    return GrammarError(
        f"{clipped(reference)} cannot be read as a variable.",
        next_steps=["Write $name, ${name.attribute}, ${name[key]}, or $$ for a dollar."],
    )
