"""The store is beside the notebook, wherever the notebook's cells go."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_GOES = """
import os, sys
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.evidence.store.default import default_store

for step in sys.argv[1:]:
    kind, _, word = step.partition("=")
    if kind == "go":
        os.chdir(word)
    elif kind == "remove":
        os.rmdir(os.getcwd())
    elif kind == "set":
        get_settings().set("evidence_folder", word, "%config AibrainMagics")
    else:
        default_store().make()
"""


@pytest.fixture
def stores(tmp_path):
    """Run steps in a new process that begins in `notebook`; return the folders with a ledger."""
    for name in ("notebook", "data"):
        (tmp_path / name).mkdir()
    begun = {k: v for k, v in os.environ.items() if k != "AIBRAIN_EVIDENCE_DIR"}

    def run(*steps, **more):
        subprocess.run(
            [sys.executable, "-c", _GOES, *steps],
            cwd=tmp_path / "notebook",
            env={**begun, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)), **more},
            check=True,
        )
        return sorted(p.parent.relative_to(tmp_path).as_posix() for p in _ledgers(tmp_path))

    return run


def _ledgers(folder):
    return folder.glob("*/*/ledger.jsonl")


def test_a_change_of_the_folder_makes_no_second_store(stores):
    """``%cd`` between two saves: both are in one store, also where the variable names it."""
    assert ["notebook/evidence"] == stores("save", "go=../data", "save")
    assert ["notebook/evidence"] == stores("go=../data", "save")
    assert ["notebook/audit", "notebook/evidence"] == stores(
        "go=../data", "save", AIBRAIN_EVIDENCE_DIR="audit"
    )


def test_a_folder_that_is_set_later_is_beside_whoever_sets_it(stores):
    """``%config`` after ``%cd`` means a folder there, and goes on to mean it."""
    assert ["data/own"] == stores("go=../data", "set=own", "go=..", "save")


def test_a_store_that_is_elsewhere_already_is_gone_on_with(stores, tmp_path):
    """An earlier version made it where the cells went; nothing is begun beside the notebook."""
    stores("go=../data", "set=evidence", "save")

    assert ["data/evidence"] == stores("go=../data", "save")


def test_a_folder_that_is_gone_is_no_hindrance(stores, tmp_path):
    """Who removes the folder a kernel is in saves beside the notebook all the same."""
    (tmp_path / "gone").mkdir()
    found = stores("go=../gone", "remove", "save")

    assert ["notebook/evidence"] == found
