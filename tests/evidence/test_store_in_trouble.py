"""A store on a bad day: full disks, moves that fail, lost files, other schemas, no user's name."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import shutil
from pathlib import Path

import pytest

from aibrain_jupyter.evidence.decisions.retention import hold, purge, retain
from aibrain_jupyter.evidence.decisions.states import take_step
from aibrain_jupyter.evidence.store import ledger
from aibrain_jupyter.evidence.store.anchors import sign_head
from aibrain_jupyter.evidence.verification.report import canonical
from aibrain_jupyter.shared.error_handler import EvidenceError
from tests.evidence.conftest import save


def test_a_head_that_cannot_be_written_takes_its_event_back(store, monkeypatch):
    """A disk that is full between ledger and head leaves the store as it was."""
    save(store, "one")

    def full(folder, path, text):
        raise ledger.not_writable(folder, OSError(28, "No space left on device"))

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "replace_file", full)
        with pytest.raises(EvidenceError, match="cannot be written"):
            save(store, "two")

    assert 1 == len(store.items())
    assert 0 == store.verify().status
    save(store, "three")
    assert [] == store.verify().findings


def _not_moved(patch):
    """Let no item's folder be moved to its place."""
    rename = Path.rename

    def refuse(path, target):
        if "drafts" == path.parent.name:
            raise OSError(13, "Permission denied")
        return rename(path, target)

    patch.setattr(Path, "rename", refuse)


def test_what_the_ledger_has_is_never_discarded(store, monkeypatch):
    """An item that cannot be moved to its place is saved all the same, and moved later."""
    with monkeypatch.context() as patch:
        _not_moved(patch)
        item = save(store, "one")
    assert item.manifest()
    assert 0 == store.verify().status

    save(store, "two")
    assert [] == store.verify().findings


def test_an_item_is_read_where_it_is_now(store, monkeypatch):
    """An item looked up while its folder had not been moved yet is read after the move as well."""
    with monkeypatch.context() as patch:
        _not_moved(patch)
        save(store, "IAM users")
        (found,) = store.items()
    save(store, "IAM roles")

    assert "IAM users" == found.manifest()["title"]
    assert found.folder.is_dir()


def test_an_item_moved_while_it_is_read_is_read(store, monkeypatch):
    """A folder that is moved between the look and the read is read at its place."""
    save(store, "IAM users")
    (found,) = store.items()
    monkeypatch.setattr(type(found), "folder", store.folder / "drafts" / found.id)

    assert "IAM users" == found.manifest()["title"]


def test_a_purge_removes_what_was_not_yet_moved(store, monkeypatch):
    """Nothing of a purged item is left, not even where an interrupted save left it."""
    with monkeypatch.context() as patch:
        _not_moved(patch)
        item = save(store, "one")
    retain(store, item, dt.date(2020, 1, 1), "test")
    purge(store, item.id, "past its time")

    assert [] == list(store.folder.rglob("rows.csv"))
    assert [] == store.verify().findings


def test_a_purge_that_was_killed_at_any_file_is_no_alarm(store):
    """Files are removed one by one, then their folders: what is left meanwhile is the item's."""
    item = save(store)
    retain(store, item, dt.date(2020, 1, 1), "test")
    kept = store.folder.parent / "kept"
    shutil.copytree(item.folder, kept)
    purge(store, item.id, "past its time")
    item.folder.mkdir()

    for left in ([], ["data"], ["data", "data/rows.csv"], ["card.html", "data"]):
        for name in left:
            if (kept / name).is_dir():
                (item.folder / name).mkdir()
            else:
                shutil.copy(kept / name, item.folder / name)
        assert ["note"] == [finding.kind for finding in store.verify().findings], left
        shutil.rmtree(item.folder)
        item.folder.mkdir()
    (item.folder / "planted").mkdir()
    assert 1 == store.verify().status


@pytest.mark.parametrize("name", ["store.json", "ledger.jsonl"])
def test_a_store_that_lost_a_file_takes_nothing_more(store, name):
    """Neither list nor save take a store without its ledger or store.json for a new one."""
    save(store, "one")
    (store.folder / name).unlink()
    if "store.json" == name:
        with pytest.raises(EvidenceError, match=r"store\.json cannot be read"):
            store.items()
    with pytest.raises(EvidenceError):
        save(store, "two")
    assert 1 == store.verify().status


