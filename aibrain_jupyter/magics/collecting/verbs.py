"""The verbs of evidence that run tools themselves, as data; called with the verb's call."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.shared.base_tool import Param, ToolSpec
from aibrain_jupyter.tool_executors.evidence.tools.planning import PLAN, PLAN_PERIOD
from aibrain_jupyter.tool_executors.evidence.tools.words import ITEM, KEY, PREFIX, text, texts

COLLECT: Final = ToolSpec(
    name=f"{PREFIX}collect",
    summary="Collects what a plan asks for and saves each set, in parallel.",
    handler="aibrain_jupyter.magics.collecting.collect:collect",
    params=(
        PLAN,
        PLAN_PERIOD,
        texts("rows", "ids of the plan's rows; all otherwise"),
        text("occurrence", "which: 2026-Q2; otherwise the one that is now, or was last"),
        Param("again", bool, "collect also what is saved and whole", default=False),
        Param("bg", bool, "in the background: the cell ends at once", default=False),
        Param("dry_run", bool, "show calls and policy of the whole plan only", default=False),
        Param("strict", bool, "fail the cell unless all is complete", default=False),
    ),
    positional=("plan",),
    group="evidence",
    is_cacheable=False,
    examples=("%aibrain evidence collect soc2-aws",),
)
REPERFORM: Final = ToolSpec(
    name=f"{PREFIX}reperform",
    summary="Asks now what an item was asked with, and compares it with what was saved.",
    handler="aibrain_jupyter.magics.again.again:reperform",
    params=(ITEM, Param("save", bool, "save it, too, as an item of its own", default=False), KEY),
    positional=("item",),
    group="evidence",
    is_cacheable=False,
    examples=("%aibrain evidence reperform ITEM",),
)
COMPLETE: Final = ToolSpec(
    name=f"{PREFIX}complete",
    summary="Asks for what is missing in an incomplete item, and saves the whole as a new one.",
    handler="aibrain_jupyter.magics.again.again:complete",
    params=(ITEM,),
    positional=("item",),
    group="evidence",
    is_cacheable=False,
    examples=("%aibrain evidence complete ITEM",),
)
RUNNING_TOOLS: Final = (COLLECT, REPERFORM, COMPLETE)
