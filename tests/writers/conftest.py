"""Frames of odd cells for the tests of the writers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

SEEDS = range(1, 5)


@pytest.fixture(params=SEEDS, ids=lambda seed: f"seed {seed}")
def nasty(request):
    """A frame with a column of every kind and cells that files spoil."""
    from nasty import make_frame

    return make_frame(request.param)
