"""One embedded account for the tests of a file that only read from it."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.demo.account import start_demo, stop_demo


@pytest.fixture(scope="module")
def pool():
    """A client pool with the demo's profiles, its server running."""
    pool = ClientPool()
    start_demo(pool)
    yield pool
    stop_demo(pool)
