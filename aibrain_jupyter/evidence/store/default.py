"""The store that cells use: the folder of the settings, beside the notebook."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from aibrain_jupyter.evidence.store.anchors import can_sign, sign_head
from aibrain_jupyter.evidence.store.remembered import copies_of, remembered_head, replaced_in
from aibrain_jupyter.evidence.store.store import Store
from aibrain_jupyter.shared.config import evidence_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def default_store() -> Store:
    """Return the store of the settings (``evidence_folder``); nothing is made on disk."""
    return Store(evidence_folder())


def anchor(store: Store) -> None:
    """Sign the head, where the extra ``sign`` is installed, and warn of a copy of the store."""
    if can_sign():
        replaced = [] if remembered_head(store) else replaced_in(store)
        sign_head(store)
        if replaced:
            warnings.warn(gone(replaced), stacklevel=2)
        if others := copies_of(store):
            warnings.warn(copied(others), stacklevel=2)


def gone(stores: Sequence[str]) -> str:
    """Return what is to be said of stores that were signed in a folder where another one is now."""
    ids = ", ".join(stores)
    return f"Another evidence store was signed in this folder, and is not there any more: {ids}."


def copied(others: Sequence[Path]) -> str:
    """Return what is to be said of a store that is in several folders."""
    where = ", ".join(map(str, others))
    return f"This evidence store is a copy, or was copied: it is in {where}, too."
