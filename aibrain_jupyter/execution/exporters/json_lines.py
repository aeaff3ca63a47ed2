"""Runs as lines of JSON, appended to a file: one for the run, one a call, one a request."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING

from aibrain_jupyter.execution.exporters.records import as_json, records_of

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aibrain_jupyter.execution.runs.run import Run


def append(path: Path, run: Run) -> int:
    """
    Append the records of a run to a file that the user alone may read; return how many lines.

    All of them or none: what a full disk took of them is taken back. Other kernels may append to
    the same file. Raises OSError.
    """
    found = [json.dumps(as_json(record), ensure_ascii=False) for record in records_of(run)]
    data = ("\n".join(found) + "\n").encode("utf-8", "replace")
    file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
    try:
        with _locked(file):
            end = os.fstat(file).st_size
            if end and _last_byte(file) != b"\n":  # somebody was killed in the middle of a line
                data = b"\n" + data
            try:
                _write_all(file, data)
                os.fsync(file)  # some file systems say only then that they are full
            except BaseException:
                with contextlib.suppress(OSError):
                    os.ftruncate(file, end)
                raise
    finally:
        os.close(file)
    return len(found)


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _last_byte(file: int) -> bytes:
    os.lseek(file, -1, os.SEEK_END)
    return os.read(file, 1)


@contextlib.contextmanager
def _locked(file: int) -> Iterator[None]:
    """Keep other kernels from writing meanwhile, where the file system has locks."""
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
    yield  # closing the file gives it back
