"""
The tools of SharePoint: sites, listings, downloads, uploads, last period's folder.

What is known of Graph is in ``sharepoint/``; here parameters become its calls and its entries rows.
One file that fails is a gap with its path; the others go on.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from aibrain_jupyter.shared.base_tool import CallContext, ToolHandler, ToolResult
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.row_key import RowKey
from aibrain_jupyter.shared.tools.handler import CallLabels, Reference
from aibrain_jupyter.sharepoint import library as libraries
from aibrain_jupyter.sharepoint.downloads import Download, place_in
from aibrain_jupyter.sharepoint.errors import NotThereError
from aibrain_jupyter.sharepoint.provider import PROVIDER, SiteResolver
from aibrain_jupyter.sharepoint.sources import Source
from aibrain_jupyter.sharepoint.uploads import Upload
from aibrain_jupyter.tool_executors import views
from aibrain_jupyter.tool_executors.sharepoint import columns
from aibrain_jupyter.tool_executors.sharepoint.columns import file_row, rfi_pattern
from aibrain_jupyter.tool_executors.sharepoint.finding import (
    below,
    each,
    files_at,
    forget_listings,
    refuse_nowhere,
    since_last,
    there,
)
from aibrain_jupyter.tool_executors.sharepoint.keeping import TABLES, keep
from aibrain_jupyter.tool_executors.sharepoint.previewing import preview_upload
from aibrain_jupyter.tool_executors.sharepoint.reviewing import (
    of_rfi,
    read_from,
    refuse_too_large,
)
from aibrain_jupyter.tool_executors.sharepoint.sending import Outgoing, left_out, outgoing, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.shared.coverage import Gap, Target
    from aibrain_jupyter.shared.frames.columns import Column
    from aibrain_jupyter.shared.tools.handler import Finding
    from aibrain_jupyter.shared.tools.preview import Preview
    from aibrain_jupyter.sharepoint.library import Entry

_SERVICE: Final = "graph"
_LONG: Final = dt.timedelta(hours=12)
_AT_ONCE: Final = 8


_ALL: Final = "aibrain_jupyter.sharepoint"
_OWN: Final = "aibrain_jupyter.tool_executors.sharepoint"
_OF_ALL: Final = (
    *(f"{_ALL}.{name}" for name in ("client", "wire", "errors", "library")),
    f"{_OWN}.columns",
)
_OF_FILES: Final = (f"{_OWN}.finding", f"{_ALL}.quickxor")


class _OfSites(ToolHandler):
    """What the tools have in common."""

    provider: ClassVar = PROVIDER
    title: ClassVar = ""
    columns: ClassVar[Sequence[Column]] = ()
    tells: ClassVar[tuple[str, ...]] = ("library", "path")
    made_by: ClassVar[tuple[str, ...]] = ()
    """Modules that its rows depend on, besides those of all tools here."""

    def targets(self, params: Mapping[str, Any], finding: Finding) -> SiteResolver:
        return SiteResolver(is_offline=finding.is_offline)

    def labels(self, name: str, params: Mapping[str, Any]) -> CallLabels:
        return CallLabels(self.title, _SERVICE, (_SERVICE,))

    def reference(self, params: Mapping[str, Any]) -> Reference:
        return Reference(self.columns)

    def key(self, params: Mapping[str, Any]) -> RowKey:
        return RowKey.of(*self.tells)

    def source(self, params: Mapping[str, Any]) -> list[str]:
        return [type(self).__module__, *_OF_ALL, *self.made_by]

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

    title, columns, made_by = "SharePoint files", columns.FILES, (f"{_OWN}.finding",)

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
            found = since_last(ctx, graph, where, changes=changes)
            entries, gaps = below(found.entries, path), found.gaps
            if not (entries or changes or gaps):
                refuse_nowhere(found, path, ctx)
        else:
            entries, gaps = libraries.folder(graph, ctx, where, path), []
        rows = [file_row(e, where.name) for e in entries if folders or not e.is_folder]
        return self.result(ctx, rows, gaps)


class SharePointDownload(_OfSites):
    """``sharepoint_download``."""

    title, columns, writes = "SharePoint downloads", columns.BROUGHT, True
    made_by = (*_OF_FILES, f"{_ALL}.downloads", f"{_OWN}.keeping")

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
        entries = files_at(listing, path, ctx)

        def bring(entry: Entry, folder: Path) -> dict[str, Any]:
            place = place_in(folder, entry.path)
            outcome = Download(graph, ctx, where, entry, place, overwrite).run()
            return {**file_row(entry, where.name), "outcome": outcome, "file": str(place)}

        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) if evidence else Path(to).expanduser()
            rows, gaps = each(
                ctx, lambda entry: bring(entry, folder), entries, _path_of, size=_size_of
            )
            if evidence:
                by_path = {entry.path: entry for entry in entries}

                def kept(row: dict[str, Any]) -> dict[str, Any]:
                    entry, given = by_path[row["path"]], {"rfi": rfi, "control": control}
                    place = ctx.target.label
                    item = keep(entry, Path(row["file"]), place, ctx.asked_at, given)
                    return {**row, "outcome": "kept as evidence", "file": None, "item": item}

                rows, refused = each(ctx, kept, rows, lambda row: row["path"], workers=1)
                gaps += refused
        return self.result(ctx, rows, [*listing.gaps, *gaps])


class SharePointUpload(_OfSites):
    """``sharepoint_upload``."""

    title, columns, writes, previews = "SharePoint uploads", columns.SENT, True, True
    made_by = (*_OF_FILES, f"{_ALL}.uploads", f"{_ALL}.sources", f"{_ALL}.names", f"{_OWN}.sending")

    def timeout(self, params: Mapping[str, Any]) -> dt.timedelta:
        return _LONG

    def labels(self, name: str, params: Mapping[str, Any]) -> CallLabels:
        try:
            wanted = outgoing(params)
        except AibrainError:  # said by `check`, or shown by `preview`
            return super().labels(name, params)
        size = sum(one.size for one in wanted)
        return CallLabels(f"upload of {len(wanted)} files, {size:,} bytes", _SERVICE, (_SERVICE,))

    def check(self, params: Mapping[str, Any]) -> None:
        outgoing(params)

    def check_for_preview(self, params: Mapping[str, Any]) -> None:
        outgoing(params, is_preview=True)

    def preview(self, ctx: CallContext, params: Mapping[str, Any]) -> Preview:
        return preview_upload(ctx, params)

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
        seen = there(ctx, graph, where, wanted)

        def send(one: Outgoing) -> dict[str, Any]:
            source, now = Source.of(one.file, one.path), seen.get(one.path.lower())
            outcome, entry = Upload(graph, ctx, where, source, conflict, now).run()
            told = {"hash": source.hash, "hash_there": entry.hash, "sha256": source.sha256}
            row = {**file_row(entry, where.name), **told, "size": source.size}
            return {**row, "outcome": outcome, "item": one.item or None}

        try:
            rows, gaps = each(ctx, send, wanted, lambda one: one.path, size=lambda one: one.size)
        finally:  # what failed may have arrived all the same
            forget_listings(ctx.target)
        record(rows, wanted, ctx.target.label)
        return dataclasses.replace(self.result(ctx, rows, gaps), notes=tuple(left_out(given)))


class Review(_OfSites):
    """``sharepoint_review``."""

    title, columns = "SharePoint review", columns.REVIEWED
    made_by = (*_OF_FILES, f"{_ALL}.downloads", f"{_OWN}.keeping", f"{_OWN}.reviewing")

    def reference(self, params: Mapping[str, Any]) -> Reference:
        return Reference() if params.get("file") else super().reference(params)

    def run(
        self, ctx: CallContext, *, rfi: str, file: str = "", library: str = ""
    ) -> ToolResult | pd.DataFrame:
        """Return what the folder of an RFI holds, or the rows of one of its files."""
        graph = ctx.client(_SERVICE)
        where = libraries.library_named(graph, ctx, library)
        listing = libraries.everything(graph, ctx, where)
        entries = of_rfi(listing, rfi, where, ctx)

        def table(entry: Entry) -> pd.DataFrame:
            return read_from(graph, ctx, where, entry)

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
            refuse_too_large(entry, rfi)
            rows, wide = table(entry).shape
            return {**file_row(entry, where.name), "rows": rows, "columns": wide}

        rows, gaps = each(ctx, row, entries, _path_of, instead=lambda e: file_row(e, where.name))
        return self.result(ctx, rows, [*listing.gaps, *gaps])


def _path_of(entry: Entry) -> str:
    return entry.path


def _size_of(entry: Entry) -> int:
    return entry.size


def _dated(params: Mapping[str, Any]) -> dict[str, Any]:
    return {**params, "date": params.get("date") or "modified"}


SITES, LIST, DOWNLOAD, UPLOAD, REVIEW = (
    Sites(),
    List(),
    SharePointDownload(),
    SharePointUpload(),
    Review(),
)
