"""
Two providers for the tests of the AWS domain, both real servers on 127.0.0.1.

`aws_replies` answers what the test wrote down (pages, refusals, broken answers),
`moto_aws` has state (moto's server). Do not prove paging with the latter: moto
answers many listings in one page whatever the page size.
"""

from __future__ import annotations

import collections
import http.server
import json
import re
import socket
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

_ACTION_IN_PATH = re.compile(r"/service/[^/]+/operation/([^/?]+)")
_SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")

CALLER = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/me</Arn>"
    "<UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
    "</GetCallerIdentityResponse>"
)
"""What STS answers the account 123456789012."""


@dataclass(frozen=True)
class SeenRequest:
    """One request as it arrived. `action` is empty for REST services: look at `path` there."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)  # names in lower case
    body: str
    action: str

    @property
    def access_key_id(self) -> str:
        """The key the request is signed with; empty when it is not signed."""
        return self._scope(1)

    @property
    def region(self) -> str:
        """The region of the signature."""
        return self._scope(2)

    @property
    def service(self) -> str:
        """The signing name of the service."""
        return self._scope(3)

    def _scope(self, group: int) -> str:
        found = _SCOPE.search(self.headers.get("authorization", ""))
        return found[group] if found else ""


@dataclass(frozen=True)
class Reply:
    """A prepared answer. `drop` closes the connection instead of answering."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drop: bool = False


