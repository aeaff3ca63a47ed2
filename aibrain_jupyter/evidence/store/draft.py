"""
A draft: an item that is being put together, in the store's own folder and not yet part of it.

Its files are hashed as they are when it is committed. A kill leaves a draft that counts for nothing
and is removed by the next save, once nobody holds its lock any more.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from filelock import FileLock, Timeout

from aibrain_jupyter.evidence.store.ledger import not_writable, sync_folder
from aibrain_jupyter.evidence.verification.report import (
    DRAFTS,
    LOCK,
    MANIFEST,
    digest,
    files_below,
)
from aibrain_jupyter.shared.texts.utf8 import in_utf8

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_CLAIM: Final = ".claim-"


class Draft:
    """
    The folder of an item before it is saved.

    `about` says more of a file by its path: rows, columns, media type.
    """

    def __init__(self, store_folder: Path, item: str) -> None:
        self.item = item
        self.folder = store_folder / DRAFTS / item
        self.about: dict[str, Mapping[str, Any]] = {}
        self._lock = FileLock(self.folder.with_name(f"{item}{LOCK}"))
        try:
            self._lock.acquire(timeout=0)
            self.folder.mkdir(mode=0o700, parents=True)
        except OSError as exc:
            self._lock.release()
            raise not_writable(store_folder, exc) from exc

    def path(self, name: str, **about: Any) -> Path:
        """Return where a file of the item is to be written; `name` such as ``data/users.csv``."""
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or "\\" in name:
            raise ValueError(f"{name!r} is no path inside an item")
        path = self.folder / parts
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.about[parts.as_posix()] = about
        return path

    def seal(self, manifest: Mapping[str, Any]) -> bytes:
        """Write the manifest with every file's size and SHA-256, all synced; return its bytes."""
        entries = []
        for path in sorted(files_below(self.folder)):
            name = path.relative_to(self.folder).as_posix()
            length, sha256 = digest(path)
            entries.append({"path": name, "bytes": length, "sha256": sha256, **self._said(name)})
            _sync(path)
        said = {**manifest, "files": entries}
        text = in_utf8(json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False))
        with (self.folder / MANIFEST).open("wb") as file:
            file.write(text + b"\n")
            file.flush()
            os.fsync(file.fileno())
        for folder in {path.parent for path in files_below(self.folder)}:
            sync_folder(folder)
        return text + b"\n"

    def discard(self) -> None:
        """Remove it: nothing of it was saved."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.release()

    def release(self) -> None:
        """Let go of its lock, once it is saved or removed."""
        self._lock.release()
        self.folder.with_name(f"{self.item}{LOCK}").unlink(missing_ok=True)

    def _said(self, name: str) -> Mapping[str, Any]:
        return self.about.get(name, {})


def claim(store_folder: Path, work: str) -> Callable[[], None] | None:
    """
    Take a piece of work, so that nobody else does it meanwhile, and return what lets go of it;
    None: somebody is at it. The end of the process, of whatever kind, lets go of it too.
    """
    name = hashlib.sha256(work.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    path = store_folder / DRAFTS / f"{_CLAIM}{name}{LOCK}"
    lock = FileLock(path, thread_local=False)  # whoever saves lets go of it, in another thread
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    except OSError as exc:
        raise not_writable(store_folder, exc) from exc

    def release() -> None:
        with contextlib.suppress(OSError):  # Windows removes nothing that is open
            path.unlink(missing_ok=True)
        lock.release()

    return release


def remove_abandoned(store_folder: Path, saved: frozenset[str]) -> list[str]:
    """
    Remove the drafts of kernels that were killed and return their ids.

    Args:
        store_folder: The store.

        saved: The items of the ledger: a draft of one of these is not abandoned.
    """
    removed = []
    drafts = store_folder / DRAFTS
    if not drafts.is_dir():
        return []
    for name in sorted({p.name.removesuffix(LOCK) for p in drafts.iterdir() if _is_ours(p)}):
        if name in saved and (drafts / name).exists():
            continue
        lock = FileLock(drafts / f"{name}{LOCK}")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue  # somebody is at it
        if (drafts / name).exists():
            shutil.rmtree(drafts / name, ignore_errors=True)
            removed.append(name)
        lock.release()
        (drafts / f"{name}{LOCK}").unlink(missing_ok=True)
    return removed


def _is_ours(path: Path) -> bool:
    """Tell a draft and what waits beside it from a claim, and from what somebody put there."""
    if path.name.startswith(_CLAIM):
        return False
    return path.name.endswith(LOCK) or (path.is_dir() and not path.is_symlink())


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
