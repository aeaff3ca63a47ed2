"""
A file comes in: into a part beside its place, resumed by range, verified, then moved.

The address of a download opens the file to anyone for a while; it is used and never kept.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from urllib3.exceptions import HTTPError

from aibrain_jupyter.shared.error_handler import CredentialsExpiredError
from aibrain_jupyter.sharepoint.causes import translate
from aibrain_jupyter.sharepoint.client import ATTEMPTS
from aibrain_jupyter.sharepoint.errors import (
    ChangedMeanwhileError,
    DeltaExpiredError,
    ForbiddenNameError,
    HashMismatchError,
    NameTakenError,
    NotThereError,
    RangeRefusedError,
)
from aibrain_jupyter.sharepoint.library import entry_of
from aibrain_jupyter.sharepoint.quickxor import QuickXor, quickxor_of

if TYPE_CHECKING:
    from pathlib import Path

    from urllib3 import BaseHTTPResponse

    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.sharepoint.client import Graph
    from aibrain_jupyter.sharepoint.library import Entry, Library

THERE: Final = "there already"
DOWNLOADED: Final = "downloaded"
UNVERIFIED: Final = "downloaded, not verified: SharePoint has no hash of it"
_CHUNK: Final = 1 << 20
_OPERATION: Final = "driveitem-get-content"


def place_in(folder: Path, path: str) -> Path:
    """
    Return where a path of a library goes below a folder, never beside it.

    Raises:
        ForbiddenNameError: a part of it is no name of a file here.
    """
    names = path.split("/")
    if any(name in ("", ".", "..") or set(name) & set("\\:\0") for name in names):
        raise ForbiddenNameError(f"{path} is no path that a folder of this computer can have.")
    return folder.joinpath(*names)


def _begins_at(answer: BaseHTTPResponse, first: int) -> bool:
    """Tell whether a part of a file begins where it was asked to; a whole one begins at 0."""
    said = answer.headers.get("content-range", "").partition("-")[0]
    return answer.status == 206 and said.split() == ["bytes", str(first)]


@dataclass(slots=True)
class Download:
    """One file on its way to `place`; with `overwrites`, another file there is replaced."""

    graph: Graph
    ctx: CallContext
    library: Library
    entry: Entry
    place: Path
    overwrites: bool = False

    def run(self) -> str:
        """
        Bring the file, and say whether it came or was there already.

        Raises:
            NameTakenError: another file is in its place.
            HashMismatchError: what came is not what the library has.
            AibrainError: it was refused, or did not get through.
        """
        if self.place.exists():
            if self._is_whole(self.place):
                return THERE
            if not self.overwrites:
                raise self._taken()
        self.place.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._bring(self.part)
        except BaseException as exc:
            # What came is kept for another time, unless it is nothing, or its version is gone.
            is_of_no_use = isinstance(exc, ChangedMeanwhileError | NotThereError)
            with contextlib.suppress(OSError):
                if is_of_no_use or not self.part.stat().st_size:
                    self.part.unlink()
            raise

    def _bring(self, part: Path) -> str:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                found = self._fetch(part)
                break
            except HTTPError as exc:  # it broke in the middle: what came is kept
                if attempt == ATTEMPTS:
                    place = self.graph.place
                    raise translate(
                        exc, call=_OPERATION, place=place, item=self.entry.path
                    ) from None
            except RangeRefusedError:
                part.unlink(missing_ok=True)
            except (
                CredentialsExpiredError,
                NotThereError,
                DeltaExpiredError,
            ):  # the address has expired
                if attempt > 2:
                    raise
                self._renew()
        if not self.entry.hash:
            self._renew()  # it is not computed at once
        size = part.stat().st_size
        is_whole = found == self.entry.hash if self.entry.hash else size == self.entry.size
        if not is_whole:
            part.unlink()
            raise HashMismatchError(
                f"What came of {self.entry.path} is not what its quickXorHash says.",
                next_steps=["Run the cell again: it is fetched anew."],
            )
        if not self.overwrites and self.place.exists():  # it came here meanwhile
            raise self._taken()
        part.replace(self.place)
        return DOWNLOADED if self.entry.hash or not self.entry.size else UNVERIFIED

    @property
    def part(self) -> Path:
        """Where this version is while it comes."""
        mark = hashlib.sha256(self.entry.etag.encode()).hexdigest()[:10]
        # A disk takes names of 255 bytes: a long one has no room for more.
        return self.place.with_name(f".{self.place.name[:50]}.{mark}.part")

    def _taken(self) -> NameTakenError:
        return NameTakenError(
            f"{self.place.name} is there already, with other contents.",
            next_steps=["Replace it with overwrite=true, or name another folder."],
        )

    def _fetch(self, part: Path) -> str:
        """Fetch what is missing of a part, and return the hash of the whole."""
        found = QuickXor()
        with part.open("a+b") as file:
            file.seek(0)
            while chunk := file.read(_CHUNK):
                found.update(chunk)
            if found.length > self.entry.size:  # of something else
                file.truncate(0)
                found = QuickXor()
            if found.length == self.entry.size:
                return found.digest
            if not self.entry.download:
                self._renew()
            asked = {"Range": f"bytes={found.length}-"} if found.length else {}
            answer = self.graph.stream(
                self.ctx, _OPERATION, self.entry.download, asked, self.entry.path
            )
            try:
                if found.length and not _begins_at(answer, found.length):
                    if answer.status == 206:
                        raise RangeRefusedError("Other bytes came than were asked for.")
                    file.truncate(0)
                    found = QuickXor()
                for chunk in answer.stream(_CHUNK):
                    self.ctx.check()
                    file.write(chunk)
                    found.update(chunk)
            except BaseException:
                answer.close()
                raise
            answer.release_conn()
        return found.digest

    def _renew(self) -> None:
        """Ask for another address of the same version."""
        at = f"{self.library.at}/items/{self.entry.id}"
        item = self.graph.json(self.ctx, "driveitem-get", "GET", at, item=self.entry.path)
        fresh = entry_of(item, self.entry.path)
        if fresh.etag != self.entry.etag:
            raise ChangedMeanwhileError(
                f"{self.entry.path} was changed after it was listed.",
                next_steps=["Run the cell again: the new version is fetched."],
            )
        self.entry = dataclasses.replace(self.entry, download=fresh.download, hash=fresh.hash)

    def _is_whole(self, path: Path) -> bool:
        if not path.is_file() or path.stat().st_size != self.entry.size:
            return False
        return not self.entry.size or quickxor_of(path) == self.entry.hash
