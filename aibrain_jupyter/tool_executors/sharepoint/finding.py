"""What a tool of SharePoint finds here and there, and how it goes through many files."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.config import user_dir
from aibrain_jupyter.shared.coverage import Gap
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.sharepoint import library as libraries
from aibrain_jupyter.sharepoint.errors import NotThereError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.sharepoint.library import Entry, Library, Listing
    from aibrain_jupyter.tool_executors.sharepoint.sending import Outgoing

_AT_ONCE: Final = 8


def each(
    ctx: CallContext,
    function: Callable[[Any], dict[str, Any]],
    items: Sequence[Any],
    name: Callable[[Any], str],
    *,
    instead: Callable[[Any], dict[str, Any]] | None = None,
    workers: int = _AT_ONCE,
) -> tuple[list[dict[str, Any]], list[Gap]]:
    """
    Return the rows of several files, and a gap for each that failed; `instead` is its row then.

    Raises:
        AibrainError: all failed, as the first did.
    """
    gaps: list[Gap] = []
    errors: list[AibrainError] = []

    def one(item: Any) -> dict[str, Any] | None:
        try:
            return function(item)
        except AibrainError as error:
            errors.append(error)
            gaps.append(Gap.of(error, ctx.target, item=name(item)))
            return instead(item) if instead else None

    rows = [row for row in ctx.map(one, items, workers=workers) if row is not None]
    if errors and not rows:
        raise errors[0]
    return rows, gaps


def since_last(ctx: CallContext, graph: Any, where: Library, *, changes: bool) -> Listing:
    """List a library, and remember where the next list of changes begins."""
    key = "\n".join((where.id, ctx.target.identity, ctx.target.endpoint))
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    kept = user_dir("data") / "sharepoint" / f"listed-{name}.json"
    since = ""
    if changes:
        try:
            since = json.loads(kept.read_text("utf-8"))["goes_on"]
        except (OSError, ValueError, KeyError):
            since = ""  # the first time, everything is new
    listing = libraries.everything(graph, ctx, where, since)
    if listing.goes_on and not listing.gaps:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept.write_text(json.dumps({"goes_on": listing.goes_on}), "utf-8")
    return listing


def there(
    ctx: CallContext, graph: Any, where: Library, wanted: Iterable[Outgoing]
) -> dict[str, Entry]:
    """Return what is in the folders that files go to, by path in lower case."""
    found: dict[str, Entry] = {}

    def look(folder: str) -> None:
        try:
            entries = libraries.folder(graph, ctx, where, folder)
        except NotThereError:
            return
        found.update({entry.path.lower(): entry for entry in entries})

    ctx.map(look, dict.fromkeys(one.path.rpartition("/")[0] for one in wanted), workers=_AT_ONCE)
    return found


def files_at(listing: Listing, path: str, ctx: CallContext) -> list[Entry]:
    """Return the files at or below a path. Raises NotThereError: there is none."""
    entries = [entry for entry in below(listing.entries, path) if not entry.is_folder]
    if path and not entries:
        raise NotThereError(
            f"There is no file at {path}.",
            next_steps=["%aibrain sharepoint_list shows what is there."],
            facts=ctx.target.facts,
        )
    return entries


def below(entries: Iterable[Entry], path: str) -> list[Entry]:
    """Return the entry of a path, or those in its folder; case does not count."""
    path = path.strip("/").lower()
    return [
        e for e in entries if not path or e.path.lower() == path or _is_in(e.path.lower(), path)
    ]


def _is_in(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")
