"""
Answers of HTTP whose head is read at once: the same head as `http.client` reads.

It reads line by line and makes a message of the ``email`` package of them, and urllib3 asks that
for each header. Nearly every head comes in one piece, of one line a header, in ASCII: one pattern
knows it. For any other nothing is taken, and `http.client` reads it.
"""

from __future__ import annotations

import re
from email.policy import Compat32
from http.client import HTTPMessage, HTTPResponse
from typing import Any, Final, cast

_HEAD: Final = re.compile(
    rb"(HTTP/1\.[01]) ([2-9]\d\d)(?: ([\t -~]*))?\r\n"
    rb"((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*\r\n){0,99})\r\n"
)
"""The head of an answer that is no interim one."""
_NO_BODY: Final = (204, 304)
_OLD: Final = 10
"""HTTP/1.0 as `http.client` numbers it."""


class _AsTheyAre(Compat32):
    """Headers are given as they came: nothing but ASCII is in them."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


_POLICY: Final = cast("Any", _AsTheyAre())


class CommonResponse(HTTPResponse):
    """An answer of `http.client` that reads a common head by one pattern."""

    fp: Any

    def begin(self) -> None:
        """Read the head; an answer that is read already stays as it is."""
        if self.headers is not None:
            return
        found = _HEAD.match(self.fp.peek())
        if found is None:
            super().begin()
            return
        self.fp.read(found.end())
        version, status, reason, lines = found.groups(b"")
        self.version = _OLD if version == b"HTTP/1.0" else 11
        self.code = self.status = int(status)
        self.reason = reason.decode("ascii").strip()
        self.headers = self.msg = headers = HTTPMessage(policy=_POLICY)
        for line in lines.decode("ascii").split("\r\n")[:-1]:
            name, _, value = line.partition(":")
            headers.set_raw(name, value.lstrip())
        self._find_the_end(headers)

    def _find_the_end(self, headers: HTTPMessage) -> None:
        """Tell from the head where the body ends, and whether the connection does with it."""
        self.chunked = (headers.get("transfer-encoding") or "").lower() == "chunked"
        self.chunk_left = None
        said = (headers.get("connection") or "").lower()
        if self.version == _OLD:
            by_proxy = (headers.get("proxy-connection") or "").lower()
            stays = headers.get("keep-alive") or "keep-alive" in said or "keep-alive" in by_proxy
            self.will_close = not stays
        else:
            self.will_close = "close" in said
        self.length = None if self.chunked else _number(headers.get("content-length"))
        if self.status in _NO_BODY or self._method == "HEAD":
            self.length = 0
        if self.length is None and not self.chunked:
            self.will_close = True


def _number(text: str | None) -> int | None:
    try:
        found = int(text or "")
    except ValueError:
        return None
    return found if found >= 0 else None
