"""Whatever goes wrong while packing: nothing at the name, and what is wrong is named."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest

from aibrain_jupyter.evidence.decisions.retention import purge, retain
from aibrain_jupyter.evidence.decisions.states import take_step
from aibrain_jupyter.evidence.packaging import packing
from aibrain_jupyter.evidence.packaging.choosing import Asked
from aibrain_jupyter.evidence.packaging.packing import Options, pack
from aibrain_jupyter.evidence.packaging.people.masking import Masking
from aibrain_jupyter.evidence.packaging.work import work_beside
from aibrain_jupyter.evidence.verification.package_check import verify_package
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


@pytest.mark.parametrize("options", [Options(portal="drata"), Options(portal="folder")])
def test_so_it_does_wherever_it_is_full(small, tmp_path, options):
    """A disk that is full while a portal's array, a masked set or a folder is made: the same."""
    target = tmp_path / "out"
    target.mkdir()
    save(small, "Many", ("RFI-014",), rows=2_000)
    pack(small, tmp_path / "first.zip", Asked())
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    asked = Asked(with_unapproved=True)
    masking = Masking(["arn"], b"k" * 32, accepted=["data/ledger.jsonl"])
    for more in ({}, {"masking": masking}):
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
        try:
            with pytest.raises(InputError, match="cannot be written"):
                pack(small, target / "v1.zip", asked, options, **more)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert [] == list(target.iterdir())


@pytest.mark.parametrize(
    "options", [Options(), Options(most_bytes=100_000), Options(portal="folder")]
)
@pytest.mark.parametrize("place", ["_say", "_take_place", "_deliver"])
def test_what_a_kill_leaves_is_finished_by_the_next_run(
    small, tmp_path, monkeypatch, options, place
):
    """Killed before a part, between parts or before the last step: run again, it is there, once."""
    for number in range(3):
        approve(small, save(small, f"Set {number}", ("RFI-014",), rows=600))
    target = tmp_path / "out"
    target.mkdir()
    step, calls = getattr(packing, place), []

    def killed(*args):
        calls.append(args)
        if len(calls) == 2 or place != "_take_place" or not options.most_bytes:
            raise KeyboardInterrupt
        return step(*args)

    monkeypatch.setattr(packing, place, killed)
    with pytest.raises(KeyboardInterrupt):
        pack(small, target / "v1.zip", Asked(), options)
    monkeypatch.setattr(packing, place, step)

    made = pack(small, target / "v1.zip", Asked(), options)
    assert (len(made.parts) > 1) == bool(options.most_bytes)
    assert sorted(part.file for part in made.parts) == sorted(target.iterdir())
    assert [0] * len(made.parts) == [verify_package(p.file).status for p in made.parts]
    delivered = [e.item for e in small.ledger.events() if e.type == "deliver"]
    assert sorted(item.id for item in small.items()) == sorted(delivered)


def test_a_folder_that_a_kill_left_is_removed_and_one_in_use_is_not(small, tmp_path):
    """What lies beside a package after a kill has evidence in it; another kernel's work stays."""
    with work_beside(tmp_path / "v1.zip") as work:
        (work / "rows").write_text("evidence")
        left = tmp_path / ".package-left"
        shutil.copytree(work, left)
        other = tmp_path / ".package-of-somebody"
        other.mkdir()

        pack(small, tmp_path / "v1.zip", Asked())
        assert (True, False, True) == (work.is_dir(), left.exists(), other.is_dir())


@pytest.mark.parametrize("options", [Options(), Options(portal="folder")])
def test_two_kernels_never_replace_one_anothers_package(small, tmp_path, monkeypatch, options):
    """One that takes the name in the last moment keeps it: the other is refused."""
    take = packing._take_place

    def taken_before(made, name):
        if made.is_dir():
            name.mkdir()
            (name / "x").write_text("another")
        else:
            name.write_text("another")
        take(made, name)

    monkeypatch.setattr(packing, "_take_place", taken_before)
    with pytest.raises(EvidenceError, match="there is another one"):
        pack(small, tmp_path / "v1.zip", Asked(), options)
    name = tmp_path / ("v1" if options.portal else "v1.zip")
    assert "another" == (name / "x" if options.portal else name).read_text()


@pytest.mark.parametrize("step", ["reject", "supersede", "reopen", "purge"])
def test_an_item_that_changes_while_it_is_packed_is_not_given_away(
    small, tmp_path, monkeypatch, step
):
    """Rejected, superseded or purged between the look and the package: no package, and why."""
    (item,) = small.items()
    retain(small, item, dt.date(2020, 1, 1), "test")
    write = packing._write

    def changing(*args):
        part = write(*args)
        if step == "purge":
            purge(small, item.id, "past its time")
        else:
            take_step(small, small.item(item.id), step, reason="no")
        return part

    monkeypatch.setattr(packing, "_write", changing)
    with pytest.raises(EvidenceError, match=f"changed while it was packed .{step}") as raised:
        pack(small, tmp_path / "v1.zip", Asked())
    assert item.id == raised.value.facts["item"]
    assert not (tmp_path / "v1.zip").exists()
    assert {"package", "deliver"}.isdisjoint(e.type for e in small.ledger.events())


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
