"""Throttled, broken, signed out and killed: all files are there once, and whole."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from aibrain_jupyter.sharepoint.quickxor import quickxor
from aibrain_jupyter.sharepoint.server import Fault

CHUNK = 327_680


def test_two_hundred_files_through_everything(graph, tmp_path):
    """
    A tenth of the answers 429 or 503, five broken connections, an expired token and a killed
    process: every file is there once, equal, and at most a chunk was sent again for each break.
    """
    rng = random.Random(18)
    folder = tmp_path / "out"
    sizes = [rng.randrange(0, 20_000) for _ in range(190)]
    sizes += [rng.randrange(2 * CHUNK, 4 * CHUNK) for _ in range(10)]
    for number, size in enumerate(sizes):
        path = folder / f"f{number % 7}" / f"{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(rng.randbytes(size))
    work = "/v1.0/drives|/upload/"
    graph.faults += [
        Fault("PUT", drop="request", after=20, every=17, times=3),
        Fault("PUT", drop="answer", after=15, every=23, times=2),
        Fault(work, status=429, retry_after=0.05, every=20, times=None),
        Fault(work, status=503, retry_after=0.05, after=10, every=20, times=None),
    ]

    with _started(graph, folder) as first:
        _until(lambda: len(graph.asked("PUT")) > 60, first)
        graph.tokens.revoke()
        _until(lambda: len(graph.asked("PUT")) > 110, first)
        first.kill()
    there = _files(graph)
    assert 0 < len(there) < 200
    with _started(graph, folder) as second:
        said, _ = second.communicate(timeout=120)

    assert 0 == second.returncode
    found = _files(graph)
    assert 200 == len(found) == sum(json.loads(said).values())
    for path in folder.rglob("*.bin"):
        item = found[f"/up/{path.relative_to(folder).as_posix()}"]
        assert quickxor(path.read_bytes()) == item.hash
        assert 1 == item.version
    refused = [note for note in graph.log if note.status in (429, 503)]
    assert len(refused) > len(graph.log) / 20
    assert 5 == sum(fault.hits for fault in graph.faults[:2])
    assert any(note.status == 401 for note in graph.log)
    sent = sum(session.sent for session in graph.routes.sessions.open.values())
    assert sent <= sum(size for size in sizes if size > 50_000) + 9 * CHUNK


def _files(graph):
    drive = graph.drive
    return {drive.path_of(i): i for i in drive.items.values() if i.content is not None}


def _started(graph, folder):
    script = Path(__file__).with_name("sends_in_a_process.py")
    package = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, str(script), graph.url, str(folder)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(package)},
    )


def _until(is_so, process):
    end = time.monotonic() + 60
    while not is_so():
        assert process.poll() is None, "it ended before it could be disturbed"
        assert time.monotonic() < end
        time.sleep(0.005)
