"""Cancel in the middle: what is done stands, the rest is a gap, and resume does it alone."""

from __future__ import annotations

import threading
import time

import pytest

from aibrain_jupyter.execution.calls.engines import cancelling
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.coverage import Target
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool
from aibrain_jupyter.sharepoint import uploads
from aibrain_jupyter.sharepoint.server import Fault
from aibrain_jupyter.tool_executors.sharepoint import finding

UNIT = 327_680


@pytest.fixture
def cancelled(run, graph, monkeypatch):
    """Run a cell and cancel it as soon as something is so; return the run and its seconds."""
    # Which rows are handed over is asked here: a busy machine may need more than a moment.
    monkeypatch.setattr(cancelling, "GRACE_S", 60)

    def cancelled(cell, is_so):
        token, ended = CancelToken(), threading.Event()

        def watch():
            while not (is_so() or ended.is_set()):
                time.sleep(0.005)
            token.cancel()

        watcher = threading.Thread(target=watch)
        watcher.start()
        began = time.monotonic()
        done = run(cell, token)
        seconds = time.monotonic() - began
        ended.set()
        watcher.join()
        return done, seconds

    return cancelled


@pytest.fixture
def resumed():
    """Run ``%aibrain resume`` as a cell does, and return the frame of what it ran."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "aibrain_jupyter")

    def resumed(done):
        with capture_output():
            return shell.run_line_magic("aibrain", f"resume {done.id}")

    yield resumed
    InteractiveShell.clear_instance()


def test_an_upload_is_cancelled_and_resumed(cancelled, resumed, graph, tmp_path, monkeypatch):
    """
    Files that are there are rows, the others gaps, also those whose request hangs; then only what
    is not there is sent, a large file from the chunk it was at.
    """
    monkeypatch.setattr(uploads, "SMALL", 1000)
    monkeypatch.setattr(uploads, "CHUNK", UNIT)
    folder = tmp_path / "out"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number}.txt").write_text(str(number))
    (folder / "big.bin").write_bytes(bytes(5 * UNIT))
    graph.faults += [
        Fault("PUT /upload/", delay_s=60, after=2, times=None),
        Fault("PUT .*/content", delay_s=60, after=12, times=None),
    ]
    cell = f"%aibrain sharepoint_upload files={folder} to=up unreviewed=true"

    def is_stuck():
        hangs = sum(fault.hits for fault in graph.faults)
        return len(graph.asked("PUT .*/content")) == 12 and hangs > 7

    done, seconds = cancelled(cell, is_stuck)

    there = {path for path in (f"up/{n}.txt" for n in range(30)) if graph.drive.at(path)}
    assert there == set(done.frame["path"])
    assert {"uploaded"} == set(done.frame["outcome"])
    assert 12 == len(there)
    gaps = {gap.item: gap for gap in done.summary.gaps}
    assert 31 - 12 == len(gaps)
    assert {"cancelled"} == {str(gap.outcome) for gap in gaps.values()}
    assert seconds < 30
    graph.faults.clear()
    before = len(graph.log)
    frame = resumed(done)

    assert there == set(frame[frame["outcome"] == "there already"]["path"])
    assert 31 == len(frame)
    sent = [note for note in graph.log[before:] if note.asked.startswith("PUT")]
    assert 18 + 3 == len(sent)
    assert 5 * UNIT == len(graph.drive.at("up/big.bin").content)
    assert 1 == len(graph.asked("POST .*createUploadSession"))


def test_a_download_is_cancelled_and_resumed(cancelled, resumed, graph, tmp_path):
    """Files that came are rows, the others gaps; then only those are fetched."""
    for number in range(20):
        graph.drive.write(f"a/{number}.txt", str(number).encode())
    graph.faults.append(Fault("GET .*download.aspx", delay_s=60, after=9, times=None))
    done, _ = cancelled(
        f"%aibrain sharepoint_download a to={tmp_path}", lambda: graph.faults[0].hits == 8
    )

    assert 9 == len(done.frame)
    assert 11 == len(done.summary.gaps)
    assert {"cancelled"} == {str(gap.outcome) for gap in done.summary.gaps}
    assert set(done.frame["path"]) == {
        f"a/{path.name}" for path in (tmp_path / "a").glob("*.txt") if path.read_text() == path.stem
    }
    graph.faults.clear()
    frame = resumed(done)

    assert {"downloaded": 11, "there already": 9} == frame["outcome"].value_counts().to_dict()
    assert 20 == len(graph.asked("GET .*download.aspx"))
    assert 20 == len(list((tmp_path / "a").iterdir()))


def test_a_half_that_came_is_not_fetched_again(cancelled, run, graph, tmp_path):
    """What was read of a large file before the cancel is kept: only the rest is asked for."""
    big = bytes(i % 251 for i in range(6 << 20))
    graph.drive.write("a/big.bin", big)
    graph.faults.append(Fault("GET .*download.aspx", drop="answer"))
    graph.faults.append(Fault("GET .*download.aspx", delay_s=60, times=None))
    done, _ = cancelled(
        f"%aibrain sharepoint_download a to={tmp_path}", lambda: graph.faults[1].hits == 1
    )
    (part,) = (tmp_path / "a").iterdir()
    assert part.stat().st_size >= 2 << 20
    assert done.frame is None
    graph.faults.clear()
    run(f"%aibrain sharepoint_download a to={tmp_path}")

    assert big == (tmp_path / "a/big.bin").read_bytes()
    assert 206 == graph.asked("GET .*download.aspx")[-1].status


def test_files_that_still_wait_when_a_run_is_cancelled_are_gaps(monkeypatch):
    """What no thread has come to after the cancel costs its own file, never the rows there are."""

    class Busy(DaemonThreadPool):
        """Has no thread to spare for what waits once it has given one up."""

        def _see_to_work(self):
            if not self.abandoned:
                super()._see_to_work()

    monkeypatch.setattr(finding, "DaemonThreadPool", Busy)
    monkeypatch.setattr(finding, "_GRACE_S", 0.0)
    cancelled, released = threading.Event(), threading.Event()

    def sent(name):
        if name == "hangs":
            cancelled.set()
            released.wait(60)
        return {"path": name}

    ctx = CallContext(target=Target(), cancelled=cancelled)
    rows, gaps = finding.each(ctx, sent, ["there", "hangs", "waits"], str, workers=1)
    released.set()

    assert [{"path": "there"}] == rows
    assert {"hangs": "cancelled", "waits": "cancelled"} == {g.item: str(g.outcome) for g in gaps}
    assert "before it was begun" in str(gaps[1])


def test_what_was_sent_before_the_cancel_stands_in_the_ledger(cancelled, graph, monkeypatch):
    """The ledger says which files of an item are there, and how many are missing."""
    import pandas as pd

    from aibrain_jupyter.evidence.store.default import default_store
    from aibrain_jupyter.testing import call
    from aibrain_jupyter.tool_registry import get_tool_registry

    said = {"rfi": ["RFI-014"], "as_of": "2026-06-30", "key": ["user"], "title": "users"}
    frame = pd.DataFrame({"user": ["ann"]})
    call(get_tool_registry().spec("evidence_save"), frame=frame, **said)
    graph.faults.append(Fault("PUT .*/content", delay_s=60, after=2, times=None))
    ended, send = [], uploads.Upload.run

    def noted(upload):
        found = send(upload)
        ended.append(found)
        return found

    monkeypatch.setattr(uploads.Upload, "run", noted)
    monkeypatch.setattr(finding, "_GRACE_S", 2.0)  # for those that ended to be rows
    cell = "%aibrain sharepoint_upload rfi=RFI-014 unreviewed=true"
    done, _ = cancelled(cell, lambda: graph.faults[0].hits >= 2 and len(ended) == 2)
    event = next(e for e in default_store().ledger.events() if e.type == "upload")

    assert 2 == len(done.frame) == len(event.facts["files"])
    assert len(done.summary.gaps) == event.facts["missing"]
