"""
Files and links from elsewhere: screenshots, PDFs, tickets. Hashed, and marked as *external*: who
said what it is stands beside it. A link is a pointer: what it leads to is not kept.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.saving.saving import Saving, save_files
from aibrain_jupyter.evidence.store.names import file_name, slug
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError
from aibrain_jupyter.shared.texts.utf8 import in_utf8

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.evidence.store.store import Item, Store

_LINKS: Final = ("https://", "http://")
_LONGEST: Final = 12
"""Letters of a file's ending that are kept."""


def is_link(file: str) -> bool:
    """Tell whether a text is an address rather than a file."""
    return file.lower().startswith(_LINKS)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # no name at all: too long, say
        return False


def attach_file(
    store: Store,
    file: str,
    saving: Saving,
    *,
    source: str,
    said_by: str,
    more: Mapping[str, Any] | None = None,
) -> Item:
    """
    Save a file, or a link, as an item of kind ``external``.

    Args:
        store: Where.

        file: The path of a file, or a link.

        saving: How; `times` say as of when it is.

        source: The system it is from, as somebody says.

        said_by: Who says so.

        more: What else is known of where it is from.

    Raises:
        ParameterError: there is no such file.
        EvidenceError: it has secrets, or the store cannot be written to.
    """
    about: dict[str, Any] = {"system": source, "said_by": said_by, **(more or {})}
    with store.draft(saving.title) as draft:
        if is_link(file):
            about["link"] = file
            path = draft.path("files/link.txt", media_type="text/plain", is_pointer=True)
            path.write_bytes(in_utf8(f"{file}\n"))
        else:
            found = Path(os.path.expanduser(file))  # noqa: PTH111 - Path's raises for an unknown ~user
            if not _is_file(found):
                raise ParameterError(
                    f"There is no file {file}.", next_steps=["Name a file, or a link: https://…"]
                )
            about["original_name"] = found.name
            ending = slug(found.suffix, longest=_LONGEST) if found.suffix else "bin"
            path = draft.path(f"files/{file_name(found.stem, ending)}")
            try:
                shutil.copyfile(found, path)
            except OSError as exc:
                raise EvidenceError(f"{file} cannot be kept.", why=str(exc)) from exc
        sections = {"source": about, "is_pointer": is_link(file)}
        return save_files(store, draft, dataclasses.replace(saving, kind="external"), sections)
