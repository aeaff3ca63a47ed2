"""
The tools of evidence: what ``%aibrain evidence VERB`` and ``get_tool("evidence_VERB")`` take.

Data; their code is in ``evidence_executor.py`` (what people decide: ``decide.py``) and imported
when one is used. To add one, add its `ToolSpec` here and a function of that name there.
"""

from __future__ import annotations

from typing import Any, Final

from aibrain_jupyter.shared.base_tool import REQUIRED, Param, ToolSpec

_CODE: Final = "aibrain_jupyter.tool_executors.evidence_executor"
_DECIDE: Final = "aibrain_jupyter.tool_executors.evidence.decide"
_DECISIONS: Final = (
    *("codes", "submit", "approve", "reject", "reopen", "supersede", "deliver", "accept"),
    *("return", "retain", "hold", "release", "purge", "exclude", "exclusions", "lift"),
)
PREFIX: Final = "evidence_"


def _texts(name: str, help_text: str) -> Param:
    return Param(name, str, help_text, default=(), many=True)


def _text(name: str, help_text: str, default: Any = "") -> Param:
    return Param(name, str, help_text, default=default)


_ITEM: Final = _text("item", "the item's id, or the part of it that no other has", REQUIRED)
_REASON: Final = _text("reason", "why")
_RFI: Final = _texts("rfi", "codes of the auditor's requests it answers: RFI-014")
_CONTROL: Final = _texts("control", "controls it answers: CC6.1, soc2-2017:CC6.1, A.5.15")
_TITLE: Final = _text("title", "what it is called; the tool's or file's name otherwise")
_PERIOD: Final = _text("period", "the audit period it is for: FY2026, 2026-Q2")
_KEPT: Final = (
    _text("until", "the last day it has to be kept: 2033-12-31"),
    _text("basis", "on which basis: a contract, a standard"),
)
_ACCEPT: Final = _texts("accept", "places that look like secrets and are none: data/x.jsonl:12")
_SUPPLEMENTS: Final = _text("supplements", "the item it adds to")
_KEY: Final = _texts("key", "columns that tell one row from another")
_AS: Final = (_RFI, _CONTROL, _TITLE, _PERIOD)


def _tool(
    name: str, summary: str, *params: Param, positional: tuple[str, ...] = ("item",)
) -> ToolSpec:
    return ToolSpec(
        name=f"{PREFIX}{name}",
        summary=summary,
        handler=f"{_DECIDE if name in _DECISIONS else _CODE}:{name.upper()}",
        params=params,
        positional=positional,
        group="evidence",
        is_cacheable=False,
        examples=(f"%aibrain evidence {name} {' '.join(p.upper() for p in positional)}".strip(),),
    )


