"""A time stamp of the head, by an authority that openssl makes and openssl checks."""

from __future__ import annotations

import hashlib
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from aibrain_jupyter.evidence.store.anchors import add_timestamp, stamp_head, timestamp_request
from aibrain_jupyter.evidence.verification.anchor_check import stamped_text
from aibrain_jupyter.shared.error_handler import EvidenceError
from tests.evidence.conftest import save

CONFIG = """
[tsa]
default_tsa = t
[t]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
[req]
distinguished_name = dn
[dn]
[ext]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
basicConstraints = CA:TRUE
"""


def _openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """The folder of an authority's key and certificate, and its address on this machine."""
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    _openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Test TSA"),
        *("-config", folder / "tsa.cnf", "-extensions", "ext"),
        *("-keyout", folder / "tsa.key", "-out", folder / "tsa.pem"),
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            (folder / "asked.tsq").write_bytes(body)
            _openssl(
                *("ts", "-reply", "-queryfile", folder / "asked.tsq"),
                *("-config", folder / "tsa.cnf", "-out", folder / "answer.tsr"),
            )
            self.send_response(200)
            self.end_headers()
            self.wfile.write((folder / "answer.tsr").read_bytes())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_openssl_accepts_the_stamp(store, authority, tmp_path):
    """The head is stamped, the token is kept with the store, and openssl accepts it."""
    folder, url = authority
    save(store)
    last = store.ledger.last()

    event = stamp_head(store, url)

    token = store.folder / "anchors" / f"{last.seq:06}.tsr"
    assert event.facts["tsr_sha256"] == hashlib.sha256(token.read_bytes()).hexdigest()
    assert 0 == store.verify().status
    (tmp_path / "head.txt").write_bytes(stamped_text(store.id, last.seq, last.hash))
    said = _openssl(
        *("ts", "-verify", "-in", token, "-data", tmp_path / "head.txt"),
        *("-CAfile", folder / "tsa.pem"),
    )
    assert b"Verification: OK" in said.stdout + said.stderr


def test_a_stamp_of_something_else_is_refused(store, authority):
    """The token of another head is not kept."""
    _, url = authority
    save(store)
    stamp_head(store, url)
    token = next((store.folder / "anchors").glob("*.tsr")).read_bytes()
    save(store)

    with pytest.raises(EvidenceError, match="not of event"):
        add_timestamp(store, store.ledger.last().seq, token)


def test_an_authority_that_is_not_there_is_said(store):
    """Where nobody stamps the head stays without a stamp, and the reason is told."""
    save(store)

    with pytest.raises(EvidenceError, match="not stamped"):
        stamp_head(store, "http://127.0.0.1:9")
    assert 0 == store.verify().status


@pytest.mark.parametrize("first", [0x00, 0x7F, 0x80, 0xFF])
def test_every_request_is_strict_der(store, tmp_path, monkeypatch, first):
    """Whatever number chance gives, an authority can read the request."""
    save(store, "one")
    monkeypatch.setattr("os.urandom", lambda count: bytes([first] * count))
    (tmp_path / "asked.tsq").write_bytes(timestamp_request(store, 1))
    _openssl("ts", "-query", "-in", tmp_path / "asked.tsq", "-text")
