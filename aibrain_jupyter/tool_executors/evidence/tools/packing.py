"""Tools that hand evidence over."""

from __future__ import annotations

from functools import partial
from typing import Final

from aibrain_jupyter.shared.base_tool import REQUIRED, Param
from aibrain_jupyter.tool_executors.evidence.tools.words import PERIOD, text, texts, tool

_packing = partial(tool, code="packing", positional=("file",))
_CHOICE: Final = (
    texts("codes", "for which codes: RFI-014, CC6.1; everything otherwise"),
    texts("items", "which items, by id"),
    PERIOD,
    Param("unapproved", bool, "take items that nobody approved; the index says so", default=False),
)

PACKING: Final = (
    _packing(
        "package",
        "Makes a package for the auditor: a BagIt bag with index, ledger and verifier.",
        text("file", "where to: FY2026-v1.zip", REQUIRED),
        *_CHOICE,
        Param("raw", bool, "with the raw answers", default=False),
        text("max_size", "the most a part may have: 50MB"),
        Param(
            "for",
            str,
            "leave out what the portal does not accept",
            default="",
            choices=("", "folder", "drata", "vanta", "auditmanager"),
        ),
    ),
    _packing(
        "index",
        "Writes the index of what a package would have: .html, .json, .csv or .xlsx.",
        text("file", "where to: index.html", REQUIRED),
        *_CHOICE,
    ),
)
