"""Tools by which people decide about items."""

from __future__ import annotations

from typing import Any, Final

from aibrain_jupyter.shared.base_tool import REQUIRED, Param, ToolSpec
from aibrain_jupyter.tool_executors.evidence.tools.words import (
    CONTROL,
    ITEM,
    KEPT,
    REASON,
    RFI,
    text,
    texts,
    tool,
)

_LOOKED_AT: Final = texts("accept", "what is said that looks like a secret and is none: reason")


def _decision(name: str, summary: str, *params: Param, **more: Any) -> ToolSpec:
    return tool(name, summary, *params, _LOOKED_AT, code="decide", **more)


DECIDING: Final = (
    _decision(
        "codes",
        "Gives an item further codes, or withdraws some.",
        *(ITEM, RFI, CONTROL, texts("withdraw", "codes it no longer answers")),
    ),
    _decision("submit", "Puts an item in review.", ITEM, REASON),
    _decision(
        "approve",
        "Approves an item as it is: the approval is bound to its manifest.",
        *(ITEM, REASON),
        Param("strict", bool, "refuse an approval by whoever collected it", default=False),
    ),
    _decision("reject", "Rejects an item.", ITEM, REASON),
    _decision("reopen", "Puts a decided item in review again.", ITEM, REASON),
    _decision("supersede", "Puts an item out of use, for a newer one.", ITEM, REASON),
    *(
        _decision(
            name,
            summary,
            *(ITEM, texts("codes", "for which of its codes; all otherwise")),
            *(text("package", "in which package"), REASON, text("by", "who said so")),
        )
        for name, summary in (
            ("deliver", "Says that an item was delivered."),
            ("accept", "Says that an item was accepted."),
            ("return", "Says that an item came back."),
        )
    ),
    _decision("retain", "Says until when an item is to be kept.", ITEM, *KEPT),
    _decision("hold", "Keeps an item from being purged.", ITEM, REASON),
    _decision("release", "Lifts the hold of an item.", ITEM, REASON),
    _decision(
        "purge",
        "Removes the files of an item past its retention; a tombstone stays.",
        ITEM,
        REASON,
    ),
    _decision(
        "exclude",
        "Excludes rows on purpose from now on: they are marked and counted.",
        Param("where", dict, "column to value", default=None),
        *(REASON, text("decided_by", "who decided it"), text("until", "the last day")),
        positional=(),
    ),
    tool("exclusions", "The exclusions that apply.", positional=(), code="decide"),
    _decision(
        "lift",
        "Ends an exclusion.",
        text("name", "its name", REQUIRED),
        REASON,
        positional=("name",),
    ),
)
