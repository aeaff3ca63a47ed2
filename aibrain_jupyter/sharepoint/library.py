"""Sites, libraries and what is in them: complete by changes (delta), or one folder to browse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from aibrain_jupyter.shared.coverage import Gap
from aibrain_jupyter.shared.error_handler import (
    CallCancelledError,
    CallTimeoutError,
    IncompleteAnswerError,
    ProviderError,
    unknown_name,
)
from aibrain_jupyter.sharepoint.client import quoted
from aibrain_jupyter.sharepoint.errors import DeltaExpiredError, NotThereError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.sharepoint.client import Graph

DOWNLOAD: Final = "@microsoft.graph.downloadUrl"
_NEXT: Final = "@odata.nextLink"


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A file or folder; `path` begins in the library, `download` opens it to anyone: never show it.
    """

    id: str
    path: str
    size: int
    etag: str
    hash: str
    created: str
    modified: str
    author: str
    modified_by: str
    mime: str
    url: str
    is_folder: bool
    is_deleted: bool = False
    download: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(slots=True)
class Listing:
    """
    What is in a library, what of it could not be read, and where to go on another time.

    `began_again`: changes were asked for, and everything had to be listed instead.
    """

    entries: list[Entry] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    goes_on: str = field(default="", repr=False)
    began_again: bool = False


@dataclass(frozen=True, slots=True)
class Library:
    """A library (drive) of a site."""

    id: str
    name: str
    url: str
    used: int | None = None

    @property
    def segment(self) -> str:
        """What it is called in addresses: ``Shared Documents`` of the library Documents."""
        return unquote(self.url.rstrip("/").rpartition("/")[2])

    @property
    def at(self) -> str:
        """Its address below ``/v1.0``."""
        return f"/drives/{quoted(self.id)}"

    def item(self, path: str, rest: str = "") -> str:
        """Return the address of a path in it, with what follows."""
        path = path.strip("/")
        return f"{self.at}/root:/{quoted(path)}:{rest}" if path else f"{self.at}/root{rest}"


def sites(graph: Graph, ctx: CallContext, text: str) -> Iterator[dict[str, Any]]:
    """Yield the sites that a search finds; ``*``: all that this identity may see."""
    yield from pages(graph, ctx, "site-search", f"/sites?search={quoted(text)}")


def libraries(graph: Graph, ctx: CallContext, host: str, site: str) -> list[Library]:
    """Return the libraries of a site."""
    at = f"{host}:/{quoted(site)}" if site else host
    found = graph.json(ctx, "site-get", "GET", f"/sites/{at}", item=site)
    drives = pages(graph, ctx, "drive-list", f"/sites/{quoted(found['id'])}/drives")
    return [_library(drive) for drive in drives]


def library_named(graph: Graph, ctx: CallContext, name: str) -> Library:
    """
    Return a library of the call's site; an empty name: its first one.

    Raises:
        UnknownNameError: the site has none of that name.
    """
    target = ctx.target
    found = libraries(graph, ctx, target.host, target.site)
    wanted = name or target.library
    for library in found:
        if not wanted or wanted.lower() in (library.name.lower(), library.segment.lower()):
            return library
    names = [library.name for library in found]
    if not names:
        raise NotThereError(
            f"{target.label} has no library that this identity may see.",
            next_steps=["Look at the site in the browser: Site contents lists its libraries."],
            facts=target.facts,
        )
    told = [f"Its libraries: {', '.join(names[:20])}"]
    raise unknown_name("library", wanted, names, next_steps=told, of=target.label)


def pages(
    graph: Graph, ctx: CallContext, operation: str, address: str, item: str = ""
) -> Iterator[dict[str, Any]]:
    """
    Yield what is in all pages of a list; `item` is what it is of, for errors.

    Raises:
        IncompleteAnswerError: a page leads to one that was read.
    """
    seen: set[str] = set()
    while address:
        seen.add(address)
        answer = graph.json(ctx, operation, "GET", address, item=item, page=len(seen))
        if not isinstance(answer.get("value"), list):
            raise IncompleteAnswerError(
                f"{operation} came without a list.", facts={"operation": operation}
            )
        yield from answer["value"]
        address = answer.get(_NEXT, "")
        if address in seen:
            raise IncompleteAnswerError(
                f"{operation} leads from page {len(seen)} to one that was read already.",
                facts={"operation": operation},
            )


def folder(graph: Graph, ctx: CallContext, library: Library, path: str) -> list[Entry]:
    """Return what is in one folder; it may miss what is moved meanwhile."""
    at = library.item(path, "/children")
    found = pages(graph, ctx, "driveitem-list-children", at, path)
    prefix = f"{path.strip('/')}/" if path.strip("/") else ""
    return [entry_of(item, prefix + item["name"]) for item in found if item.get("name")]


