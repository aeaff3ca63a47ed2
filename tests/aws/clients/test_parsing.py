"""One large answer is parsed at a time, and nothing can keep the gate shut."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
import time

import botocore.parsers
import pytest
from botocore.exceptions import ClientError

from aibrain_jupyter.aws.clients.current_call import AwsCall, asking_for
from aibrain_jupyter.aws.clients.parsing import _GATE
from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.shared.base_tool import CallContext

USERS = (
    '<ListUsersResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListUsersResult>'
    "<IsTruncated>false</IsTruncated><Users>"
    + "<member><UserName>ana</UserName><CreateDate>2024-01-31T09:00:00Z</CreateDate></member>" * 200
    + "</Users></ListUsersResult></ListUsersResponse>"
).encode()
NO_ACCESS = b"<ErrorResponse><Error><Code>AccessDenied</Code></Error><!-- %s --></ErrorResponse>"


@pytest.fixture
def server(monkeypatch):
    """A server that answers everyone with its `status` and `body`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(server.status)
            self.send_header("Content-Length", str(len(server.body)))
            self.end_headers()
            self.wfile.write(server.body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *args):
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.status, server.body = 200, USERS
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def iam(server):
    return ClientPool().client("iam", region="us-east-1")


@pytest.fixture
def shut_gate():
    """The gate while somebody else parses; opened again by the test or at its end."""
    _GATE.lock.acquire()
    yield _GATE.lock
    if _GATE.lock.locked():
        _GATE.lock.release()


def in_thread(function):
    """Run `function` in a thread; return the thread and the list its result will be in."""
    found = []
    thread = threading.Thread(target=lambda: found.append(function()), daemon=True)
    thread.start()
    return thread, found


def test_large_answers_are_parsed_one_at_a_time(iam, monkeypatch):
    """However many threads have an answer, one parses; all of them get all of theirs."""
    parsing, most = [], []
    original = botocore.parsers.QueryParser._do_parse

    def watched(self, response, shape):
        parsing.append(1)
        time.sleep(0.01)  # lets the other threads come this far
        most.append(len(parsing))
        try:
            return original(self, response, shape)
        finally:
            parsing.pop()

    monkeypatch.setattr(botocore.parsers.QueryParser, "_do_parse", watched)
    threads = [in_thread(iam.list_users) for _ in range(8)]
    for thread, _ in threads:
        thread.join(60)

    assert [200] * 8 == [len(found[0]["Users"]) for _, found in threads]
    assert [1] * 8 == most


def test_a_large_answer_waits_and_a_small_one_does_not(iam, server, shut_gate):
    """While a page is parsed, answers that take no time go by."""
    thread, found = in_thread(iam.list_users)
    thread.join(0.5)
    assert not found

    server.body = USERS[: USERS.index(b"<member>")] + USERS[USERS.index(b"</Users>") :]
    assert [] == iam.list_users()["Users"]

    shut_gate.release()
    thread.join(60)
    assert 200 == len(found[0]["Users"])


def test_a_stream_does_not_wait(server, shut_gate):
    """What is read from the network bit by bit never holds the gate, nor waits for it."""
    s3 = ClientPool().client("s3", region="us-east-1")
    ctx = CallContext(own=AwsCall(allowed=frozenset({"s3:GetObject"})))

    with asking_for(ctx):
        assert USERS == s3.get_object(Bucket="b", Key="k")["Body"].read()


BROKEN = {
    "not XML": (200, USERS[:-30], botocore.parsers.ResponseParserError),
    "an error answer": (403, NO_ACCESS % (b"x" * 5000), ClientError),
}


@pytest.mark.parametrize(("status", "body", "error"), BROKEN.values(), ids=BROKEN)
def test_an_answer_that_cannot_be_parsed_leaves_the_gate_open(iam, server, status, body, error):
    """Whatever parsing comes to, the next one has its turn."""
    server.status, server.body = status, body
    with pytest.raises(error):
        iam.list_users()

    server.status, server.body = 200, USERS
    thread, found = in_thread(iam.list_users)
    thread.join(60)
    assert 200 == len(found[0]["Users"])


def test_a_forked_child_finds_the_gate_open(server):
    """A process forked while another thread parses can parse itself."""
    code = """
import os, sys
from aibrain_jupyter.aws.clients.current_call import AwsCall
from aibrain_jupyter.aws.clients.current_call import asking_for
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.aws.clients.current_call import AwsCall
from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.aws.clients.current_call import AwsCall
from aibrain_jupyter.aws.clients.parsing import _GATE
iam = ClientPool().client("iam", region="us-east-1")
_GATE.lock.acquire()
if (child := os.fork()) == 0:
    print(len(iam.list_users()["Users"]), flush=True)
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )

    assert (0, "200\n") == (done.returncode, done.stdout), done.stderr
