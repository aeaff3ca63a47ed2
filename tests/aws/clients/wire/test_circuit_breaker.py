"""A dead host costs the time of one request, not of all; a refused operation closes nothing."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from aibrain_jupyter.aws.clients.wire import circuit_breaker
from aibrain_jupyter.aws.clients.wire.circuit_breaker import NOT_ASKED
from aibrain_jupyter.aws.errors.translate import translate
from aibrain_jupyter.aws.resources.details import listed
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.error_handler import CredentialsExpiredError
from tests.aws.conftest import CALLER

KEYS = {"Keys": [{"KeyId": "k", "KeyArn": "a"}], "Truncated": False}


@pytest.fixture
def dead(monkeypatch):
    """An address where nothing listens; the client tries it three times."""
    monkeypatch.setattr("aibrain_jupyter.aws.clients.sources.MAX_ATTEMPTS", 3)
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", f"http://127.0.0.1:{port}")
    return port


def _raised(function, kind=EndpointConnectionError):
    with pytest.raises(kind) as info:
        function()
    return info.value


def test_a_dead_host_is_asked_once(pool, dead, monkeypatch):
    """The second request ends at once, in the same words, and says that it was not sent."""
    monkeypatch.setattr(circuit_breaker, "_FIRST_WAIT_S", 600.0)  # longer than any test
    client = pool.client("kms", region="eu-west-1")
    first = _raised(client.list_keys)
    slept, this = [], threading.get_ident()
    sleep = time.sleep
    monkeypatch.setattr(
        time, "sleep", lambda s: slept.append(s) if threading.get_ident() == this else sleep(s)
    )
    second = [_raised(client.list_aliases) for _ in range(50)]

    assert [] == slept
    assert None is getattr(first, NOT_ASKED, None)
    assert all(getattr(one, NOT_ASKED) for one in second)
    assert str(first) == str(second[0])
    assert second[0] is not second[1]
    target = AwsTarget(account="1", region="eu-west-1")
    error = translate(second[0], service="kms", operation="ListAliases", target=target)
    assert "kms" in error.what
    assert "not asked again" in error.why


def test_a_trial_closes_the_circuit(pool, dead, monkeypatch):
    """After a while one request is let through, and its answer lets all through."""
    monkeypatch.setattr(circuit_breaker, "_FIRST_WAIT_S", 0.0)
    client = pool.client("kms", region="eu-west-1")
    _raised(client.list_keys)
    circuit = next(iter(pool._circuits._open.values()))
    with socket.create_server(("127.0.0.1", dead)) as server:
        body = b'{"Keys": [], "Truncated": false}'

        def serve():
            for _ in range(2):
                connection, _ = server.accept()
                with connection:
                    connection.recv(65536)
                    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                    connection.sendall(head % len(body) + body)

        threading.Thread(target=serve, daemon=True).start()
        assert [] == client.list_keys()["Keys"]
        assert not pool._circuits._open
        assert [] == client.list_keys()["Keys"]
    assert circuit.trial == threading.get_ident()


def test_only_one_is_the_trial(pool, dead, monkeypatch):
    """While one request tries, others still end at once; a failed trial waits longer."""
    client = pool.client("kms", region="eu-west-1")
    _raised(client.list_keys)
    (circuit,) = pool._circuits._open.values()
    circuit.until, circuit.trial = 0.0, -1

    assert getattr(_raised(client.list_keys), NOT_ASKED)

    circuit.trial = 0
    assert None is getattr(_raised(client.list_keys), NOT_ASKED, None)
    (again,) = pool._circuits._open.values()
    assert again.wait_s == 2 * circuit.wait_s


def test_another_host_is_asked(pool, dead, aws_replies):
    """A circuit is of one host: other services and regions are asked."""
    _raised(pool.client("kms", region="eu-west-1").list_keys)
    aws_replies.on("GetCallerIdentity", CALLER)

    assert "123456789012" == pool.client("sts", region="eu-west-1").get_caller_identity()["Account"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "AuthFailure"])
def test_a_refused_operation_is_no_refusal_of_others(pool, aws_replies, monkeypatch, code):
    """What is refused to one operation is asked for by another, and by itself again."""
    monkeypatch.setattr("aibrain_jupyter.aws.clients.sources.MAX_ATTEMPTS", 1)
    refusal = aws_replies.refusal({"__type": code, "message": "no"}, status=400)
    aws_replies.on("ListKeys", lambda _: refusal)
    aws_replies.on("ListAliases", {"Aliases": [], "Truncated": False})
    client = pool.client("kms", region="eu-west-1")
    for _ in range(3):
        _raised(client.list_keys, ClientError)

    assert [] == client.list_aliases()["Aliases"]
    assert 3 == aws_replies.actions.count("ListKeys")


def _target_ctx(pool, account="123456789012"):
    arn = "arn:aws:iam::123456789012:user/me"
    target = AwsTarget(account=account, region="eu-west-1", identity=arn)
    return CallContext(target, clients=pool)


def test_an_ended_session_is_asked_once(pool, aws_replies, monkeypatch):
    """Forty calls of an ended session are one request; with new keys all are asked again."""
    monkeypatch.setattr(circuit_breaker, "_FIRST_WAIT_S", 600.0)
    aws_replies.on("GetCallerIdentity", CALLER)
    words = {"__type": "ExpiredTokenException", "message": "expired"}
    refusal = aws_replies.refusal(words, status=400)
    state = {"is_expired": True}
    aws_replies.on("ListKeys", lambda _: refusal if state["is_expired"] else KEYS)
    said = []
    for _ in range(40):
        with pytest.raises(CredentialsExpiredError) as info:
            listed(_target_ctx(pool), "kms", "ListKeys", "Keys")
        said.append(info.value)

    assert {"expired"} == {error.facts["cause"] for error in said}
    assert 1 == aws_replies.actions.count("ListKeys")

    state["is_expired"] = False
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000009")
    assert 1 == len(listed(_target_ctx(pool), "kms", "ListKeys", "Keys"))


def test_signing_in_closes_all(pool, dead):
    """Who has mended something need not wait for a trial."""
    client = pool.client("kms", region="eu-west-1")
    _raised(client.list_keys)
    pool.try_again()

    assert None is getattr(_raised(client.list_keys), NOT_ASKED, None)


def test_a_host_that_answers_others_stays_open_for_all(pool, aws_replies, monkeypatch):
    """A connection that was not made counts only if nothing came from the host meanwhile."""
    aws_replies.on("ListKeys", KEYS)
    client = pool.client("kms", region="eu-west-1")
    breaker, host = pool._circuits, aws_replies.url.removeprefix("http://")
    failed = EndpointConnectionError(endpoint_url=aws_replies.url)
    began = time.monotonic() - 1
    client.list_keys()

    breaker._failed(failed, {circuit_breaker._BEGAN: (host, began)})

    assert not breaker._open
