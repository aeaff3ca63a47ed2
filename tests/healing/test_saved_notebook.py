"""A notebook that met failures is saved: no key of its surroundings is anywhere in its file."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.healing.faults.answers import _other_clock, _refused
from tests.healing.faults.network import _proxy_that_cuts
from tests.healing.faults.world import CANARY, CELL, world

CELLS = (
    "%load_ext aibrain_jupyter",
    CELL,
    "%aibrain fix",
    "%aibrain tb",
    "%aibrain last --coverage",
    "%aibrain doctor",
    "%aibrain doctor --json",
    "%aibrain profile",
    "%aibrain propose_fix iam_users",
    "%aibrain read_tool_source aws_export",
    "%aibrain config",
)


@pytest.mark.kernel
@pytest.mark.parametrize(
    "arrange",
    [
        lambda found: _refused("AccessDenied", f"refused {CANARY}", 403, found),
        lambda found: _refused("UnrecognizedClientException", f"token{CANARY}", 400, found),
        lambda found: _other_clock(20, found),
        _proxy_that_cuts,
    ],
    ids=["denied", "bad key", "clock", "proxy"],
)
def test_no_key_is_in_a_saved_notebook(arrange):
    """Outputs, errors and metadata: the file is searched as it is on disk."""
    with world() as found:
        arrange(found)
        found.env(PYTHONPATH=str(Path(__file__).parents[2]))
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS]
        )
        client = NotebookClient(notebook, allow_errors=True, timeout=120)
        client.execute()
        path = found.folder / "saved.ipynb"
        nbformat.write(notebook, path)
        kept = [
            file
            for file in found.folder.rglob("*")
            if file.is_file() and file.name not in ("config", "credentials")
        ]
        said = {file.name: file.read_bytes() for file in kept}

    assert "saved.ipynb" in said
    assert b"load_ext" in said["saved.ipynb"]
    assert [] == [name for name, data in said.items() if CANARY.encode() in data]
