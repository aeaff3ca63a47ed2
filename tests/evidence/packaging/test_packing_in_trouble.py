"""Whatever goes wrong while packing: nothing at the name, and what is wrong is named."""

from __future__ import annotations

import pytest

from aibrain_jupyter.evidence.packaging.choosing import Asked
from aibrain_jupyter.evidence.packaging.packing import Options, pack
from aibrain_jupyter.shared.error_handler import EvidenceError, InputError, UnknownNameError
from tests.evidence.packaging.conftest import approve, save


def _gone(path):
    path.unlink()


def _unreadable(path):
    path.unlink()
    path.mkdir()


def _a_link(path):
    other = path.with_name("other")
    path.rename(other)
    path.symlink_to(other)


def _altered(path):
    path.write_bytes(path.read_bytes().replace(b"true", b"null"))


@pytest.mark.parametrize("portal", ["", "folder", "drata"])
@pytest.mark.parametrize("harm", [_gone, _unreadable, _a_link, _altered])
def test_a_file_that_is_not_as_approved_fails_the_package(small, tmp_path, harm, portal):
    """Gone, unreadable or altered: no package, item and file named, status 2, no receipt."""
    (item,) = small.items()
    harm(item.folder / "data/iam-users.jsonl")
    target = tmp_path / "out"
    target.mkdir()

    with pytest.raises(EvidenceError) as raised:
        pack(small, target / "v1.zip", Asked(), Options(portal=portal))

    assert [] == list(target.iterdir())
    assert (item.id, "data/iam-users.jsonl", "2") == tuple(
        raised.value.facts[name] for name in ("item", "file", "status")
    )
    assert {"package", "deliver"}.isdisjoint(e.type for e in small.ledger.events())


@pytest.mark.parametrize("name", ["manifest.json", "card.html", "requests.jsonl"])
def test_so_does_any_file_of_it(small, tmp_path, name):
    """Manifest, card and requests are no less of the item than its rows."""
    (item,) = small.items()
    (item.folder / name).unlink()

    with pytest.raises(EvidenceError, match=item.id):
        pack(small, tmp_path / "v1.zip", Asked())
    assert not (tmp_path / "v1.zip").exists()


def test_an_altered_ledger_fails_the_package(small, tmp_path):
    """An extract of a ledger that does not hold is not given away."""
    ledger = small.folder / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b"looked at", b"looked up"))

    with pytest.raises(EvidenceError, match="ledger of the store was altered"):
        pack(small, tmp_path / "v1.zip", Asked())
    assert not (tmp_path / "v1.zip").exists()


def test_a_full_disk_leaves_nothing(small, tmp_path):
    """A package that cannot be written to its end is not there at all."""
    target = tmp_path / "out"
    target.mkdir()
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    pack(small, tmp_path / "first.zip", Asked())  # the head is signed
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(InputError, match="cannot be written"):
            pack(small, target / "v1.zip", Asked())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [] == list(target.iterdir())


def test_nothing_to_pack_is_no_package(small, tmp_path):
    """What nobody approved, or nothing answers, gives no empty package but the reason."""
    item = save(small, "S3 buckets", ("RFI-099",))

    with pytest.raises(EvidenceError, match="not approved") as raised:
        pack(small, tmp_path / "v1.zip", Asked(codes=("RFI-099",)))
    assert item.id in raised.value.why
    with pytest.raises(EvidenceError, match="nothing is saved for it"):
        pack(small, tmp_path / "v1.zip", Asked(codes=("RFI-777",)))
    with pytest.raises(UnknownNameError):
        pack(small, tmp_path / "v1.zip", Asked(items=("no-such-item",)))
    assert not (tmp_path / "v1.zip").exists()


def test_a_superseded_item_is_not_packed(small, tmp_path):
    """A newer one is in its place, and nothing is said to be missing."""
    from aibrain_jupyter.evidence.decisions.states import take_step

    (old,) = small.items()
    new = approve(small, save(small, "IAM users", ("RFI-014", "RFI-015", "CC6.1")))
    take_step(small, small.item(old.id), "supersede")

    made = pack(small, tmp_path / "v1.zip", Asked(codes=("RFI-014",)))
    assert (new.id,) == made.parts[0].items
    assert () == made.lacks


@pytest.mark.parametrize("name", ["v1.tar", "no/such/folder/v1.zip"])
def test_a_name_that_cannot_be_is_refused(small, tmp_path, name):
    """A package is a zip in a folder that is there."""
    with pytest.raises(InputError):
        pack(small, tmp_path / name, Asked())
