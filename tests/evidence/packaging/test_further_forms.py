"""A package with masked people, PDF and OSCAL: whole, the same twice, and true to its verifier."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from aibrain_jupyter.evidence.packaging.choosing import Asked
from aibrain_jupyter.evidence.packaging.packing import Options, pack
from aibrain_jupyter.evidence.packaging.people.masking import Masking
from aibrain_jupyter.evidence.verification.package_check import verify_package
from aibrain_jupyter.shared.error_handler import EvidenceError
from tests.evidence.packaging.conftest import comment

PLAIN = Options()
KEY = b"0123456789abcdef"
TRESTLE = os.environ.get("AIBRAIN_TEST_TRESTLE_PYTHON", "")


def masked_package(store, file, options=PLAIN, **more):
    """A package whose users are masked."""
    return pack(store, file, Asked(), options, masking=Masking(["arn"], KEY, **more))


def contents(path):
    """Every file of a zip by its path below the bag's folder."""
    with zipfile.ZipFile(path) as archive:
        return {n.partition("/")[2]: archive.read(n) for n in archive.namelist()}


def rezipped(path, files):
    """The zip again, with other files."""
    with zipfile.ZipFile(path) as archive:
        base = archive.namelist()[0].partition("/")[0]
    other = path.with_name("other.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{base}/{name}", content)
    return other


def relist(files):
    """Write the lists of a bag anew, as somebody would who changed its files."""
    for listing in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        names = [line.split("  ", 1)[1] for line in files[listing].decode().splitlines()]
        lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in names]
        files[listing] = "".join(lines).encode()


def told(report):
    """What a verification tells, as one text."""
    return "\n".join(f"{f.kind} {f.where} {f.what}" for f in report.findings)


def test_a_masked_package_verifies_and_says_it_is_masked(small, tmp_path):
    """The verifier takes a masked package for whole, and names what is not as it was saved."""
    file = masked_package(small, tmp_path / "v1.zip").parts[0].file

    report = verify_package(file)
    assert 0 == report.status, told(report)
    assert "it is masked, and not the one the ledger has" in told(report)
    assert "people of arn have pseudonyms" in told(report)
    files = contents(file)
    assert not [name for name, text in files.items() if b"user/u0" in text]
    index = json.loads(files["index.json"])
    assert {"masked"} == {lack["kind"] for lack in index["not_in_it"] if "arn" in lack["why"]}


def test_the_receipt_says_what_was_masked(small, tmp_path):
    """The ledger has columns, method and the id of the key, and that nothing is encrypted."""
    masked_package(small, tmp_path / "v1.zip")

    [event] = [e for e in small.ledger.events() if e.type == "package"]
    assert ["arn"] == event.facts["options"]["masked"]["columns"]
    assert 3 == event.facts["options"]["masked"]["people"]
    assert event.facts["is_encrypted"] is False
    assert 0 == small.verify().status


def test_without_a_mask_the_first_page_names_columns_of_people(small, tmp_path):
    """Columns that hold people are told before they leave."""
    file = pack(small, tmp_path / "v1.zip", Asked()).parts[0].file

    index = json.loads(contents(file)["index.json"])
    [column] = index["people"]
    assert ("arn", "ARN of a user", 3) == (column["column"], column["why"], column["rows"])
    assert "People as they are<dd>arn of" in contents(file)["index.html"].decode()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("data/iam-users.csv", b"person-", b"persom-"), ("manifest.json", b"IAM users", b"IAM user5")],
)
def test_a_changed_byte_of_a_masked_file_is_found(small, tmp_path, name, old, new):
    """A masked file that was changed afterwards is found, though it is not the saved one."""
    file = masked_package(small, tmp_path / "v1.zip").parts[0].file
    files = contents(file)
    [path] = [p for p in files if p.endswith(f"/{name}") and "/items/" in p]
    assert old in files[path]
    files[path] = files[path].replace(old, new)

    relist(files)

    report = verify_package(rezipped(file, files))
    altered = [finding.where for finding in report.findings if finding.kind == "altered"]
    assert any(where.startswith("items/") and where.endswith(name) for where in altered)


def test_a_record_that_claims_a_mask_needs_the_signature(small, tmp_path):
    """Somebody who writes that a manifest is masked, and all lists anew, lacks the signature."""
    file = pack(small, tmp_path / "v1.zip", Asked()).parts[0].file
    files = contents(file)
    [path] = [p for p in files if p.endswith("/manifest.json") and "/items/" in p]
    record = json.loads(files["data/package.json"])
    files[path] = files[path].replace(b"IAM users", b"IAM user5")
    sums = {"bytes": len(files[path]), "sha256": hashlib.sha256(files[path]).hexdigest()}
    about = {"path": "manifest.json", "of": "manifest.json", "how": "masked", "why": "so"}
    record["items"][0]["made"] = [{**about, **sums}]
    files["data/package.json"] = json.dumps(record).encode()
    relist(files)

    report = verify_package(rezipped(file, files))
    assert ["tagmanifest-sha256.sig"] == [f.where for f in report.findings if f.kind == "altered"]