EVIDENCE_TOOLS: Final = (
    _tool(
        "save",
        "Saves a frame as an item: data, manifest, card.",
        Param("frame", object, "the frame"),
        *_AS,
        _KEY,
        _texts("formats", "further formats: xlsx, parquet"),
        _text("as_of", "when it is of, where nothing tells: 2026-06-30"),
        *_KEPT,
        _ACCEPT,
        _SUPPLEMENTS,
        Param("collected", object, "what the run knows of it", default=None),
        positional=("frame",),
    ),
    _tool(
        "attach",
        "Saves a file or a link from elsewhere: a screenshot, a PDF, a ticket.",
        _text("file", "the file, or a link", REQUIRED),
        *_AS,
        _text("as_of", "when it is of: 2026-06-30", REQUIRED),
        _text("source", "which system it is from", REQUIRED),
        _text("said_by", "who says what it is; you otherwise"),
        *_KEPT,
        _ACCEPT,
        _SUPPLEMENTS,
        positional=("file",),
    ),
    _tool(
        "list",
        "The saved items, a row each.",
        _text("code", "only those that answer a code"),
        positional=("code",),
    ),
    _tool("show", "The card of an item.", _ITEM),
    _tool("rows", "The rows of an item, compared with its manifest.", _ITEM),
    _tool(
        "verify",
        "Whether anything was altered, is missing or does not belong: a row a finding.",
        _text("item", "one item; otherwise the whole store"),
        _text("head", "the seq:hash of a card or another place outside the store"),
        _texts("trust", "public keys to trust, hex"),
    ),
    _tool("ledger", "Every event, a row each.", positional=()),
    _tool(
        "codes",
        "Gives an item further codes, or withdraws some.",
        *(_ITEM, _RFI, _CONTROL, _texts("withdraw", "codes it no longer answers")),
    ),
    _tool("submit", "Puts an item in review.", _ITEM, _REASON),
    _tool(
        "approve",
        "Approves an item as it is: the approval is bound to its manifest.",
        *(_ITEM, _REASON),
        Param("strict", bool, "refuse an approval by whoever collected it", default=False),
    ),
    _tool("reject", "Rejects an item.", _ITEM, _REASON),
    _tool("reopen", "Puts a decided item in review again.", _ITEM, _REASON),
    _tool("supersede", "Puts an item out of use, for a newer one.", _ITEM, _REASON),
    *(
        _tool(
            name,
            summary,
            *(_ITEM, _texts("codes", "for which of its codes; all otherwise")),
            *(_text("package", "in which package"), _REASON, _text("by", "who said so")),
        )
        for name, summary in (
            ("deliver", "Says that an item was delivered."),
            ("accept", "Says that an item was accepted."),
            ("return", "Says that an item came back."),
        )
    ),
    _tool("retain", "Says until when an item is to be kept.", _ITEM, *_KEPT),
    _tool("hold", "Keeps an item from being purged.", _ITEM, _REASON),
    _tool("release", "Lifts the hold of an item.", _ITEM, _REASON),
    _tool(
        "purge",
        "Removes the files of an item past its retention; a tombstone stays.",
        _ITEM,
        _REASON,
    ),
    _tool(
        "exclude",
        "Excludes rows on purpose from now on: they are marked and counted.",
        Param("where", dict, "column to value", default=None),
        *(_REASON, _text("decided_by", "who decided it"), _text("until", "the last day")),
        positional=(),
    ),
    _tool("exclusions", "The exclusions that apply.", positional=()),
    _tool(
        "lift",
        "Ends an exclusion.",
        _text("name", "its name", REQUIRED),
        _REASON,
        positional=("name",),
    ),
    _tool(
        "sample",
        "Draws rows of an item, so that anybody can draw them again.",
        *(_ITEM, Param("n", int, "how many rows; with by= of each group", default=0)),
        *(_text("seed", "the auditor's seed; drawn by chance otherwise"), _KEY),
        *(
            _texts("by", "columns whose groups are drawn from"),
            _text("keys", "file with a key a line"),
        ),
        *(_text("basis", "where the size comes from"), *_AS),
    ),
    _tool(
        "sample_size",
        "How many rows attribute sampling asks for if none deviates.",
        Param("population", int, "how many rows there are"),
        Param("tolerable", float, "largest part that may deviate", default=0.1),
        Param("risk", float, "chance to be wrong", default=0.1),
        positional=("population",),
    ),
    _tool(
        "sheet",
        "Writes the test sheet of a sample: .xlsx or .csv.",
        *(_ITEM, _text("file", "where to", REQUIRED), _texts("attributes", "what is tested")),
        positional=("item", "file"),
    ),
    _tool(
        "tested",
        "Reads a test sheet back and saves it as an item.",
        *(_ITEM, _text("file", "the sheet that was filled in", REQUIRED)),
        *(_text(name, f"{name} of the test") for name in ("objective", "procedure", "conclusion")),
        *_AS,
        positional=("item", "file"),
    ),
    _tool("sign", "Signs the head of the ledger (extra sign).", positional=()),
    _tool(
        "timestamp",
        "Asks an authority for an RFC 3161 time stamp of the head.",
        _text("url", "the authority's address", REQUIRED),
        positional=("url",),
    ),
    _tool(
        "verifier",
        "Writes the check as one file that needs only Python: verify.pyz.",
        _text("file", "where to", "verify.pyz"),
        positional=("file",),
    ),
)
