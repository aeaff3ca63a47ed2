"""
The tools of SharePoint: sites, listings, downloads, uploads, last period's folder.

What is known of Graph is in ``sharepoint/``; here parameters become its calls and its entries rows.
One file that fails is a gap with its path; the others go on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from aibrain_jupyter.shared.base_tool import CallContext, ToolHandler, ToolResult
from aibrain_jupyter.shared.config import user_dir
from aibrain_jupyter.shared.coverage import Gap
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.row_key import RowKey
from aibrain_jupyter.shared.tools.handler import CallLabels, Reference
from aibrain_jupyter.sharepoint import library as libraries
from aibrain_jupyter.sharepoint.downloads import Download, place_in
from aibrain_jupyter.sharepoint.errors import NotThereError
from aibrain_jupyter.sharepoint.provider import PROVIDER, SiteResolver
from aibrain_jupyter.sharepoint.uploads import Source, Upload
from aibrain_jupyter.tool_executors import views
from aibrain_jupyter.tool_executors.sharepoint import columns
from aibrain_jupyter.tool_executors.sharepoint.columns import file_row, rfi_pattern
from aibrain_jupyter.tool_executors.sharepoint.keeping import TABLES, keep, read_table
from aibrain_jupyter.tool_executors.sharepoint.sending import Outgoing, outgoing, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.frames.columns import Column
    from aibrain_jupyter.shared.tools.handler import Finding
    from aibrain_jupyter.sharepoint.library import Entry, Library, Listing

_SERVICE: Final = "graph"
_LONG: Final = dt.timedelta(hours=12)
_AT_ONCE: Final = 8


class _OfSites(ToolHandler):
    """What the tools have in common."""

    provider: ClassVar = PROVIDER
    title: ClassVar = ""
    columns: ClassVar[Sequence[Column]] = ()
    tells: ClassVar[tuple[str, ...]] = ("library", "path")

    def targets(self, params: Mapping[str, Any], finding: Finding) -> SiteResolver:
        return SiteResolver(is_offline=finding.is_offline)

    def labels(self, name: str, params: Mapping[str, Any]) -> CallLabels:
        return CallLabels(self.title, _SERVICE, (_SERVICE,))

    def reference(self, params: Mapping[str, Any]) -> Reference:
        return Reference(self.columns)

    def key(self, params: Mapping[str, Any]) -> RowKey:
        return RowKey.of(*self.tells)

    def result(
        self, ctx: CallContext, rows: Sequence[Mapping[str, Any]], gaps: Iterable[Gap] = ()
    ) -> ToolResult:
        """Return rows as a result."""
        frame = frame_of(rows, self.columns)
        return ToolResult(frame, gaps=tuple(gaps), operations=dict(ctx.operations))


class Sites(_OfSites):
    """``sharepoint_sites``."""

    title, columns, tells = "SharePoint sites", columns.SITES, ("id",)

    def run(self, ctx: CallContext, *, search: str = "*") -> ToolResult:
        """Return the sites that a search finds."""
        rows = [
            {
                "site": site.get("webUrl", "").partition("://")[2].partition("/")[2],
                "title": site.get("displayName"),
                "url": site.get("webUrl"),
                "created": site.get("createdDateTime"),
                "id": site["id"],
            }
            for site in libraries.sites(ctx.client(_SERVICE), ctx, search or "*")
        ]
        return self.result(ctx, rows)


class List(_OfSites):
    """``sharepoint_list``."""

    title, columns = "SharePoint files", columns.FILES

    def check(self, params: Mapping[str, Any]) -> None:
        rfi_pattern()
        views.check_shape(columns.FILES, _dated(params))

    def shape(self, result: ToolResult, target: Target, params: Mapping[str, Any]) -> ToolResult:
        return views.shape(result, target, _dated(params), columns.FILES)

    def run(
        self,
        ctx: CallContext,
        *,
        path: str = "",
        library: str = "",
        recursive: bool = True,
        folders: bool = False,
        changes: bool = False,
    ) -> ToolResult:
        """Return the files of a folder and, if `recursive`, its folders."""
        graph = ctx.client(_SERVICE)
        where = libraries.library_named(graph, ctx, library)
        if recursive:
            ctx.may_be_kept &= not changes
            found = _since_last(ctx, graph, where, changes=changes)
            entries, gaps = _below(found.entries, path), found.gaps
        else:
            entries, gaps = libraries.folder(graph, ctx, where, path), []
        rows = [file_row(e, where.name) for e in entries if folders or not e.is_folder]
        return self.result(ctx, rows, gaps)


class SharePointDownload(_OfSites):
    """``sharepoint_download``."""

    title, columns, writes = "SharePoint downloads", columns.BROUGHT, True

    def timeout(self, params: Mapping[str, Any]) -> dt.timedelta:
        return _LONG

    def run(
        self,
        ctx: CallContext,
        *,
        path: str = "",
        library: str = "",
        to: str = "sharepoint",
        overwrite: bool = False,
        evidence: bool = False,
        rfi: Sequence[str] = (),
        control: Sequence[str] = (),
    ) -> ToolResult:
        """Bring files to a folder, or into the evidence store."""
        graph = ctx.client(_SERVICE)
        where = libraries.library_named(graph, ctx, library)
        listing = libraries.everything(graph, ctx, where)
        entries = _files(listing, path, ctx)

        def bring(entry: Entry, folder: Path) -> dict[str, Any]:
            place = place_in(folder, entry.path)
            outcome = Download(graph, ctx, where, entry, place, overwrite).run()
            return {**file_row(entry, where.name), "outcome": outcome, "file": str(place)}

        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) if evidence else Path(to).expanduser()
            rows, gaps = _each(ctx, lambda entry: bring(entry, folder), entries, _path_of)
            if evidence:
                by_path = {entry.path: entry for entry in entries}

                def kept(row: dict[str, Any]) -> dict[str, Any]:
                    entry, given = by_path[row["path"]], {"rfi": rfi, "control": control}
                    place = ctx.target.label
                    item = keep(entry, Path(row["file"]), place, ctx.asked_at, given)
                    return {**row, "outcome": "kept as evidence", "file": None, "item": item}

                rows, refused = _each(ctx, kept, rows, lambda row: row["path"], workers=1)
                gaps += refused
        return self.result(ctx, rows, [*listing.gaps, *gaps])


class SharePointUpload(_OfSites):
    """``sharepoint_upload``."""

    title, columns, writes = "SharePoint uploads", columns.SENT, True

    def timeout(self, params: Mapping[str, Any]) -> dt.timedelta:
        return _LONG

    def labels(self, name: str, params: Mapping[str, Any]) -> CallLabels:
        try:
            wanted = outgoing(params)
        except AibrainError:  # said by `check`
            return super().labels(name, params)
        size = sum(one.file.stat().st_size for one in wanted)
        return CallLabels(f"upload of {len(wanted)} files, {size:,} bytes", _SERVICE, (_SERVICE,))

    def check(self, params: Mapping[str, Any]) -> None:
        outgoing(params)

    def run(
        self,
        ctx: CallContext,
        *,
        items: Sequence[str] = (),
        rfi: Sequence[str] = (),
        files: Sequence[str] = (),
        to: str = "",
        library: str = "",
        conflict: str = "fail",
        unreviewed: bool = False,
    ) -> ToolResult:
        """Send files that are not there yet, verify them, and enter evidence into the ledger."""
        given = {"items": items, "rfi": rfi, "files": files, "to": to, "unreviewed": unreviewed}
        wanted = outgoing(given)
        graph = ctx.client(_SERVICE, may_write=True)
        where = libraries.library_named(graph, ctx, library)
        there = _there(ctx, graph, where, wanted)

        def send(one: Outgoing) -> dict[str, Any]:
            source, now = Source.of(one.file, one.path), there.get(one.path.lower())
            outcome, entry = Upload(graph, ctx, where, source, conflict, now).run()
            told = {"hash": source.hash, "hash_there": entry.hash, "sha256": source.sha256}
            row = {**file_row(entry, where.name), **told, "size": source.size}
            return {**row, "outcome": outcome, "item": one.item or None}

        rows, gaps = _each(ctx, send, wanted, lambda one: one.path)
        record(rows, wanted, ctx.target.label)
        return self.result(ctx, rows, gaps)


class Review(_OfSites):
    """``sharepoint_review``."""

    title, columns = "SharePoint review", columns.REVIEWED

    def reference(self, params: Mapping[str, Any]) -> Reference:
        return Reference() if params.get("file") else super().reference(params)

    def run(
        self, ctx: CallContext, *, rfi: str, file: str = "", library: str = ""
    ) -> ToolResult | pd.DataFrame:
        """Return what the folder of an RFI holds, or the rows of one of its files."""
        graph = ctx.client(_SERVICE)
        where = libraries.library_named(graph, ctx, library)
        listing = libraries.everything(graph, ctx, where)
        pattern, wanted = rfi_pattern(), _plain(rfi)
        entries = [
            entry
            for entry in listing.entries
            if not entry.is_folder
            and any(
                _plain(part) == wanted or ((m := pattern.search(part)) and _plain(m[0]) == wanted)
                for part in entry.path.split("/")
            )
        ]
        if not entries:
            raise NotThereError(
                f"No file of {where.name} names {rfi} in its path.",
                next_steps=["%aibrain sharepoint_list shows what is there."],
                facts=ctx.target.facts,
            )

        def table(entry: Entry) -> pd.DataFrame:
            with tempfile.TemporaryDirectory() as folder:
                place = Path(folder) / "file"
                Download(graph, ctx, where, entry, place).run()
                return read_table(entry, place.read_bytes())

        if file:
            found = [e for e in entries if file in (e.path, e.name)]
            if len(found) != 1:
                raise NotThereError(
                    f"{len(found)} files of {rfi} are called {file}.",
                    next_steps=[f"Write one of: {', '.join(e.path for e in entries[:20])}"],
                    facts=ctx.target.facts,
                )
            return ToolResult(table(found[0]), operations=dict(ctx.operations))

        def row(entry: Entry) -> dict[str, Any]:
            if not entry.name.lower().endswith(TABLES):
                return file_row(entry, where.name)
            rows, wide = table(entry).shape
            return {**file_row(entry, where.name), "rows": rows, "columns": wide}

        rows, gaps = _each(ctx, row, entries, _path_of, instead=lambda e: file_row(e, where.name))
        return self.result(ctx, rows, [*listing.gaps, *gaps])


def _each(
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


def _since_last(ctx: CallContext, graph: Any, where: Library, *, changes: bool) -> Listing:
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


def _there(
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


def _files(listing: Listing, path: str, ctx: CallContext) -> list[Entry]:
    entries = [entry for entry in _below(listing.entries, path) if not entry.is_folder]
    if path and not entries:
        raise NotThereError(
            f"There is no file at {path}.",
            next_steps=["%aibrain sharepoint_list shows what is there."],
            facts=ctx.target.facts,
        )
    return entries


def _below(entries: Iterable[Entry], path: str) -> list[Entry]:
    path = path.strip("/").lower()
    return [
        e for e in entries if not path or e.path.lower() == path or _is_in(e.path.lower(), path)
    ]


def _is_in(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")


def _path_of(entry: Entry) -> str:
    return entry.path


def _plain(text: str) -> str:
    return text.lower().replace(" ", "-").replace("_", "-")


def _dated(params: Mapping[str, Any]) -> dict[str, Any]:
    return {**params, "date": params.get("date") or "modified"}


SITES, LIST, DOWNLOAD, UPLOAD, REVIEW = (
    Sites(),
    List(),
    SharePointDownload(),
    SharePointUpload(),
    Review(),
)