@pytest.mark.parametrize("line", [b"{}}", b'{"x":1}', b"[]", b"\xff", b"", b"[" * 100_000])
def test_a_ledger_that_cannot_be_read_takes_nothing_more(store, line):
    """Whoever writes after a line that is none is told so, and the ledger stays as it is."""
    item = save(store, "one")
    with (store.folder / "ledger.jsonl").open("ab") as file:
        file.write(line + b"\n")
    before = (store.folder / "ledger.jsonl").read_bytes()
    for change in (lambda: save(store, "two"), lambda: hold(store, item, "x"), store.ledger.last):
        with pytest.raises(EvidenceError, match="cannot be read"):
            change()
    assert before == (store.folder / "ledger.jsonl").read_bytes()


def test_an_emptied_ledger_is_not_begun_with_a_decision(store):
    """The first event is the store's: nothing is decided where it is gone."""
    save(store, "one")
    (store.folder / "ledger.jsonl").write_bytes(b"")
    with pytest.raises(EvidenceError, match="has no event"):
        store.ledger.append("exclude", facts={"name": "x"})
    assert b"" == (store.folder / "ledger.jsonl").read_bytes()


def test_one_item_that_cannot_be_moved_costs_no_other_save(store, monkeypatch):
    """What an interrupted save left and nobody can move counts where it is; the next is saved."""
    with monkeypatch.context() as patch:
        _not_moved(patch)
        save(store, "one")
        save(store, "two")

        assert ["one", "two"] == [item.saved.facts["title"] for item in store.items()]
        assert 0 == store.verify().status


def test_what_cannot_be_placed_is_no_traceback(store):
    """A file where a folder belongs ends in an error of ours."""
    save(store, "one")
    (store.folder / "drafts").rmdir()
    (store.folder / "drafts").write_text("x")
    with pytest.raises(EvidenceError, match="cannot be written to"):
        sign_head(store)


@pytest.mark.parametrize("schema", [0, 2])
def test_a_store_of_another_schema_is_not_changed(store, schema):
    """Whatever is tried, a store of another schema is left as it is, and why is said."""
    item = save(store, "one")
    text = canonical({"schema": schema, "store": store.id}) + b"\n"
    (store.folder / "store.json").write_bytes(text)
    before = (store.folder / "ledger.jsonl").read_bytes()
    for change in (
        lambda: save(store, "two"),
        lambda: take_step(store, item, "approve"),
        lambda: hold(store, item, "a case"),
        lambda: sign_head(store),
        store.items,
    ):
        with pytest.raises(EvidenceError, match=f"schema {schema}"):
            change()
    assert before == (store.folder / "ledger.jsonl").read_bytes()


def test_a_user_without_a_name_can_save(store, monkeypatch):
    """In a container whose user has no name, its number stands for it."""

    def nameless():
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert f"uid {os.getuid()}" == save(store, "one").saved.actor["name"]


def test_a_damaged_key_or_memory_is_said(store, data_dir):
    """A signing key or remembered head that is no such ends in an error that names it."""
    save(store, "one")
    (data_dir / "evidence").mkdir(parents=True)
    (data_dir / "evidence/signing.key").write_bytes(b"short")
    with pytest.raises(EvidenceError, match=r"signing\.key"):
        sign_head(store)


def test_a_head_is_remembered_whole_and_in_the_order_of_the_ledger(store, monkeypatch):
    """While one thread remembers a head others read the one before, and none signs between."""
    from aibrain_jupyter.evidence.store import anchors, remembered

    save(store)
    first = anchors.sign_head(store)
    seen, write = [], remembered.canonical

    def look(said):
        seen.append((remembered.remembered_head(store), store.ledger._lock.is_locked))
        return write(said)

    monkeypatch.setattr(remembered, "canonical", look)
    second = anchors.sign_head(store)

    assert [(first.head, True)] == seen
    assert second.head == remembered.remembered_head(store)
