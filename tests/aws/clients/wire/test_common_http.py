"""Heads that are written and read at once: the same as those of the SDK's own connections."""

from __future__ import annotations

import io
import random
from http.client import HTTPResponse
from types import SimpleNamespace

import pytest
from botocore.awsrequest import AWSHTTPConnection, AWSHTTPSConnection, AWSRequest, HeadersDict
from botocore.endpoint import Endpoint

from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.aws.clients.wire.common_http import (
    POOLS,
    CommonPool,
    CommonResponse,
    CommonSecurePool,
    _plain,
    prepare_at_once,
)

KINDS = {AWSHTTPConnection: CommonPool, AWSHTTPSConnection: CommonSecurePool}
NAMES = (
    *("Content-Type", "X-Amz-Target", "Authorization", "Content-Length", "Host", "B b", "Expect"),
    *("Accept-Encoding", "Transfer-Encoding", "x-amz-date", "X: y"),
)
VALUES = ("", "a", " two  words ", "ä", b"bytes", b"\xe4", "a\r\nX: y", "a\tb", 7, "€", "identity")
TARGETS = ("/", "/a%20b?c=d&e", "/with space", "/ä", "//x", "*", "", "/a\x7fb", "http://x/y")
METHODS = ("GET", "POST", "PUT", "HEAD", "G T")
BODIES = (None, b"", b"body", "text", bytearray(b"array"), (b"in ", b"parts"))
HOSTS = (("127.0.0.1", 5000), ("kms.eu-west-1.amazonaws.com", None), ("::1", 80), ("h.", 443))


class Wire:
    """A socket that keeps what is sent, and answers with parts of a text."""

    def __init__(self, answer=b"", part=10_000):
        self.sent, self.rest, self.part = b"", answer, part

    def sendall(self, data):
        self.sent += data

    def settimeout(self, _seconds):
        """Take it."""

    def shutdown(self, _how):
        """Take it."""

    def close(self):
        """Take it."""

    def makefile(self, _mode, *_buffering):
        return io.BufferedReader(_Raw(self))


