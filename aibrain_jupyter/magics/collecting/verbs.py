"""The verbs of evidence that run tools themselves, as data; called with the verb's call."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.shared.base_tool import Param, ToolSpec
from aibrain_jupyter.tool_executors.evidence.tools.planning import PLAN, PLAN_PERIOD
from aibrain_jupyter.tool_executors.evidence.tools.words import PREFIX, text, texts

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
RUNNING_TOOLS: Final = (COLLECT,)
