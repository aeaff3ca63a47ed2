"""
The ledger of a store: one line an event, each with the hash of the one before.

Lines are only ever added. A line is written and synced before its writer goes on, under a lock that
kernels share. What an interrupted write left is cut off by the next one, which says so.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import hashlib
import json
import os
import platform
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from filelock import FileLock, Timeout

from aibrain_jupyter.evidence.saving.secret_scan import scan_text
from aibrain_jupyter.evidence.verification.report import (
    DRAFTS,
    FIRST,
    HEAD,
    LEDGER,
    LOCK,
    canonical,
    hash_of,
)
from aibrain_jupyter.evidence.verification.withheld import grain_for
from aibrain_jupyter.shared.error_handler import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_LOCK_WAIT_S: Final = 60
_TAIL: Final = 1 << 16
_UNREADABLE: Final = (OSError, ValueError, TypeError, KeyError, RecursionError)


@dataclass(frozen=True, slots=True)
class Event:
    """
    One event: its place `seq` (from 1), `time` (UTC), `type`, `item` (id; empty: of the store), who
    did it (`actor`: name, host, and how they are known), `facts`, and its `hash`. Its `grain` is
    chance: without it, who knows the rest of a withheld event could guess what it says.
    """

    seq: int
    time: dt.datetime
    type: str
    item: str
    actor: Mapping[str, str]
    facts: Mapping[str, Any]
    prev: str
    hash: str
    grain: str = ""

    @property
    def head(self) -> str:
        """``seq:hash``, as it is printed and anchored."""
        return f"{self.seq}:{self.hash}"

    @classmethod
    def read(cls, line: bytes) -> Event:
        """Return the event of a line."""
        found = json.loads(line)
        time = dt.datetime.fromisoformat(found.pop("time"))
        return cls(time=time, **found)


def os_user() -> dict[str, str]:
    """Return who acts, as the operating system knows them."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        name = f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"
    return {"name": name, "host": platform.node(), "how": "operating system"}


