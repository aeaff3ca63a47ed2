"""
A file goes out: small ones in one request, large ones through a session, verified afterwards.

What the server has already is not sent again: after a break it is asked first. The address of a
session opens the way in without a token; it is kept in a file of the user alone until the session
has ended, so that another kernel can go on.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.config import user_dir
from aibrain_jupyter.shared.error_handler import (
    CallTimeoutError,
    ConnectionFailedError,
    IncompleteAnswerError,
    ServiceError,
)
from aibrain_jupyter.sharepoint.causes import translate
from aibrain_jupyter.sharepoint.client import ATTEMPTS, wait_before
from aibrain_jupyter.sharepoint.errors import (
    ChangedMeanwhileError,
    DeltaExpiredError,
    FileTooLargeError,
    GraphRefused,
    HashMismatchError,
    NameTakenError,
    NotThereError,
    RangeRefusedError,
    Refusal,
    SessionLostError,
)
from aibrain_jupyter.sharepoint.library import entry_at, entry_of, folder
from aibrain_jupyter.sharepoint.names import refuse

if TYPE_CHECKING:
    from pathlib import Path

    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.sharepoint.client import Graph
    from aibrain_jupyter.sharepoint.library import Entry, Library
    from aibrain_jupyter.sharepoint.sources import Source

UPLOADED, THERE, ALTERED = "uploaded", "there already", "altered by SharePoint"
FAIL, RENAME, REPLACE = "fail", "rename", "replace"
SMALL: Final = 10 << 20
"""Up to so many bytes a file goes in one request; above, a session is recommended."""
CHUNK: Final = 16 * 327_680
"""Of a session: a multiple of 320 KiB, 5 MiB."""

_OFFICE: Final = (".docx", ".docm", ".xlsx", ".xlsm", ".pptx", ".pptm", ".vsdx")
_LOOKS: Final = 5
_LONGEST_LOOK_S: Final = 2.0
_RULE: Final = "@microsoft.graph.conflictBehavior"
_BROKEN: Final = (ConnectionFailedError, CallTimeoutError)


@dataclass(slots=True)
class Upload:
    """
    One file on its way.

    `there` is what is in its place, as it was listed; `conflict` what to do then: ``fail``,
    ``rename`` or ``replace`` (only the version that was listed).
    """

    graph: Graph
    ctx: CallContext
    library: Library
    source: Source
    conflict: str = FAIL
    there: Entry | None = None
    _url: str = field(default="", repr=False)

    def run(self) -> tuple[str, Entry]:
        """
        Send the file, and return how it ended and what is there now.

        Raises:
            NameTakenError: another file is there, and nothing was said of it.
            HashMismatchError: what SharePoint has is not what was sent.
            AibrainError: it was refused, or did not get through.
        """
        refuse(self.source.path, self.library.url)
        if self.source.is_in(self.there) and self.there:
            return THERE, self.there
        if self.there and self.conflict == FAIL:
            raise self._taken()
        if self.there and self.conflict == RENAME and (copy := self._copy()):
            return THERE, copy
        send = self._small if self.source.size <= SMALL else self._session
        entry = send()
        return (UPLOADED if self._verified(entry) else ALTERED), entry

    def _small(self) -> Entry:
        address = f"{self.library.item(self.source.path, '/content')}?{_RULE}={self._rule}"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._entry(
                    self._ask(
                        "driveitem-put-content", "PUT", address,
                        body=self.source.read(0, self.source.size), headers=self._headers,
                    )
                )  # fmt: skip
            except FileTooLargeError:  # something on the way takes less
                if not self.source.size:
                    raise
                return self._session()
            except (*_BROKEN, NameTakenError):
                # The answer may be lost, and the file there.
                if found := self._found():
                    return found
                if attempt == ATTEMPTS:
                    raise
                if (now := self._now()) and self._rule == FAIL:
                    self.there = now
                    raise self._taken() from None
        raise AssertionError("the last attempt returns or raises")

    def _session(self) -> Entry:
        """Send it in chunks, going on where the server is."""
        next_byte, begun, stood_still = self._resumed(), 0, 0
        furthest = next_byte or 0
        while True:
            if next_byte is None:
                next_byte, begun, furthest = self._begin(), begun + 1, 0
            try:
                answer = self._chunk(next_byte)
            except SessionLostError:
                if found := self._found():
                    return self._ended(found)
                if begun > 2:
                    raise
                self._forget()
                next_byte = None
                continue
            except (NameTakenError, ChangedMeanwhileError):
                if found := self._found():
                    return self._ended(found)
                self._end_session()
                raise
            except (*_BROKEN, RangeRefusedError):
                next_byte = self._status()
                if next_byte is None and (found := self._found()):
                    return self._ended(found)
                stood_still = 0 if (next_byte or 0) > furthest else stood_still + 1
                if stood_still >= ATTEMPTS:
                    raise
                furthest = max(furthest, next_byte or 0)
                continue
            if "id" in answer:
                return self._ended(self._entry(answer))
            next_byte = _next(answer)
            stood_still = 0 if next_byte > furthest else stood_still + 1
            if stood_still >= ATTEMPTS or next_byte >= self.source.size:
                self._end_session()
                raise _astray()
            furthest = max(furthest, next_byte)

    def _chunk(self, first: int) -> dict[str, Any]:
        try:
            data = self.source.read(first, min(CHUNK, self.source.size - first))
        except (ChangedMeanwhileError, OSError):
            self._end_session()
            raise
        if first + len(data) == self.source.size:
            self._refuse_changed()
        rule = f"bytes {first}-{first + len(data) - 1}/{self.source.size}"
        return self._ask(
            "driveitem-upload-fragment", "PUT", self._url,
            body=data, headers={"Content-Range": rule}, is_signed=False,
        )  # fmt: skip

    def _begin(self) -> int:
        item = {_RULE: self._rule, "name": self.source.path.rpartition("/")[2]}
        address = self.library.item(self.source.path, "/createUploadSession")
        answer = self._ask(
            "driveitem-createuploadsession", "POST", address,
            body={"item": item}, headers=self._headers, is_repeatable=True,
        )  # fmt: skip
        self._url = answer["uploadUrl"]
        self._remember()
        return _next(answer)

    def _status(self) -> int | None:
        """Return the byte that the server expects next; None: the session is over."""
        try:
            return _next(self._ask("uploadsession-get", "GET", self._url, is_signed=False))
        except ServiceError:  # gone, or completed
            self._forget()
            return None

    def _resumed(self) -> int | None:
        """Return where an earlier kernel stopped; None: nowhere."""
        try:
            self._url = str(json.loads(self._kept.read_text("utf-8"))["url"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if not self._url.startswith(("https://", "http://")):
            return None
        try:
            return self._status()
        except IncompleteAnswerError:  # it leads nowhere, now or another time
            self._end_session()
            return None

    def _end_session(self) -> None:
        if not self._url:
            return
        with contextlib.suppress(ServiceError):
            self._ask("uploadsession-delete", "DELETE", self._url, is_signed=False)
        self._forget()

    @property
    def _kept(self) -> Path:
        """The file that keeps the address of the session."""
        what = [self.library.id, self.source.path, self.source.sha256, self.conflict]
        if self.there:  # a session is for what was seen there when it began
            what.append(self.there.etag)
        name = hashlib.sha256("\n".join(what).encode()).hexdigest()[:32]
        return user_dir("data") / "sharepoint" / f"{name}.json"

    def _remember(self) -> None:
        self._kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(self._kept, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump({"url": self._url}, file)

    def _forget(self) -> None:
        self._kept.unlink(missing_ok=True)
        self._url = ""

    def _ended(self, entry: Entry) -> Entry:
        self._forget()
        return entry

    def _verified(self, entry: Entry) -> bool:
        """Tell whether SharePoint has what was sent; False: it rewrote an Office file."""
        for attempt in range(1, _LOOKS):
            if entry.hash or not entry.size:
                break
            wait_before(self.ctx, attempt, _LONGEST_LOOK_S)
            at = f"{self.library.at}/items/{entry.id}"  # it is not computed at once
            entry = entry_of(self._ask("driveitem-get", "GET", at), entry.path)
        if self.source.is_in(entry):
            return True
        if not entry.hash and entry.size == self.source.size:
            raise IncompleteAnswerError(
                f"{self.source.path} is there, and SharePoint gives no hash of it yet.",
                why="Whether it is what was sent is not known.",
                next_steps=["Run the cell again later: it is compared then, and not sent again."],
            )
        if entry.name.lower().endswith(_OFFICE):
            return False
        raise HashMismatchError(
            f"What SharePoint has of {self.source.path} is not what was sent.",
            why=f"quickXorHash {entry.hash or 'not given'}, sent {self.source.hash}",
            next_steps=["Look at the file there: it may be replaced with conflict=replace."],
        )

    def _found(self) -> Entry | None:
        """Return the file where it is there with these contents."""
        now = self._now()
        if self.source.is_in(now):
            return now
        return self._copy() if self.conflict == RENAME else None

    def _copy(self) -> Entry | None:
        """Return the file where it is there under the name that an earlier `rename` gave it."""
        above, _, name = self.source.path.rpartition("/")
        stem, dot, ending = name.rpartition(".") if "." in name[1:] else (name, "", "")
        given = re.compile(rf"{re.escape(stem)} ?\(?\d+\)?{re.escape(dot + ending)}", re.IGNORECASE)
        beside = folder(self.graph, self.ctx, self.library, above)
        copies = (e for e in beside if given.fullmatch(e.name) and self.source.is_in(e))
        return next(copies, None)

    def _refuse_changed(self) -> None:
        """Raise where the version that would be replaced is no longer the one that was seen."""
        if self.conflict != REPLACE or not self.there:
            return
        now, seen = self._now(), self.there
        if now is None or now.etag == seen.etag or (now.size, now.hash) == (seen.size, seen.hash):
            return
        self._end_session()
        refused = GraphRefused(Refusal(412, "resourceModified"))
        place, item = self.graph.place, self.source.path
        raise translate(refused, call="driveitem-upload-fragment", place=place, item=item)

    def _now(self) -> Entry | None:
        return entry_at(self.graph, self.ctx, self.library, self.source.path)

    def _taken(self) -> Any:
        now, said = self.there, ""
        if now and now.is_folder:
            said = "a folder is there"
        elif now:
            said = f"{now.size:,} bytes of {now.modified}, by {now.modified_by or 'somebody'}"
        refused = GraphRefused(Refusal(409, "nameAlreadyExists", message=said))
        place, item = self.graph.place, self.source.path
        return translate(refused, call="driveitem-put-content", place=place, item=item)

    @property
    def _rule(self) -> str:
        """What the server is told: where nothing was seen, nothing is to be replaced."""
        return FAIL if self.conflict == REPLACE and not self.there else self.conflict

    @property
    def _headers(self) -> dict[str, str]:
        is_replaced = self.conflict == REPLACE and self.there
        return {"If-Match": self.there.etag} if is_replaced and self.there else {}

    def _entry(self, item: dict[str, Any]) -> Entry:
        above = self.source.path.rpartition("/")[0]
        return entry_of(item, f"{above}/{item['name']}".strip("/"))

    def _ask(self, operation: str, method: str, address: str, **how: Any) -> dict[str, Any]:
        try:
            return self.graph.json(
                self.ctx, operation, method, address, item=self.source.path, **how
            )
        except (NotThereError, DeltaExpiredError) as error:  # 404, or 410
            if how.get("is_signed", True):
                raise
            raise SessionLostError(
                "The upload session has expired.", why=error.why, facts=error.facts
            ) from error


def _next(status: dict[str, Any]) -> int:
    """Return the first byte that is expected: ranges are written ``5242880-`` or with an end."""
    try:
        return int(str(status["nextExpectedRanges"][0]).partition("-")[0])
    except (KeyError, IndexError, ValueError, TypeError) as exc:
        raise _astray() from exc


def _astray() -> IncompleteAnswerError:
    return IncompleteAnswerError(
        "The upload session does not say what it expects next.",
        next_steps=["Run the cell again: what is there already is not sent."],
    )
