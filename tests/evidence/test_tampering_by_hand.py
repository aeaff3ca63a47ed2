"""What somebody who knows the store would try: none passes as whole, nor does it crash."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys

import pytest

from aibrain_jupyter.evidence.decisions.retention import hold
from aibrain_jupyter.evidence.store.remembered import remembered_head
from aibrain_jupyter.evidence.store.standalone import NAME, verifier
from aibrain_jupyter.evidence.store.store import Store
from aibrain_jupyter.evidence.verification.report import canonical, hash_of
from aibrain_jupyter.evidence.verification.verify import verify
from tests.evidence.conftest import save
from tests.evidence.test_tampering import anchored  # noqa: F401 - the store to change

LEDGER = "ledger.jsonl"


def _events(folder):
    return [json.loads(line) for line in (folder / LEDGER).read_bytes().splitlines()]


def _append(folder, **event):
    """Add an event that follows as it should, as anybody can who may write here."""
    last = _events(folder)[-1]
    body = {**last, "item": "", "facts": {}, **event, "seq": last["seq"] + 1, "prev": last["hash"]}
    body["hash"] = hash_of(body)
    with (folder / LEDGER).open("ab") as file:
        file.write(canonical(body) + b"\n")
    (folder / "ledger.head").write_text(f"{body['seq']}:{body['hash']}\n")


def _homes(folder):
    return sorted((folder / "items").iterdir())


def _saved_again(folder):
    """A file and its manifest are changed, and a second save of the item says so."""
    home = _homes(folder)[-1]
    (home / "data/rows.csv").write_bytes(b"user\nnobody\n")
    manifest = json.loads((home / "manifest.json").read_bytes())
    for entry in manifest["files"]:
        if "data/rows.csv" == entry["path"]:
            sha256 = hashlib.sha256(b"user\nnobody\n").hexdigest()
            entry |= {"bytes": 12, "sha256": sha256}
    text = json.dumps(manifest).encode()
    (home / "manifest.json").write_bytes(text)
    facts = {"manifest_sha256": hashlib.sha256(text).hexdigest(), "status": "collected"}
    _append(folder, type="save", item=home.name, facts=facts)


def _tombstone(folder, name):
    manifest = json.loads((folder / "items" / name / "manifest.json").read_bytes())
    text = (folder / "items" / name / "manifest.json").read_bytes()
    files = [{"path": f["path"], "sha256": f["sha256"]} for f in manifest["files"]]
    return {"manifest_sha256": hashlib.sha256(text).hexdigest(), "files": files}


def _purged_while_held(folder):
    name = _homes(folder)[0].name
    hold(Store(folder), Store(folder).item(name), "a case")
    _append(folder, type="purge", item=name, facts=_tombstone(folder, name))
    shutil.rmtree(folder / "items" / name)


def _purged_otherwise(folder):
    name = _homes(folder)[0].name
    facts = {**_tombstone(folder, name), "manifest_sha256": "0" * 64}
    _append(folder, type="purge", item=name, facts=facts)
    shutil.rmtree(folder / "items" / name)


def _resurrected(folder):
    purged = next(event["item"] for event in _events(folder) if "purge" == event["type"])
    shutil.copytree(_homes(folder)[0], folder / "items" / purged)


def _second_home(folder):
    home = _homes(folder)[0]
    shutil.copytree(home, folder / "drafts" / home.name)


def _link_of(path):
    def change(folder):
        target = next(iter(sorted(folder.glob(path))))
        away = folder.with_name(f"{folder.name}-away")
        target.rename(away)
        target.symlink_to(away)

    change.__name__ = f"link {path}"
    return change


def _pipe(folder):
    path = _homes(folder)[0] / "data/rows.csv"
    path.unlink()
    os.mkfifo(path)


def _rewritten(name, make):
    def change(folder):
        path = next(iter(sorted(folder.glob(name))))
        path.write_bytes(make(path.read_bytes()))

    change.__name__ = f"rewrite {name}"
    return change


def _odd_event(**event):
    def change(folder):
        _append(folder, **event)

    change.__name__ = f"event {event}"[:60]
    return change


def _crlf(text):
    return text.replace(b"\n", b"\r\n")


def _rebuilt(name, text):
    """A file is another, and the whole chain is made anew, so that it says so."""

    def change(folder):
        path = next(folder.glob(name))
        path.write_bytes(text)
        events, before = _events(folder), "0" * 64
        for event in events:
            if path.name == "store.json" and "store" == event["type"]:
                event["facts"]["store_sha256"] = hashlib.sha256(text).hexdigest()
            if event["item"] == path.parent.name and "save" == event["type"]:
                event["facts"]["manifest_sha256"] = hashlib.sha256(text).hexdigest()
            event["prev"] = before
            before = event["hash"] = hash_of(event)
        (folder / LEDGER).write_bytes(b"".join(canonical(event) + b"\n" for event in events))
        (folder / "ledger.head").write_text(f"{len(events)}:{before}\n")

    return change


def _file_for(room):
    def change(folder):
        (folder / room).rename(folder.parent / "elsewhere")
        (folder / room).write_text("x")

    return change


WAYS = (
    _saved_again,
    _purged_while_held,
    _purged_otherwise,
    _resurrected,
    _second_home,
    _pipe,
    *map(_link_of, ("items", "anchors", LEDGER, "items/*", "items/*/manifest.json")),
    *map(_link_of, ("anchors/*.json", "store.json", "ledger.head", "items/*/data")),
    *(_rewritten(n, _crlf) for n in (LEDGER, "ledger.head", "store.json", "anchors/*.json")),
    *(_rewritten(n, lambda t: b"\xef\xbb\xbf" + t) for n in (LEDGER, "ledger.head", "store.json")),
    *(
        _rewritten(n, lambda t: t + b" \n")
        for n in (LEDGER, "ledger.head", "items/*/manifest.json")
    ),
    _rewritten(LEDGER, lambda t: t + b"hello"),
    _rewritten(LEDGER, lambda t: t + t.splitlines()[-1] + b"\n"),
    _rewritten(LEDGER, lambda t: t + b"[" * 100_000 + b"\n"),
    _odd_event(type="save", item="x", facts={}),
    _odd_event(type="save", item="", facts={"manifest_sha256": "0", "status": "collected"}),
    _odd_event(type="save", item="../x", facts={"manifest_sha256": "0", "status": "collected"}),
    _odd_event(type="purge", item="x", facts={}),
    _odd_event(type="purge", item="x", facts={"manifest_sha256": "0", "files": [1]}),
    _odd_event(type="purge", item="x", facts={"manifest_sha256": "0", "files": [{}]}),
    _odd_event(type="save", item="x" * 300, facts={"manifest_sha256": "0", "status": "collected"}),
    _odd_event(type="save", item="a\0b", facts={"manifest_sha256": "0", "status": "collected"}),
    _odd_event(type="anchor", facts={"store": "s", "key": "00", "signature": "00", "seq": [1]}),
    *(
        _rebuilt("items/*/manifest.json", text)
        for text in (b"[]", b"{}", b'{"files": 1}', b'{"files": [1]}', b"\xff", b"[" * 100_000)
    ),
    _rebuilt("store.json", b"[1]"),
    *map(_file_for, ("items", "drafts", "anchors")),
    _odd_event(type="anchor", facts={"store": "s", "key": "xyz", "signature": "q"}),
    _odd_event(type="approve", item="nobody", facts={}),
    _odd_event(type="hold", item="x", facts=[]),
    lambda folder: (folder / "anchors/empty").mkdir(),
    lambda folder: (folder / "items/empty").mkdir(),
    lambda folder: (_homes(folder)[0] / "empty").mkdir(),
    lambda folder: (folder / "drafts/planted.csv").write_text("x"),
    lambda folder: (folder / "anchors/sub").mkdir() or (folder / "anchors/sub/000007.json").touch(),
    lambda folder: (folder / "store.json").unlink(),
    lambda folder: (folder / LEDGER).unlink(),
)


@pytest.mark.parametrize("way", WAYS)
def test_a_change_by_hand_is_found(anchored, tmp_path, way):  # noqa: F811
    """It leaves with 1, in a notebook and by the file for auditors, and neither crashes."""
    head = remembered_head(anchored)
    way(anchored.folder)

    (tmp_path / NAME).write_bytes(verifier())
    command = [sys.executable, "-I", "-S", str(tmp_path / NAME), str(anchored.folder)]
    alone = subprocess.run(
        [*command, "--head", head], capture_output=True, text=True, check=False, timeout=60
    )

    assert 1 == verify(anchored.folder, head=head).status
    assert (1, "") == (alone.returncode, alone.stderr)
    assert "ALTERED" in alone.stdout


def test_what_systems_leave_and_a_lost_lock_are_no_alarm(anchored):  # noqa: F811
    """Finder's files, a deleted lock and lost empty folders leave a store whole, and usable."""
    for room in ("", "items", "anchors", "drafts"):
        (anchored.folder / room / ".DS_Store").write_text("x")
    (anchored.folder / ".lock").unlink()
    assert 0 == anchored.verify(head=remembered_head(anchored)).status

    (anchored.folder / "drafts/.DS_Store").unlink()
    (anchored.folder / "drafts").rmdir()
    assert 0 == anchored.verify().status
    save(anchored, "one more")
    save(anchored, "and one")
    assert 0 == anchored.verify().status


def test_a_foreign_file_among_drafts_is_left_and_told_once(anchored):  # noqa: F811
    """The next saves neither remove it nor say again and again that they did."""
    (anchored.folder / "drafts/mine.txt").write_text("x")
    save(anchored, "one")
    save(anchored, "two")
    assert (anchored.folder / "drafts/mine.txt").exists()
    assert [] == [event for event in anchored.ledger.events() if "recover" == event.type]
