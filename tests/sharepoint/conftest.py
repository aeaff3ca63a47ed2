"""A local Graph for each test, and its token in the environment."""

from __future__ import annotations

import pytest

from aibrain_jupyter.sharepoint.server import LocalGraph


@pytest.fixture
def graph():
    """A running server with an empty library."""
    with LocalGraph() as found:
        yield found
