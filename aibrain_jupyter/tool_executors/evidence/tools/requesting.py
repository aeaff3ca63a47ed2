"""Tools between an auditor's request list and the items that answer it."""

from __future__ import annotations

from functools import partial
from typing import Final

from aibrain_jupyter.shared.base_tool import REQUIRED, Param
from aibrain_jupyter.tool_executors.evidence.tools.words import text, texts, tool

_requesting = partial(tool, code="requesting", positional=("file",))
_LIST: Final = (
    text("file", "the auditor's list: .xlsx, .xlsm or .csv", REQUIRED),
    texts("map", "which column is what, by header or letter: id=Ref,text=Request,owner="),
    text("sheet", "the sheet it is on, where there are several lists"),
)
_OVERWRITE: Final = Param("overwrite", bool, "replace a file of that name", default=False)

REQUESTING: Final = (
    _requesting(
        "requests",
        "Reads an auditor's request list, and drafts a collection plan for it.",
        *_LIST,
        text("output", "where the draft plan goes: plan.yml"),
        text("period", "the audit period of the plan: FY2026"),
        _OVERWRITE,
    ),
    _requesting(
        "answered",
        "Writes a copy of a request list with what was collected for each request.",
        *_LIST,
        text("output", "where the copy goes: copy.xlsx", REQUIRED),
        _OVERWRITE,
    ),
)
