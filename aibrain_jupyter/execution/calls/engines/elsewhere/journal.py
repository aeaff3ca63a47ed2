"""
What a kernel had sent to a cluster, on its own disk: for the kernel that comes after it.

Before parcels leave, a line says their tasks, and of each call a digest of what is asked, where and
as whom. The key of the run's answers is there as well, so the file is for its user alone. It is
removed when every call has its outcome; what is left of a killed kernel is read by ``resume``.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import stat
import time
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.cache.codec import nested
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run, asked_by
from aibrain_jupyter.shared.config import user_dir

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from aibrain_jupyter.execution.calls.job import Job

_FOLDER: Final = "at-clusters"
_RUN: Final = re.compile(r"r\d+")
_NOT_OURS: Final = (
    *(ValueError, KeyError, TypeError, AttributeError),
    *(ArithmeticError, RecursionError),
)
"""What reading a line raises that was torn, or is not ours."""
_STALE_S: Final = 7 * 24 * 3_600.0
"""What is older was kept by no cluster for so long, and is removed."""


@dataclass(frozen=True, slots=True)
class SentParcel:
    """
    A task that was sent: its `key`, the `run` its answers are of, each call's digest by index, and
    the id of the run that sent it (`by`, ``r7``).
    """

    key: str
    run: Run
    calls: Mapping[int, str]
    by: str


@dataclass(frozen=True, slots=True)
class Left:
    """What a run had sent, by its `name` (``r7``), to the scheduler at `address`, as configured."""

    name: str
    address: str
    parcels: tuple[SentParcel, ...]

    def remove(self) -> None:
        """Remove the file: another kernel has it in its own."""
        with contextlib.suppress(OSError):
            _path(self.name).unlink()


class Journal:
    """
    The journal of a run that goes on.

    Args:
        name: The run's id.

        address: Of the scheduler, as configured.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, name: str, address: str) -> None:
        path = _path(name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_stale(path.parent)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()  # never a file that others may have opened
        self._path = path
        self._known: set[str] = set()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._write({"run": name, "address": address})

    def add(self, parcels: Iterable[SentParcel]) -> None:
        """Write down what is about to be sent. Raises OSError: it cannot be written."""
        sent = []
        for parcel in parcels:
            if parcel.run.id not in self._known:
                run = {"id": parcel.run.id, "key": parcel.run.key.hex(), "by": parcel.by}
                self._write(run)
                self._known.add(parcel.run.id)
            sent.append([parcel.key, parcel.run.id, list(parcel.calls.items())])
        self._write({"sent": sent})

    def close(self, *, is_over: bool) -> None:
        """Write nothing more; remove the file where every call has its outcome."""
        os.close(self._file)
        if is_over:
            with contextlib.suppress(OSError):
                self._path.unlink()

    def _write(self, line: dict[str, Any]) -> None:
        # A line of its own, whatever of the last one a full disk took.
        text = b"\n" + json.dumps(line, separators=(",", ":")).encode() + b"\n"
        if os.write(self._file, text) < len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def left_of(name: str) -> Left | None:
    """
    Return what a run had sent whose kernel did not see its end; None: nothing, or not known.

    A file that is not its user's alone is not read: who knows its keys could answer for workers.
    Where another run has taken over what it had sent, it is in that one's, whose `name` it has.
    """
    if _RUN.fullmatch(name) and not os.path.lexists(_path(name)):
        others = (_left_and_fault(path.stem)[0] for path in _path(name).parent.glob("r*.jsonl"))
        return next((one for one in others if one and name in {p.by for p in one.parcels}), None)
    return _left_and_fault(name)[0]


def fault_of(name: str) -> str:
    """Return why the journal of a run is not read, or not all of it; empty: it is, or none is."""
    return _left_and_fault(name)[1]


def _left_and_fault(name: str) -> tuple[Left | None, str]:
    if not _RUN.fullmatch(name):
        return None, ""
    path = _path(name)
    try:
        *lines, torn = _data(path).split(b"\n")
    except FileNotFoundError:
        return None, ""
    except OSError as exc:
        return None, f"{path} is not read: {exc.strerror or exc}"
    runs: dict[str, tuple[Run, str]] = {}
    parcels: dict[str, SentParcel] = {}
    address, others = "", 0
    for line in (*lines, torn):
        if not line:
            continue
        try:
            said = json.loads(line)
            if "id" in said:
                run = _run_of(said)
                runs[run.id] = run, str(said["by"])
            if "address" in said:
                address = _text(said["address"])
            for key, of, calls in said.get("sent", ()):
                asked = {int(i): str(d) for i, d in calls}
                parcels[str(key)] = SentParcel(str(key), runs[of][0], asked, runs[of][1])
        except _NOT_OURS:
            others += line is not torn  # its kernel was killed while it wrote: nothing was sent
    left = Left(name, address, tuple(parcels.values())) if address and parcels else None
    if not others:
        return left, ""
    what = "1 line" if others == 1 else f"{others:,} lines"
    return left, f"{what} of {path} cannot be read: damaged, or of another version"


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise TypeError("no text")
    return said


def _run_of(said: Mapping[str, Any]) -> Run:
    key = bytes.fromhex(said["key"])
    if len(key) != len(Run().key):
        raise ValueError("no key of ours")  # an empty one would make no code at all
    return Run(str(said["id"]), key)


def _data(path: Path) -> bytes:
    """Return what a file says that is its user's alone. Raises OSError: nothing of any other."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        number = os.open(path, flags)
    except OSError as exc:
        if exc.errno == errno.ELOOP:
            raise OSError("it is a link") from exc
        raise
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, number)
        about = os.fstat(number)
        if not stat.S_ISREG(about.st_mode):
            raise OSError("it is no file")
        if hasattr(os, "getuid"):  # modes say nothing on Windows
            if about.st_uid != os.getuid():
                raise OSError("it belongs to another user")
            if about.st_mode & 0o077:
                mode = stat.S_IMODE(about.st_mode)
                raise OSError(f"others may read or write it ({mode:04o}, and it is to be 0600)")
        with os.fdopen(number, "rb", closefd=False) as file:
            return file.read()


def digests(jobs: Sequence[Job]) -> dict[int, str]:
    """Return by index what each call of a tool asks, where and as whom; not when."""
    of_work: dict[int, bytes] = {}
    found: dict[int, str] = {}
    for job in jobs:
        if (asked := of_work.get(id(job.work))) is None:
            what = nested.dumps(asked_by(job.work))  # type: ignore[arg-type]
            asked = of_work[id(job.work)] = blake2b(what, digest_size=32).digest()
        where = repr(job.target).encode(errors="surrogatepass")
        found[job.index] = blake2b(where, key=asked, digest_size=12).hexdigest()
    return found


def _path(name: str) -> Path:
    return user_dir("data") / _FOLDER / f"{name}.jsonl"


def _remove_stale(folder: Path) -> None:
    oldest = time.time() - _STALE_S
    for path in folder.glob("r*.jsonl"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()
