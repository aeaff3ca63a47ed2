"""
Heads of HTTP that are written and read at once: the same as urllib3 and `http.client` have them.

They write a request header by header, and make a message of the ``email`` package of an answer's
head, line by line: a tenth of what a small request costs here. Nearly every head is of one kind:
ASCII, one line a header, an answer's in one piece. What is in any way uncommon is left to them,
before anything of it was written or taken: a body that is neither text nor bytes, a proxy, a
request that waits for "100 Continue", an answer that is no final one. Such a one they take for the
answer, and the final one would be read as that of the next request: here it is read on.

Before that botocore makes a request ready: it writes each header a second time, as bytes, into a
message of the ``email`` package, and reads all of it again. Where no header is there twice and all
are ASCII, they are written once (`prepare_at_once`).
"""

from __future__ import annotations

import re
from email.policy import Compat32
from functools import lru_cache
from http.client import HTTPConnection, HTTPMessage
from http.client import HTTPResponse as HeldResponse
from inspect import signature
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
    AWSRequest,
    AWSRequestPreparer,
    HeadersDict,
)
from botocore.compat import HTTPHeaders
from urllib3 import HTTPHeaderDict
from urllib3.response import HTTPResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

_METHOD: Final = re.compile(r"[A-Z]+")
_TARGET: Final = re.compile(r"/[!-~]*")
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+")
_LINES: Final = re.compile(r"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t -~]*\r\n)+")
_CHANGE_MORE: Final = frozenset({"expect", "transfer-encoding", "host", "accept-encoding"})
"""Headers that change how a request is sent, or what is sent besides."""
_BARE: Final = frozenset({"GET", "HEAD"})
"""Methods of which a request without a body says nothing of its length."""
_OPTIONS: Final = {"preload_content": True, "decode_content": True, "enforce_content_length": True}
"""What urllib3 may ask for with a request, besides chunks; a newer one may know more."""
_KNOWN: Final = frozenset({"chunked", *_OPTIONS})
_HEAD: Final = re.compile(
    rb"(HTTP/1\.[01]) ([2-9]\d\d)(?: ([\t -~]*))?\r\n"
    rb"((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*\r\n){0,99})\r\n"
)
_OLD: Final = 10
"""HTTP/1.0 as `http.client` numbers it."""
_NO_BODY: Final = (204, 304)
_NOT_FINAL: Final = range(102, 200)
"""Statuses after which the answer is still to come, but 100, which `http.client` knows."""
_FOLD: Final = re.compile(r"[ \t]*\r?\n[ \t]+")
_VERSION: Final = "version_string"
_TOLD: Final[dict[str, Any]] = (
    {_VERSION: "HTTP/1.1"} if _VERSION in signature(HTTPResponse).parameters else {}
)


class _AsTheyAre(Compat32):
    """Headers are given as they came: nothing but ASCII is in them."""

    header_fetch_parse = staticmethod(lambda _name, value: value)  # type: ignore[assignment]


_POLICY: Final[Any] = _AsTheyAre()


class CommonResponse(HeldResponse):
    """
    An answer of `http.client` that reads a common head by one pattern.

    `may_be_folded` says that a value of its head may go over several lines.
    """

    may_be_folded = True

    def begin(self) -> None:
        """Read the head; an answer that is read already stays as it is."""
        held: Any = self
        while (found := None if held.headers is not None else _HEAD.match(held.fp.peek())) is None:
            super().begin()
            if held.status not in _NOT_FINAL:
                return
            held.headers = held.msg = None
        self.may_be_folded = False
        held.fp.read(found.end())
        version, status, reason, lines = found.groups(b"")
        held.version = _OLD if version == b"HTTP/1.0" else 11
        held.code = held.status = int(status)
        held.reason = reason.decode("ascii").strip()
        held.headers = held.msg = headers = HTTPMessage(policy=_POLICY)
        for line in lines.decode("ascii").split("\r\n")[:-1]:
            name, _, value = line.partition(":")
            headers.set_raw(name, value.lstrip())
        # Where the body ends, and whether the connection does with it.
        held.chunked = (headers.get("transfer-encoding") or "").lower() == "chunked"
        held.chunk_left = held.length = None
        said = (headers.get("connection") or "").lower()
        held.will_close = "close" in said
        if held.version == _OLD:
            by_proxy = (headers.get("proxy-connection") or "").lower()
            stays = headers.get("keep-alive") or "keep-alive" in said or "keep-alive" in by_proxy
            held.will_close = not stays
        if not held.chunked:
            try:
                length = int(headers.get("content-length") or "")
            except ValueError:
                length = -1
            held.length = length if length >= 0 else None
        if held.status in _NO_BODY or held._method == "HEAD":
            held.length = 0
        if held.length is None and not held.chunked:
            held.will_close = True


@lru_cache(256)
def _first_lines(host: str, port: int, usual_port: int) -> str:
    """Return the lines that each request to a host begins with; empty: it is no common one."""
    if not _HOST.fullmatch(host):
        return ""
    own = "" if port == usual_port else f":{port}"
    return f"Host: {host}{own}\r\nAccept-Encoding: identity\r\n"


