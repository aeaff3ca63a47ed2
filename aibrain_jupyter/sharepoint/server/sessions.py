"""Upload sessions: fragments one after the other, in multiples of 320 KiB."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.sharepoint.server.answers import Answer, GraphRefusal
from aibrain_jupyter.sharepoint.server.drive import FAIL, REPLACE, Drive, iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.sharepoint.server.answers import Asked
    from aibrain_jupyter.sharepoint.server.drive import Item

UNIT: Final = 327_680
_LARGEST: Final = 60 << 20
_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_CONFLICT: Final = "@microsoft.graph.conflictBehavior"


@dataclass(slots=True)
class Session:
    """A file that is being uploaded; `sent` counts the bytes that came, kept or not."""

    drive: Drive
    path: str
    conflict: str
    is_deferred: bool
    file_times: dict[str, str]
    if_match: str
    received: bytearray = field(default_factory=bytearray)
    odd_fragment: bool = False
    is_done: bool = False
    sent: int = 0
    until: dt.datetime = field(
        default_factory=lambda: dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    )

    @property
    def status(self) -> dict[str, Any]:
        """What is still expected."""
        ranges = [f"{len(self.received)}-"]
        return {"expirationDateTime": iso(self.until), "nextExpectedRanges": ranges}


class Sessions:
    """The sessions there are, by the secret part of their address."""

    def __init__(self) -> None:
        self.open: dict[str, Session] = {}

    def begin(self, drive: Drive, path: str, asked: Asked) -> Answer:
        """Answer ``createUploadSession``."""
        body = asked.json()
        item = body.get("item", {})
        name = path.rpartition("/")[2]
        drive.check_name(name, path)
        conflict = item.get(_CONFLICT) or body.get(_CONFLICT) or FAIL
        if (there := drive.at(path)) and conflict == FAIL:
            raise GraphRefusal(409, "nameAlreadyExists", f"An item named {there.name} exists.")
        if drive.used + int(item.get("fileSize", 0)) > drive.quota:
            raise GraphRefusal(507, "quotaLimitReached", "The quota is used up.")
        secret = secrets.token_urlsafe(24)
        session = Session(
            drive,
            path,
            conflict,
            bool(body.get("deferCommit")),
            {k: v for k, v in item.get("fileSystemInfo", {}).items() if isinstance(v, str)},
            asked.headers.get("if-match", ""),
        )
        self.open[secret] = session
        return Answer(data={"uploadUrl": f"{asked.base}/upload/{secret}", **session.status})

    def answer(self, secret: str, asked: Asked, shown: Callable[[Drive, Item], Any]) -> Answer:
        """Answer a request to the address of a session."""
        session = self.open.get(secret)
        if session is None or session.until < dt.datetime.now(dt.UTC):
            raise GraphRefusal(404, "itemNotFound", "No session.", inner="uploadSessionNotFound")
        if asked.method == "DELETE":
            del self.open[secret]
            return Answer(204)
        if session.is_done:
            raise GraphRefusal(400, "invalidRequest", "The session is completed.")
        if asked.method == "GET":
            return Answer(data=session.status)
        if asked.method == "POST":
            return _commit(session, shown)
        return _fragment(session, asked, shown)


def _fragment(session: Session, asked: Asked, shown: Callable[[Drive, Item], Any]) -> Answer:
    found = _RANGE.fullmatch(asked.headers.get("content-range", ""))
    if not found:
        raise GraphRefusal(400, "invalidRequest", "Content-Range is missing or no range.")
    first, last = int(found[1]), int(found[2])
    if last - first + 1 != len(asked.body) or len(asked.body) > _LARGEST:
        raise GraphRefusal(400, "invalidRequest", "Length.", inner="fragmentLengthMismatch")
    expected = len(session.received)
    session.sent += len(asked.body)
    if first != expected:
        inner = "fragmentOverlap" if first < expected else "fragmentOutOfOrder"
        raise GraphRefusal(416, "invalidRange", "The fragment is not expected.", inner=inner)
    is_last = found[3] != "*" and last + 1 == int(found[3])
    session.odd_fragment |= not is_last and len(asked.body) % UNIT != 0
    session.received += asked.body
    if is_last and not session.is_deferred:
        return _commit(session, shown)
    return Answer(202, session.status)


def _commit(session: Session, shown: Callable[[Drive, Item], Any]) -> Answer:
    if session.odd_fragment:
        raise GraphRefusal(400, "invalidRequest", "A fragment was no multiple of 320 KiB.")
    item, is_new = session.drive.write(
        session.path,
        bytes(session.received),
        conflict=session.conflict or REPLACE,
        if_match=session.if_match,
        file_times=session.file_times,
    )
    session.is_done = True
    session.received = bytearray()
    return Answer(201 if is_new else 200, shown(session.drive, item))