def test_a_name_in_the_ledger_fails_the_package(small, tmp_path):
    """A comment for the auditor that names somebody fails the package, until it is accepted."""
    [item] = small.items()
    comment(small, item, "U0 left in May.", "auditor")

    with pytest.raises(EvidenceError, match=r"ledger\.jsonl") as refused:
        masked_package(small, tmp_path / "v1.zip")
    assert not (tmp_path / "v1.zip").exists()
    assert "U0" not in str(refused.value)
    files = ["data/ledger.jsonl", "index.html", "index.json", "index.csv", "index.xlsx"]
    masked_package(small, tmp_path / "v1.zip", accepted=files)


@pytest.mark.parametrize("portal", ["", "drata", "folder"])
def test_two_runs_give_the_same_package(small, tmp_path, portal):
    """Masked, with OSCAL, for a portal: the second run finds the first there already."""
    options = Options(portal=portal, with_oscal=True, methods=("EXAMINE",))
    first, second = (masked_package(small, tmp_path / "v1.zip", options) for _ in range(2))

    assert (False, True) == (first.already, second.already)
    report = verify_package(first.parts[0].file)
    assert 0 == report.status, told(report)


def test_oscal_has_each_file_as_it_is_packed(full, tmp_path):
    """OSCAL's resources are the files of the package, with the SHA-256 they have in it."""
    file = masked_package(full, tmp_path / "v1.zip", Options(with_oscal=True)).parts[0].file
    files = contents(file)

    document = json.loads(files["data/oscal.json"])["assessment-results"]
    links = [r["rlinks"][0] for r in document["back-matter"]["resources"] if "rlinks" in r]
    assert links
    for link in links:
        sha256 = hashlib.sha256(files[f"data/{link['href']}"]).hexdigest()
        assert sha256 == link["hashes"][0]["value"]
    items = {p.split("/")[2] for p in files if p.startswith("data/items/")}
    assert len(items) == len(document["results"][0]["observations"])


@pytest.mark.skipif(not TRESTLE, reason="AIBRAIN_TEST_TRESTLE_PYTHON names no Python")
def test_compliance_trestle_reads_what_is_packed(full, tmp_path):
    """compliance-trestle accepts the OSCAL of a package with items of every kind."""
    asked = Asked(codes=("RFI-014", "RFI-015", "CC6.1", "CC9.9"), with_unapproved=True)
    made = pack(full, tmp_path / "v1.zip", asked, Options(with_oscal=True))
    path = tmp_path / "oscal.json"
    path.write_bytes(contents(made.parts[0].file)["data/oscal.json"])
    read = (
        "import sys; from pathlib import Path; "
        "from trestle.oscal.assessment_results import AssessmentResults as A; "
        "print(len(A.oscal_read(Path(sys.argv[1])).results[0].observations))"
    )
    ran = subprocess.run([TRESTLE, "-c", read, path], capture_output=True, text=True, check=False)

    assert (0, "4") == (ran.returncode, ran.stdout.strip()), ran.stderr[-2000:]
    assert "Asked for and missing: CC9.9" in path.read_text()


@pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium")
def test_cards_and_index_are_there_as_pdf(small, tmp_path):
    """With ``pdf`` each card and the index are PDFs beside the pages, and the package verifies."""
    options = Options(with_pdf=True)
    made = [masked_package(small, tmp_path / "v1.zip", options) for _ in range(2)]
    files = contents(made[0].parts[0].file)

    pages = [name for name in files if name.endswith(".pdf")]
    assert ["card.pdf", "index.pdf"] == sorted(name.rpartition("/")[2] for name in pages)
    assert all(files[name].startswith(b"%PDF-") for name in pages)
    report = verify_package(made[0].parts[0].file)
    assert (0, True) == (report.status, made[1].already), told(report)
    assert "made of card.html" in told(report)


def test_the_verifier_in_the_package_takes_it(small, tmp_path):
    """The file verify.pyz of a masked package accepts it, without this package."""
    file = masked_package(small, tmp_path / "v1.zip").parts[0].file
    (tmp_path / "verify.pyz").write_bytes(contents(file)["verify.pyz"])

    asked = [sys.executable, "-I", tmp_path / "verify.pyz", file]
    ran = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert 0 == ran.returncode, ran.stdout + ran.stderr
    assert "it is masked" in ran.stdout
