"""Answers that lie, tokens with a slip, files that appear meanwhile: a gap or an error."""

from __future__ import annotations

import dataclasses

import pytest

from aibrain_jupyter.sharepoint import sites, uploads
from aibrain_jupyter.sharepoint.errors import Refusal
from aibrain_jupyter.sharepoint.server import sessions
from aibrain_jupyter.sharepoint.server.answers import Answer
from aibrain_jupyter.sharepoint.server.faults import Fault

UNIT = 327_680


def test_a_path_like_no_other_is_named_as_nowhere(run, graph):
    """Nothing is near it: the error still says that nothing is there."""
    graph.drive.write("RFI-014/users.csv", b"a")
    done = run("%aibrain sharepoint_list zzz")

    assert "There is nothing at zzz" in str(done.error)


@pytest.mark.parametrize("value", [None, "nothing", {"a": 1}, [5]], ids=str)
def test_a_page_without_a_list_is_a_gap(run, graph, answers, value):
    """The last page has no list: what came is shown, with a gap, and no change is passed over."""
    graph.drive.write("a.txt", b"a")
    graph.drive.write("b.txt", b"b")
    graph.routes.page_size = 2

    def lie(answer):
        if answer.data and "@odata.deltaLink" in answer.data:
            answer.data["value"] = value
            if value is None:
                del answer.data["value"]
        return answer

    answers("/delta", lie)
    done = run("%aibrain sharepoint_list")

    assert done.summary.gaps
    assert not done.frame.empty


@pytest.mark.parametrize("wait", ["0", "-5"])
def test_no_time_to_wait_is_no_reason_to_hurry(run, graph, monkeypatch, wait):
    """Refused for rate with Retry-After 0: a pause of our own comes before the next request."""
    from aibrain_jupyter.sharepoint import client

    pauses = []
    real = client._Sending._pause
    monkeypatch.setattr(
        client._Sending, "_pause", lambda self, n: (pauses.append(n), real(self, n))
    )
    graph.faults.append(Fault("GET .*delta", status=429, headers={"Retry-After": wait}, times=3))
    graph.drive.write("a.txt", b"a")

    assert ["a.txt"] == list(run("%aibrain sharepoint_list").frame["path"])
    assert [1, 2, 3] == pauses


@pytest.mark.parametrize(
    "text", ["Sun, 29 Nov 99999999999999999999 12:00:00 GMT", "nan", "9" * 400, "1e999", "١"]
)
def test_an_odd_wait_is_read_or_passed_over(text):
    """No Retry-After breaks the reading of a refusal."""
    found = Refusal.of(429, {"retry-after": text}, b"").retry_after
    assert found is None or found >= 0


@pytest.mark.parametrize("text", ["abcde", "%%%", "====", "é"])
def test_claims_that_cannot_be_read(text):
    """A challenge that is no base64 is a refusal like any other."""
    found = Refusal.of(401, {"www-authenticate": f'Bearer claims="{text}"'}, b"")
    assert found.status == 401


@pytest.mark.parametrize(
    "token", ["canary-7f3a\n", " canary-7f3a\r\n", "canary-7f3a\x00", "canary-7f3a☂", "", None]
)
def test_a_token_with_a_slip_is_never_shown(run, graph, monkeypatch, token):
    """A line's end goes; what no header can carry is an error that does not quote it."""
    own = sites.session_sites["audit"]
    monkeypatch.setitem(
        sites.session_sites, "audit", dataclasses.replace(own, credential=lambda: token)
    )
    monkeypatch.setattr(type(graph.tokens), "check", lambda self, header: None)
    done = run("%aibrain sharepoint_list")
    error = done.error
    assert error is None or "canary" not in f"{error} {error.__cause__!r} {error.__context__!r}"
    assert "fault of its own" not in str(error)
    assert (error is None) == (token in ("canary-7f3a\n", " canary-7f3a\r\n"))


@pytest.mark.parametrize("is_large", [False, True], ids=["in one request", "in a session"])
def test_a_file_that_appears_is_not_replaced(run, graph, tmp_path, monkeypatch, is_large):
    """replace means what was seen: where nothing was, nothing is replaced."""
    monkeypatch.setattr(uploads, "SMALL", 1000)
    monkeypatch.setattr(uploads, "CHUNK", UNIT)
    file = tmp_path / "a.txt"
    file.write_bytes(bytes(2 * UNIT if is_large else 10))
    real = graph._answer

    def answer(asked):
        if asked.method == "PUT" and graph.drive.at("up/a.txt") is None:
            graph.drive.write("up/a.txt", b"theirs")
        return real(asked)

    monkeypatch.setattr(graph, "_answer", answer)
    done = run(f"%aibrain sharepoint_upload files={file} to=up unreviewed=true conflict=replace")
    assert b"theirs" == graph.drive.at("up/a.txt").content
    assert "is there already" in str(done.error)
    assert len(graph.asked("PUT")) < 4


