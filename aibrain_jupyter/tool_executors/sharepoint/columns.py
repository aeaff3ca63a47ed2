"""The columns of the tools of SharePoint, and a listed file as a row of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, TEXT, TIME, Column

if TYPE_CHECKING:
    from aibrain_jupyter.sharepoint.library import Entry

SITES: Final = (
    Column("site", TEXT, "path of the site"),
    Column("title", TEXT, "what it is called"),
    Column("url", TEXT, "its address"),
    Column("created", TIME, "when it was made (UTC)"),
    Column("id", TEXT, "id of the site"),
)
_FILE: Final = (
    Column("library", TEXT, "document library"),
    Column("path", TEXT, "path in the library"),
)
FILES: Final = (
    *_FILE,
    Column("name", TEXT, "last part of the path"),
    Column("size", COUNT, "bytes"),
    Column("created", TIME, "when it was put there (UTC)"),
    Column("modified", TIME, "when it was changed last (UTC)"),
    Column("author", TEXT, "who put it there"),
    Column("modified_by", TEXT, "who changed it last"),
    Column("etag", TEXT, "its version: changes with every change"),
    Column("hash", TEXT, "quickXorHash; NA: a folder, or not computed yet"),
    Column("rfi", TEXT, "the RFI its path names, by the setting sharepoint_rfi; NA: none"),
    Column("is_folder", FLAG, "whether it is a folder"),
    Column("is_deleted", FLAG, "whether it was deleted since the last listing"),
    Column("mime", TEXT, "media type"),
    Column("url", TEXT, "its address in the browser"),
    Column("id", TEXT, "id of the item"),
)
BROUGHT: Final = (
    *_FILE,
    Column("size", COUNT, "bytes"),
    Column("hash", TEXT, "quickXorHash, verified; NA: SharePoint has none"),
    Column("outcome", TEXT, "downloaded (verified or not), there already, or kept as evidence"),
    Column("file", TEXT, "where it is now; NA: in the evidence store"),
    Column("item", TEXT, "item of evidence; NA: it was not kept as one"),
    Column("etag", TEXT, "the version that was brought"),
    Column("id", TEXT, "id of the item in SharePoint"),
)
SENT: Final = (
    *_FILE,
    Column("size", COUNT, "bytes"),
    Column("outcome", TEXT, "uploaded, there already, or altered by SharePoint"),
    Column("hash", TEXT, "quickXorHash of what was sent"),
    Column("hash_there", TEXT, "quickXorHash of what SharePoint has"),
    Column("sha256", TEXT, "SHA-256 of what was sent"),
    Column("item", TEXT, "item of evidence; NA: a file that is none"),
    Column("etag", TEXT, "the version that is there now"),
    Column("id", TEXT, "id of the item in SharePoint"),
    Column("url", TEXT, "its address in the browser"),
)
REVIEWED: Final = (
    *_FILE,
    Column("rows", COUNT, "rows of the table; NA: it is none"),
    Column("columns", COUNT, "columns of the table; NA: it is none"),
    *(c for c in FILES if c.name in ("size", "modified", "modified_by", "hash", "rfi", "etag")),
)


def file_row(entry: Entry, library: str) -> dict[str, Any]:
    """Return an entry as a row of `FILES`; the address of its contents is no part of it."""
    names = ("path", "name", "size", "etag", "is_folder", "is_deleted", "id")
    absent = ("created", "modified", "author", "modified_by", "hash", "mime", "url")
    found = {name: getattr(entry, name) for name in names}
    found |= {name: getattr(entry, name) or None for name in absent}
    return {**found, "library": library, "rfi": rfi_of(entry.path)}


def rfi_of(path: str) -> str | None:
    """Return the RFI that a path names."""
    found = rfi_pattern().search(path)
    return found[0] if found else None


def rfi_pattern() -> re.Pattern[str]:
    """
    Return the pattern of the settings.

    Raises:
        ParameterError: it is none.
    """
    text = get_settings().get("sharepoint_rfi")
    try:
        return re.compile(text)
    except re.error as exc:
        raise ParameterError(
            f"The setting sharepoint_rfi is no pattern: {text!r}.",
            why=str(exc),
            next_steps=[r"%config AibrainMagics.sharepoint_rfi = r'(?i)\bRFI[-_ ]?\d+'"],
        ) from exc
