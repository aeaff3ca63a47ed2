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
    text("plan", "the collection plan: what it still waits for is told, too"),
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
        Param("pdf", bool, "cards and index as PDF too; needs a browser", default=False),
        Param("oscal", bool, "with OSCAL assessment-results", default=False),
        texts("methods", "how it was observed, for OSCAL: EXAMINE, INTERVIEW, TEST"),
        texts("mask", "columns whose people leave under pseudonyms: user_name, arn"),
        text("mask_key", "a file with the key of the pseudonyms; otherwise the store's own"),
        texts("accept", "files that name nobody who is masked, or are left as they are"),
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
