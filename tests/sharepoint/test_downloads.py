"""Files come in whole, verified, and no further than the folder they are for."""

from __future__ import annotations

import pytest

from aibrain_jupyter.sharepoint.downloads import place_in
from aibrain_jupyter.sharepoint.errors import ForbiddenNameError
from aibrain_jupyter.sharepoint.server import Fault

BIG = bytes(i % 251 for i in range(3 << 20))


@pytest.fixture
def filled(graph):
    """A library with a small, an empty and a large file."""
    for name, data in (("a/small.txt", b"x"), ("a/empty", b""), ("a/big.bin", BIG)):
        graph.drive.write(name, data)
    return graph


def test_files_come_with_their_folders(run, filled, tmp_path):
    """Each file is where its path says, with its bytes; none is asked for by itself."""
    frame = run(f"%aibrain sharepoint_download a to={tmp_path}/d").frame

    assert {"downloaded"} == set(frame["outcome"])
    assert BIG == (tmp_path / "d/a/big.bin").read_bytes()
    assert b"" == (tmp_path / "d/a/empty").read_bytes()
    assert not filled.asked("GET .*/items/")
    assert not [note for note in filled.asked("download.aspx") if note.is_signed]


def test_what_is_there_is_not_fetched_again(run, filled, tmp_path):
    """The same file is left; another one is not replaced before that is said."""
    run(f"%aibrain sharepoint_download a to={tmp_path}")
    (tmp_path / "a/small.txt").write_text("mine")
    before = len(filled.asked("download.aspx"))
    done = run(f"%aibrain sharepoint_download a to={tmp_path}")

    assert {"there already"} == set(done.frame["outcome"])
    assert ["a/small.txt"] == [gap.item for gap in done.summary.gaps]
    assert before == len(filled.asked("download.aspx"))
    assert "mine" == (tmp_path / "a/small.txt").read_text()
    run(f"%aibrain sharepoint_download a to={tmp_path} overwrite=true")
    assert "x" == (tmp_path / "a/small.txt").read_text()


def test_a_broken_download_goes_on_where_it_broke(run, filled, tmp_path):
    """After a break only the rest is asked for, by range."""
    filled.faults.append(Fault("GET .*download.aspx", drop="answer"))
    frame = run(f"%aibrain sharepoint_download a/big.bin to={tmp_path}").frame

    assert ["downloaded"] == list(frame["outcome"])
    assert BIG == (tmp_path / "a/big.bin").read_bytes()
    assert [200, 206] == [note.status for note in filled.asked("download.aspx")]
    assert ["big.bin"] == [path.name for path in (tmp_path / "a").iterdir()]


def test_an_address_that_expired_is_asked_for_again(run, filled, tmp_path):
    """Addresses of the listing last for a while; then each file is asked for a new one."""
    filled.faults.append(Fault("GET .*download.aspx", status=401))
    frame = run(f"%aibrain sharepoint_download a/big.bin to={tmp_path}").frame

    assert ["downloaded"] == list(frame["outcome"])
    assert 1 == len(filled.asked("GET .*/items/"))


def test_what_does_not_fit_its_hash_is_not_kept(run, filled, tmp_path):
    """Bytes that are not those of the quickXorHash are no file, but a gap."""
    filled.drive.at("a/small.txt").hash = filled.drive.at("a/big.bin").hash
    done = run(f"%aibrain sharepoint_download a to={tmp_path}")

    assert ["a/small.txt"] == [gap.item for gap in done.summary.gaps]
    assert "quickXorHash" in done.summary.gaps[0].why
    assert not (tmp_path / "a/small.txt").exists()


def test_one_refused_file_leaves_the_others(run, filled, tmp_path):
    """A refusal is a gap that names its file."""
    filled.faults.append(Fault("GET .*download.aspx", status=403))
    done = run(f"%aibrain sharepoint_download a to={tmp_path}")

    assert 2 == len(done.frame)
    assert ["denied"] == [gap.outcome for gap in done.summary.gaps]


@pytest.mark.parametrize("path", ["../x", "a/../../x", "a//x", "a/b\\c", "c:/x", "."])
def test_no_name_leads_out_of_the_folder(tmp_path, path):
    """A path that would leave the folder, or is none here, is refused."""
    with pytest.raises(ForbiddenNameError):
        place_in(tmp_path, path)


def test_files_become_evidence_with_where_they_are_from(run, filled):
    """Kept as items of the store: site, path, id, version and hash stand in the manifest."""
    from aibrain_jupyter.evidence.store.default import default_store

    frame = run("%aibrain sharepoint_download a/small.txt evidence=true rfi=RFI-014").frame
    store = default_store()
    manifest = store.item(frame["item"][0]).manifest()

    assert ["kept as evidence"] == list(frame["outcome"])
    source = manifest["source"]
    assert ("contoso/sites/audit", "a/small.txt") == (source["site"], source["path"])
    assert filled.drive.at("a/small.txt").etag == source["etag"]
    assert 0 == store.verify().status
