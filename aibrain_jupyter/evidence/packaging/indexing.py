"""The index of what a package would have, without packing: it links into the store itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.evidence.packaging.choosing import choose
from aibrain_jupyter.evidence.packaging.contents import packed_item
from aibrain_jupyter.evidence.packaging.index_data import as_json, as_table, index_of
from aibrain_jupyter.evidence.packaging.index_page import index_page
from aibrain_jupyter.evidence.packaging.not_in_it import Lack, lacks_of
from aibrain_jupyter.evidence.packaging.people.columns import people_record
from aibrain_jupyter.evidence.packaging.snapshot import snapshot
from aibrain_jupyter.shared.error_handler import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aibrain_jupyter.evidence.packaging.choosing import Asked, Missing
    from aibrain_jupyter.evidence.store.store import Store

ENDINGS: Final = ("html", "json", "csv", "xlsx")


def index_file(
    store: Store, path: Path, asked: Asked, missing: Sequence[Missing] = ()
) -> tuple[bytes, list[Lack]]:
    """
    Return the index as the file `path` is to have it, and what is not in it.

    Raises:
        ParameterError: the file's ending is none of `ENDINGS`.
        EvidenceError: nothing can be packed.
    """
    ending = path.suffix.lower().removeprefix(".")
    if ending not in ENDINGS:
        raise ParameterError(
            f"An index is no {ending or 'file without an ending'}.",
            next_steps=[f"Endings: {', '.join(ENDINGS)}."],
        )
    found = snapshot(store, signs=False)
    choice = choose(found, asked, missing)
    packed = [packed_item(item, with_raw=True) for item in choice.items]
    lacks = lacks_of(choice, packed)
    about = {
        "name": store.folder.name,
        "asked": asked.as_record(),
        "is_package": False,
        "people": people_record(packed),
    }
    index = index_of(found, choice, packed, lacks, about)
    if ending == "json":
        return as_json(index), lacks
    if ending == "html":
        return index_page(index, base=_seen_from(path.parent, store.folder)), lacks
    return as_table(index, ending), lacks


def _seen_from(folder: Path, store: Path) -> str:
    """Return the way from a folder to the store, as links write it."""
    try:
        return os.path.relpath(store, folder).replace(os.sep, "/")
    except ValueError:  # another drive of Windows
        return store.as_uri()
