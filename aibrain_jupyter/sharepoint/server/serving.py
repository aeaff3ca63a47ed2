"""The server: a thread that answers, notes what was asked, and lets go wrong what is scripted."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import ssl
import sys
import threading
import time
import urllib.parse
import uuid
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.sharepoint.server.answers import Answer, Asked, GraphRefusal
from aibrain_jupyter.sharepoint.server.drive import Drive
from aibrain_jupyter.sharepoint.server.faults import ANSWER, REQUEST, Fault
from aibrain_jupyter.sharepoint.server.routes import Routes
from aibrain_jupyter.sharepoint.server.sign_in import Tokens

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

HOST: Final = "contoso.sharepoint.com"
SITE: Final = "/sites/audit"


@dataclass(frozen=True, slots=True)
class Noted:
    """A request that was answered: ``METHOD path`` without its query, status, and body's length."""

    asked: str
    status: int
    length: int
    at: float
    is_signed: bool


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet where a client went away: that is what is tested."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class LocalGraph:
    """
    A Graph on 127.0.0.1, running between ``with`` and its end.

    Args:
        tls: A file with certificate and key: then it speaks TLS. None: plain HTTP.

        latency_s: Seconds each answer is held back.

    `clock_ahead_s` puts its clock ahead of this machine's.
    """

    def __init__(self, *, tls: Path | None = None, latency_s: float = 0.0) -> None:
        self.drive = Drive("Documents", f"{HOST}{SITE}")
        self.routes, self.tokens = Routes(HOST, SITE, self.drive), Tokens()
        self.faults: list[Fault] = []
        self.log: list[Noted] = []
        self.latency_s = latency_s
        self.too_early = 0
        self.clock_ahead_s = 0.0
        self._closed_until = 0.0
        self._lock = threading.Lock()
        self._scheme = "https" if tls else "http"
        self._http = _Server(("127.0.0.1", 0), _handler(self))
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._http.server_port

    @property
    def url(self) -> str:
        """Its address: that of Graph (without ``/v1.0``) and of the sign-in."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def site_url(self) -> str:
        """The address of its site, as a person would copy it."""
        return f"https://{HOST}{SITE}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def asked(self, pattern: str = "") -> list[Noted]:
        """Return the requests whose ``METHOD path`` fits a pattern."""
        return [noted for noted in self.log if re.search(pattern, noted.asked)]

    def fault_of(self, asked: str) -> Fault | None:
        """Return what goes wrong with a request."""
        with self._lock:
            return next((fault for fault in self.faults if fault.hits_now(asked)), None)

    def answer(self, asked: Asked, fault: Fault | None) -> Answer:
        """Answer a request."""
        try:
            if fault and fault.status:
                raise self._refusal(fault)
            return self._answer(asked)
        except GraphRefusal as refusal:
            inner: dict[str, Any] = {"date": dt.datetime.now(dt.UTC).isoformat()[:19]}
            inner |= {"code": refusal.inner} if refusal.inner else {}
            error = {"code": refusal.code, "message": refusal.message, "innerError": inner}
            return Answer(refusal.status, {"error": error}, refusal.headers)

    def _answer(self, asked: Asked) -> Answer:
        if asked.path.startswith("/upload/"):
            secret = asked.path.removeprefix("/upload/")

            def shown(drive: Drive, item: Any) -> Any:
                return self.routes._shown(drive, item, asked)

            return self.routes.sessions.answer(secret, asked, shown)
        if asked.path.endswith("/download.aspx"):
            return self.routes.download(asked)
        if (found := self.tokens.answer(asked)) is not None:
            return found
        self.tokens.check(asked.headers.get("authorization", ""))
        return self.routes.answer(asked)

    def _refusal(self, fault: Fault) -> GraphRefusal:
        headers = dict(fault.headers)
        if fault.retry_after is not None:
            headers["retry_after"] = f"{fault.retry_after:g}"
            self._closed_until = time.monotonic() + fault.retry_after
        inner = "throttledRequest" if fault.status == 429 else ""
        return GraphRefusal(fault.status, fault.error_code, "Scripted.", inner=inner, **headers)

    def note(self, asked: Asked, status: int) -> None:
        """Remember a request, and count it where the server had asked for a pause."""
        name = f"{asked.method} {asked.path}"
        signed = "authorization" in asked.headers
        with self._lock:
            self.too_early += time.monotonic() < self._closed_until and status not in (429, 503)
            self.log.append(Noted(name, status, len(asked.body), time.monotonic(), signed))


def _handler(graph: LocalGraph) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body are two packets: the second would wait for the first's receipt.
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            parts = urllib.parse.urlsplit(self.path)
            path = urllib.parse.unquote(parts.path)
            fault = graph.fault_of(f"{self.command} {path}")
            body = self._body(fault)
            if body is None:
                return
            headers = {name.lower(): text for name, text in self.headers.items()}
            query = dict(urllib.parse.parse_qsl(parts.query))
            base = f"{graph._scheme}://{headers.get('host', '')}"
            asked = Asked(self.command, path, query, headers, body, base)
            if pause := graph.latency_s + (fault.delay_s if fault else 0.0):
                time.sleep(pause)
            answer = graph.answer(asked, fault)
            graph.note(asked, answer.status)
            self._send(answer, headers, is_cut=bool(fault and fault.drop == ANSWER))

        do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815

        def _body(self, fault: Fault | None) -> bytes | None:
            if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
                return self._chunks()
            length = int(self.headers.get("Content-Length") or 0)
            if fault and fault.drop == REQUEST:
                self.rfile.read(length // 2)
                self._break()
                return None
            body = self.rfile.read(length)
            if len(body) < length:  # the client is gone: half a file is none
                self.close_connection = True
                return None
            return body

        def _chunks(self) -> bytes:
            found = bytearray()
            while size := int(self.rfile.readline().split(b";")[0], 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return bytes(found)

        def _send(self, answer: Answer, asked: dict[str, str], *, is_cut: bool) -> None:
            data = answer.body
            if data is None:
                data = b"" if answer.data is None else json.dumps(answer.data).encode()
            self.send_response(answer.status)
            for name, text in answer.headers.items():
                self.send_header(name, text)
            if answer.data is not None:
                self.send_header("Content-Type", "application/json")
            self.send_header("request-id", str(uuid.uuid4()))
            if "client-request-id" in asked:
                self.send_header("client-request-id", asked["client-request-id"])
            if answer.status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if is_cut else data)
            if is_cut:
                self._break()

        def _break(self) -> None:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(2)

        def date_time_string(self, timestamp: float | None = None) -> str:
            """Say the time by the server's own clock."""
            now = time.time() if timestamp is None else timestamp
            return super().date_time_string(int(now + graph.clock_ahead_s))

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    return Handler
