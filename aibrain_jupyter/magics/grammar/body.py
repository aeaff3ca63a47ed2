"""
The body of a ``%%aibrain`` cell: YAML, read without surprises (``shared/texts/strict_yaml.py``).

Variables are put in after this, into the scalars: whatever a variable holds, it
cannot break the YAML.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import yaml

from aibrain_jupyter.shared.error_handler import GrammarError
from aibrain_jupyter.shared.texts.shown import clipped
from aibrain_jupyter.shared.texts.strict_yaml import RefusedYamlError, load_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST_LINE = 2
"""The body's first line as the front end numbers it: the magic's line is 1."""
_HINT = (
    "Write `key: value`, with a space after the colon; put a value that begins with one of "
    "! % @ ` { [ or that holds ': ' or ' #' in quotes."
)

_COLONS = "\uff1a\ufe55\ua789"


def read_body(body: str) -> dict[str, Any]:
    """
    Return the keys and values of a body; an empty one, or only comments, gives none.
    Raises GrammarError: not YAML, not a mapping, or a key twice; with the line and its number.
    """
    try:
        value = load_yaml(body)
    except yaml.MarkedYAMLError as exc:
        raise _refusal(body, exc) from exc
    except yaml.YAMLError as exc:
        raise GrammarError(
            "The body of the cell cannot be read.",
            why=_problem(exc),
            next_steps=["Type the character at that position anew."],
        ) from exc
    if value is None:
        return {}
    if not isinstance(value, dict):
        if found := _look_alike(body.splitlines()):
            raise found
        first = next(line for line in body.splitlines() if line.strip())
        raise GrammarError(
            "The body of the cell is no list of parameters. It begins with:"
            f" {clipped(first.strip())}",
            next_steps=["Write one `key: value` in each line, with a space after the colon."],
        )
    return value


def read_value(text: str, *, name: str) -> Any:
    """
    Return a value that was written on the line as YAML (``'[{Name: vpc-id}]'``).
    Raises GrammarError: it is not YAML.
    """
    try:
        return load_yaml(text)
    except yaml.YAMLError as exc:
        raise GrammarError(
            f"The value of {name} cannot be read: {clipped(text)}",
            why=_problem(exc),
            next_steps=[f"Write {name} in the body of a %%aibrain cell, or quote its parts."],
        ) from exc


def _problem(exc: yaml.YAMLError) -> str:
    return getattr(exc, "problem", None) or str(exc).partition("\n")[0]


def _refusal(body: str, exc: yaml.MarkedYAMLError) -> GrammarError:
    mark = exc.problem_mark or exc.context_mark
    lines = body.splitlines()
    number = min(mark.line if mark else 0, max(len(lines) - 1, 0))
    text = lines[number].strip() if lines else ""
    # A colon that is followed by another space than the usual one shows a line later.
    if found := _look_alike(lines[: number + 1]):
        return found
    return GrammarError(
        f"Line {number + _FIRST_LINE} of the cell cannot be read: {clipped(text)}",
        why=". ".join(part for part in (exc.context, exc.problem) if part),
        next_steps=[exc.note if isinstance(exc, RefusedYamlError) and exc.note else _HINT],
    )


def _look_alike(lines: Sequence[str]) -> GrammarError | None:
    """
    Return the error for the first character that looks like a space or colon and is none.

    Only where YAML needs one: at the beginning of a line, and after a colon or a dash.
    """
    for number, line in enumerate(lines):
        last = ""  # the last character before that is no space
        for place, character in enumerate(line):
            is_space = _is_odd_space(character) and last in ("", ":", "-")
            if character not in _COLONS and not is_space:
                last = last if character.isspace() else character
                continue
            before = clipped(line[:place].strip())
            name = unicodedata.name(character, "a character without a name").lower()
            return GrammarError(
                f"Line {number + _FIRST_LINE} of the cell cannot be read: {clipped(line.strip())}",
                why=f"There is a {name} (U+{ord(character):04X})"
                + (f" after {before!r}." if before else " at its beginning."),
                next_steps=[
                    "Type it anew, as a space or a colon: it was copied from a page or a document."
                ],
            )
    return None


def _is_odd_space(character: str) -> bool:
    if character in " \t":
        return False
    return character.isspace() or unicodedata.category(character) in ("Zs", "Cf")
