"""
The folder a package is made in, beside its place: it is gone when the package is there, or is not.

A kill leaves one, with evidence in it: the next package that is made there removes it, once nobody
holds its lock any more.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from aibrain_jupyter.evidence.verification.report import LOCK
from aibrain_jupyter.shared.error_handler import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEGINS: Final = ".package-"


@contextmanager
def work_beside(file: Path) -> Iterator[Path]:
    """
    Yield a folder beside a package, for its owner alone.

    Raises:
        ParameterError: nothing can be written there, or the disk is full.
    """
    try:
        _remove_abandoned(file.parent)
        with tempfile.TemporaryDirectory(prefix=_BEGINS, dir=file.parent) as folder:
            lock = FileLock(Path(folder, LOCK))
            with lock.acquire(timeout=0):
                yield Path(folder)
    except OSError as exc:
        raise not_writable(file, exc) from exc


def not_writable(file: Path, exc: OSError) -> ParameterError:
    """Return the error of a package that cannot be written."""
    return ParameterError(
        f"No package was made: {file} cannot be written.",
        why=exc.strerror or str(exc),
        next_steps=["Name a file in a folder of yours that has room."],
    )


def _remove_abandoned(folder: Path) -> None:
    for work in folder.glob(f"{_BEGINS}*"):
        if not (work / LOCK).is_file():
            continue  # somebody else's, or made this moment
        lock = FileLock(work / LOCK)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue  # somebody is at it
        lock.release()
        shutil.rmtree(work, ignore_errors=True)