class ScriptedServer(http.server.ThreadingHTTPServer):
    """
    Answers with prepared replies and keeps the requests.

    A request whose action or path was given to `on` gets that answer every time; every other
    takes the next of the replies queued with `reply`, in order.
    """

    daemon_threads = True

    def __init__(self):
        self.replies: collections.deque[Reply] = collections.deque()
        self.requests: list[SeenRequest] = []
        self.unexpected: list[str] = []
        self._handlers: dict[str, Reply | Callable[[SeenRequest], object]] = {}
        self._lock = threading.Lock()
        self._is_over = False
        super().__init__(("127.0.0.1", 0), _ScriptedHandler)

    def serve(self):
        """Serve until `stop`, which ends it at once: `serve_forever` would look up now and then."""
        while not self._is_over:
            self.handle_request()

    def stop(self):
        """End `serve`: the connection wakes it, and is not answered."""
        self._is_over = True
        socket.create_connection(self.server_address).close()

    def verify_request(self, request, client_address):
        """Answer nobody any more after `stop`."""
        return not self._is_over

    @property
    def url(self) -> str:
        """The endpoint URL."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def actions(self) -> list[str]:
        """The actions asked for so far, in order of arrival."""
        return [request.action for request in self.requests]

    def reply(self, body="", *, status=200, headers=None, delay_s=0.0):
        """Queue one reply: text (XML), bytes, or a JSON-like value."""
        self.replies.append(_as_reply(body, status, headers, delay_s))

    def drop(self):
        """Queue a connection that is closed without an answer."""
        self.replies.append(Reply(drop=True))

    def on(self, action_or_path, body="", *, status=200, headers=None, delay_s=0.0):
        """
        Answer every request of that action (``ListUsers``) or path (without the query).

        `body` may also be a function of the `SeenRequest` that returns a body or a `Reply`.
        """
        self._handlers[action_or_path] = (
            body if callable(body) else _as_reply(body, status, headers, delay_s)
        )

    def refusal(self, body, *, status=403) -> Reply:
        """Return what a function given to `on` answers when it refuses."""
        return _as_reply(body, status, None, 0.0)

    def answer(self, request: SeenRequest) -> Reply:
        """Record the request and return what it is answered with."""
        with self._lock:
            self.requests.append(request)
            handler = self._handlers.get(request.action) or self._handlers.get(
                urllib.parse.urlsplit(request.path).path
            )
            if handler is None:
                if not self.replies:
                    self.unexpected.append(f"{request.method} {request.path} {request.action}")
                    return Reply(b"nothing was scripted for this request", 501)
                return self.replies.popleft()
        if callable(handler):
            found = handler(request)
            return found if isinstance(found, Reply) else _as_reply(found, 200, None, 0.0)
        return handler


class _ScriptedHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two packets: the second would wait 40 ms for the first's receipt.
    disable_nagle_algorithm = True

    def _handle(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode("utf-8", "replace")
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.answer(
            SeenRequest(self.command, self.path, headers, body, _action(self.path, headers, body))
        )
        if reply.delay_s:
            time.sleep(reply.delay_s)
        if reply.drop:
            self.close_connection = True
            return
        if "Date" in reply.headers:  # another clock than this computer's
            self.send_response_only(reply.status)
        else:
            self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do_PATCH = _handle  # noqa: N815

    def log_message(self, format, *args):  # noqa: A002
        """Keep the test output quiet."""


def _action(path, headers, body):
    if target := headers.get("x-amz-target"):
        return target.rpartition(".")[2]
    if found := _ACTION_IN_PATH.search(path):
        return found[1]
    for text in (body, urllib.parse.urlsplit(path).query):
        if action := urllib.parse.parse_qs(text).get("Action"):
            return action[0]
    return ""


def _as_reply(body, status, headers, delay_s):
    headers = dict(headers or {})
    if isinstance(body, bytes):
        data = body
    elif isinstance(body, str):
        data = body.encode()
    else:
        data = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    return Reply(data, status, headers, delay_s)


@pytest.fixture
def aws_replies(_no_real_aws, monkeypatch):
    """A scripted provider behind AWS_ENDPOINT_URL; all queued replies must be used."""
    with ScriptedServer() as server:
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield server
        server.stop()
        thread.join()

    assert [] == server.unexpected, "requests that nothing was scripted for"
    assert not server.replies, "scripted replies were never asked for"


@pytest.fixture
def pool():
    """A client pool of its own."""
    from aibrain_jupyter.aws.clients.pool import ClientPool

    pool = ClientPool()
    yield pool
    pool.clear()


@pytest.fixture
def ctx(pool):
    """The context of a call on account 123456789012 in us-east-1."""
    from aibrain_jupyter.aws.target import AwsTarget
    from aibrain_jupyter.shared.base_tool import CallContext

    return CallContext(
        AwsTarget(account="123456789012", region="us-east-1", partition="aws"), clients=pool
    )


@pytest.fixture(scope="module")
def _forgets_all_models():
    """
    The models of all services are 400 MiB, which no other test should carry.

    Files whose tests use this follow each other (``_ONE_WALK`` in ``tests/conftest.py``) and share
    what the first of them has read; after the last of them it is forgotten.
    """


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    """Forget the models when the next test is none of those that look at all of them."""
    walks = [i is not None and "_forgets_all_models" in i.fixturenames for i in (item, nextitem)]
    if [True, False] == walks:
        from aibrain_jupyter.aws.clients import service_data
        from aibrain_jupyter.aws.operations import models

        models.service_model.cache_clear()
        models._operations.cache_clear()
        service_data._loader.cache_clear()


@pytest.fixture
def run():
    """Run a cell in a shell with the extension; return its value and what it showed."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from traitlets.config import Config

    from aibrain_jupyter.aws.clients.pool import get_client_pool
    from aibrain_jupyter.execution.runs.session import get_session
    from aibrain_jupyter.shared.config import SETTINGS, get_settings

    get_session.cache_clear()
    get_client_pool().clear()
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("load_ext", "aibrain_jupyter")
    get_settings().set("progress", "none", "test")

    def run(cell):
        with capture_output() as captured:
            value = shell.run_cell(cell).result
        return value, "\n".join(out.data["text/plain"] for out in captured.outputs if out.data)

    yield run
    InteractiveShell.clear_instance()
    for setting in SETTINGS:
        get_settings().unset(setting.name)
    for role in get_client_pool().roles:
        get_client_pool().forget(role)
    get_client_pool().clear()
    get_session.cache_clear()


@pytest.fixture
def two_pages(aws_replies):
    """Two pages of parameters of Systems Manager, three names, and who asks for them."""
    aws_replies.on("GetCallerIdentity", CALLER)
    pages = {"": ["a", "b"], "m": ["c"]}

    def answer(request):
        is_second = '"NextToken"' in request.body
        names = [{"Name": name} for name in pages["m" if is_second else ""]]
        reply = aws_replies.refusal(
            {"Parameters": names} | ({} if is_second else {"NextToken": "m"}), status=200
        )
        reply.headers["x-amzn-RequestId"] = f"id-{len(aws_replies.requests)}"
        return reply

    aws_replies.on("DescribeParameters", answer)
    return aws_replies


@pytest.fixture
def two_tables(monkeypatch, aws_replies):
    """Two tables of DynamoDB in one region; nobody asks which regions there are."""

    # Whether every region was asked is a promise of test_run_with_totals.py.
    async def nobody_calls(*_):
        return ()

    monkeypatch.setattr("aibrain_jupyter.execution.runs.run.call_the_roll", nobody_calls)
    aws_replies.on("GetCallerIdentity", CALLER)
    aws_replies.on("ListTables", {"TableNames": ["a", "b"]})