class Ledger:
    """The ledger of the store in `folder`."""

    def __init__(self, folder: Path, check: Callable[[], None] = lambda: None) -> None:
        """
        `check` raises where the store is none that this version may write to. `accepted` are the
        facts that somebody looked at, which look like secrets and are none.
        """
        self.accepted: frozenset[str] = frozenset()
        self.folder, self._check = folder, check
        self._path, self._lock = folder / LEDGER, FileLock(folder / LOCK)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """
        Keep other writers out, those of other kernels too. It may be nested.

        Raises:
            EvidenceError: another writer has been at it for a minute, or the folder cannot be
                written.
        """
        try:
            self._lock.acquire(timeout=_LOCK_WAIT_S)
        except Timeout as exc:
            raise EvidenceError(
                f"The evidence store {self.folder.name} is busy.",
                why=f"Another kernel has been writing to it for {_LOCK_WAIT_S} s.",
                next_steps=["Wait for the other save to end, then run the cell again."],
            ) from exc
        except OSError as exc:
            raise not_writable(self.folder, exc) from exc
        try:
            yield
        finally:
            self._lock.release()

    def events(self) -> list[Event]:
        """Return all events, first to last. What is wrong with them is for `verify` to say."""
        if not self._path.exists():
            return []
        try:
            *lines, _ = self._path.read_bytes().split(b"\n")
            return [Event.read(line) for line in lines]
        except _UNREADABLE as exc:
            raise self._unreadable(exc) from exc

    def last(self) -> Event | None:
        """Return the last event, None in a new ledger."""
        try:
            tail, _ = self._tail()
            lines = tail.split(b"\n")
            return Event.read(lines[-2]) if len(lines) > 1 else None
        except _UNREADABLE as exc:
            raise self._unreadable(exc) from exc

    def _unreadable(self, exc: Exception) -> EvidenceError:
        return EvidenceError(
            f"The ledger of the evidence store {self.folder.name} cannot be read.",
            why=f"It is damaged or was altered: {exc}",
            next_steps=["%aibrain evidence verify says where."],
        )

    def append(
        self,
        type: str,  # noqa: A002 - the ledger's own word
        *,
        item: str = "",
        facts: Mapping[str, Any] | None = None,
        actor: Mapping[str, str] | None = None,
        seal: Callable[[dict[str, Any]], None] | None = None,
    ) -> Event:
        """
        Add an event and return it once it is on the disk.

        Args:
            type: What happened: ``save``, ``approve``, ``hold``, …

            item: The id of the item it is about; empty: the store.

            facts: What else is to be known; JSON.

            actor: Who did it; None: the user of the operating system.

            seal: Gets the event before it is hashed and written, to sign it, say.

        Raises:
            EvidenceError: the disk is full or cannot be written, or a text in `facts` looks like a
                secret; the ledger is as it was.
        """
        if type != "save":  # what a save says was looked at with its manifest
            facts = {**(facts or {}), **self._looked_at(type, facts or {})}
        with self.locked():
            self._check()
            last = self._recover()
            if last is None and type != "store":
                raise EvidenceError(
                    f"The ledger of the evidence store {self.folder.name} has no event.",
                    why="It was emptied: every store's ledger begins with the store itself.",
                    next_steps=["Restore it from a copy that verifies."],
                )
            now = dt.datetime.now(dt.UTC)
            body: dict[str, Any] = {
                "seq": last.seq + 1 if last else 1,
                "time": now.isoformat(timespec="milliseconds"),
                "type": type,
                "item": item,
                "actor": dict(actor or os_user()),
                "facts": dict(facts or {}),
                "prev": last.hash if last else FIRST,
            }
            if last and now < last.time:
                # The time stays as the clock gave it; `verify` shows the contradiction.
                behind = (last.time - now).total_seconds()
                body["facts"]["clock_behind_s"] = round(behind, 3)
            body["grain"] = grain_for(body)
            if seal is not None:
                seal(body)
            line = canonical({**body, "hash": hash_of(body)})
            event = Event.read(line)
            self._write(line + b"\n", event)
        return event

    def _looked_at(self, type: str, facts: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002
        """
        Return what was accepted of the facts, as a fact.
        Raises EvidenceError: another one looks like a secret.
        """
        found = {
            name: kind
            for name, said in facts.items()
            for _, kind in scan_text(canonical({name: said}))
        }
        for name, kind in found.items():
            if name not in self.accepted:
                raise EvidenceError(
                    f"Nothing was written: what {type} says looks like it holds a secret.",
                    why=f"{name} has {kind}, and nothing leaves a ledger again.",
                    next_steps=[
                        "Say it without the secret.",
                        f"If it is none, accept it by name: --accept {name}",
                    ],
                )
        return {"accepted": found} if found else {}

    def contradicts(self, now: dt.datetime) -> bool:
        """Tell whether the clock says a time before that of an event, the last or another."""
        return any(now < event.time for event in self.events())

    def _recover(self) -> Event | None:
        """Cut off what an interrupted write left, and return the last event."""
        tail, size = self._tail()
        torn = tail.rpartition(b"\n")[2]
        if torn:
            with self._path.open("r+b") as file:
                file.truncate(size - len(torn))
                _sync(file)
            told = {"bytes": len(torn), "sha256": hashlib.sha256(torn).hexdigest()}
            self.append("recover", facts={"unfinished_line": told})
        last = self.last()
        if last and not (self.folder / HEAD).exists():
            self._write_head(last)
        return last

    def _tail(self) -> tuple[bytes, int]:
        """Return the end of the ledger, with at least its last whole line, and its length."""
        if not self._path.exists():
            return b"", 0
        with self._path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            want = _TAIL
            while True:
                file.seek(max(0, size - want))
                tail = file.read()
                if want >= size or tail.count(b"\n") > 1:
                    return tail, size
                want *= 4

    def _write(self, line: bytes, event: Event) -> None:
        """Add a line and move the head to it; where one fails, neither is done."""
        before = self._path.stat().st_size if self._path.exists() else 0
        try:
            with opened_private(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT) as file:
                file.write(line)
                _sync(file)
            self._write_head(event)
        except (OSError, EvidenceError) as exc:
            if self._path.exists():
                os.truncate(self._path, before)
            if isinstance(exc, OSError):
                raise not_writable(self.folder, exc) from exc
            raise

    def _write_head(self, event: Event) -> None:
        replace_file(self.folder, self.folder / HEAD, f"{event.head}\n".encode("ascii"))


def replace_file(store_folder: Path, path: Path, text: bytes) -> None:
    """
    Write a file of a store whole or not at all, 0600.

    Raises:
        EvidenceError: the disk is full or cannot be written.
    """
    beside = store_folder / DRAFTS / f"{path.name}-{os.getpid()}{LOCK}"
    try:
        beside.parent.mkdir(mode=0o700, exist_ok=True)
        with opened_private(beside, os.O_WRONLY | os.O_TRUNC | os.O_CREAT) as file:
            file.write(text)
            _sync(file)
        beside.replace(path)
    except OSError as exc:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise not_writable(store_folder, exc) from exc


def not_writable(folder: Path, exc: OSError) -> EvidenceError:
    """Return the error of a store that cannot be written to."""
    return EvidenceError(
        f"The evidence store {folder.name} cannot be written to.",
        why=exc.strerror or str(exc),
        next_steps=[
            "Free space or mend the folder's rights, then save again: nothing was half saved.",
            "Another folder: %config AibrainMagics.evidence_folder = 'FOLDER'",
        ],
    )


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the operating system lets folders be opened."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def opened_private(path: Path, flags: int) -> BinaryIO:
    """Return a file opened for writing, which others cannot read if it is new."""
    return os.fdopen(os.open(path, flags, 0o600), "wb")
