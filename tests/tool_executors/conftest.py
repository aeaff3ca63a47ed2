"""An account with state behind AWS_ENDPOINT_URL, and a region to ask."""

from __future__ import annotations

import pytest


@pytest.fixture
def moto_aws(moto_aws, monkeypatch):
    """An empty account 123456789012; yields the URL."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return moto_aws
