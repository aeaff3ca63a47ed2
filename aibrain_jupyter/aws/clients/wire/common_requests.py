"""
Requests of HTTP that are written at once: the same bytes as urllib3 and `http.client` write.

They put a head together header by header, a tenth of what a small request costs here. What is in
any way uncommon is left to them, before anything of it was written: a body that is no bytes, a
header that is no text of ASCII, a proxy, a request that waits for "100 Continue".
"""

from __future__ import annotations

import re
from http.client import HTTPConnection
from inspect import signature
from typing import TYPE_CHECKING, Any, Final

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from urllib3 import HTTPHeaderDict
from urllib3.response import HTTPResponse

from aibrain_jupyter.aws.clients.wire.common_answers import CommonResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    _Base = AWSHTTPConnection
else:
    _Base = object

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
_VERSION: Final = "version_string"
_IS_KNOWN: Final = hasattr(HTTPConnection, "_output")
"""Whether `http.client` has the one method that takes a line as it is."""


class _Common(_Base):
    """What a connection of botocore is here."""

    response_class = CommonResponse
    _asked: tuple[str, str, Mapping[str, Any]] | None = None
    _first_lines: str | None = None
    _has_seen_others = not _IS_KNOWN

    def request(
        self, method: str, url: str, body: Any = None, headers: Any = None, **options: Any
    ) -> None:
        """Send a request; arguments and errors are those of urllib3's connections."""
        self._asked = None
        head = None if self._is_uncommon(body, options) else self._head(method, url, body, headers)
        if head is None:
            # botocore keeps on its connection what such a request leaves to be done by the next.
            self._has_seen_others = True
            super().request(method, url, body, headers, **options)
            return
        self._asked = method, url, options
        if self.sock is not None:
            self.sock.settimeout(self.timeout)
        self.putrequest(method, url, skip_host=True, skip_accept_encoding=True)
        self._output(head)
        self.endheaders(body)

    def _is_uncommon(self, body: Any, options: Mapping[str, Any]) -> bool:
        return bool(
            self._has_seen_others
            or self.proxy
            or options.get("chunked")
            or not options.keys() <= {"chunked", *_OPTIONS}
            or (body is not None and type(body) is not bytes)
        )

    def _head(self, method: str, url: str, body: Any, headers: Any) -> bytes | None:
        """Return the lines below the request line; None: they are no common ones."""
        if self._first_lines is None:
            self._first_lines = self._own_lines()
        lines, names = [self._first_lines], set()
        for name, given in (headers or {}).items():
            value = given.decode("latin-1") if type(given) is bytes else given
            if type(name) is not str or type(value) is not str:
                return None
            names.add(name.lower())
            lines.append(f"{name}: {value}\r\n")
        if "user-agent" not in names or not names.isdisjoint(_CHANGE_MORE):
            return None
        if "content-length" not in names and (body is not None or method not in _BARE):
            return None
        found = "".join(lines)
        is_common = (
            self._first_lines
            and _LINES.fullmatch(found)
            and found.count("\n")
            == len(lines) + 1  # the first are two; a value has none of its own
            and _METHOD.fullmatch(method)
            and _TARGET.fullmatch(url)
        )
        return found[:-2].encode("ascii") if is_common else None

    def _own_lines(self) -> str:
        """Return the lines that each request begins with; empty: the host is no common one."""
        if not _HOST.fullmatch(self.host):
            return ""
        port = "" if self.port == self.default_port else f":{self.port}"
        return f"Host: {self.host}{port}\r\nAccept-Encoding: identity\r\n"

    def getresponse(self) -> Any:
        """Return the answer as urllib3's connections do."""
        asked, self._asked = self._asked, None
        if asked is None:
            return super().getresponse()
        self.sock.settimeout(self.timeout)
        found: Any = HTTPConnection.getresponse(self)
        method, url, options = asked
        return HTTPResponse(
            body=found,
            headers=HTTPHeaderDict(found.headers.items()),
            status=found.status,
            version=found.version,
            reason=found.reason,
            original_response=found,
            request_method=method,
            request_url=url,
            **{name: options.get(name, usual) for name, usual in _OPTIONS.items()},
            **_TOLD,
        )


_TOLD: Final[dict[str, Any]] = (
    {_VERSION: "HTTP/1.1"} if _VERSION in signature(HTTPResponse).parameters else {}
)


class _Connection(_Common, AWSHTTPConnection):
    """Of HTTP."""


class _SecureConnection(_Common, AWSHTTPSConnection):
    """Of HTTPS."""


class CommonPool(AWSHTTPConnectionPool):
    """Connections to one host."""

    ConnectionCls = _Connection


class CommonSecurePool(AWSHTTPSConnectionPool):
    """Connections to one host by TLS."""

    ConnectionCls = _SecureConnection


POOLS: Final[Mapping[type, type]] = {
    AWSHTTPConnectionPool: CommonPool,
    AWSHTTPSConnectionPool: CommonSecurePool,
}
"""By botocore's kind of connections the one that takes its place."""
