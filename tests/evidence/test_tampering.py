"""Tamper-evident: random changes of an anchored store are all found, none in an untouched one."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import shutil
import subprocess
import sys

import pytest

from aibrain_jupyter.evidence.decisions.retention import purge, retain
from aibrain_jupyter.evidence.decisions.states import take_step
from aibrain_jupyter.evidence.store.anchors import sign_head
from aibrain_jupyter.evidence.store.remembered import remembered_head
from aibrain_jupyter.evidence.store.standalone import NAME, verifier
from aibrain_jupyter.evidence.verification.report import canonical, hash_of
from aibrain_jupyter.evidence.verification.verify import verify
from tests.evidence.conftest import save


@pytest.fixture
def anchored(store):
    """A store with five items, a purged one, an approval, and two anchors."""
    items = [save(store, f"Set {number}", rows=number + 1) for number in range(5)]
    sign_head(store)
    take_step(store, items[0], "approve", reason="looked at")
    retain(store, items[1], dt.date(2020, 1, 1), "test")
    purge(store, items[1].id, "past its time")
    sign_head(store)
    return store


def _files(folder):
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name != ".lock")


def _change_bytes(folder, chance):
    path = chance.choice([p for p in _files(folder) if p.stat().st_size])
    content = bytearray(path.read_bytes())
    place, kind = chance.randrange(len(content)), chance.randrange(3)
    if kind == 0:
        content[place] ^= 1 << chance.randrange(8)
    elif kind == 1:
        del content[place : place + chance.randrange(1, 9)]
    else:
        content[place:place] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
    path.write_bytes(bytes(content))


def _delete_file(folder, chance):
    chance.choice(_files(folder)).unlink()


def _add_file(folder, chance):
    home = chance.choice([p.parent for p in _files(folder)])
    (home / f"extra-{chance.randrange(100)}.csv").write_text("x")


def _swap_files(folder, chance):
    paths = [p for p in _files(folder) if "rows.csv" == p.name]
    one, other = chance.sample(paths, 2)
    a, b = one.read_bytes(), other.read_bytes()
    one.write_bytes(b)
    other.write_bytes(a)


def _lines(folder):
    return (folder / "ledger.jsonl").read_bytes().splitlines()


def _write(folder, lines):
    (folder / "ledger.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))


def _edit_event(folder, chance):
    lines = _lines(folder)
    place = chance.randrange(len(lines))
    event = json.loads(lines[place])
    event["actor"]["name"] = "somebody else"
    lines[place] = canonical({**event, "hash": hash_of(event)})
    _write(folder, lines)


def _drop_or_swap_events(folder, chance):
    lines = _lines(folder)
    place = chance.randrange(len(lines) - 1)
    if chance.randrange(2):
        del lines[place]
    else:
        lines[place : place + 2] = lines[place : place + 2][::-1]
    _write(folder, lines)


def _cut_tail(folder, chance):
    lines = _lines(folder)
    kept = lines[: chance.randrange(len(lines))]
    _write(folder, kept)
    if kept:
        last = json.loads(kept[-1])
        (folder / "ledger.head").write_text(f"{last['seq']}:{last['hash']}\n")


def _rebuild(folder, lines):
    """Write events with hashes that follow from one another, and the head they give."""
    before, rebuilt = "0" * 64, []
    for number, event in enumerate(lines, 1):
        event = {**event, "seq": number, "prev": before}
        before = event["hash"] = hash_of(event)
        rebuilt.append(canonical(event))
    _write(folder, rebuilt)
    (folder / "ledger.head").write_text(f"{len(rebuilt)}:{before}\n")


def _rebuild_chain(folder, chance):
    events = [json.loads(line) for line in _lines(folder)]
    events[chance.randrange(len(events))]["time"] = "2026-01-01T00:00:00.000+00:00"
    if chance.randrange(2):  # without the anchors, as if there had never been one
        events = [event for event in events if event["type"] != "anchor"]
        shutil.rmtree(folder / "anchors")
    _rebuild(folder, events)


def _forge(folder, chance):
    """Change a file, make its manifest again, and the whole chain to fit."""
    home = chance.choice(sorted((folder / "items").iterdir()))
    content = b"user\nnobody\n" * chance.randrange(1, 5)
    (home / "data/rows.csv").write_bytes(content)
    manifest = json.loads((home / "manifest.json").read_bytes())
    for entry in manifest["files"]:
        if "data/rows.csv" == entry["path"]:
            entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    text = json.dumps(manifest).encode()
    (home / "manifest.json").write_bytes(text)
    events = [json.loads(line) for line in _lines(folder)]
    for event in events:
        if event["item"] == home.name and "manifest_sha256" in event["facts"]:
            event["facts"]["manifest_sha256"] = hashlib.sha256(text).hexdigest()
    _rebuild(folder, events)


WAYS = (
    _change_bytes,
    _change_bytes,
    _delete_file,
    _add_file,
    _swap_files,
    _edit_event,
    _drop_or_swap_events,
    _cut_tail,
    _rebuild_chain,
    _forge,
)

_ALONE = """
import sys
sys.path[:] = [sys.argv[1], *[p for p in sys.path if "site-packages" not in p]]
from aibrain_jupyter.evidence.verification.verify import verify
for line in sys.stdin:
    folder, head = line.rstrip().split(chr(9))
    print(verify(folder, head=head).status, flush=True)
"""


def test_every_change_is_found(anchored, tmp_path, request):
    """Random changes (``--full``: a thousand) are all found, by the file for auditors too."""
    (tmp_path / NAME).write_bytes(verifier())
    alone = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _ALONE, str(tmp_path / NAME)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    chance, missed, head = random.Random(15), [], remembered_head(anchored)
    assert 0 == anchored.verify(head=head).status

    for number in range(1_000 if request.config.getoption("--full") else 150):
        copy, way = tmp_path / f"copy-{number}", WAYS[number % len(WAYS)]
        shutil.copytree(anchored.folder, copy)
        way(copy, chance)
        alone.stdin.write(f"{copy}\t{head}\n")
        alone.stdin.flush()
        found = verify(copy, head=head).status, int(alone.stdout.readline())
        if (1, 1) != found:
            missed.append((number, way.__name__, found))
        shutil.rmtree(copy)

    alone.stdin.close()
    alone.wait()
    assert [] == missed


def test_an_untouched_store_is_whole_on_a_bare_python(anchored, tmp_path):
    """The file for auditors needs nothing but Python and leaves with 0, then with 1."""
    (tmp_path / NAME).write_bytes(verifier())
    command = [sys.executable, "-I", "-S", str(tmp_path / NAME), str(anchored.folder)]

    whole = subprocess.run(command, capture_output=True, text=True, check=False)
    _change_bytes(anchored.folder, random.Random(1))
    altered = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (0, 1) == (whole.returncode, altered.returncode), whole.stdout + whole.stderr
    assert whole.stdout.startswith("whole: 4 items")
    assert "ALTERED" in altered.stdout


def test_the_verifier_is_the_same_bytes_each_time():
    """Two makings of the file for auditors have one hash."""
    assert verifier() == verifier()
