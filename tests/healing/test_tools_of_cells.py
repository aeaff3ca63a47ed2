"""A tool that a notebook's cell defines is proposed a change, tried, changed and given back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from aibrain_jupyter.tool_executors.healing.patches import session_patches
from aibrain_jupyter.tool_registry import get_tool_registry
from tests.healing.faults.world import Shell, world

SETUP = """
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.tool_registry import get_tool_registry
NAMES = ("Mercury", "Venus")
secret_token = "C4n4ryNeverToBeSeen0123456789"
def helper(name):
    return {"PlanetName": name}
"""
CELL = '''
# the tool is in the middle of its cell
import functools
def logged(function):
    @functools.wraps(function)
    def call(*args, **params):
        return function(*args, **params)
    return call

{decorator}
def cell_tool(ctx):
    """Planets."""
    rows = [helper(name) for name in NAMES]
    return [{{"planet": row["planetName"]}} for row in rows]

get_tool_registry().register(ToolSpec("cell_tool", "A.", "__main__:cell_tool"), replace=True)
'''


@pytest.fixture
def shell(monkeypatch, tmp_path):
    """A shell in a world of its own, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    session_patches.cache_clear()
    with world():
        found = Shell()
        found.begin()
        yield found
        get_tool_registry()._specs.pop("cell_tool", None)
        get_tool_registry()._handlers.pop("cell_tool", None)
        get_tool_registry()._failures.pop("cell_tool", None)
        session_patches.cache_clear()
        found.end()


@pytest.mark.parametrize("decorator", ["", "@logged"], ids=["plain", "decorated"])
def test_a_tool_of_a_cell_goes_all_the_way(shell, decorator):
    """Proposed, tried in a process that has the notebook's names, in force, taken back."""
    shell.run(SETUP)
    shell.run(CELL.format(decorator=decorator))
    shell.run("%aibrain cell_tool")
    assert "propose_fix cell_tool" in shell.rendered(shell.run("%aibrain fix"))

    proposed = shell.run("%aibrain propose_fix cell_tool").iloc[0]
    assert ("proposed", "changed-key") == (proposed["state"], proposed["kind"])
    tried = shell.run("%aibrain test_tool cell_tool").iloc[0]
    assert ("failed: KeyError", "complete") == (tried["old_outcome"], tried["new_outcome"])
    assert 2 == tried["new_rows"]

    session_patches().apply(proposed["hash"])
    assert ["Mercury", "Venus"] == shell.run("%aibrain cell_tool")["planet"].tolist()
    session_patches().revert("cell_tool")
    assert shell.run("%aibrain cell_tool --fresh") is None
    assert "C4n4ry" not in "\n".join(shell.heard)


def test_the_changed_function_sees_the_notebook_live(shell):
    """A variable that a later cell sets is seen, as by any function of the notebook."""
    shell.run(SETUP)
    shell.run(CELL.format(decorator=""))
    shell.run("%aibrain cell_tool")
    session_patches().apply(shell.run("%aibrain propose_fix cell_tool")["hash"].item())
    shell.run('NAMES = ("Pluto",)')

    assert ["Pluto"] == shell.run("%aibrain cell_tool --fresh")["planet"].tolist()


def test_what_goes_to_no_other_process_is_named(shell):
    """A tool that uses a token or an object of the notebook is not tried."""
    shell.run(SETUP)
    shell.run(CELL.format(decorator="").replace("[helper(", "secret_token and [helper("))
    shell.run("%aibrain cell_tool")
    shell.run("%aibrain propose_fix cell_tool")
    shell.heard = []
    shell.run("%aibrain test_tool cell_tool")

    assert "uses secret_token of the notebook" in "\n".join(shell.heard)
    assert "C4n4ry" not in "\n".join(shell.heard)


def test_a_shell_nobody_watches_changes_nothing(shell):
    """``%aibrain patch HASH`` in a notebook that runs by itself is refused."""
    shell.run(SETUP)
    shell.run(CELL.format(decorator=""))
    shell.run("%aibrain cell_tool")
    found = shell.run("%aibrain propose_fix cell_tool")["hash"].item()
    shell.run(f"%aibrain patch {found}")

    assert "Nobody is watching" in "\n".join(shell.heard)
    assert "" == get_tool_registry().spec("cell_tool").patch


def test_resume_asks_by_the_source_in_force(shell):
    """A run that failed is resumed by the changed tool; its evidence says the patch, on disk."""
    shell.run(SETUP)
    shell.run(CELL.format(decorator=""))
    shell.run("%aibrain cell_tool")
    found = shell.run("%aibrain propose_fix cell_tool")["hash"].item()
    session_patches().apply(found)

    frame = shell.run("%aibrain resume r1")
    assert ["Mercury", "Venus"] == frame["planet"].tolist()
    assert found == frame.attrs["aibrain"]["patch"]
    shell.run("%aibrain cell_tool --save RFI-1")
    folder = Path(os.environ["AIBRAIN_EVIDENCE_DIR"])
    manifests = [path.read_text() for path in folder.rglob("manifest.json")]
    assert [found] == [json.loads(text)["source"]["patch_sha256"] for text in manifests]
    assert "modified in its session by the patch" in manifests[0]
