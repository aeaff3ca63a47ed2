"""An exception of an SDK or of a connection that a person's own code met: what it means."""

from __future__ import annotations

import asyncio
import http.client
import pickle
import socket
import ssl
import urllib.error
import urllib.request

import boto3
import pytest
import urllib3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ProfileNotFound,
    WaiterError,
)
from urllib3 import exceptions as wire

from aibrain_jupyter.aws.errors.raised import explain_raised
from aibrain_jupyter.shared.error_handler import PermissionDeniedError
from aibrain_jupyter.tool_executors.self_healing_executor import explain_error
from tests.healing.test_completeness import BASE, CLASSES, COMMON, SPELLED, _made

WHO = "arn:aws:sts::111122223333:assumed-role/AuditRead/ann"
DENIED = f"User: {WHO} is not authorized to perform: kms:GetKeyRotationStatus on resource: *"


def _refused(code, message="", operation="ListKeys", **metadata):
    said = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}
    return ClientError(said, operation)


def _raised(function):
    with pytest.raises(Exception) as info:  # noqa: PT011 - whatever it is
        function()
    return info.value


def _wrapped(error):
    def call():
        try:
            raise error
        except Exception as exc:
            raise RuntimeError("the listing failed") from exc

    return _raised(call)


def _twice(error):
    return _wrapped(_wrapped(error))


def _as_it_is(error):
    return error


def _pickled(error):
    return pickle.loads(pickle.dumps(error))


each_way = pytest.mark.parametrize("way", [_as_it_is, _pickled, _wrapped, _twice])


def _row(error):
    found = explain_error(error)
    assert 1 == len(found)
    return found.iloc[0]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_of_the_sdk_is_explained_as_it_was_caught(kind):
    """Raw and wrapped each has a cause of the table; the base alone says only whose it is."""
    error = _made(kind)

    for one in (error, _wrapped(error)):
        row = _row(one)
        assert (kind.__name__ in BASE) == (row["cause"] == "sdk-fault")
        assert row["next"] or row["cause"] == "input"


