"""Last period's folder: which files are of an RFI, and their rows."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import IncompleteAnswerError
from aibrain_jupyter.sharepoint.downloads import Download
from aibrain_jupyter.sharepoint.errors import NotThereError
from aibrain_jupyter.tool_executors.sharepoint.columns import rfi_pattern
from aibrain_jupyter.tool_executors.sharepoint.keeping import read_table

if TYPE_CHECKING:
    import pandas as pd

    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.sharepoint.library import Entry, Library, Listing

MOST_READ: Final = 64 << 20
"""The largest table that a review reads to count its rows."""


def of_rfi(listing: Listing, rfi: str, where: Library, ctx: CallContext) -> list[Entry]:
    """
    Return the files whose path names an RFI, as a folder or by the pattern of the settings.

    Raises:
        NotThereError: there is none.
    """
    pattern, wanted = rfi_pattern(), _plain(rfi)

    def names_it(part: str) -> bool:
        found = pattern.search(part)
        return wanted in (_plain(part), _plain(found[0]) if found else None)

    entries = [
        entry
        for entry in listing.entries
        if not entry.is_folder and any(map(names_it, entry.path.split("/")))
    ]
    if not entries and not listing.gaps:  # else they may be in what was lost
        raise NotThereError(
            f"No file of {where.name} names {rfi} in its path.",
            next_steps=["%aibrain sharepoint_list shows what is there."],
            facts=ctx.target.facts,
        )
    return entries


def read_from(graph: Any, ctx: CallContext, where: Library, entry: Entry) -> pd.DataFrame:
    """Return the rows of a file, fetched and verified. Raises AibrainError as both do."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "file"
        Download(graph, ctx, where, entry, place).run()
        return read_table(entry, place.read_bytes())


def refuse_too_large(entry: Entry, rfi: str) -> None:
    """Raise IncompleteAnswerError where a table is too large to be read for its counts."""
    if entry.size > MOST_READ:
        raise IncompleteAnswerError(
            f"{entry.path} is too large to be read for its counts.",
            next_steps=[f"Read it by itself: %aibrain sharepoint_review {rfi} {entry.name}"],
        )


def _plain(text: str) -> str:
    return text.lower().replace(" ", "-").replace("_", "-")
