"""A package is a bag that others check: the bagit library, sha256sum, openssl, any system."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import PureWindowsPath

import bagit
import pytest

from aibrain_jupyter.evidence.packaging.choosing import Asked
from aibrain_jupyter.evidence.packaging.packing import Options, pack
from aibrain_jupyter.evidence.packaging.paths import fault_of_path
from aibrain_jupyter.evidence.store.store import Store
from aibrain_jupyter.shared.error_handler import EvidenceError
from tests.evidence.packaging.conftest import approve, save, unpacked


def test_the_bagit_library_accepts_it(packed, tmp_path):
    """Another's implementation of BagIt finds it valid, and finds a changed, new or lost file."""
    folder = unpacked(packed, tmp_path)
    assert bagit.Bag(str(folder)).validate()
    assert (1, 0) == bagit.Bag(str(folder)).version_info

    for change in (_flip, _add, _remove):
        other = unpacked(packed, tmp_path / change.__name__)
        change(next((other / "data/items").rglob("*.csv")))
        with pytest.raises(bagit.BagValidationError):
            bagit.Bag(str(other)).validate()


def test_sha256sum_accepts_it(packed, tmp_path):
    """The lists are what ``sha256sum -c`` reads; it names a changed file."""
    folder = unpacked(packed, tmp_path)
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        assert 0 == _run(["sha256sum", "--strict", "-c", name], folder).returncode

    _flip(folder / "index.html")
    ran = _run(["sha256sum", "-c", "tagmanifest-sha256.txt"], folder)
    assert 1 == ran.returncode
    assert "index.html: FAILED" in ran.stdout


def test_openssl_accepts_the_signature(packed, tmp_path):
    """The list of all is signed by the key that signs the ledger; openssl says so, or not."""
    folder = unpacked(packed, tmp_path)
    (key,) = (folder / "keys").iterdir()
    words = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(key), "-rawin"]
    words += ["-in", "tagmanifest-sha256.txt", "-sigfile", "tagmanifest-sha256.sig"]
    assert 0 == _run(words, folder).returncode

    _flip(folder / "tagmanifest-sha256.txt")
    assert 0 != _run(words, folder).returncode


def test_two_runs_give_the_same_bytes(full, tmp_path):
    """What packing itself writes to the ledger does not change the next package of the same."""
    asked = Asked(codes=("RFI-014", "CC6.1"))
    (tmp_path / "again").mkdir()
    one = pack(full, tmp_path / "v1.zip", asked)
    events = len(full.ledger.events())
    other = pack(full, tmp_path / "again/v1.zip", asked)
    there = pack(full, tmp_path / "v1.zip", asked)

    assert (tmp_path / "v1.zip").read_bytes() == (tmp_path / "again/v1.zip").read_bytes()
    assert (False, False, True) == (one.already, other.already, there.already)
    assert events < len(full.ledger.events())
    assert 1 == len({i.date_time for i in _zip(one).infolist()})
    assert {0o100644 << 16} == {i.external_attr for i in _zip(one).infolist()}


def test_an_item_for_three_codes_is_there_once(small, tmp_path):
    """One item for three codes in a package of two RFIs: its bytes once."""
    made = pack(small, tmp_path / "v1.zip", Asked(codes=("RFI-014", "RFI-015", "CC6.1")))
    archive = _zip(made)
    data = [n for n in archive.namelist() if n.endswith("iam-users.jsonl")]
    sums = [hashlib.sha256(archive.read(n)).hexdigest() for n in archive.namelist()]

    assert 1 == len(data)
    assert 1 == sums.count(hashlib.sha256(archive.read(data[0])).hexdigest())


def test_every_path_is_fit_for_windows(packed, tmp_path):
    """No name that Windows refuses or takes for another, none longer than 120 characters."""
    names = zipfile.ZipFile(packed).namelist()
    for name in names:
        assert len(name) <= 120
        assert not set('<>:"\\|?*') & set(name)
        assert name.isascii()
        for part in name.split("/"):
            assert not PureWindowsPath(part).is_reserved()
            assert part == part.rstrip(" .")
    assert len(names) == len({name.lower() for name in names})


@pytest.mark.parametrize(
    "path",
    ["data/aux.csv", "data/a:b", "data/a.", "data/COM1", "data/é", "data//a", "../a", "a" * 121],
)
def test_a_path_that_is_not_fit_is_refused(path):
    """Devices, characters, ends and lengths that a system does not take are named."""
    assert fault_of_path(path)


def test_raw_answers_come_on_request(small, tmp_path):
    """Without ``--raw`` they stay at home; with it they are in it."""
    names = [
        _zip(pack(small, tmp_path / f"{raw}.zip", Asked(), Options(with_raw=raw))).namelist()
        for raw in (False, True)
    ]
    assert [False, True] == [any("/raw/" in name for name in some) for some in names]


def test_a_receipt_says_what_was_given(small, tmp_path):
    """The ledger has the package with SHA-256, items, codes and options; codes are delivered."""
    made = pack(small, tmp_path / "v1.zip", Asked(codes=("RFI-014",)))
    receipt, delivery = (e for e in small.ledger.events() if e.type in ("package", "deliver"))

    sha256 = hashlib.sha256((tmp_path / "v1.zip").read_bytes()).hexdigest()
    assert sha256 == made.parts[0].sha256 == receipt.facts["parts"][0]["sha256"]
    assert ["RFI-014"] == receipt.facts["codes"] == [c["code"] for c in delivery.facts["of_codes"]]
    assert "v1" == receipt.facts["name"] == delivery.facts["package"]
    assert receipt.facts["is_encrypted"] is False
    assert 0 == small.verify().status


def test_another_package_is_never_replaced(small, tmp_path):
    """A package that was given away stays: another one needs another name."""
    pack(small, tmp_path / "v1.zip", Asked())
    before = (tmp_path / "v1.zip").read_bytes()
    approve(small, save(small, "S3 buckets"))

    with pytest.raises(EvidenceError, match="another one"):
        pack(small, tmp_path / "v1.zip", Asked())
    assert before == (tmp_path / "v1.zip").read_bytes()


def test_a_folder_is_a_bag_too(small, tmp_path):
    """``--for folder`` gives the bag unpacked."""
    made = pack(small, tmp_path / "v1.zip", Asked(), Options(portal="folder"))

    assert tmp_path / "v1" == made.parts[0].file
    assert bagit.Bag(str(tmp_path / "v1")).validate()
    assert pack(small, tmp_path / "v1", Asked(), Options(portal="folder")).already


def _zip(made):
    return zipfile.ZipFile(made.parts[0].file)


def _flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def _add(path):
    path.with_name("extra.csv").write_text("x")


def _remove(path):
    path.unlink()


def _run(words, folder):
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def test_the_ledger_is_not_read_again_for_every_item(small, tmp_path, monkeypatch):
    """A package of thousands of items reads the store's ledger as often as one of a few."""
    counts, items = [], Store.items

    def counted(store):
        counts[-1] += 1
        return items(store)

    for number in range(2):
        for each in range(3):
            approve(small, save(small, f"Set {number}{each}"))
        with monkeypatch.context() as patch:
            counts.append(0)
            patch.setattr(Store, "items", counted)
            pack(small, tmp_path / f"v{number}.zip", Asked())
    assert counts[0] == counts[1]
