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

from aibrain_jupyter.magics.completion.body import offers_in_body
from aibrain_jupyter.magics.completion.line import offers_on_line
from aibrain_jupyter.magics.completion.offers import NOTHING, Offers
from aibrain_jupyter.shared.error_handler import AibrainError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from IPython.core.completer import CompletionContext, SimpleMatcherResult

_OTHER = re.compile(r"%%(?!aibrain\b)")
"""Another cell magic, ``%%time`` say, whose body our cell is."""
_CELL = re.compile(r"\s*%%aibrain(?=\s|$)")
_LINE = re.compile(r"\s*(?:%%aibrain|(?:[^\W\d][\w.\[\]\"']*\s*=\s*)?%aibrain)\s+")


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
        return offers_in_body(lines[first][cell.end() :], body, row, before)
    line = _LINE.match(before)
    return offers_on_line(before[line.end() :]) if line else None