def _head(
    first: str, method: str, url: str, headers: Mapping[str, Any], *, has_body: bool
) -> bytes | None:
    """Return the lines below the request line; None: they are no common ones."""
    lines, names = [first], set()
    for name, given in headers.items():
        value = given.decode("latin-1") if type(given) is bytes else given
        if type(name) is not str or type(value) is not str:
            return None
        if ":" in name:
            return None
        names.add(name.lower())
        lines.append(f"{name}: {value}\r\n")
    if "user-agent" not in names or not names.isdisjoint(_CHANGE_MORE):
        return None
    if "content-length" not in names and (has_body or method not in _BARE):
        return None
    found = "".join(lines)
    is_common = (
        first
        and _LINES.fullmatch(found)
        and found.count("\n") == len(lines) + 1  # the first are two; a value has none of its own
        and _METHOD.fullmatch(method)
        and _TARGET.fullmatch(url)
    )
    return found[:-2].encode("ascii") if is_common else None


class _Common:
    """What a connection of botocore is here, beside what it is there."""

    response_class = CommonResponse
    _asked: tuple[str, str, Mapping[str, Any]] | None = None
    _has_seen_others = not hasattr(HTTPConnection, "_output")

    def request(
        self, method: str, url: str, body: Any = None, headers: Any = None, **options: Any
    ) -> None:
        """Send a request; arguments and errors are those of urllib3's connections."""
        own: Any = self
        self._asked, head = None, None
        sent = body.encode() if type(body) is str else body
        is_plain = (sent is None or type(sent) is bytes) and options.keys() <= _KNOWN
        if is_plain and not (self._has_seen_others or own.proxy or options.get("chunked")):
            first = _first_lines(own.host, own.port, own.default_port)
            head = _head(first, method, url, headers or {}, has_body=sent is not None)
        if head is None:
            # botocore keeps on its connection what such a request leaves to be done by the next.
            self._has_seen_others = True
            # Which knows a header in whatever case it is written.
            again = HeadersDict(headers) if type(headers) is dict else headers
            super().request(method, url, body, again, **options)  # type: ignore[misc]
            return
        self._asked = method, url, options
        if own.sock is not None:
            own.sock.settimeout(own.timeout)
        own.putrequest(method, url, skip_host=True, skip_accept_encoding=True)
        own._output(head)
        own.endheaders(sent)

    def getresponse(self) -> Any:
        """Return the answer as urllib3's connections do."""
        own: Any = self
        asked, self._asked = self._asked, None
        if asked is None:
            return super().getresponse()  # type: ignore[misc]
        own.sock.settimeout(own.timeout)
        found: Any = HTTPConnection.getresponse(own)
        method, url, options = asked
        headers = found.headers.items()
        if found.may_be_folded:
            headers = [(name, _FOLD.sub(" ", value)) for name, value in headers]
        return HTTPResponse(
            body=found,
            headers=HTTPHeaderDict(headers),
            status=found.status,
            version=found.version,
            reason=found.reason,
            original_response=found,
            request_method=method,
            request_url=url,
            **{name: options.get(name, usual) for name, usual in _OPTIONS.items()},
            **_TOLD,
        )


class _Preparer(AWSRequestPreparer):
    """Botocore's, of a request whose headers are written already as they are sent."""

    headers: dict[str, bytes]

    def _prepare_headers(self, original: Any, prepared_body: Any = None) -> Any:
        given: Any = super()
        written = SimpleNamespace(method=original.method, headers=self.headers)
        return given._prepare_headers(written, prepared_body)


def prepare_at_once(client: Any) -> None:
    """Have an SDK client make its requests ready for less of the time."""
    endpoint = client._endpoint
    given = endpoint.prepare_request

    def prepare_request(request: Any) -> Any:
        if type(request) is not AWSRequest or type(request.headers) is not HTTPHeaders:
            return given(request)
        headers: dict[str, bytes] = {}
        names: set[str] = set()
        for name, value in request.headers.raw_items():
            if type(value) is not str or not value.isascii():
                return given(request)
            headers[name] = value.encode("ascii")
            names.add(name.lower())
        if len(names) < len(request.headers):  # one is there twice
            return given(request)
        own: Any = request
        own._request_preparer = preparer = _Preparer()
        preparer.headers = headers
        return request.prepare()

    endpoint.prepare_request = prepare_request


class _Connection(_Common, AWSHTTPConnection):  # type: ignore[misc]
    """Of HTTP."""


class _SecureConnection(_Common, AWSHTTPSConnection):  # type: ignore[misc]
    """Of HTTPS."""


def _plain(headers: Any) -> Any:
    """
    Return botocore's headers as a plain mapping.

    To copy theirs, as urllib3 does, and to read it takes a new key of its own for each header.
    """
    if type(headers) is not HeadersDict:
        return headers
    kept: Any = headers
    try:
        return {key._key: value for key, value in kept._dict.items()}
    except AttributeError:  # another botocore
        return dict(headers.items())


class _PlainHeaders:
    """What a pool of connections is here, beside what it is there."""

    def urlopen(self, *args: Any, **options: Any) -> Any:
        """Return the answer to a request, as urllib3's pools do."""
        if "headers" in options:
            options["headers"] = _plain(options["headers"])
        return super().urlopen(*args, **options)  # type: ignore[misc]


class CommonPool(_PlainHeaders, AWSHTTPConnectionPool):
    """Connections to one host."""

    ConnectionCls = _Connection


class CommonSecurePool(_PlainHeaders, AWSHTTPSConnectionPool):
    """Connections to one host by TLS."""

    ConnectionCls = _SecureConnection


POOLS: Final[Mapping[type, type]] = {
    AWSHTTPConnectionPool: CommonPool,
    AWSHTTPSConnectionPool: CommonSecurePool,
}
"""By botocore's kind of connections the one that takes its place."""