def test_a_version_that_came_while_a_session_ran_is_not_replaced(run, graph, tmp_path, monkeypatch):
    """replace means the version that was seen, also where the sending takes long."""
    monkeypatch.setattr(uploads, "SMALL", 1000)
    monkeypatch.setattr(uploads, "CHUNK", UNIT)
    file = tmp_path / "a.txt"
    file.write_bytes(bytes(3 * UNIT))
    graph.drive.write("up/a.txt", b"seen")
    real, puts = graph._answer, []

    def answer(asked):
        if asked.method == "PUT" and not puts:
            puts.append(1)
            graph.drive.write("up/a.txt", b"later")
            for session in graph.routes.sessions.open.values():
                session.if_match = ""  # Graph does not promise to look at it at the end
        return real(asked)

    monkeypatch.setattr(graph, "_answer", answer)
    done = run(f"%aibrain sharepoint_upload files={file} to=up unreviewed=true conflict=replace")
    assert b"later" == graph.drive.at("up/a.txt").content
    assert "changed meanwhile" in str(done.error)


def test_a_session_that_never_gets_on_ends(run, graph, tmp_path, monkeypatch):
    """The server takes every chunk and expects the first again: an error, not an endless loop."""
    monkeypatch.setattr(uploads, "SMALL", 1000)
    monkeypatch.setattr(uploads, "CHUNK", UNIT)
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(2 * UNIT))
    count = []

    def stuck(answer):
        count.append(1)
        return Answer(202, {"nextExpectedRanges": ["0-"]})

    monkeypatch.setattr(sessions, "_fragment", lambda *asked: stuck(None))
    done = run(f"%aibrain sharepoint_upload files={file} unreviewed=true --run-timeout 8s")
    assert done.error is not None
    assert len(count) <= 14


@pytest.mark.parametrize("text", ["[]", '"x"', "5", '{"url": 5}', '{"url": ""}', "{"])
def test_a_kept_session_that_is_none(run, graph, tmp_path, monkeypatch, text):
    """What another kernel left is no session: the file is sent from the beginning."""
    monkeypatch.setattr(uploads, "SMALL", 1000)
    monkeypatch.setattr(uploads, "CHUNK", UNIT)
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(2 * UNIT))
    real = uploads.Upload._resumed

    def odd(self):
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        self._kept.write_text(text)
        return real(self)

    monkeypatch.setattr(uploads.Upload, "_resumed", odd)
    done = run(f"%aibrain sharepoint_upload files={file} unreviewed=true")
    assert ["uploaded"] == list(done.frame["outcome"])


@pytest.mark.parametrize("what", ["upload", "download"])
def test_an_address_that_is_gone_for_good(run, graph, tmp_path, monkeypatch, what):
    """410 from an address of a session or a download: it is asked for anew."""
    monkeypatch.setattr(uploads, "SMALL", 1000)
    file = tmp_path / "a.bin"
    file.write_bytes(bytes(2 * UNIT))
    if what == "upload":
        graph.faults.append(Fault("PUT ", status=410, code="gone"))
        done = run(f"%aibrain sharepoint_upload files={file} unreviewed=true")
        assert done.error is None, done.error
        assert ["uploaded"] == list(done.frame["outcome"])
    else:
        graph.drive.write("a.bin", b"123")
        graph.faults.append(Fault("download.aspx", status=410, code="gone"))
        done = run(f"%aibrain sharepoint_download a.bin to={tmp_path}/d")
        assert done.error is None, done.error
        assert ["downloaded"] == list(done.frame["outcome"])


def test_a_name_as_long_as_a_disk_takes(run, graph, tmp_path):
    """A name of 255 bytes fits in a folder here: its part does, too."""
    name = "x" * 251 + ".txt"
    graph.drive.write(name, b"1")
    done = run(f"%aibrain sharepoint_download to={tmp_path}/d")
    assert done.error is None, done.error
    assert [name] == [path.name for path in (tmp_path / "d").iterdir()]


