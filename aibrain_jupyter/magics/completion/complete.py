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

from aibrain_jupyter.magics.completion.keys_and_values import (
    NOTHING,
    Offers,
    key_offers,
    typed_so_far,
    value_offers,
)
from aibrain_jupyter.magics.completion.line import (
    given_on_line,
    offers_on_line,
    read_loosely,
)
from aibrain_jupyter.magics.grammar.line import words_of_line
from aibrain_jupyter.magics.grammar.meant import as_meant
from aibrain_jupyter.magics.verbs.every import known as verbs
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from IPython.core.completer import CompletionContext, SimpleMatcherResult

_OTHER = re.compile(r"%%(?!aibrain\b)")
"""Another cell magic, ``%%time`` say, whose body our cell is."""
_CELL = re.compile(r"\s*%%aibrain(?=\s|$)")
_LINE = re.compile(r"\s*(?:%%aibrain|(?:[^\W\d][\w.\[\]\"']*\s*=\s*)?%aibrain)\s+")

_VARIABLE = re.compile(r"(?<!\$)(?:\$\$)*(\$\{?)\w*$")
_OF_IPYTHON = frozenset({"In", "Out", "exit", "quit", "get_ipython", "open"})

_KEY = re.compile(r"[\w.-]*")
_PAIR = re.compile(r"([\w.-]+)\s*:\s+(.*)")
_ITEM = re.compile(r"\s*-\s+(.*)")


class _OurAnswer(list[SimpleCompletion]):
    """
    The completions there are, also if there are none.

    IPython adds Python names and files to an answer without any, which are never right here. It
    asks how many there are; only this keeps the others away without a popup that says nothing.
    """

    def __len__(self) -> int:
        return max(1, super().__len__())


def complete(user_ns: Mapping[str, Any], context: CompletionContext) -> SimpleMatcherResult:
    """Return the completions at the cursor; none where the text is not ours."""
    try:
        offers = _offers(context, user_ns)
    except AibrainError:
        # What is written so far names something that does not exist; running the cell says so.
        offers = NOTHING
    if offers is None:
        return {"completions": [], "suppress": False}
    fragment = offers.fragment.lower()
    found = dict.fromkeys(text for text in offers.texts if text.lower().startswith(fragment))
    if list(found) == [offers.fragment]:
        found = {}  # it is all there: a popup would say nothing new
    return {
        "completions": _OurAnswer(SimpleCompletion(text=text, type=offers.kind) for text in found),
        "matched_fragment": offers.fragment,
        "suppress": True,
        "ordered": True,
    }


def _offers(context: CompletionContext, user_ns: Mapping[str, Any]) -> Offers | None:
    lines = context.full_text.split("\n")
    before = lines[context.cursor_line][: context.cursor_position]
    first = next((k for k, line in enumerate(lines) if line.strip() and not _OTHER.match(line)), 0)
    cell = _CELL.match(lines[first])
    line = _LINE.match(before)
    is_in_body = cell is not None and context.cursor_line > first
    if (is_in_body or line) and (variable := _VARIABLE.search(before)):
        names = sorted(name for name in user_ns if name[0] != "_" and name not in _OF_IPYTHON)
        opening, closing = variable[1], "}" if variable[1] == "${" else ""
        texts = [f"{opening}{name}{closing}" for name in names]
        return Offers(texts, before[variable.start(1) :], "variable")
    if cell and is_in_body:
        body = lines[first + 1 :]
        row = context.cursor_line - first - 1
        return _offers_in_body(lines[first][cell.end() :], body, row, before)
    return offers_on_line(before[line.end() :]) if line else None


def _offers_in_body(line: str, body: Sequence[str], row: int, before: str) -> Offers:
    """
    Return what can come next in a body: a key or a value.

    `line` is what stands after ``%%aibrain``; the cursor is in line `row` of the body, from 0, and
    `before` is that line up to it.
    """
    read = read_loosely(words_of_line(as_meant(line)))
    if not read.head or verbs.find_verb(read.head):
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
    return value_offers(params[key], value, typed_so_far(spec, given))


def _place(above: Sequence[str], before: str) -> tuple[str, str]:
    """Return the key the cursor's value belongs to, and the value so far."""
    if pair := _PAIR.fullmatch(before):
        return pair[1], pair[2].removeprefix("[")
    item = _ITEM.fullmatch(before)
    keys = [text.partition(":")[0] for text in above if text[:1].strip(" -#")]
    return (keys[-1], item[1]) if item and keys else ("", "")
