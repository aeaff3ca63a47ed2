"""
Write a BagIt 1.0 bag (RFC 8493), as a zip or a folder: the same entries give the same bytes.

Times come from the caller, permissions and order are fixed. Files are streamed and hashed on their
way; one that is not what it should be ends the writing.
"""

from __future__ import annotations

import hashlib
import os
import stat
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Final, Protocol

from aibrain_jupyter.evidence.packaging.contents import DATA, Entry, lost
from aibrain_jupyter.evidence.packaging.paths import refuse_unfit
from aibrain_jupyter.evidence.verification.bag_check import (
    DECLARATION,
    DECLARED,
    PAYLOAD,
    SIGNATURE,
    TAGS,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

_CHUNK: Final = 1 << 20
INFO: Final = "bag-info.txt"
_PACKED: Final = frozenset({".gz", ".zip", ".pyz", ".png", ".jpg", ".jpeg", ".xlsx", ".parquet"})
_WIDEST: Final = 79


class Sink(Protocol):
    """Where a bag is written to."""

    def file(self, path: str, length: int) -> AbstractContextManager[IO[bytes]]:
        """Give a file to be written, by its path below the bag's folder."""


@dataclass(frozen=True, slots=True)
class ZipSink:
    """A zip; every file of it has the time `at`, and lies in the folder `base`."""

    archive: zipfile.ZipFile
    base: str
    at: dt.datetime

    @contextmanager
    def file(self, path: str, length: int) -> Iterator[IO[bytes]]:
        """Yield a file of the zip."""
        found = zipfile.ZipInfo(f"{self.base}/{path}", self.at.timetuple()[:6])
        found.compress_type = zipfile.ZIP_STORED if is_stored(path) else zipfile.ZIP_DEFLATED
        found.create_system, found.external_attr = 3, (stat.S_IFREG | 0o644) << 16
        found.file_size = length
        with self.archive.open(found, "w") as file:
            yield file


@dataclass(frozen=True, slots=True)
class FolderSink:
    """A folder; its files are synced."""

    folder: Path

    @contextmanager
    def file(self, path: str, length: int) -> Iterator[IO[bytes]]:
        """Yield a file of the folder."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class Bag:
    """
    A bag: `entries` below ``data/`` and beside it, what `info` says, and `sign`, which returns the
    signature of the list of all (None: there is none).
    """

    entries: Sequence[Entry]
    info: Mapping[str, str]
    sign: Callable[[bytes], bytes] | None = None

    def write(self, sink: Sink, base: str = "") -> None:
        """
        Write it.

        Raises:
            EvidenceError: a file is gone, cannot be read or is not what it should be; a path is
                not fit for every system.
            OSError: the sink cannot be written to.
        """
        first = [Entry.of(DECLARATION, DECLARED), Entry.of(INFO, self._info())]
        entries = [*first, *sorted(self.entries, key=_order)]
        refuse_unfit(f"{base}/{entry.path}".lstrip("/") for entry in entries)
        for entry in entries:
            with sink.file(entry.path, entry.length) as file:
                _copy(entry, file)
        payload = _list(entry for entry in entries if _is_payload(entry))
        listed = Entry.of(PAYLOAD, payload)
        tags = _list([*(entry for entry in entries if not _is_payload(entry)), listed])
        last = [listed, Entry.of(TAGS, tags)]
        if self.sign is not None:
            last.append(Entry.of(SIGNATURE, self.sign(tags)))
        for entry in last:
            with sink.file(entry.path, entry.length) as file:
                _copy(entry, file)

    def _info(self) -> bytes:
        payload = [entry for entry in self.entries if _is_payload(entry)]
        oxum = f"{sum(entry.length for entry in payload)}.{len(payload)}"
        said = {**self.info, "Payload-Oxum": oxum}
        return "".join(f"{_folded(name, text)}\n" for name, text in said.items()).encode()


def _order(entry: Entry) -> tuple[bool, str]:
    return _is_payload(entry), entry.path


def _is_payload(entry: Entry) -> bool:
    return entry.path.startswith(f"{DATA}/")


def _list(entries: Iterator[Entry] | list[Entry]) -> bytes:
    lines = sorted((entry.path, entry.sha256) for entry in entries)
    return "".join(f"{sha256}  {path}\n" for path, sha256 in lines).encode()


def _folded(name: str, text: str) -> str:
    """Return a line of bag-info.txt: long texts go on in further lines, indented."""
    lines, line = [], f"{name}:"
    for word in text.split():
        if len(line) + 1 + len(word) > _WIDEST and not line.endswith(":"):
            lines.append(line)
            line = f"  {word}"
        else:
            line = f"{line} {word}"
    return "\n".join([*lines, line])


def _copy(entry: Entry, target: IO[bytes]) -> None:
    """Write an entry, and see that it is what it should be."""
    sums, length = hashlib.sha256(), 0
    for chunk in chunks_of(entry):
        sums.update(chunk)
        length += len(chunk)
        target.write(chunk)
    if (length, sums.hexdigest()) != (entry.length, entry.sha256):
        raise lost(entry.item, _name(entry), "It is not as it was saved.")


def is_stored(path: str) -> bool:
    """Tell whether a file is packed already, so that a zip takes it as it is."""
    return PurePosixPath(path).suffix.lower() in _PACKED


def chunks_of(entry: Entry) -> Iterator[bytes]:
    """Yield the content of an entry; raises an `EvidenceError` for one that cannot be read."""
    if isinstance(entry.content, bytes):
        yield entry.content
        return
    try:
        if entry.content.is_symlink() or not entry.content.is_file():
            raise lost(entry.item, _name(entry), "It is gone, or is no file.")
        with entry.content.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError as exc:
        raise lost(entry.item, _name(entry), exc.strerror or str(exc)) from exc


def _name(entry: Entry) -> str:
    """Return the name of a file in its item, or in the bag."""
    return entry.path.rpartition(f"/{entry.item}/")[2] if entry.item else entry.path