def entry_at(graph: Graph, ctx: CallContext, library: Library, path: str) -> Entry | None:
    """Return the file or folder of a path, None where there is none."""
    try:
        found = graph.json(ctx, "driveitem-get", "GET", library.item(path), item=path)
    except NotThereError:
        return None
    return entry_of(found, path.strip("/"))


def everything(
    graph: Graph,
    ctx: CallContext,
    library: Library,
    since: str = "",
    known: Mapping[str, str] | None = None,
) -> Listing:
    """
    Return all that is in a library, or what changed since another listing.

    `known` are the paths of that listing by id: Graph does not say the name of what was deleted.

    Only this way Graph promises to give everything. A page that does not come leaves a gap: what
    was read until then is returned.

    Raises:
        AibrainError: not even the first page came.
    """
    listing, by_id = Listing(), dict[str, dict[str, Any]]()
    address, page, has_begun_again = since or library.item("", "/delta"), 0, False
    seen, is_whole = set[str](), True
    while address:
        page += 1
        seen.add(address)
        try:
            answer = graph.json(ctx, "driveitem-delta", "GET", address, page=page)
        except DeltaExpiredError:
            if has_begun_again:
                raise
            address, has_begun_again, by_id = library.item("", "/delta"), True, {}
            listing.began_again = bool(since)
            since = ""
            seen.clear()
            continue
        except (CallCancelledError, CallTimeoutError, ProviderError) as error:
            if not by_id:
                raise
            listing.gaps.append(_lost(error, ctx, f"{library.name}, from page {page}"))
            break
        # The same item may come again: the last is how it is now.
        values = answer.get("value")
        items = values if isinstance(values, list) else []
        known_items = [item for item in items if isinstance(item, dict) and "id" in item]
        by_id |= {item["id"]: item for item in known_items}
        odd = "It came without a list." if values is not items else ""
        if nameless := len(items) - len(known_items):
            odd = f"{nameless} entries came without an id."
        if odd:
            is_whole = False
            lost = _lost(IncompleteAnswerError(odd), ctx, f"{library.name}, page {page}")
            listing.gaps.append(lost)
        listing.goes_on = str(answer.get("@odata.deltaLink", ""))  # only the last page has it
        address = answer.get(_NEXT, "")
        if address in seen or not (address or listing.goes_on):
            astray = IncompleteAnswerError("A page of the listing does not lead on.")
            listing.gaps.append(_lost(astray, ctx, f"{library.name}, after page {page}"))
            is_whole = False
            break
    if not is_whole:
        listing.goes_on = ""  # changes from here on would pass over what was lost
    for item in by_id.values():
        if "deleted" in item and not since:
            continue  # it came, and went while the pages were read
        path = _path(item, by_id)
        if path is None and "deleted" in item:
            path = (known or {}).get(item["id"])
        if path is None:
            nowhere = IncompleteAnswerError("The listing does not say where it is, or was.")
            listing.gaps.append(_lost(nowhere, ctx, str(item.get("name") or item["id"])))
        elif path:
            listing.entries.append(entry_of(item, path))
    listing.entries.sort(key=lambda entry: entry.path)
    return listing


def entry_of(item: Mapping[str, Any], path: str) -> Entry:
    """Return an item of Graph as an entry."""
    file = item.get("file") or {}
    return Entry(
        id=item["id"],
        path=path,
        size=int(item.get("size") or 0),
        etag=item.get("eTag", ""),
        hash=(file.get("hashes") or {}).get("quickXorHash", ""),
        created=item.get("createdDateTime", ""),
        modified=item.get("lastModifiedDateTime", ""),
        author=_who(item.get("createdBy")),
        modified_by=_who(item.get("lastModifiedBy")),
        mime=file.get("mimeType", ""),
        url=item.get("webUrl", ""),
        is_folder="folder" in item,
        is_deleted="deleted" in item,
        download=item.get(DOWNLOAD, ""),
    )


def _path(item: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return where an item is; empty: it is the root; None: that is not known."""
    names: list[str] = []
    while "root" not in item:
        if len(names) > len(by_id) or not item.get("name"):
            return None
        names.append(item["name"])
        above = item.get("parentReference") or {}
        if above.get("id") not in by_id:  # of changes, only what changed is listed
            _, is_path, path = above.get("path", "").partition("root:")
            return "/".join([*filter(None, path.split("/")), *reversed(names)]) if is_path else None
        item = by_id[above["id"]]
    return "/".join(reversed(names))


def _lost(error: Any, ctx: CallContext, item: str) -> Gap:
    return Gap.of(error, ctx.target, operation="driveitem-delta", item=item)


def _library(drive: Mapping[str, Any]) -> Library:
    used = (drive.get("quota") or {}).get("used")
    return Library(drive["id"], drive.get("name", ""), drive.get("webUrl", ""), used)


def _who(by: Any) -> str:
    who = (by or {}).get("user") or (by or {}).get("application") or {}
    return str(who.get("email") or who.get("displayName") or "")
