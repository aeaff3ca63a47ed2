"""Tools that show that nothing was altered."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.shared.base_tool import REQUIRED
from aibrain_jupyter.tool_executors.evidence.tools.words import text, texts, tool

PROVING: Final = (
    tool(
        "verify",
        "Whether store, item or package was altered, or lacks or has too much: a row a finding.",
        text("item", "one item, or a package: FY2026-v1.zip; otherwise the whole store"),
        text("head", "the seq:hash of a card or another place outside the store"),
        texts("trust", "public keys to trust, hex"),
    ),
    tool("ledger", "Every event, a row each.", positional=()),
    tool("sign", "Signs the head of the ledger (extra sign).", positional=()),
    tool(
        "timestamp",
        "Asks an authority for an RFC 3161 time stamp of the head.",
        text("url", "the authority's address", REQUIRED),
        positional=("url",),
    ),
    tool(
        "verifier",
        "Writes the check as one file that needs only Python: verify.pyz.",
        text("file", "where to", "verify.pyz"),
        positional=("file",),
    ),
)
