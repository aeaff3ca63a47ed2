"""A store: a save is complete or absent, and nothing in it changes unseen."""

from __future__ import annotations

import contextlib
import json
import stat
import threading

import pytest
from filelock import FileLock, Timeout

from aibrain_jupyter.evidence.store.draft import Draft
from aibrain_jupyter.evidence.store.store import Store
from aibrain_jupyter.evidence.verification.report import LOCK, canonical, hash_of
from aibrain_jupyter.shared.error_handler import EvidenceError, UnknownNameError
from tests.evidence.conftest import save


def test_nothing_is_made_before_something_is_saved(store):
    """Looking at a store that is not there leaves no folder behind."""
    assert store.items() == []

    assert not store.folder.exists()


def test_a_saved_item_verifies_and_is_private(store):
    """A save gives an item whose files are hashed, in a folder that others cannot read."""
    item = save(store)

    report = store.verify()
    assert (report.status, report.findings, report.items, report.files) == (0, [], 1, 2)
    assert 0o700 == stat.S_IMODE(store.folder.stat().st_mode)
    assert item.manifest()["files"][1]["rows"] == 3
    assert item.id.startswith("iam-users-20260708-")


def test_an_abandoned_block_saves_nothing(store):
    """What raises while an item is put together leaves no draft and no event."""
    save(store)
    with contextlib.suppress(RuntimeError), store.draft("half") as draft:
        draft.path("data/rows.csv").write_text("x")
        raise RuntimeError

    assert 1 == len(store.items())
    assert [] == list((store.folder / "drafts").iterdir())
    assert 0 == store.verify().status


def test_a_path_never_leaves_the_item(store):
    """A file's name with .., a root or a backslash is refused."""
    with store.draft("x") as draft:
        for name in ("../x", "/etc/x", "data/../../x", "a\\b"):
            with pytest.raises(ValueError, match="no path"):
                draft.path(name)


def test_a_folder_of_others_is_refused(tmp_path):
    """A folder with files of somebody else does not become a store."""
    (tmp_path / "letters.txt").write_text("x")

    with pytest.raises(EvidenceError, match="not empty"):
        save(Store(tmp_path))


def test_an_item_is_found_by_a_part_of_its_id_alone_if_it_is_the_only_one(store):
    """The beginning or end of an id is enough, unless two have it."""
    item, other = save(store, "Users"), save(store, "Users")

    assert item.id == store.item(item.id[-6:]).id
    with pytest.raises(UnknownNameError, match="2 evidence items begin") as caught:
        store.item("users-")
    assert item.id in str(caught.value.next_steps)
    assert other.id in str(caught.value.next_steps)


def test_threads_save_at_once(store):
    """Twenty threads that save at the same time give twenty items and one chain."""
    threads = [threading.Thread(target=save, args=(store, f"Set {n}")) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 20 == len(store.items())
    assert 0 == store.verify().status


def test_no_draft_begins_while_another_save_cleans_up(store, monkeypatch):
    """A draft begins under the lock of the store, so that no clean-up takes it for abandoned."""
    save(store)
    was_free = []

    def begin(folder, item):
        lock = FileLock(folder / LOCK)
        with contextlib.suppress(Timeout), lock.acquire(timeout=0):
            was_free.append(item)
        return Draft(folder, item)

    monkeypatch.setattr("aibrain_jupyter.evidence.store.store.Draft", begin)
    save(store)

    assert not was_free
    assert 2 == len(store.items())


def test_a_newer_schema_is_not_written_to(store):
    """A store of a schema that is not known is neither changed nor called whole."""
    save(store)
    (store.folder / "store.json").write_text(json.dumps({"schema": 2, "store": store.id}))

    with pytest.raises(EvidenceError, match="schema 2"):
        save(store)


def test_a_folder_that_cannot_be_written_is_said():
    """A store where nothing can be made fails the save with a clear error."""
    with pytest.raises(EvidenceError, match="cannot be written"):
        save(Store("/proc/evidence"))


def test_a_full_disk_leaves_the_ledger_as_it_was(store, monkeypatch):
    """A disk that fills up while an event is written leaves no half line."""
    save(store)
    before = (store.folder / "ledger.jsonl").read_bytes()

    def full(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("aibrain_jupyter.evidence.store.ledger._sync", full)
    with pytest.raises(EvidenceError, match="cannot be written") as caught:
        save(store)
    monkeypatch.undo()

    assert "No space left" in caught.value.why
    assert before == (store.folder / "ledger.jsonl").read_bytes()
    assert 0 == store.verify().status


def test_a_clock_set_back_is_flagged_and_never_rewritten(store):
    """An event before its forerunner is a note of the verification, in its own time."""
    save(store)
    ledger = store.folder / "ledger.jsonl"
    line = json.loads(ledger.read_bytes().splitlines()[-1])
    future = {**line, "time": "2099-01-01T00:00:00.000+00:00"}
    future["hash"] = hash_of(future)
    ahead = [*ledger.read_bytes().splitlines()[:-1], canonical(future)]
    ledger.write_bytes(b"".join(line + b"\n" for line in ahead))
    (store.folder / "ledger.head").write_text(f"{future['seq']}:{future['hash']}\n")

    save(store)

    report = store.verify()
    assert 0 == report.status
    assert "a clock contradicts the ledger" in report.findings[0].what
    assert store.ledger.last().facts["clock_behind_s"] > 0
