"""No test reaches a real account, and none touches the user's own cache or data."""

from __future__ import annotations

import urllib.request

import pytest


def pytest_addoption(parser):
    """With ``--full``, tests that draw at random draw far more often."""
    parser.addoption("--full", action="store_true", help="run the long forms of tests that draw")


_DEAD_ENDPOINT = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _no_real_aws(monkeypatch, tmp_path):
    """Fake credentials, a dead endpoint, folders of its own; child processes inherit them."""
    import os

    for name in [n for n in os.environ if n.startswith(("AWS_", "AIBRAIN_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", _DEAD_ENDPOINT)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AIBRAIN_CACHE_DIR", str(tmp_path / "aibrain-cache"))
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "aibrain-data"))


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
    """An empty account 123456789012 behind AWS_ENDPOINT_URL; yields the URL."""
    reset = urllib.request.Request(f"{_moto_server}/moto-api/reset", method="POST")
    with urllib.request.urlopen(reset):
        pass
    monkeypatch.setenv("AWS_ENDPOINT_URL", _moto_server)
    return _moto_server
