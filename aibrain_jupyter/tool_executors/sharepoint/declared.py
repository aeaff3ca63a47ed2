"""The tools of SharePoint as data: names, parameters, permissions, where their code is."""

from __future__ import annotations

import datetime as dt
from typing import Final

from aibrain_jupyter.shared.base_tool import REQUIRED, Param, ToolSpec

_CODE: Final = "aibrain_jupyter.tool_executors.sharepoint_executor"
_PROVIDER: Final = "aibrain_jupyter.sharepoint.provider:PROVIDER"
_PLACES: Final = ("tenant", "site")
_READ: Final = ("Sites.Read.All",)
_LIBRARY: Final = Param("library", str, "document library; empty: the site's own", default="")
_CODES: Final = (
    Param("rfi", str, "RFIs that it answers", default=(), many=True),
    Param("control", str, "controls that it answers", default=(), many=True),
)


def _path(help_text: str) -> Param:
    return Param("path", str, help_text, default="")


def sharepoint_tools(views: tuple[Param, ...]) -> tuple[ToolSpec, ...]:
    """Return the tools; `views` are the parameters that choose rows of a listing."""
    return (
        ToolSpec(
            name="sharepoint_sites",
            summary="SharePoint sites that this identity may see.",
            handler=f"{_CODE}:SITES",
            provider=_PROVIDER,
            params=(Param("search", str, "words to look for; *: all", default="*"),),
            positional=("search",),
            group="sharepoint",
            places=("tenant",),
            permissions=_READ,
            examples=("%aibrain sharepoint_sites", "%aibrain sharepoint_sites audit"),
        ),
        ToolSpec(
            name="sharepoint_list",
            summary="Files of a document library, complete, one row per file.",
            handler=f"{_CODE}:LIST",
            provider=_PROVIDER,
            params=(
                _path("only what is in this folder"),
                _LIBRARY,
                Param("recursive", bool, "also in its folders; false: browse one", default=True),
                Param("folders", bool, "whether folders are rows, too", default=False),
                Param("changes", bool, "only what changed since the last listing", default=False),
                *views,
            ),
            positional=("path",),
            group="sharepoint",
            places=_PLACES,
            permissions=_READ,
            ttl=dt.timedelta(minutes=15),
            examples=(
                "%aibrain sharepoint_list",
                "%aibrain sharepoint_list RFI-014 --accounts audit",
                "%aibrain sharepoint_list where='modified > \"90 days ago\"'",
            ),
        ),
        ToolSpec(
            name="sharepoint_download",
            summary="Files of a document library to a folder or into the evidence store, verified.",
            handler=f"{_CODE}:DOWNLOAD",
            provider=_PROVIDER,
            params=(
                _path("file or folder of the library"),
                _LIBRARY,
                Param("to", str, "folder that they go to", default="sharepoint"),
                Param("overwrite", bool, "whether other files there are replaced", default=False),
                Param("evidence", bool, "keep each as an item of evidence instead", default=False),
                *_CODES,
            ),
            positional=("path",),
            group="sharepoint",
            places=_PLACES,
            permissions=_READ,
            is_cacheable=False,
            examples=(
                "%aibrain sharepoint_download RFI-014 to=last_year",
                "%aibrain sharepoint_download RFI-014/users.csv evidence=true rfi=RFI-014",
            ),
        ),
        ToolSpec(
            name="sharepoint_upload",
            summary="Approved evidence into a document library, verified; never replaces unasked.",
            handler=f"{_CODE}:UPLOAD",
            provider=_PROVIDER,
            params=(
                Param("items", str, "items of evidence, by id", default=(), many=True),
                Param("rfi", str, "all approved items of these RFIs", default=(), many=True),
                Param("files", str, "files or folders instead", default=(), many=True),
                Param("to", str, "folder there; empty: the item's RFI", default=""),
                _LIBRARY,
                Param(
                    "conflict",
                    str,
                    "where another file has the name",
                    default="fail",
                    choices=("fail", "rename", "replace"),
                ),
                Param("unreviewed", bool, "also what nobody approved", default=False),
            ),
            positional=("items",),
            group="sharepoint",
            places=_PLACES,
            permissions=("Sites.ReadWrite.All",),
            is_cacheable=False,
            examples=(
                "%aibrain sharepoint_upload rfi=RFI-014 --dry-run",
                "%aibrain sharepoint_upload files=report.pdf to=RFI-014 unreviewed=true",
            ),
        ),
        ToolSpec(
            name="sharepoint_review",
            summary="What the folder of an RFI holds, read into frames where it is a table.",
            handler=f"{_CODE}:REVIEW",
            provider=_PROVIDER,
            params=(
                Param("rfi", str, "RFI, as its folder names it", default=REQUIRED),
                Param("file", str, "return this file's rows instead", default=""),
                _LIBRARY,
            ),
            positional=("rfi", "file"),
            group="sharepoint",
            places=_PLACES,
            permissions=_READ,
            is_cacheable=False,
            examples=(
                "%aibrain sharepoint_review RFI-014",
                "%aibrain sharepoint_review RFI-014 users.csv -o last_year",
            ),
        ),
    )
