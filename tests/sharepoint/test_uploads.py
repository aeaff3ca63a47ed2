"""Files go out once, whole, and replace nothing unasked."""

from __future__ import annotations

import pandas as pd
import pytest

from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.config import user_dir
from aibrain_jupyter.shared.error_handler import EvidenceError, WriteRefusedError
from aibrain_jupyter.sharepoint import uploads
from aibrain_jupyter.sharepoint.provider import PROVIDER
from aibrain_jupyter.sharepoint.server import Fault
from aibrain_jupyter.sharepoint.sites import site_named

UNIT = 327_680


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Files in a folder, one of them in five chunks of 320 KiB."""
    monkeypatch.setattr(uploads, "SMALL", 1000)
    monkeypatch.setattr(uploads, "CHUNK", UNIT)
    found = tmp_path / "out"
    (found / "deep").mkdir(parents=True)
    (found / "a.txt").write_text("a")
    (found / "empty").write_text("")
    (found / "deep/big.bin").write_bytes(bytes(i % 249 for i in range(4 * UNIT + 5)))
    return found


@pytest.fixture
def send(run, folder):
    """Upload the folder."""

    def send(more=""):
        return run(f"%aibrain sharepoint_upload files={folder} to=up unreviewed=true {more}")

    return send


def test_small_and_large_files_go_out(send, graph, folder):
    """Each is there with its bytes; the row has id, version and the hashes of both sides."""
    done = send()

    assert {"uploaded"} == set(done.frame["outcome"])
    assert list(done.frame["hash"]) == list(done.frame["hash_there"])
    for path in ("a.txt", "empty", "deep/big.bin"):
        assert (folder / path).read_bytes() == graph.drive.at(f"up/{path}").content
    assert 5 == len(graph.asked("PUT /upload/"))
    assert not [note for note in graph.asked("/upload/") if note.is_signed]


def test_nothing_is_sent_twice(send, graph):
    """What is there with the same bytes is left alone."""
    send()
    before = len(graph.asked("PUT"))
    again = send()

    assert {"there already"} == set(again.frame["outcome"])
    assert before == len(graph.asked("PUT"))


def test_a_kept_listing_does_not_hide_what_was_sent_since(send, run, graph):
    """Own uploads are in the next listing, also where one failed; then that one is kept."""
    graph.drive.write("up/before.txt", b"before")
    assert ["up/before.txt"] == list(run("%aibrain sharepoint_list").frame["path"])
    graph.faults.append(Fault("PUT .*a.txt", status=403, times=9))
    assert 1 == len(send().summary.gaps)

    after = run("%aibrain sharepoint_list")

    assert {"up/before.txt", "up/empty", "up/deep/big.bin"} == set(after.frame["path"])
    assert ["memory"] == list(run("%aibrain sharepoint_list").coverage["source"])


def test_another_file_is_not_replaced_unasked(send, graph):
    """fail: a gap and nothing sent; rename: beside it; replace: only then."""
    graph.drive.write("up/a.txt", b"theirs")
    done = send()
    assert [("up/a.txt", "failed")] == [(gap.item, gap.outcome) for gap in done.summary.gaps]
    assert "conflict=rename" in done.summary.gaps[0].step
    assert b"theirs" == graph.drive.at("up/a.txt").content
    assert not graph.asked("PUT .*a.txt")
    assert "up/a 1.txt" in set(send("conflict=rename").frame["path"])
    send("conflict=replace")
    assert b"a" == graph.drive.at("up/a.txt").content


def test_a_file_that_appears_meanwhile_is_not_replaced(send, graph):
    """Graph replaces by default; we ask it to fail, whatever was listed before."""
    graph.faults.append(Fault("GET .*children", status=404, times=None))
    graph.drive.write("up/a.txt", b"theirs")
    done = send()

    assert ["up/a.txt"] == [gap.item for gap in done.summary.gaps]
    assert b"theirs" == graph.drive.at("up/a.txt").content


@pytest.mark.parametrize("drop", ["request", "answer"])
@pytest.mark.parametrize("what", ["PUT .*/content", "PUT /upload/", "POST .*createUploadSession"])
def test_a_broken_connection_costs_a_chunk_at_most(send, graph, what, drop):
    """After a break the server is asked what it has; only what it lacks is sent again."""
    graph.faults.append(Fault(what, drop=drop, after=1 if "upload/" in what else 0))
    done = send()

    assert {"uploaded"} == set(done.frame["outcome"])
    sent = sum(session.sent for session in graph.routes.sessions.open.values())
    assert sent == 4 * UNIT + 5


def test_the_answer_to_the_last_chunk_may_be_lost(send, graph):
    """A file that is complete there counts, although nobody heard it."""
    graph.faults.append(Fault("PUT /upload/", drop="answer", after=4))

    assert {"uploaded"} == set(send().frame["outcome"])
    assert 5 == len(graph.asked("PUT /upload/"))


@pytest.mark.parametrize("status", [429, 503, 504, 500])
def test_refusals_for_a_while_are_waited_out(send, graph, status):
    """Every kind of request is made again."""
    for what in ("PUT .*/content", "PUT /upload/", "POST .*createUploadSession", "GET .*children"):
        graph.faults.append(Fault(what, status=status, retry_after=0.05))
    done = send()

    assert {"uploaded"} == set(done.frame["outcome"])
    assert [1] * 4 == [fault.hits for fault in graph.faults]


def test_a_session_that_expired_is_begun_again(send, graph):
    """404 in the middle: another session, and the file is there."""
    graph.faults.append(Fault("PUT /upload/", status=404, code="itemNotFound", after=2))
    done = send()

    assert {"uploaded"} == set(done.frame["outcome"])
    assert 2 == len(graph.asked("POST .*createUploadSession"))


def test_another_kernel_goes_on_where_one_stopped(send, graph, monkeypatch):
    """A session that was left is taken up: what the server has is not sent again."""
    graph.faults.append(Fault("PUT /upload/", status=403, after=2, times=None))
    assert ["up/deep/big.bin"] == [gap.item for gap in send().summary.gaps]
    graph.faults.clear()
    (kept,) = (user_dir("data") / "sharepoint").glob("*.json")
    assert 0o600 == kept.stat().st_mode & 0o777
    done = send()

    assert 1 == len(graph.asked("POST .*createUploadSession"))
    (session,) = graph.routes.sessions.open.values()
    assert 4 * UNIT + 5 == session.sent
    assert not done.summary.gaps
    assert not kept.exists()


def test_office_files_that_are_rewritten_are_said_to_be(run, graph, tmp_path):
    """SharePoint changes Office files: recorded, with both hashes; any other change is a gap."""
    (tmp_path / "b.xlsx").write_bytes(b"PK")
    graph.drive.rewrites_office = True
    frame = run(f"%aibrain sharepoint_upload files={tmp_path}/b.xlsx unreviewed=true").frame

    assert ["altered by SharePoint"] == list(frame["outcome"])
    assert frame["hash"][0] != frame["hash_there"][0]


@pytest.fixture
def item():
    """An item of evidence with two rows, not approved yet."""
    from aibrain_jupyter.testing import call
    from aibrain_jupyter.tool_registry import get_tool_registry

    spec = get_tool_registry().spec("evidence_save")
    said = {"rfi": ["RFI-014"], "title": "users", "as_of": "2026-06-30", "key": ["user"]}
    saved = call(spec, frame=pd.DataFrame({"user": ["ann", "bob"]}), **said)
    return saved.frame["item"][0]


def test_only_approved_evidence_goes_out(run, graph, item):
    """An item that nobody approved is refused before anything is asked, unless that is said."""
    with pytest.raises(EvidenceError, match="only approved"):
        run(f"%aibrain sharepoint_upload {item}")
    assert not graph.log
    assert len(run(f"%aibrain sharepoint_upload {item} unreviewed=true").frame)


def test_the_ledger_says_what_went_where(run, graph, item):
    """An approved item goes to the folder of its RFI; the ledger has each file's id and version."""
    from aibrain_jupyter.evidence.store.default import default_store
    from aibrain_jupyter.testing import call
    from aibrain_jupyter.tool_registry import get_tool_registry

    call(get_tool_registry().spec("evidence_approve"), item=item, reason="seen")
    frame = run("%aibrain sharepoint_upload rfi=RFI-014").frame
    event = next(e for e in default_store().ledger.events() if e.type == "upload")
    files = {file["path"]: file for file in event.facts["files"]}
    path = f"RFI-014/{item}/manifest.json"
    assert graph.drive.at(path).etag == files[path]["etag"]
    assert (item, 0, "contoso/sites/audit") == (
        event.item,
        event.facts["missing"],
        event.facts["site"],
    )
    assert set(frame["path"]) == set(files)
    assert 0 == default_store().verify().status


def test_everything_else_only_reads(graph):
    """The client of other tools refuses to send anything but a read."""
    site = site_named("audit")
    target = site.target("ann")
    reader = PROVIDER.clients().client_for(target, "graph")
    with pytest.raises(WriteRefusedError):
        reader.json(CallContext(target=target), "driveitem-delete", "DELETE", "/drives/x")
    assert not graph.log