def test_a_file_that_appears_here_is_not_replaced(run, graph, tmp_path, answers):
    """Without overwrite=true a file that came here meanwhile stays."""
    graph.drive.write("a.txt", b"theirs")
    place = tmp_path / "d/a.txt"

    def appear(answer):
        place.parent.mkdir(exist_ok=True)
        place.write_text("mine")
        return answer

    answers("download.aspx", appear)
    done = run(f"%aibrain sharepoint_download to={tmp_path}/d")
    assert "mine" == place.read_text()
    assert "is there already" in str(done.error)


@pytest.mark.parametrize("is_large", [False, True], ids=["in one request", "in a session"])
def test_what_got_another_name_is_sent_once(run, graph, tmp_path, monkeypatch, is_large):
    """rename, the answer is lost, and the cell is run again: one copy."""
    monkeypatch.setattr(uploads, "SMALL", 1000)
    graph.drive.write("up/a.txt", b"theirs")
    (tmp_path / "a.txt").write_bytes(bytes(2000 if is_large else 10))
    graph.faults.append(Fault("PUT ", drop="answer"))
    sending = f"files={tmp_path}/a.txt to=up unreviewed=true conflict=rename"
    for _ in range(2):
        run(f"%aibrain sharepoint_upload {sending}")

    assert ["up/a 1.txt", "up/a.txt"] == sorted(run("%aibrain sharepoint_list").frame["path"])


@pytest.mark.parametrize("name", ["a.txt", "a.docx"])
def test_not_hashed_yet_is_not_another(run, graph, tmp_path, answers, name):
    """No hash there yet: neither altered nor mismatched is known."""

    def forget(answer):
        if answer.data and "file" in answer.data:
            answer.data["file"]["hashes"] = {}
        return answer

    answers(f"{name}", forget)
    answers("/items/", forget)
    (tmp_path / name).write_text("mine")
    done = run(f"%aibrain sharepoint_upload files={tmp_path}/{name} to=up unreviewed=true")

    assert "SharePoint gives no hash of it yet" in str(done.error)


def test_an_unknown_library_is_answered_with_those_there_are(run, graph):
    """A library that is nowhere: the error names the site's own."""
    graph.drive.write("a.txt", b"a")
    assert "Documents" in str(run("%aibrain sharepoint_list library=zzz").error)


@pytest.mark.parametrize(
    "cell", ["sharepoint_download b.txt", "sharepoint_review RFI-014"], ids=["download", "review"]
)
def test_what_a_lost_page_may_have_is_not_said_to_be_nowhere(run, graph, answers, cell):
    """The file may be on the page that was lost: a gap says so, not that there is none."""
    graph.drive.write("a.txt", b"a")

    def lie(answer):
        if answer.data and "@odata.deltaLink" in answer.data:
            answer.data.pop("value")
        return answer

    answers("/delta", lie)
    done = run(f"%aibrain {cell}")
    assert done.summary.gaps
    assert "There is no file" not in str(done.error)
    assert "No file" not in str(done.error)


def test_too_large_for_one_request_goes_in_a_session(run, graph, tmp_path):
    """Something on the way takes no such request: the file goes in chunks."""
    (tmp_path / "a.txt").write_text("mine")
    graph.faults.append(Fault("PUT .*content", status=413, times=None))
    done = run(f"%aibrain sharepoint_upload files={tmp_path}/a.txt unreviewed=true")
    assert done.error is None, done.error
    assert b"mine" == graph.drive.at("a.txt").content


def test_a_folder_that_is_nowhere_is_named(run, graph):
    """Browsing a folder that is not there: the error says which."""
    graph.drive.write("a/b.txt", b"b")
    assert "FY2O25" in str(run("%aibrain sharepoint_list FY2O25 recursive=false").error)


def test_a_deletion_below_a_renamed_folder_has_its_last_path(run, graph):
    """Graph lists a renamed folder without its files: what goes later has its new path."""
    graph.drive.write("old/x.txt", b"x")
    run("%aibrain sharepoint_list")
    folder = graph.drive.at("old")
    graph.drive.move(folder, graph.drive.item(folder.parent), "new")
    run("%aibrain sharepoint_list changes=true")
    graph.drive.delete(graph.drive.at("new/x.txt"))
    done = run("%aibrain sharepoint_list changes=true")

    assert ["new/x.txt"] == list(done.frame[done.frame["is_deleted"]]["path"])
