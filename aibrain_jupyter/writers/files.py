"""
Files that are there whole or not at all, and never in place of another one by accident.

A file is written beside its place under another name, and takes the place at its end.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from aibrain_jupyter.shared.error_handler import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Counted:
    """A binary file that counts and hashes what is written to it; it cannot go back."""

    closed = False

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash, self.size_bytes = file, hashlib.sha256(), 0

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was written so far, in hexadecimal digits."""
        return self._hash.hexdigest()

    def write(self, data: Any) -> int:
        """Write some bytes and return how many."""
        size = memoryview(data).nbytes
        self._file.write(data)
        self._hash.update(data)
        self.size_bytes += size
        return size

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self.size_bytes

    def flush(self) -> None:
        """Hand on what waits."""
        self._file.flush()

    def close(self) -> None:
        """Leave the file open: it belongs to whoever opened it."""

    def writable(self) -> bool:
        """Tell that it takes bytes."""
        return True

    def readable(self) -> bool:
        """Tell that it gives none."""
        return False

    seekable = readable


@contextmanager
def opened(target: Any) -> Iterator[IO[bytes]]:
    """Yield `target` if it is an open binary file, else a file that takes that path at its end."""
    if hasattr(target, "write"):
        yield target
        return
    with placed(Path(target), overwrite=False) as file:
        yield file


@contextmanager
def placed(path: Path, *, overwrite: bool) -> Iterator[IO[bytes]]:
    """
    Yield a binary file that takes `path` when the block ends; if it raises, nothing is there.

    Raises:
        InputError: there is a file and `overwrite` is not set, or nothing can be written there.
    """
    path = Path(os.path.realpath(path.expanduser()))  # a link stays one, its file is replaced
    refuse_taken(path, overwrite=overwrite)
    part = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(
            part, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666
        )
    except OSError as exc:
        raise _not_writable(path, exc) from exc
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield cast("IO[bytes]", file)
            file.flush()
            os.fsync(file.fileno())
        _take_place(part, path, overwrite=overwrite)
    except OSError as exc:
        raise _not_writable(path, exc) from exc
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def refuse_taken(path: Path, *, overwrite: bool) -> None:
    """Raise InputError where a file cannot be put."""
    path = path.expanduser()
    if path.is_dir():
        raise InputError(
            f"{path} is a folder.", next_steps=[f"Name a file in it: {path}/NAME.xlsx"]
        )
    if not path.parent.is_dir():
        raise InputError(
            f"There is no folder {path.parent}.", next_steps=["Make it, or name another file."]
        )
    if path.exists() and not overwrite:
        raise _taken(path)


def _take_place(part: Path, path: Path, *, overwrite: bool) -> None:
    if overwrite:
        part.replace(path)
        return
    try:
        # A link is refused where somebody made a file meanwhile; to replace never is.
        os.link(part, path)
    except FileExistsError:
        raise _taken(path) from None
    except OSError:  # a file system without links
        refuse_taken(path, overwrite=False)
        part.rename(path)


def _taken(path: Path) -> InputError:
    return InputError(
        f"There is a file {path} already.",
        next_steps=["Name another file, or add --overwrite (from Python: overwrite=True)."],
    )


def _not_writable(path: Path, exc: OSError) -> InputError:
    return InputError(
        f"{path} cannot be written.",
        why=exc.strerror or str(exc),
        next_steps=["Name a file in a folder of yours that has room."],
    )