class _Raw(io.RawIOBase):
    def __init__(self, wire):
        self.wire = wire

    def readable(self):
        return True

    def readinto(self, buffer):
        taken = self.wire.rest[: min(len(buffer), self.wire.part)]
        self.wire.rest = self.wire.rest[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


def outcome(work, *args, **named):
    """Return what a function returns, or the kind of error it raises."""
    try:
        return work(*args, **named)
    except Exception as error:  # noqa: BLE001 - both ways have to raise the same
        return type(error)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_bytes_of_a_request_are_the_sdks(kind):
    """Whatever stands in a request, its bytes or its error are those of the SDK's connection."""
    rng, sent = random.Random(11), 0
    for _ in range(3000):
        host, port = rng.choice(HOSTS)
        headers = HeadersDict({"User-Agent": "me"} if rng.random() < 0.9 else {})
        for _ in range(rng.randrange(5)):
            headers[rng.choice(NAMES)] = rng.choice(VALUES)
        asked = rng.choice(METHODS), rng.choice(TARGETS), rng.choice(BODIES), headers
        found = []
        ours = KINDS[kind].ConnectionCls
        for made, given in ((kind, headers), (ours, headers), (ours, _plain(headers))):
            made = made(host, port)
            made.sock = wire = Wire()
            more = {"preload_content": False, "decode_content": False}
            found.append((outcome(made.request, *asked[:3], given, **more), wire.sent))
        assert found[0] == found[1] == found[2], asked
        sent += found[0][0] is None
    assert sent > 100


def test_a_request_is_made_ready_as_by_the_sdk():
    """Method, address, body and headers, in their order, are those the SDK would have sent."""
    rng, at_once = random.Random(5), 0
    plain, ours = (SimpleNamespace(_endpoint=Endpoint("http://x", "kms", None)) for _ in range(2))
    prepare_at_once(ours)
    for _ in range(2000):
        method, url, body = rng.choice(METHODS), "http://x/", rng.choice((b"", b"body", {"a": "ä"}))
        given = [(rng.choice(NAMES), rng.choice(VALUES)) for _ in range(rng.randrange(5))]
        found = []
        for client in (plain, ours):
            request = AWSRequest(method=method, url=url, data=body)
            for name, value in given:
                request.headers[name] = value
            made = outcome(client._endpoint.prepare_request, request)
            found.append(
                made
                if isinstance(made, type)
                else (made.method, made.url, made.body, list(made.headers.items()))
            )
            at_once += client is ours and len(request.headers) == len(given) > 0
        assert found[0] == found[1], given
    assert at_once > 100


@pytest.mark.parametrize("body", [b"Action=X", "Action=X"], ids=["bytes", "text"])
def test_a_common_request_is_written_at_once(body, monkeypatch):
    """What the SDK sends for a read is not left to the slower way, and goes out in one piece."""
    made = CommonPool.ConnectionCls("127.0.0.1", 5000)
    made.sock, sends = Wire(), []
    monkeypatch.setattr(made.sock, "sendall", sends.append)

    made.request("POST", "/", body, {"User-Agent": b"me", "Content-Length": "8"})

    assert 1 == len(sends)
    assert made._asked is not None


HEADS = (
    *(
        b"HTTP/1.1 200 OK",
        b"HTTP/1.0 404 NOT FOUND",
        b"HTTP/1.1 204",
        b"HTTP/1.1 304 ",
        b"HTTP/2 200",
    ),
    *(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 Yes", b"nonsense", b"HTTP/1.1 2000 x", b""),
)
LINES = (
    *(b"Content-Length: 4", b"content-length:4 ", b"Content-Length: -1", b"Content-Length: x"),
    *(b"Content-Length: 0", b"Transfer-Encoding: chunked", b"transfer-encoding: Chunked"),
    *(b"Connection: close", b"connection: Keep-Alive", b"Keep-Alive: timeout=5", b"Date:  now "),
    *(
        b"X-A: \xe4",
        b"X-B: 1\r\n goes on",
        b"no colon",
        b"B b: c",
        b": empty",
        b"x-amzn-requestid: 1",
    ),
    *(b"X-C: a\x0bb", b"Proxy-Connection: keep-alive", b"Content-Type: text/xml; charset=utf-8"),
)
REST = (b"body", b"", b"2\r\nab\r\n0\r\n\r\n", b"longer than it says")


def _read(kind, answer, part, method):
    found = kind(Wire(answer, part), method=method)
    found.begin()
    told = (found.status, found.reason, found.version, found.headers.items())
    ends = (found.length, found.chunked, found.will_close)
    names = ("content-length", "DATE", "none")
    return (
        *told,
        ends,
        [found.headers.get(name) for name in names],
        found.read(),
        found.isclosed(),
    )


def test_the_head_of_an_answer_is_read_as_before():
    """Whatever comes, in however many parts, is read as `http.client` reads it, or refused so."""
    rng, good, quick = random.Random(12), 0, 0
    for _ in range(4000):
        lines = rng.sample(LINES, rng.randrange(6))
        answer = b"\r\n".join([rng.choice(HEADS), *lines]) + b"\r\n\r\n" + rng.choice(REST)
        part, method = rng.choice((3, 50, 10_000)), rng.choice(("GET", "HEAD"))
        before, now = (
            outcome(_read, kind, answer, part, method) for kind in (HTTPResponse, CommonResponse)
        )
        assert before == now, (answer, part, method)
        good += isinstance(before, tuple)
        quick += isinstance(before, tuple) and part > len(answer)
    assert good > 500
    assert quick > 100


def test_an_answer_of_a_connection_is_the_sdks():
    """Status, headers and body reach the SDK as its own connection gives them."""
    answer = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 4\r\n\r\nbody"
    found = []
    for made in (AWSHTTPConnection("h"), CommonPool.ConnectionCls("h")):
        made.sock = Wire(answer)
        made.request("GET", "/", None, {"User-Agent": "me"}, preload_content=False)
        got = made.getresponse()
        head = got.status, got.reason, got.version, list(got.headers.items())
        found.append((*head, got.length_remaining, b"".join(got.stream()), made.sock is None))
    assert found[0] == found[1]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
def test_an_answer_that_comes_late_is_not_that_of_the_next_request(kind):
    """What only says that an answer will come, in whatever parts, is read past: no mix-up."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
    final = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"
    for part in range(1, len(hints + final) + 1):
        made = kind.ConnectionCls("h")
        made.sock = Wire(hints + final, part)
        made.request("GET", "/", None, {"User-Agent": "me"}, preload_content=False)
        got = made.getresponse()
        assert (200, b"body") == (got.status, b"".join(got.stream()))
        assert ["Content-Length"] == list(got.headers)


def test_a_value_over_several_lines_is_one_line():
    """Nothing that is made of a header, a request above all, gets a line break from it."""
    made = CommonPool.ConnectionCls("h")
    made.sock = Wire(b"HTTP/1.1 200 OK\r\nX-A: 1 \r\n\t2\r\nContent-Length: 0\r\n\r\n")
    made.request("GET", "/", None, {"User-Agent": "me"}, preload_content=False)
    assert "1 2" == made.getresponse().headers["x-a"]


def test_clients_of_the_pool_send_so(monkeypatch):
    """Every pooled client has connections of this kind, for HTTP and for TLS."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    pool = ClientPool()
    endpoint = pool.client("kms")._endpoint
    assert "prepare_at_once" in endpoint.prepare_request.__qualname__
    manager = endpoint.http_session._manager
    assert set(POOLS.values()) == set(manager.pool_classes_by_scheme.values())
    pool.clear()
