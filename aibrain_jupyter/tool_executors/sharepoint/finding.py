"""What a tool of SharePoint finds here and there, and how it goes through many files."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import os
import tempfile
import time
from concurrent.futures import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.config import user_dir
from aibrain_jupyter.shared.coverage import Gap
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    CallCancelledError,
    CallTimeoutError,
    IncompleteAnswerError,
)
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool
from aibrain_jupyter.sharepoint import library as libraries
from aibrain_jupyter.sharepoint.errors import LocalFileError, NotThereError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.sharepoint.library import Entry, Library, Listing
    from aibrain_jupyter.tool_executors.sharepoint.sending import Outgoing

LISTED_BY: Final = "sharepoint_list"
"""The tool whose results are kept."""
_AT_ONCE: Final = 8
_SLICE_S: Final = 0.05
_GRACE_S: Final = 0.2
"""How long files under way may take to end after a cancel: the engine gives the call 0.6 s."""


def each(
    ctx: CallContext,
    function: Callable[[Any], dict[str, Any]],
    items: Sequence[Any],
    name: Callable[[Any], str],
    *,
    instead: Callable[[Any], dict[str, Any]] | None = None,
    workers: int = _AT_ONCE,
    size: Callable[[Any], int] = lambda item: 0,
) -> tuple[list[dict[str, Any]], list[Gap]]:
    """
    Return the rows of several files, and a gap for each that failed; `instead` is its row then.

    The largest, as `size` tells, are begun first: one alone at the end keeps the others waiting.
    After a cancel or a time-out the rows there are come back at once; a file on its way is a gap.

    Raises:
        AibrainError: all failed, as the first did.
    """

    def one(item: Any) -> dict[str, Any] | AibrainError:
        try:
            ctx.check()
            return function(item)
        except AibrainError as error:
            return error
        except OSError as exc:  # of this computer: one file's fault keeps back no other
            return _of_this_computer(exc)

    order = sorted(range(len(items)), key=lambda place: -size(items[place]))
    ends = dict(zip(order, _ends(ctx, one, [items[n] for n in order], workers), strict=True))
    rows, gaps, errors = list[dict[str, Any]](), list[Gap](), list[AibrainError]()
    for place, item in enumerate(items):
        end = ends[place]
        if isinstance(end, dict):
            rows.append(end)
            continue
        errors.append(end)
        gaps.append(Gap.of(end, ctx.target, item=name(item)))
        if instead:
            rows.append(instead(item))
    if errors and not rows:
        raise errors[0]
    return rows, gaps


def _ends(
    ctx: CallContext, one: Callable[[Any], Any], items: Sequence[Any], workers: int
) -> list[dict[str, Any] | AibrainError]:
    """Return how each item ended; after the end of the call those under way are given up."""
    if not items:
        return []
    with DaemonThreadPool(min(workers, len(items)), name="aibrain-file") as pool:
        futures = [pool.submit(one, item) for item in items]
        until = float("inf")
        while wait(futures, timeout=_SLICE_S).not_done and time.monotonic() < until:
            if ctx.is_over:
                until = min(until, time.monotonic() + _GRACE_S)
        found: list[dict[str, Any] | AibrainError] = []
        for future in futures:
            if not future.done():
                pool.abandon(future)
            if future.cancelled():
                found.append(_not_begun(ctx))
            else:
                found.append(future.result() if future.done() else _given_up(ctx))
        return found


def _of_this_computer(exc: OSError) -> AibrainError:
    return LocalFileError(
        f"{exc.filename or 'A file'} cannot be read or written here.",
        why=exc.strerror or type(exc).__name__,
        next_steps=["Look at the file and its folder, then run the cell again."],
    )


def _not_begun(ctx: CallContext) -> AibrainError:
    """Return the end of an item that still waited for a thread when the call ended."""
    kind = CallCancelledError if ctx.cancelled.is_set() else CallTimeoutError
    return kind(
        "The call ended before it was begun.", next_steps=["%aibrain resume sends or fetches it."]
    )


def _given_up(ctx: CallContext) -> AibrainError:
    """Return the end of an item whose request was under way when the call ended."""
    kind = CallCancelledError if ctx.cancelled.is_set() else CallTimeoutError
    return kind(
        "It was under way when the call ended: it may have arrived all the same.",
        next_steps=["%aibrain resume: what is there already is not sent or fetched again."],
    )


def since_last(ctx: CallContext, graph: Any, where: Library, *, changes: bool) -> Listing:
    """List a library, and remember where the next list of changes begins."""
    key = "\n".join((where.id, ctx.target.identity, ctx.target.endpoint))
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    kept = user_dir("data") / "sharepoint" / f"listed-{name}.json"
    since, known = "", dict[str, str]()
    if changes:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            found = json.loads(kept.read_text("utf-8"))
            since, known = str(found["goes_on"]), dict(found.get("paths", {}))
        # Else this is the first time: everything is new.
    listing = libraries.everything(graph, ctx, where, since, known)
    if listing.goes_on:  # every page came
        paths = {} if listing.began_again else _moved(known, listing)
        paths |= {entry.id: entry.path for entry in listing.entries}
        for entry in listing.entries:
            if entry.is_deleted:
                paths.pop(entry.id, None)
        _write(kept, {"goes_on": listing.goes_on, "paths": paths})
    if listing.began_again:
        unknown = IncompleteAnswerError(
            "What was deleted since the last listing is not known: Graph had forgotten it.",
            next_steps=["Everything that is there now is listed: compare it with an earlier list."],
        )
        listing.gaps.append(Gap.of(unknown, ctx.target, item=where.name))
    return listing


def forget_listings(target: Target) -> None:
    """Let go of kept listings of a site, whoever asked for them, since it was written to."""
    from aibrain_jupyter.advanced_cache import get_cache_manager

    tenant, site = target.place
    get_cache_manager().invalidate(tool=LISTED_BY, account=tenant, region=site)


def _moved(known: dict[str, str], listing: Listing) -> dict[str, str]:
    """Return known paths as they are now: of a renamed folder, what is in it is not listed."""
    folders = [e for e in listing.entries if e.is_folder and not e.is_deleted]
    new = {known[e.id]: e.path for e in folders if known.get(e.id, e.path) != e.path}
    # The nearest folder has the last word: one that moved out of another, too.
    by_depth = sorted(new, key=len, reverse=True)

    def now(path: str) -> str:
        old = next((old for old in by_depth if path.startswith(f"{old}/")), None)
        return path if old is None else new[old] + path[len(old) :]

    return {item: now(path) for item, path in known.items()} if new else known


def _write(path: Path, data: Any) -> None:
    """Write a file for the user alone, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".listed-")
    with os.fdopen(number, "w", encoding="utf-8") as file:
        json.dump(data, file)
    Path(name).replace(path)


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
    """
    Return the files at or below a path, none where the listing lost what may have them.

    Raises:
        NotThereError: there is none.
    """
    entries = [entry for entry in below(listing.entries, path) if not entry.is_folder]
    if path and not entries and not listing.gaps:
        raise NotThereError(
            f"There is no file at {path}.",
            next_steps=["%aibrain sharepoint_list shows what is there."],
            facts=ctx.target.facts,
        )
    return entries


def refuse_nowhere(listing: Listing, path: str, ctx: CallContext) -> None:
    """Raise NotThereError where a path is none of a library: that is no empty folder."""
    if not path.strip("/"):
        return
    paths = [entry.path for entry in listing.entries]
    near = difflib.get_close_matches(path.strip("/"), paths, 1, 0.5)
    raise NotThereError(
        f"There is nothing at {path}.",
        next_steps=[
            *(f"Did you mean {one}?" for one in near),
            "%aibrain sharepoint_list folders=true shows what is there.",
        ],
        facts=ctx.target.facts,
    )


def below(entries: Iterable[Entry], path: str) -> list[Entry]:
    """Return the entry of a path, or those in its folder; case does not count."""
    path = path.strip("/").lower()
    return [
        e for e in entries if not path or e.path.lower() == path or _is_in(e.path.lower(), path)
    ]


def _is_in(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")
