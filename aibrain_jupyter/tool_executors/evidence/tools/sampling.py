"""Tools that draw samples and keep what was tested."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.shared.base_tool import REQUIRED, Param
from aibrain_jupyter.tool_executors.evidence.tools.words import AS, ITEM, KEY, text, texts, tool

SAMPLING: Final = (
    tool(
        "sample",
        "Draws rows of an item, so that anybody can draw them again.",
        *(ITEM, Param("n", int, "how many rows; with by= of each group", default=0)),
        *(text("seed", "the auditor's seed; drawn by chance otherwise"), KEY),
        *(
            texts("by", "columns whose groups are drawn from"),
            text("keys", "file with a key a line"),
        ),
        *(text("basis", "where the size comes from"), *AS),
    ),
    tool(
        "sample_size",
        "How many rows attribute sampling asks for if none deviates.",
        Param("population", int, "how many rows there are"),
        Param("tolerable", float, "largest part that may deviate", default=0.1),
        Param("risk", float, "chance to be wrong", default=0.1),
        positional=("population",),
    ),
    tool(
        "sheet",
        "Writes the test sheet of a sample: .xlsx or .csv.",
        *(ITEM, text("file", "where to", REQUIRED), texts("attributes", "what is tested")),
        positional=("item", "file"),
    ),
    tool(
        "tested",
        "Reads a test sheet back and saves it as an item.",
        *(ITEM, text("file", "the sheet that was filled in", REQUIRED)),
        *(text(name, f"{name} of the test") for name in ("objective", "procedure", "conclusion")),
        *AS,
        positional=("item", "file"),
    ),
)
