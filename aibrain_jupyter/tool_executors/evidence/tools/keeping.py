"""Tools that put sets into the store and show them."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.shared.base_tool import REQUIRED, Param
from aibrain_jupyter.tool_executors.evidence.tools.words import (
    ACCEPT,
    AS,
    ITEM,
    KEPT,
    KEY,
    SUPPLEMENTS,
    text,
    texts,
    tool,
)

KEEPING: Final = (
    tool(
        "save",
        "Saves a frame as an item: data, manifest, card.",
        Param("frame", object, "the frame"),
        *AS,
        KEY,
        texts("formats", "further formats: xlsx, parquet"),
        text("as_of", "when it is of, where nothing tells: 2026-06-30"),
        *KEPT,
        ACCEPT,
        SUPPLEMENTS,
        Param("dry_run", bool, "say what would be saved, and write nothing", default=False),
        positional=("frame",),
    ),
    tool(
        "attach",
        "Saves a file or a link from elsewhere: a screenshot, a PDF, a ticket.",
        text("file", "the file, or a link", REQUIRED),
        *AS,
        text("as_of", "when it is of: 2026-06-30", REQUIRED),
        text("source", "which system it is from", REQUIRED),
        text("said_by", "who says what it is; you otherwise"),
        *KEPT,
        ACCEPT,
        SUPPLEMENTS,
        positional=("file",),
    ),
    tool(
        "notebook",
        "Saves the executed notebook: its file and a page of it, and what is odd about how it ran.",
        text("file", "its saved file; otherwise the one this kernel belongs to"),
        *AS,
        *KEPT,
        ACCEPT,
        SUPPLEMENTS,
        Param("ran", object, "what the kernel was given, by execution count", default=None),
        positional=("file",),
    ),
    tool(
        "list",
        "The saved items, a row each.",
        text("code", "only those that answer a code"),
        positional=("code",),
    ),
    tool("show", "The card of an item.", ITEM),
    tool("rows", "The rows of an item, compared with its manifest.", ITEM),
)
