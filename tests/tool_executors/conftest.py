"""An account with state, moto's server on 127.0.0.1, behind AWS_ENDPOINT_URL."""

from __future__ import annotations

import urllib.request

import pytest


@pytest.fixture(scope="session")
def _moto_server():
    """moto's server in a thread of this process, started once: its import is the slow part."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def moto_aws(_no_real_aws, _moto_server, monkeypatch):
    """An empty account 123456789012; yields the URL."""
    with urllib.request.urlopen(
        urllib.request.Request(f"{_moto_server}/moto-api/reset", method="POST")
    ):
        pass
    monkeypatch.setenv("AWS_ENDPOINT_URL", _moto_server)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return _moto_server
