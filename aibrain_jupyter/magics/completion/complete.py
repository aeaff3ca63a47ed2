"""
What Tab offers on ``%aibrain`` lines and in ``%%aibrain`` cells.

The text before the cursor is what is settled and a fragment that is being
typed; what fits at that place is offered. Half-written text raises nothing, and
nothing here asks the network or looks at credentials.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from IPython.core.completer import SimpleCompletion

from aibrain_jupyter.magics.completion.line import (
    NOTHING,
    Offers,
    given_on_line,
    key_offers,
    offers_on_line,
    read_loosely,
    value_offers,
)
from aibrain_jupyter.magics.grammar.line import words_of_line
from aibrain_jupyter.magics.verbs.known import find_verb
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from IPython.core.completer import CompletionContext, SimpleMatcherResult

_OTHER = re.compile(r"%%(?!aibrain\b)")
"""Another cell magic, ``%%time`` say, whose body our cell is."""
_CELL = re.compile(r"\s*%%aibrain(?=\s|$)")
_LINE = re.compile(r"\s*(?:%%aibrain|(?:[^\W\d][\w.\[\]\"']*\s*=\s*)?%aibrain)\s+")

_KEY = re.compile(r"[\w.-]*")
_PAIR = re.compile(r"([\w.-]+)\s*:\s+(.*)")
_ITEM = re.compile(r"\s*-\s+(.*)")


def complete(user_ns: Mapping[str, Any], context: CompletionContext) -> SimpleMatcherResult:
    """Return the completions at the cursor; none where the text is not ours."""
    try:
        offers = _offers(context)
    except AibrainError:
        # What is written so far names something that does not exist; running the cell says so.
        offers = NOTHING
    if offers is None:
        return {"completions": [], "suppress": False}
    texts = list(offers.texts)
    if offers.fragment.startswith("$"):
        texts = [f"${name}" for name in sorted(user_ns) if not name.startswith("_")]
    fragment = offers.fragment.lower()
    found = [text for text in texts if text.lower().startswith(fragment)]
    # IPython adds Python names and files to an empty answer, which are never right here. What is
    # typed already changes nothing and keeps them away.
    found = found or [offers.fragment]
    return {
        "completions": [SimpleCompletion(text=text, type=offers.kind) for text in found],
        "matched_fragment": offers.fragment,
        "suppress": True,
        "ordered": True,
    }


def _offers(context: CompletionContext) -> Offers | None:
    lines = context.full_text.split("\n")
    before = lines[context.cursor_line][: context.cursor_position]
    first = next((k for k, line in enumerate(lines) if line.strip() and not _OTHER.match(line)), 0)
    cell = _CELL.match(lines[first])
    if cell and context.cursor_line > first:
        body = lines[first + 1 :]
        row = context.cursor_line - first - 1
        return _offers_in_body(lines[first][cell.end() :], body, row, before)
    line = _LINE.match(before)
    return offers_on_line(before[line.end() :]) if line else None


def _offers_in_body(line: str, body: Sequence[str], row: int, before: str) -> Offers:
    """
    Return what can come next in a body: a key or a value.

    `line` is what stands after ``%%aibrain``; the cursor is in line `row` of the body, from 0, and
    `before` is that line up to it.
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
