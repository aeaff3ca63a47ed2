"""A host that does not answer costs seconds, not the run: one card for all calls."""

from __future__ import annotations

import pytest

from tests.benchmarks.bench_faults import CALLS, ROUNDS, dead_endpoint
from tests.healing.faults.world import Shell


@pytest.mark.slow
def test_400_calls_end_soon():
    """Four hundred calls of a dead host end within three times the time of one."""
    shell = Shell()
    try:
        # How long the SDK waits between attempts is drawn by lot: one round may be unlucky.
        rounds = (dead_endpoint(shell) for _ in range(ROUNDS))
        is_soon = any(many_s <= 3 * one_s for one_s, many_s in rounds)
    finally:
        shell.end()

    assert CALLS == 400
    assert is_soon
