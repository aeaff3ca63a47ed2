"""Tools that show what changed."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.shared.base_tool import REQUIRED, Param
from aibrain_jupyter.tool_executors.evidence.tools.words import KEY, texts, tool

_SIDE: Final = "an item, a frame, or a run: "

COMPARING: Final = (
    tool(
        "compare",
        "What changed between two sets of rows, by key; what was not asked alike first.",
        Param("old", object, f"{_SIDE}the earlier one", default=REQUIRED),
        Param("new", object, f"{_SIDE}the later one", default=REQUIRED),
        KEY,
        texts("volatile", "further columns that change by themselves, to be listed apart"),
        positional=("old", "new"),
        code="comparing",
    ),
)