@each_way
@pytest.mark.parametrize(
    ("cause", "error"),
    [
        ("denied", _refused("AccessDeniedException", DENIED, "GetKeyRotationStatus")),
        ("throttled", _refused("ThrottlingException", "Rate exceeded", "DescribeInstances")),
        ("expired", _refused("ExpiredToken", "The security token has expired", "ListUsers")),
        ("no-credentials", NoCredentialsError()),
        (
            "unreachable",
            EndpointConnectionError(endpoint_url="https://kms.eu-west-1.amazonaws.com/"),
        ),
        ("input", ProfileNotFound(profile="nope")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_however_it_comes_it_is_the_same(cause, error, way):
    """Caught, out of a file, and behind another exception."""
    assert cause == _row(way(error))["cause"]


@pytest.mark.parametrize("code", [*COMMON, *" ".join(SPELLED.values()).split()])
def test_an_error_code_means_the_same_as_in_a_run(code):
    """No common code is unknown when a person's own client met it."""
    row = _row(_refused(code))

    assert "unknown" != row["cause"]
    assert row["cause"] in ("denied", "input") or row["next"]


def test_a_refusal_says_who_lacks_what_and_the_policy():
    """What AWS's words tell is all that is claimed."""
    row = _row(_refused("AccessDeniedException", DENIED, "GetKeyRotationStatus"))

    assert "role AuditRead lacks kms:GetKeyRotationStatus" == row["title"]
    assert "kms:GetKeyRotationStatus" in row["policy"]
    bare = _row(_refused("AccessDenied", "no", "DescribeWhatever"))
    assert "" == bare["policy"]
    assert bare["title"].startswith("The account that was asked refused")


def test_the_client_in_the_traceback_says_where_it_was(monkeypatch):
    """Service, operation, region and endpoint are known while the exception has its traceback."""
    client = boto3.client(
        "kms",
        region_name="eu-west-1",
        aws_access_key_id="AKIA0000000000000001",
        aws_secret_access_key="s3cret",
        endpoint_url="http://127.0.0.1:9",
    )
    error = _raised(client.list_keys)
    found = explain_raised(error)

    assert "kms:ListKeys" == found.facts["operation"]
    assert "eu-west-1" == found.facts["region"]
    assert "http://127.0.0.1:9" in found.next_steps[0]
    assert "endpoint-unreachable" == found.facts["cause"]
    assert "s3cret" not in f"{found}{found.facts}"


def test_an_account_or_a_profile_is_never_made_up(monkeypatch):
    """The profile of the environment need not be the one that was asked."""
    monkeypatch.setenv("AWS_PROFILE", "prod")
    for code in ("ExpiredToken", "InvalidClientTokenId", "SignatureDoesNotMatch", "OptInRequired"):
        found = explain_raised(_refused(code))

        assert "prod" not in str(found)
        assert {"account", "profile"}.isdisjoint(found.facts)


def test_a_clock_is_not_measured_by_an_answer_of_yesterday():
    """An exception may have been kept: the time between is no error of the clock."""
    kept = _refused("RequestTimeTooSkewed", HTTPHeaders={"date": "Mon, 02 Nov 2020 10:00:00 GMT"})
    found = explain_raised(kept)

    assert "clock_error_s" not in found.facts
    assert "AWS finds that the clock of this computer is wrong." == found.what


def test_a_waiter_that_was_refused_is_a_refusal():
    """What the last answer said counts, not that somebody waited."""
    said = {"Error": {"Code": "AccessDenied", "Message": DENIED}}

    assert isinstance(
        explain_raised(WaiterError("bucket_exists", "refused", said)), PermissionDeniedError
    )
    assert "waited-in-vain" == _row(WaiterError("bucket_exists", "Max attempts", {}))["cause"]


@pytest.mark.parametrize(
    "response",
    [
        {"Error": {}},
        {"Error": {"Code": 403, "Message": None}, "ResponseMetadata": "x"},
        {"Error": {"Code": "X"}, "ResponseMetadata": {"HTTPStatusCode": "x", "RetryAttempts": "y"}},
        {"Error": {"Code": "RequestTimeTooSkewed"}, "ResponseMetadata": {"HTTPHeaders": ["date"]}},
    ],
)
def test_an_answer_of_no_form_breaks_nothing(response):
    """Whatever a stub or a proxy made of it, there is a row."""
    error = ClientError({"Error": {}}, "ListKeys")
    error.response = response

    assert _row(error)["cause"]


def test_what_only_came_by_the_sdk_is_none_of_its_errors():
    """A slip in one's own code is unknown, though the SDK was the one that noticed."""
    client = boto3.client("kms", region_name="eu-west-1")

    for call in (lambda: client.list_keyz(), lambda: client.list_keys("one"), lambda: {}["a"]):
        assert "unknown" == _row(_raised(call))["cause"]


def test_what_was_only_being_handled_is_not_the_cause():
    """A fallback that fails after a refusal has a fault of its own."""

    def call():
        try:
            raise _refused("AccessDenied")
        except ClientError:
            return {}["fallback"]

    assert "unknown" == _row(_raised(call))["cause"]


def test_a_setting_that_the_sdk_trips_over_is_told_by_its_traceback(monkeypatch):
    """It is a plain ValueError: the functions it came through say whose."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "many")

    error = _raised(lambda: boto3.Session().client("kms", region_name="eu-west-1"))

    assert not isinstance(error, BotoCoreError)
    assert "setting-no-value" == _row(error)["cause"]


def _closed_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def plain_port():
    """A port whose server speaks no TLS."""
    import threading

    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with server.accept()[0] as one:
                one.recv(4096)
                one.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


@each_way
def test_a_refused_connection(way):
    """Python's own, urllib's around it, and urllib3's in its retries are one cause."""
    url = f"http://127.0.0.1:{_closed_port()}/"
    pool = urllib3.PoolManager()
    raised = [
        _raised(lambda: urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url)),
        _raised(lambda: pool.request("GET", url, retries=False)),
        _raised(lambda: socket.create_connection(("127.0.0.1", _closed_port()))),
    ]

    assert ["unreachable"] * 3 == [_row(way(_plain(one)))["cause"] for one in raised]


def _plain(error):
    # urllib3's keep the connection, which no pickle takes.
    return error if isinstance(error, OSError) else wire.NewConnectionError(None, str(error))


def test_an_exception_that_carries_another_is_looked_into():
    """``MaxRetryError`` and what is built on it say in an attribute or an argument what it was."""
    refused = wire.NewConnectionError(None, "Connection refused")
    retried = wire.MaxRetryError(None, "/", refused)

    assert "unreachable" == _row(retried)["cause"]
    assert "unreachable" == _row(OSError(retried))["cause"]
    proxy = wire.MaxRetryError(None, "/", wire.ProxyError("Cannot connect", refused))
    assert "proxy" == _row(OSError(proxy))["cause"]


def test_a_server_without_tls(plain_port):
    """No certificate is to blame where nothing speaks TLS."""
    error = _raised(
        lambda: urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            f"https://127.0.0.1:{plain_port}/"
        )
    )

    assert "tls" == _row(error)["cause"]


@each_way
@pytest.mark.parametrize(
    ("cause", "error"),
    [
        ("certificate", ssl.SSLCertVerificationError(1, "certificate verify failed")),
        ("host-not-found", socket.gaierror(-2, "Name or service not known")),
        ("timed-out-on-the-way", TimeoutError("timed out")),
        ("timed-out-on-the-way", TimeoutError(110, "Connection timed out")),
        ("unreachable", OSError(101, "Network is unreachable")),
        ("answer-cut-off", http.client.IncompleteRead(b"")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_causes_of_the_network(cause, error, way):
    """Whoever was asked: certificates, names, times, answers."""
    row = _row(way(error))

    assert cause == row["cause"]
    assert row["next"]


async def _too_slow():
    async with asyncio.timeout(0):
        await asyncio.Event().wait()


@pytest.mark.parametrize(
    "error",
    [BrokenPipeError(32, "Broken pipe"), TimeoutError(), TimeoutError("the job took too long")],
    ids=repr,
)
def test_what_is_no_network_is_not_called_so(error):
    """A pipe of a process and what was waited for here say nothing of a host."""
    assert "unknown" == _row(error)["cause"]
    assert "unknown" == _row(_raised(lambda: asyncio.run(_too_slow())))["cause"]
