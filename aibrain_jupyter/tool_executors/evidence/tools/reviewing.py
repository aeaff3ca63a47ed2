"""Tools by which people look at items and talk about them."""

from __future__ import annotations

from functools import partial
from typing import Final

from aibrain_jupyter.shared.base_tool import REQUIRED, Param
from aibrain_jupyter.tool_executors.evidence.tools.words import ITEM, text, tool

_reviewing = partial(tool, code="reviewing")

REVIEWING: Final = (
    _reviewing(
        "review",
        "Items to look at and decide about, with what a reviewer needs to see.",
        text("item", "one item; otherwise all that nobody has decided about"),
        text("code", "only those that answer a code"),
        Param("strict", bool, "refuse an approval by whoever collected it", default=False),
    ),
    _reviewing(
        "comment",
        "Says something about an item: internal, unless it is for the auditor.",
        ITEM,
        text("text", "what is said", REQUIRED),
        text("for", "who may read it: internal, auditor", "internal"),
        Param("answers", int, "the number of the comment it answers", default=0),
        positional=("item", "text"),
    ),
    _reviewing("comments", "What was said about an item, a row each.", ITEM),
)
