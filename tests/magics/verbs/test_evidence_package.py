"""``%aibrain evidence package`` and ``index``: what the auditor gets, and what that would be."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError, UnknownNameError

pytestmark = pytest.mark.usefixtures("evidence_folder")


@pytest.fixture
def saved(run, shell):
    """The id of an approved item for three codes."""
    shell.user_ns["users"] = pd.DataFrame({"arn": [f"arn:{n}" for n in range(40)]})
    line = "%aibrain evidence save users --rfi RFI-014 --rfi RFI-015 --control CC6.1 --key arn"
    item = run(f"{line} --title Users").value
    run(f"%aibrain evidence approve {item} --reason 'all is there'")
    return item


def test_a_package_is_made_and_checked(run, saved):
    """A row a part with its SHA-256; a bare Python says it is whole; the item is delivered."""
    ran = run("%aibrain evidence package FY2026-v1.zip --codes RFI-014,CC6.1")

    assert ran.error is None
    row = ran.value.iloc[0]
    assert hashlib.sha256(Path("FY2026-v1.zip").read_bytes()).hexdigest() == row["sha256"]
    assert "FY2026-v1: 1 item, not encrypted. Nothing is missing" in _said(ran)
    with zipfile.ZipFile("FY2026-v1.zip") as archive:
        archive.extractall()
    words = [sys.executable, "-I", "-S", "fy2026-v1/verify.pyz", "FY2026-v1.zip"]
    checked = subprocess.run(words, capture_output=True, text=True, check=False)
    assert 0 == checked.returncode, checked.stdout
    listed = run("%aibrain evidence list").value.iloc[0]
    assert "RFI-014: delivered, CC6.1: delivered" == listed["delivery"]
    assert 0 == run("%aibrain evidence verify").value.attrs["evidence"]["status"]


def test_the_same_cell_again_changes_nothing(run, saved):
    """A notebook that is run twice has the same package, and says it once in the ledger."""
    first = run("%aibrain evidence package v1.zip")
    events = len(run("%aibrain evidence ledger").value)
    again = run("%aibrain evidence package v1.zip")

    assert first.value["sha256"].tolist() == again.value["sha256"].tolist()
    assert events == len(run("%aibrain evidence ledger").value)
    assert "was there already" in _said(again)


def test_what_lacks_is_said_and_is_status_2(run, saved):
    """A code that nothing answers is missing: the line says it, and the status is 2."""
    ran = run("%aibrain evidence package v1.zip --codes RFI-014,CC9.9")

    assert ran.error is None
    assert 2 == ran.value.attrs["evidence"]["status"]
    assert "Not in it: 1 missing" in _said(ran)


def test_a_lost_file_fails_the_cell(run, saved):
    """A data file that is gone: the cell fails, names item and file, and nothing is there."""
    next(Path(f"evidence/items/{saved}/data").glob("*.jsonl")).unlink()
    ran = run("%aibrain evidence package v1.zip")

    assert isinstance(ran.error, EvidenceError)
    assert f"data/users.jsonl of {saved} cannot be packed" in str(ran.error)
    assert "2" == ran.error.facts["status"]
    assert [] == list(Path().glob("*.zip"))


def test_parts_portals_and_raw_answers(run, saved):
    """Options are those of the line; a size or portal that there is not is refused."""
    ran = run("%aibrain evidence package v1.zip --for drata --max-size 50MB --raw")
    assert "left out" in _said(ran)
    names = zipfile.ZipFile("v1.zip").namelist()
    assert any(name.endswith("users.json") for name in names)

    assert isinstance(run("%aibrain evidence package w.zip --max-size big").error, ParameterError)
    assert run("%aibrain evidence package w.zip --for nowhere").error is not None
    assert isinstance(run("%aibrain evidence package w.zip --items no").error, UnknownNameError)


def test_an_index_is_written(run, saved):
    """What a package would have, as a page beside the notebook, and what it would not, as rows."""
    ran = run("%aibrain evidence index index.html --codes RFI-014,CC9.9")

    assert ["missing"] == ran.value["kind"].tolist()
    assert f"evidence/items/{saved}/card.html" in Path("index.html").read_text("utf-8")
    assert run("%aibrain evidence index index.html --codes RFI-014").error is None


def _said(ran):
    return " ".join(ran.shown)


def test_a_package_is_verified_where_it_was_made(run, saved):
    """``verify FILE.zip`` checks the package; a changed byte fails the cell and names the file."""
    run("%aibrain evidence package v1.zip")
    whole = run("%aibrain evidence verify v1.zip")
    assert "whole: 1 item" in _said(whole)

    with zipfile.ZipFile("v1.zip") as archive:
        archive.extractall()
    data = next(Path("v1/data").rglob("*.csv"))
    data.write_bytes(data.read_bytes().replace(b"arn:7", b"arn:8"))
    assert "v1 is ALTERED" in str(run("%aibrain evidence verify v1").error)
