"""What can come next in the body of a ``%%aibrain`` cell: a key or a value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aibrain_jupyter.magics.completion.line import given_on_line, read_loosely
from aibrain_jupyter.magics.completion.offers import NOTHING, Offers, key_offers, value_offers
from aibrain_jupyter.magics.grammar.line import words_of_line
from aibrain_jupyter.magics.verbs.known import find_verb
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEY = re.compile(r"[\w.-]*")
_PAIR = re.compile(r"([\w.-]+)\s*:\s+(.*)")
_ITEM = re.compile(r"\s*-\s+(.*)")


def offers_in_body(line: str, body: Sequence[str], row: int, before: str) -> Offers:
    """
    Return the offers at the cursor.

    Args:
        line: What stands after ``%%aibrain``.

        body: The lines of the body.

        row: The line the cursor is on, from 0.

        before: That line up to the cursor.
    """
    read = read_loosely(words_of_line(line))
    if not read.head or find_verb(read.head):
        return NOTHING
    spec = get_tool_registry().spec(read.head)
    others = [pair for k, text in enumerate(body) if k != row and (pair := _PAIR.fullmatch(text))]
    given = {**given_on_line(spec, read), **{pair[1]: pair[2].strip("'\" ") for pair in others}}
    params = key_offers(spec, given)
    if _KEY.fullmatch(before):
        taken = {*given, *(text.partition(":")[0] for k, text in enumerate(body) if k != row)}
        return Offers([f"{name}: " for name in params if name not in taken], before, "param")
    key, value = _place(body[:row], before)
    if key not in params:
        return NOTHING
    return value_offers(params[key], value, {**spec.preset, **given})


def _place(above: Sequence[str], before: str) -> tuple[str, str]:
    """Return the key the cursor's value belongs to, and the value so far."""
    if pair := _PAIR.fullmatch(before):
        return pair[1], pair[2].removeprefix("[")
    item = _ITEM.fullmatch(before)
    keys = [text.partition(":")[0] for text in above if text[:1].strip(" -#")]
    return (keys[-1], item[1]) if item and keys else ("", "")
