"""
Folders and files that only their owner can touch, written whole or not at all.

A file appears under its name in one step: a reader sees the old entry or the new
one, never half of one, and a killed writer leaves only a temporary file behind,
which ``cleaning`` removes when it is an hour old. No ``fsync``: a file that a
power cut left short is noticed by its hash.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from aibrain_jupyter.cache.problems import DiskRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIX: Final = ".aib"
TEMPORARY: Final = ".tmp"
# Not waiting: a pipe in the place of an entry would hold the kernel for ever.
_READ: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def claim_folder(path: Path) -> None:
    """
    Make the folder for the owner only, or check that the one there is safe.
    Raises DiskRefusedError: it cannot be made, belongs to somebody else, or others can write to it.
    """
    try:
        make_folders(path)
        reason = unsafe_reason(path, forbidden_bits=0o022)
    except OSError as exc:
        raise DiskRefusedError(
            f"The cache folder {path} cannot be used: {exc.strerror or exc}.",
            next_steps=["Set AIBRAIN_CACHE_DIR to a folder of your own that can be written."],
        ) from exc
    if reason:
        raise DiskRefusedError(
            f"The cache folder {path} is not safe: {reason}.",
            next_steps=[f"Run: chmod 700 {path}", "Or set AIBRAIN_CACHE_DIR to another folder."],
        )


def make_folders(path: Path) -> None:
    """Make a folder and its missing parents, each for the owner only."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        if path.parent == path:
            break
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def unsafe_reason(path: Path, *, forbidden_bits: int) -> str:
    """Return why the path must not be used, or an empty text."""
    if not hasattr(os, "getuid"):  # Windows: the user's profile folders have their own rights
        return ""
    found = path.stat()
    if found.st_uid != os.getuid():
        return "it belongs to another user"
    if stat.S_IMODE(found.st_mode) & forbidden_bits:
        return f"other users have rights in it (mode {stat.S_IMODE(found.st_mode):04o})"
    return ""


def write_whole(path: Path | str, data: bytes, *, times: tuple[float, float] | None = None) -> None:
    """
    Write a file for the owner only, in one step, with its folders.

    `times` are those of access and of modification that the file gets.

    Raises:
        OSError: no space, no right, or a folder that keeps being removed.
    """
    # Texts and descriptors: paths and file objects take as long as the system does.
    name = os.fspath(path)
    new = f"{name}.{os.getpid()}-{secrets.token_hex(6)}{TEMPORARY}"
    try:
        descriptor = os.open(new, _NEW, 0o600)
    except FileNotFoundError:
        make_folders(Path(path).parent)
        descriptor = os.open(new, _NEW, 0o600)
    try:
        try:
            rest = memoryview(data)
            while rest:  # one write takes 2 GB at most
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)
        if times is not None:
            os.utime(new, times)
        os.replace(new, name)  # noqa: PTH105 - texts
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(new)  # noqa: PTH108 - a text
        raise


def open_private(path: str, mode: str) -> IO[Any]:
    """Open a file as `open` does; one that is made is for the owner only."""
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600))


def no_progress(read: int, total: int) -> None:
    """Tell nobody how many files of how many have been read."""


def entry_files(root: str) -> Iterator[str]:
    """Give the path of every entry's file below `root`: texts, for there may be 100 000."""
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(SUFFIX):
                yield f"{folder}{os.sep}{name}"


def read_whole(path: str | Path) -> tuple[bytes, os.stat_result]:
    """
    Return a file's bytes and its stat, in few calls: this is much of a small hit.
    Raises OSError: it is not there, or cannot be read.
    """
    descriptor = os.open(path, _READ)
    try:
        status = os.fstat(descriptor)
        data = os.read(descriptor, status.st_size)
        # One read gives 2 GB at most.
        while len(data) < status.st_size and (more := os.read(descriptor, status.st_size)):
            data += more
    finally:
        os.close(descriptor)
    return data, status


def open_unnoticed(path: str) -> int:
    """
    Open a file for reading so that this does not count as a use of it, where that can be.

    Returns:
        The descriptor: a file object costs as much again as reading a header.
    """
    try:
        return os.open(path, _READ | getattr(os, "O_NOATIME", 0))
    except PermissionError:  # somebody else's file
        return os.open(path, _READ)
