"""What the declarations of the tools of evidence are written with: parameters they share."""

from __future__ import annotations

from typing import Any, Final

from aibrain_jupyter.shared.base_tool import REQUIRED, Param, ToolSpec

PREFIX: Final = "evidence_"
_CODE: Final = "aibrain_jupyter.tool_executors.evidence_executor"
_EVIDENCE: Final = "aibrain_jupyter.tool_executors.evidence"


def texts(name: str, help_text: str) -> Param:
    """Return a parameter that takes a list of texts."""
    return Param(name, str, help_text, default=(), many=True)


def text(name: str, help_text: str, default: Any = "") -> Param:
    """Return a parameter that takes a text."""
    return Param(name, str, help_text, default=default)


ITEM: Final = text("item", "the item's id, or the part of it that no other has", REQUIRED)
REASON: Final = text("reason", "why")
RFI: Final = texts("rfi", "codes of the auditor's requests it answers: RFI-014")
CONTROL: Final = texts("control", "controls it answers: CC6.1, soc2-2017:CC6.1, A.5.15")
TITLE: Final = text("title", "what it is called; the tool's or file's name otherwise")
PERIOD: Final = text("period", "the audit period it is for: FY2026, 2026-Q2")
KEPT: Final = (
    text("until", "the last day it has to be kept: 2033-12-31"),
    text("basis", "on which basis: a contract, a standard"),
)
ACCEPT: Final = texts("accept", "places that look like secrets and are none: data/x.jsonl:12")
SUPPLEMENTS: Final = text("supplements", "the item it adds to")
KEY: Final = texts("key", "columns that tell one row from another")
AS: Final = (RFI, CONTROL, TITLE, PERIOD)


def tool(
    name: str,
    summary: str,
    *params: Param,
    positional: tuple[str, ...] = ("item",),
    code: str = "",
) -> ToolSpec:
    """
    Return a tool of evidence.

    Args:
        name: Its verb; the tool is ``evidence_VERB``, its handler the constant ``VERB``.

        summary: What it does, a sentence.

        params: What it takes.

        positional: Which of them are written as plain words.

        code: The module of its handler below ``tool_executors/evidence``; empty: the executor.
    """
    return ToolSpec(
        name=f"{PREFIX}{name}",
        summary=summary,
        handler=f"{_EVIDENCE}.{code}:{name.upper()}" if code else f"{_CODE}:{name.upper()}",
        params=params,
        positional=positional,
        group="evidence",
        is_cacheable=False,
        examples=(f"%aibrain evidence {name} {' '.join(p.upper() for p in positional)}".strip(),),
    )
