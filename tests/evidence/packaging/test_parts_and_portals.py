"""Parts that are bags of their own, and what a portal accepts."""

from __future__ import annotations

import json
import random
import zipfile

import bagit
import pytest

from aibrain_jupyter.evidence.packaging.choosing import Asked
from aibrain_jupyter.evidence.packaging.packing import Options, pack
from aibrain_jupyter.evidence.packaging.portals import PORTALS
from aibrain_jupyter.evidence.verification.package_check import verify_package
from aibrain_jupyter.shared.error_handler import EvidenceError, UnknownNameError
from tests.evidence.packaging.conftest import approve, unpacked
from tests.evidence.packaging.test_verifier import _make_lists


@pytest.fixture
def large(small):
    """The store with four more items, of 60 kB that do not shrink each."""
    for number in range(4):
        noise = random.Random(number).randbytes(60_000)
        with small.draft(f"Noise {number}") as draft:
            draft.path("files/noise.png").write_bytes(noise)
            about = {"title": f"Noise {number}", "kind": "external", "codes": [], "times": {}}
            approve(small, small.commit(draft, about, facts={"title": about["title"]}))
    return small


def test_each_part_is_a_bag(large, tmp_path):
    """No part is larger than was asked for, each is valid and names the others, no item is lost."""
    made = pack(large, tmp_path / "v1.zip", Asked(), Options(most_bytes=230_000))

    names = [part.file.name for part in made.parts]
    assert [f"v1-part{n}of{len(names)}.zip" for n in range(1, len(names) + 1)] == names
    assert len(names) > 1
    assert not (tmp_path / "v1.zip").exists()
    items = [item for part in made.parts for item in part.items]
    assert sorted(item.id for item in large.items()) == sorted(items)
    for number, part in enumerate(made.parts):
        folder = unpacked(part.file, tmp_path / part.file.stem)
        bag = bagit.Bag(str(folder))
        assert bag.validate()
        assert f"{number + 1} of {len(names)}" == bag.info["Bag-Count"]
        assert part.length <= 230_000
        assert 0 == verify_package(part.file).status
        page = (folder / "index.html").read_text("utf-8")
        assert all(name in page for name in names if name != part.file.name)


def test_parts_are_the_same_on_two_runs(large, tmp_path):
    """The same store gives the same parts."""
    one, other = (
        pack(large, tmp_path / "v1.zip", Asked(), Options(most_bytes=230_000)) for _ in range(2)
    )
    assert not one.already
    assert other.already


def test_an_item_larger_than_a_part_is_named(large, tmp_path):
    """None is split: it is refused by its name, and nothing is there."""
    with pytest.raises(EvidenceError, match="noise-0") as raised:
        pack(large, tmp_path / "v1.zip", Asked(), Options(most_bytes=120_000))
    assert raised.value.facts["item"].startswith("noise-0")
    assert [] == list(tmp_path.glob("*.zip"))


@pytest.mark.parametrize("portal", ["drata", "vanta", "auditmanager"])
def test_a_portal_gets_what_it_accepts(small, tmp_path, portal):
    """Other types are left out by name; JSON lines are one array with the same rows."""
    options = Options(with_raw=True, portal=portal)
    made = pack(small, tmp_path / "v1.zip", Asked(), options)
    folder = unpacked(made.parts[0].file, tmp_path)

    files = [p for p in (folder / "data/items").rglob("*") if p.is_file()]
    assert {p.suffix[1:] for p in files} <= PORTALS[portal].endings
    rows = json.loads(next(p for p in files if p.name == "iam-users.json").read_text())
    assert ["arn:aws:iam::1:user/u0", "u1", "u2"] == [
        rows[0]["arn"],
        *(r["arn"][-2:] for r in rows[1:]),
    ]
    assert 1 == len(json.loads(next(p for p in files if p.name == "requests.json").read_text()))
    why = {lack.what: lack.why for lack in made.lacks if lack.kind == "left out"}
    assert f"{portal} does not accept .gz" == why["raw/0001.jsonl.gz"]
    assert 0 == verify_package(folder).status


def test_an_array_has_the_rows_that_were_approved(small, tmp_path):
    """The verifier gets the saved lines back from the array: other rows are found."""
    made = pack(small, tmp_path / "v1.zip", Asked(), Options(portal="drata"))
    folder = unpacked(made.parts[0].file, tmp_path)
    data = next(folder.rglob("iam-users.json"))
    data.write_bytes(data.read_bytes().replace(b"true", b"null"))
    _make_lists(folder)

    findings = [f.what for f in verify_package(folder).findings]
    assert "it has not the rows of data/iam-users.jsonl as they were saved" in findings


def test_a_file_that_is_too_large_for_a_portal_is_left_out(small, tmp_path):
    """Audit Manager takes 100 MB a file: what is larger is named."""
    with small.draft("A film") as draft:
        with draft.path("files/film.mp4").open("wb") as file:
            file.truncate(100_000_001)
        about = {"title": "A film", "kind": "external", "codes": [], "times": {}}
        approve(small, small.commit(draft, about, facts={"title": "A film"}))

    made = pack(small, tmp_path / "v1.zip", Asked(), Options(portal="auditmanager"))
    assert "auditmanager accepts 100 MB a file" in [lack.why for lack in made.lacks]
    with zipfile.ZipFile(made.parts[0].file) as archive:
        assert not [n for n in archive.namelist() if n.endswith("film.mp4")]


def test_an_unknown_portal_is_refused(small, tmp_path):
    """Nothing is guessed of a portal that is not known."""
    with pytest.raises(UnknownNameError, match="drata"):
        pack(small, tmp_path / "v1.zip", Asked(), Options(portal="drat"))
