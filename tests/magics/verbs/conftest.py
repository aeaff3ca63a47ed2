"""A folder with a store of its own, and a tool whose things a test changes."""

from __future__ import annotations

import sys

import pytest

from aibrain_jupyter.tool_registry import get_tool_registry
from tests.magics.conftest import DATA


@pytest.fixture
def evidence_folder(tmp_path, monkeypatch):
    """A folder of the notebook's own, and a user's data folder."""
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def inventory(monkeypatch, shell, evidence_folder):
    """A tool, and what it finds: three things in the hall, one in the attic."""
    monkeypatch.syspath_prepend(str(DATA))
    sys.modules.pop("inventory", None)
    import inventory

    get_tool_registry().register(inventory.INVENTORY)
    inventory.things.update(
        hall={n: {"is_open": False, "seen": n} for n in (1, 2, 3)},
        attic={1: {"is_open": True, "seen": 1}},
    )
    yield inventory
    sys.modules.pop("inventory", None)
