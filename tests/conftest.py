"""No test reaches a real account, and none touches the user's own cache or data."""

from __future__ import annotations

import pytest

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
