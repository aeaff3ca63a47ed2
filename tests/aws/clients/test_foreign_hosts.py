"""Endpoints whose host cannot take a prefix."""

from __future__ import annotations

import http.server
import threading

import pytest

from aibrain_jupyter.aws.clients.foreign_hosts import keep_the_host
from aibrain_jupyter.aws.clients.pool import ClientPool

ACCOUNT = "123456789012"
ANSWER = b"<PublicAccessBlockConfiguration></PublicAccessBlockConfiguration>"


@pytest.fixture
def server():
    """A server on 127.0.0.1 that answers everything alike and keeps the Host headers."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hosts.append(self.headers["Host"])
            self.send_response(200)
            self.send_header("Content-Length", str(len(ANSWER)))
            self.end_headers()
            self.wfile.write(ANSWER)

        def log_message(self, format, *args):  # noqa: A002
            """Keep the test output quiet."""

    hosts: list[str] = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.hosts = hosts
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def test_s3_control_reaches_a_server_on_an_address(server, monkeypatch):
    """The account is not put before an address, where no name leads to."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    control = ClientPool().client("s3control", region="us-east-1")

    answer = control.get_public_access_block(AccountId=ACCOUNT)

    assert "PublicAccessBlockConfiguration" in answer
    assert [f"127.0.0.1:{server.server_port}"] == server.hosts


@pytest.mark.parametrize(
    ("endpoint", "is_kept"),
    [
        pytest.param("http://127.0.0.1:5000", True, id="address"),
        pytest.param("http://localstack:4566", True, id="bare name"),
        pytest.param("https://control.vpce-1a2b.s3.example.org", False, id="domain"),
        pytest.param("", False, id="AWS's own"),
    ],
)
def test_only_hosts_without_a_domain_are_kept(endpoint, is_kept):
    """A domain takes prefixes (interface endpoints need them); an address does not."""
    from botocore.awsrequest import AWSRequest

    control = ClientPool().session().client("s3control", region_name="us-east-1")
    keep_the_host(control, endpoint)
    host = endpoint.partition("//")[2] or "s3-control.us-east-1.amazonaws.com"
    request = AWSRequest("GET", f"https://{ACCOUNT}.{host}/v20180820?a=b")

    control.meta.events.emit("before-sign.s3-control.GetPublicAccessBlock", request=request)

    assert f"https://{'' if is_kept else ACCOUNT + '.'}{host}/v20180820?a=b" == request.url
