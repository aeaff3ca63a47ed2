"""
The body of a ``%%aibrain`` cell: YAML, read without surprises.

Departures from PyYAML's safe loader: a key that is given twice is refused (PyYAML
keeps the last and says nothing), so are anchors, and only what JSON knows is typed:
``012345670123`` stays an account id (YAML 1.1 reads it as an octal number),
``2026-01-01`` a text, ``no`` and ``on`` words, ``1e999`` no infinity. The parameters convert texts
themselves, so nothing is lost by leaving them alone.

Variables are put in after this, into the scalars: whatever a variable holds, it
cannot break the YAML.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import yaml

from aibrain_jupyter.shared.error_handler import GrammarError
from aibrain_jupyter.shared.texts.shown import clipped
from aibrain_jupyter.shared.tools.plain_values import DEEPEST

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

_FIRST_LINE = 2
"""The body's first line as the front end numbers it: the magic's line is 1."""
_HINT = (
    "Write `key: value`, with a space after the colon; put a value that begins with one of "
    "! % @ ` { [ or that holds ': ' or ' #' in quotes."
)

_COLONS = "\uff1a\ufe55\ua789"


class _Refused(yaml.MarkedYAMLError):
    """Something that is YAML but not accepted here; `note` is the next step."""


class _Loader(yaml.SafeLoader):
    """YAML's structure without anchors, JSON's scalars, text keys, no key twice."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - replaces that of the base class
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        # Before it is read: the loader's own stack ends sooner, and its time grows with the square.
        self._depth += 1
        if self._depth > DEEPEST:
            raise _Refused(
                problem=f"it is nested more than {DEEPEST} deep",
                problem_mark=event.start_mark,
                note="Put it into a variable, or in quotes if it is a text.",
            )
        if getattr(event, "tag", None) not in (None, "!"):
            raise _Refused(
                problem="! has a meaning of its own in YAML",
                problem_mark=event.start_mark,
                note="Put a value that begins with ! in quotes.",
            )
        if getattr(event, "anchor", None):
            # `name: &x` would silently be an empty value.
            raise _Refused(
                problem="& and * have a meaning of their own in YAML",
                problem_mark=event.start_mark,
                note="Put a value that begins with & or * in quotes.",
            )
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        found: dict[Hashable, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _Refused(
                    problem="a key is a list or a mapping",
                    problem_mark=key.start_mark,
                    note="Write `key: value`, the key a word.",
                )
            if key.value in found:
                raise _Refused(
                    problem=f"{key.value} is given twice",
                    problem_mark=key.start_mark,
                    note="Keep one of them.",
                )
            found[key.value] = self.construct_object(value, deep=deep)
        return found


for _tag, _pattern, _starts in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"-?(?:0|[1-9][0-9]{0,98})", list("-0123456789")),
    (
        "float",
        r"-?(?:0|[1-9][0-9]{0,98})(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,2})?",
        list("-0123456789"),
    ),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _starts
    )


def load(text: str) -> Any:
    """Return what a YAML text says, read as a body is. Raises yaml.YAMLError: it is none."""
    return yaml.load(text, _Loader)  # noqa: S506 - a subclass of SafeLoader


def read_body(body: str) -> dict[str, Any]:
    """
    Return the keys and values of a body; an empty one, or only comments, gives none.
    Raises GrammarError: not YAML, not a mapping, or a key twice; with the line and its number.
    """
    try:
        value = load(body)
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
        return load(text)
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
        next_steps=[exc.note if isinstance(exc, _Refused) and exc.note else _HINT],
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
