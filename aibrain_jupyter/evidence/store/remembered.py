"""
What this user remembers of a store, outside of it: the last head that was signed in each folder.

A store that was copied is one store in two folders, and each goes its own way: a head of the one is
no proof against the other. A store that was moved has the head of where it was.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.evidence.store.ledger import Event, opened_private
from aibrain_jupyter.evidence.verification.report import LEDGER, canonical
from aibrain_jupyter.shared.config import user_dir
from aibrain_jupyter.shared.error_handler import EvidenceError

if TYPE_CHECKING:
    from aibrain_jupyter.evidence.store.store import Store


def remembered_head(store: Store) -> str:
    """
    Return the last head (``seq:hash``) that was signed in the store's folder, or where it was
    before it was moved; empty: none, or it is a copy in which nothing was signed yet.
    """
    known = _known(store)
    heads: dict[str, str] = known.get("heads", {})
    here = [h for folder, h in heads.items() if _is_same(Path(folder), store.folder)]
    if here:  # links give a folder several names
        return max(here, key=lambda head: int(head.partition(":")[0]))
    return "" if copies_of(store) else str(known.get("head", ""))


def remember(store: Store, event: Event) -> None:
    """
    Keep the head that was signed; whoever calls it holds the ledger's lock, so that a later head is
    never followed by an earlier one. The file is there whole at any time.

    Raises:
        EvidenceError: the user's data folder cannot be written to.
    """
    known, path = _known(store), _memory(store)
    heads = {**known.get("heads", {}), str(store.folder): event.head}
    said = {"head": event.head, "heads": heads, "key": event.facts["key"]}
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}-{os.getpid()}")
        with opened_private(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
            file.write(canonical(said) + b"\n")
        beside.replace(path)
    except OSError as exc:
        raise unusable(path, exc) from exc


def copies_of(store: Store) -> list[Path]:
    """Return the other folders in which the same store is, as far as this user signed there."""
    others = (Path(folder) for folder in _known(store).get("heads", {}))
    return [
        other
        for other in others
        if other != store.folder and _is_of(other, store.id) and not _is_same(other, store.folder)
    ]


def replaced_in(store: Store) -> list[str]:
    """Return the ids of the stores that were signed in this folder before, and are nowhere now."""
    found = []
    for path in sorted(_memory(store).parent.glob("*.json")):
        heads = _read(path).get("heads", {}) if path.stem != store.id else {}
        was_here = any(_is_same(Path(folder), store.folder) for folder in heads)
        if was_here and not any(_is_of(Path(folder), path.stem) for folder in heads):
            found.append(path.stem)
    return found


def _is_of(folder: Path, store: str) -> bool:
    try:
        with (folder / LEDGER).open("rb") as file:
            return bool(json.loads(file.readline())["facts"]["store"] == store)
    except (OSError, ValueError, TypeError, KeyError):
        return False


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one == other or one.samefile(other)
    except OSError:
        return False


def _known(store: Store) -> dict[str, Any]:
    return _read(_memory(store))


def _read(path: Path) -> dict[str, Any]:
    try:
        found = dict(json.loads(path.read_bytes()))
        if not isinstance(found["head"], str) or not isinstance(found.get("heads", {}), dict):
            raise TypeError("it is not as it was written")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise unusable(path, exc) from exc
    return found


def _memory(store: Store) -> Path:
    return user_dir("data") / "evidence" / f"{store.id}.json"


def unusable(path: Path, exc: Exception) -> EvidenceError:
    """Return the error of a file of the user's data that cannot be used."""
    return EvidenceError(
        f"The ledger is not anchored: {path.name} cannot be used.",
        why=f"{path}: {exc}",
        next_steps=["What was saved is saved. Mend the file, then: %aibrain evidence sign"],
    )
