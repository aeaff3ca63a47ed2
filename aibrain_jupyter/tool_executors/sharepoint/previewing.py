"""What an upload would do with each file: it reads what is there, and sends nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.tools.preview import Preview
from aibrain_jupyter.sharepoint import library as libraries
from aibrain_jupyter.sharepoint.names import why_refused
from aibrain_jupyter.sharepoint.quickxor import quickxor_of
from aibrain_jupyter.sharepoint.uploads import FAIL, REPLACE
from aibrain_jupyter.tool_executors.sharepoint.finding import there
from aibrain_jupyter.tool_executors.sharepoint.sending import Outgoing, outgoing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.sharepoint.library import Entry

_GOES: Final = "goes"
_THERE: Final = "there already"
_COLUMNS: Final = ("in the library", "size", "what happens")


def preview_upload(ctx: CallContext, params: Mapping[str, Any]) -> Preview:
    """
    Return each file with its size, its name there and what would happen to it.

    The folders that files go to are listed. Where that is refused, conflicts are not known, and
    that is said.
    """
    wanted = outgoing(params, is_preview=True)
    seen, root, notes = dict[str, Any](), "", list[str]()
    try:
        graph = ctx.client("graph")
        where = libraries.library_named(graph, ctx, str(params.get("library") or ""))
        root, seen = where.url, there(ctx, graph, where, wanted)
        notes.append(f"Library {where.name} of {ctx.target.label}, as it is now.")
    except AibrainError as error:
        notes.append(f"What is there is not known, nor which names are taken: {error.what}")
    rows, ends, sent = [], Counter[str](), 0
    for one in wanted:
        end, says = _end(one, seen.get(one.path.lower()), params, root)
        sent += one.size * (end == _GOES)
        ends[end] += 1
        rows.append((one.path, f"{one.size:,} byte{'s' * (one.size != 1)}", says))
    stays = sum(count for end, count in ends.items() if end not in (_GOES, _THERE))
    told = [f"{ends[_GOES]:,} of {len(wanted):,} files would go", f"{sent:,} bytes"]
    told += [f"{ends[_THERE]:,} are there already"] * bool(ends[_THERE])
    told += [f"{stays:,} stay here"] * bool(stays)
    rows.sort(key=lambda row: row[2].startswith((_GOES, _THERE)))
    against = [
        f"{count:,} file{'s' * (count != 1)}: {end}"
        for end, count in ends.items()
        if end not in (_GOES, _THERE)
    ]
    return Preview(" · ".join(told), _COLUMNS, rows, against, notes)


def _end(one: Outgoing, now: Entry | None, params: Mapping[str, Any], root: str) -> tuple[str, str]:
    """Return how a file would end, and that with its reason."""
    if one.unreviewed and not params.get("unreviewed"):
        end = "not approved; unreviewed=true sends them all the same"
        return end, f"stays here: {one.unreviewed}"
    if why := why_refused(one.path, root):
        return "SharePoint does not take the name", f"stays here: {why}"
    conflict = params.get("conflict") or FAIL
    if now is None:
        return _GOES, _GOES + f" ({one.unreviewed})" * bool(one.unreviewed)
    if now.is_folder:
        end = "a folder has the name; to=FOLDER names another place"
        return end, "stays here: a folder of that name is there"
    if now.size == one.size and now.hash == quickxor_of(one.file):
        return _THERE, _THERE
    other = f"another file is there, {now.size:,} bytes of {now.modified[:10]}"
    if conflict == FAIL:
        return (
            "another one has the name; conflict=rename or conflict=replace",
            f"stays here: {other}",
        )
    how = "replaces it" if conflict == REPLACE else "gets another name"
    return _GOES, f"{_GOES}, and {how}: {other}"
