"""
A team's cache: a folder of entries that many may read and one publishes.

It is used only where a folder *and* a key file are named: the key is what makes
its entries trustworthy, so it comes to the readers by another way than the
folder. Readers never write there, not even the time of use, and a damaged entry
is left for the publisher to see. Entries keep their keys: an entry is found only
by who asks with the same identity, so a team shares what a shared role collected.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.cache.disk import entry_file
from aibrain_jupyter.cache.disk.folder import SUFFIX, make_folders, read_whole, write_whole
from aibrain_jupyter.cache.disk.signing import KEY_BYTES, make_key_file
from aibrain_jupyter.cache.problems import DamagedError, OtherFormatError
from aibrain_jupyter.shared.error_handler import CacheError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aibrain_jupyter.cache.disk.entry_file import CallId
    from aibrain_jupyter.cache.disk.store import AibrainStore, StoredEntry
    from aibrain_jupyter.cache.entries import Kept

_FOLDER: Final = "The team's cache folder"
_FOLDER_MODE: Final = 0o755
_FILE_MODE: Final = 0o644


class TeamShelf:
    """
    The entries of a team's folder, for reading. Raises CacheError: the folder is not there or
    others than its owner can write to it, or the key file is missing, damaged or open to others.
    """

    def __init__(self, directory: Path, key_file: Path) -> None:
        self.directory = directory
        _refuse_writable_by_others(directory)
        try:
            # The folders of the tools; those below are looked at when an entry is read.
            folders = [path for path in directory.iterdir() if path.is_dir()]
        except OSError as exc:
            raise _unusable(_FOLDER, directory, exc) from exc
        for folder in folders:
            _refuse_writable_by_others(folder)
        self._key = read_team_key(key_file)

    def read(self, call_id: CallId) -> Kept | None:
        """
        Return the entry, or None when there is none (or it cannot be reached).

        Raises:
            DamagedError, OtherFormatError: the file is not what was published; it stays there.
            CacheError: others can write to a folder that it lies in.
        """
        folder = self.directory / call_id[0]
        try:
            data, status = read_whole(folder / f"{call_id[1]}{SUFFIX}")
        except OSError:
            return None
        while folder != self.directory:
            _refuse_writable_by_others(folder)
            folder = folder.parent
        return entry_file.unpack(call_id, data, self._key, used=status.st_atime)


def publish(
    store: AibrainStore, entries: Iterable[StoredEntry], directory: Path, key_file: Path
) -> int:
    """
    Copy entries of a user's store to a team's folder, signed with the team's key.

    Folder and key file are made if they are missing: the folder for all to read, the key file
    for its owner only.

    Returns:
        How many were copied; damaged ones are left out.

    Raises:
        CacheError: as `TeamShelf`.
        OSError: the folder cannot be written.
    """
    if not key_file.exists():
        make_key_file(key_file)
    key = read_team_key(key_file)
    make_folders(directory)
    _refuse_writable_by_others(directory)
    count = 0
    for entry in entries:
        try:
            kept = store.read(entry.call_id)
        except (DamagedError, OtherFormatError):
            continue
        if kept is None:
            continue
        path = directory / entry.call_id[0] / f"{entry.call_id[1]}{SUFFIX}"
        write_whole(path, entry_file.pack(entry.call_id, kept.about, kept.sealed, key)[0])
        path.chmod(_FILE_MODE)
        count += 1
    for folder in (directory, *(path for path in directory.rglob("*") if path.is_dir())):
        folder.chmod(_FOLDER_MODE)
    return count


def read_team_key(path: Path) -> bytes:
    """
    Return the team's key. Raises CacheError: the file is missing, damaged or others can change it.
    """
    # A group may read it: that is how a team shares it. Whoever can write it could forge.
    _refuse_writable_by_others(path, 0o027, "The team's key file", "chmod 640")
    try:
        key = path.read_bytes()
    except OSError as exc:
        raise _unusable("The team's key file", path, exc) from exc
    if len(key) != KEY_BYTES:
        raise CacheError(
            f"The team's key file {path} is damaged.",
            next_steps=["Ask whoever publishes the team's cache for the key file."],
        )
    return key


def _unusable(what: str, path: Path, exc: OSError) -> CacheError:
    return CacheError(
        f"{what} {path} cannot be used: {exc.strerror or exc}.",
        next_steps=["Check the settings team_cache_dir and team_key_file."],
    )


def _refuse_writable_by_others(
    path: Path, bits: int = 0o022, what: str = _FOLDER, repair: str = "chmod go-w"
) -> None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as exc:
        raise _unusable(what, path, exc) from exc
    if hasattr(os, "getuid") and mode & bits:
        raise CacheError(
            f"{what} {path} is not safe: others have rights in it (mode {mode:04o}).",
            next_steps=[f"Run: {repair} {path}"],
        )
