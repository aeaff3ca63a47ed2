"""Clients share connections and one TLS context, and trust nobody else for it."""

from __future__ import annotations

import http.server
import shutil
import ssl
import subprocess
import threading
from pathlib import Path

import pytest
from botocore.exceptions import SSLError
from botocore.httpsession import get_cert_path

from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.aws.clients.sharing import connections

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate with it")

SHIPPED = get_cert_path(True)


def _certificate(folder, name):
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"),
        ],
        check=True,
        capture_output=True,
    )
    return folder / f"{name}.pem", folder / f"{name}.key"


@pytest.fixture
def secure(tmp_path, monkeypatch):
    """A TLS server that says there are no queues; `connected` counts its connections."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self):
            super().setup()
            server.connected += 1

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            """Keep quiet."""

    made, key = _certificate(tmp_path, "own")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.connected, server.daemon_threads = 0, True
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://127.0.0.1:{server.server_port}")
        # As long as a real one, with the certificate of this server behind it.
        bundle = tmp_path / "bundle.pem"
        bundle.write_text(Path(SHIPPED).read_text() + made.read_text())
        server.bundle, server.folder = bundle, tmp_path
        monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
        connections.close_connections()
        yield server
        connections.close_connections()
        server.shutdown()


@pytest.fixture
def reads(monkeypatch):
    """How often a CA bundle was read into a context."""
    found = []

    class Context(ssl.SSLContext):
        def load_verify_locations(self, *args, **kwargs):
            found.append(args or kwargs)
            return super().load_verify_locations(*args, **kwargs)

    monkeypatch.setattr("botocore.httpsession.SSLContext", Context)
    return found


REGIONS = ("us-east-1", "us-east-2", "eu-west-1", "eu-west-2", "eu-west-3")


def test_a_bundle_is_read_once_for_all_clients(secure, reads):
    """Five regions of two services, each answered: one context and one reading of its bundle."""
    pool = ClientPool()
    for region in REGIONS:
        pool.client("sqs", region=region).list_queues()
        pool.client("sns", region=region)
    assert 1 == len(reads)
    assert 1 == secure.connected, "one host, one connection"


def test_an_edited_bundle_is_read_again(secure, reads):
    """A certificate that was added to the file counts for clients made from then on."""
    whole = secure.bundle.read_text()
    secure.bundle.write_text(Path(SHIPPED).read_text())
    with pytest.raises(SSLError):
        ClientPool().client("sqs", region="us-east-1").list_queues()

    secure.bundle.write_text(whole)
    assert [] == ClientPool().client("sqs", region="us-east-1").list_queues().get("QueueUrls", [])


def test_a_server_that_nobody_vouches_for_is_refused(secure, monkeypatch):
    """The shared context trusts the bundle of its client's settings, and no other."""
    ClientPool().client("sqs", region="us-east-1").list_queues()
    monkeypatch.setenv("AWS_CA_BUNDLE", SHIPPED)

    with pytest.raises(SSLError):
        ClientPool().client("sqs", region="us-east-1").list_queues()


def test_a_bundle_that_is_missing_is_told_of_by_the_request(secure, monkeypatch):
    """As without sharing: making the client works, and asking says what is wrong."""
    monkeypatch.setenv("AWS_CA_BUNDLE", str(secure.folder / "missing.pem"))
    client = ClientPool().client("sqs", region="us-east-1")

    with pytest.raises(SSLError):
        client.list_queues()


def test_this_botocore_can_share(secure):
    """Here clients do share; another botocore's would keep what they were made with."""
    clients = [ClientPool().client("sqs", region=region) for region in REGIONS]

    assert 1 == len({id(client._endpoint.http_session) for client in clients})
    assert type(clients[0]._endpoint.http_session) is connections._kinds()[True]


def test_many_threads_share_one_context(secure, reads):
    """64 threads connect at once: all are answered, and the bundle is read once."""
    pool, answers, barrier = ClientPool(), [], threading.Barrier(64)

    def ask(number):
        barrier.wait()
        client = pool.client("sqs", region=REGIONS[number % len(REGIONS)])
        answers.append(client.list_queues()["ResponseMetadata"]["HTTPStatusCode"])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [200] * 64 == answers
    assert 1 == len(reads)
