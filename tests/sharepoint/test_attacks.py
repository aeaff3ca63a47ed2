"""What nobody expects: odd names, files that change, answers that lie. Nothing is silent."""

from __future__ import annotations

import dataclasses
import os
import threading

import pytest

from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    IncompleteAnswerError,
    ParameterError,
    ThrottledError,
)
from aibrain_jupyter.sharepoint import client, sites, sources, uploads
from aibrain_jupyter.sharepoint.errors import Refusal
from aibrain_jupyter.sharepoint.library import Library, everything
from aibrain_jupyter.sharepoint.provider import PROVIDER
from aibrain_jupyter.sharepoint.server import Fault
from aibrain_jupyter.sharepoint.server.answers import Answer
from aibrain_jupyter.sharepoint.sites import site_at, site_named
from aibrain_jupyter.testing import CallContext

UNIT = 327_680
ODD = [
    "a%20b",
    "100% #1",
    "☂🙂.csv",
    "a'b&c=d+e;f,g@h!.txt",
    "%2e%2e",
    "a..b",
    "…",
    "é",
]


@pytest.fixture
def folder(tmp_path):
    """An empty folder to send from."""
    found = tmp_path / "out"
    found.mkdir()
    return found


def test_odd_names_go_and_come_back(run, graph, folder, tmp_path):
    """Percent, hash, emoji, quotes: the same name there, in the list, and back here."""
    for number, name in enumerate(ODD):
        (folder / name).write_text(str(number))
    sent = run(f"%aibrain sharepoint_upload files={folder} to=up unreviewed=true")
    back = run(f"%aibrain sharepoint_download up to={tmp_path}/back")

    assert not sent.summary.gaps
    assert not back.summary.gaps
    assert {f"up/{name}" for name in ODD} == set(run("%aibrain sharepoint_list").frame["path"])
    for number, name in enumerate(ODD):
        assert str(number) == (tmp_path / "back/up" / name).read_text()


def test_forbidden_names_are_gaps_and_nothing_is_asked_of_them(run, graph, folder):
    """Each has its reason; the others go."""
    bad = [" lead", "trail ", "dot.", "~$x.docx", ".lock", "CON", "a:b", "x" * 250]
    for name in [*bad, "good"]:
        (folder / name).write_text(name)
    deep = "d" * 130
    done = run(f"%aibrain sharepoint_upload files={folder} to={deep} unreviewed=true")

    assert {f"{deep}/{name}" for name in bad} == {gap.item for gap in done.summary.gaps}
    assert [f"{deep}/good"] == list(done.frame["path"])
    assert 1 == len(graph.asked("PUT"))


def test_an_empty_file_has_no_hash_there(run, graph, folder, answers):
    """Nothing equals nothing, with or without a hash."""

    def forget(answer):
        if answer.data and "file" in answer.data:
            answer.data["file"]["hashes"] = {}
        return answer

    answers("/empty", forget)
    (folder / "empty").write_text("")
    first = run(f"%aibrain sharepoint_upload files={folder} unreviewed=true")

    assert ["uploaded"] == list(first.frame["outcome"])
    assert 1 == len(graph.asked("PUT"))


@pytest.mark.parametrize("is_large", [False, True], ids=["in one request", "in a session"])
def test_a_file_that_changes_while_it_is_sent(run, graph, folder, monkeypatch, is_large):
    """It does not get there half: a gap, no file, no open session; the next run sends it."""
    monkeypatch.setattr(uploads, "SMALL", 1000)
    monkeypatch.setattr(uploads, "CHUNK", UNIT)
    file = folder / "log.txt"
    file.write_bytes(bytes(3 * UNIT if is_large else 10))
    changed = threading.Event()
    real = graph.routes.answer

    def answer(asked):
        if not changed.is_set() and ("children" in asked.path or "Session" in asked.path):
            is_last = "Session" in asked.path or not is_large
            if is_last:
                with file.open("ab") as opened:
                    opened.write(b"more")
                changed.set()
        return real(asked)

    if is_large:
        monkeypatch.setattr(graph.routes, "answer", answer)
    else:  # between the hash and the request
        of = sources.Source.of.__func__

        def slow(cls, path, name):
            found = of(cls, path, name)
            if not changed.is_set():
                changed.set()
                path.write_bytes(bytes(12))
            return found

        monkeypatch.setattr(sources.Source, "of", classmethod(slow))
    done = run(f"%aibrain sharepoint_upload files={file} unreviewed=true")

    assert changed.is_set()
    assert "changed while it was sent" in str(done.error)
    assert graph.drive.at("log.txt") is None
    assert {} == graph.routes.sessions.open
    again = run(f"%aibrain sharepoint_upload files={file} unreviewed=true")
    assert ["uploaded"] == list(again.frame["outcome"])
    assert file.read_bytes() == graph.drive.at("log.txt").content


@pytest.mark.skipif(os.name == "nt", reason="modes")
def test_a_file_that_cannot_be_read_keeps_back_no_other(run, graph, folder):
    """Gone after it was named, or a place that cannot be written: gaps."""
    for name in ("a", "b"):
        (folder / name).write_text(name)
    real = sources.Source.of.__func__

    def gone(cls, path, name):
        if path.name == "a":
            path.unlink(missing_ok=True)
        return real(cls, path, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources.Source, "of", classmethod(gone))
        done = run(f"%aibrain sharepoint_upload files={folder} to=up unreviewed=true")

    assert ["up/b"] == list(done.frame["path"])
    assert ["up/a"] == [gap.item for gap in done.summary.gaps]


def test_a_folder_where_a_file_belongs(run, graph, tmp_path):
    """A folder in the file's place here, or a file in the folder's place there: gaps."""
    graph.drive.write("a/x.txt", b"x")
    graph.drive.write("a/y.txt", b"y")
    (tmp_path / "d/a/x.txt").mkdir(parents=True)
    done = run(f"%aibrain sharepoint_download a to={tmp_path}/d overwrite=true")
    (tmp_path / "new").write_text("n")
    below = run(f"%aibrain sharepoint_upload files={tmp_path}/new to=a/x.txt unreviewed=true")

    assert ["a/y.txt"] == list(done.frame["path"])
    assert ["a/x.txt"] == [gap.item for gap in done.summary.gaps]
    assert below.frame is None
    assert b"x" == graph.drive.at("a/x.txt").content


def test_a_link_that_leads_out_is_not_sent(run, graph, folder, tmp_path):
    """A link to a file elsewhere in a folder that is sent: refused before anything is asked."""
    (tmp_path / "private").write_text("key")
    (folder / "notes.txt").symlink_to(tmp_path / "private")
    with pytest.raises(ParameterError, match="leads out of"):
        run(f"%aibrain sharepoint_upload files={folder} unreviewed=true")
    assert not graph.log


def test_a_delta_that_repeats_and_takes_back(run, graph, answers):
    """Items that come twice are one row, the last wins; what went while pages were read is none."""
    graph.drive.write("a.txt", b"old")
    gone, _ = graph.drive.write("gone.txt", b"x")
    graph.routes.page_size = 1

    def repeat(answer):
        if answer.data and "value" in answer.data:
            values = answer.data["value"]
            old = [{**item, "size": 1} for item in values if item.get("name") == "a.txt"]
            answer.data["value"] = [*old, *values, *values]
            if "@odata.deltaLink" in answer.data:
                answer.data["value"].append({"id": gone.id, "deleted": {"state": "deleted"}})
        return answer

    answers("/delta", repeat)
    done = run("%aibrain sharepoint_list")

    assert [("a.txt", 3)] == list(zip(done.frame["path"], done.frame["size"], strict=True))
    assert not done.summary.gaps


def test_a_deletion_has_no_name(run, graph):
    """Graph does not say which file was deleted: the last listing knows, or it is a gap."""
    graph.drive.write("a/x.txt", b"x")
    run("%aibrain sharepoint_list")
    graph.drive.delete(graph.drive.at("a/x.txt"))
    late, _ = graph.drive.write("a/late.txt", b"y")
    graph.drive.delete(late)
    done = run("%aibrain sharepoint_list changes=true")

    assert ["a/x.txt"] == list(done.frame[done.frame["is_deleted"]]["path"])
    assert [late.id] == [gap.item for gap in done.summary.gaps]


def test_after_a_resync_deletions_are_not_known(run, graph):
    """Graph has forgotten where the last listing ended: all is listed, and what went is a gap."""
    graph.drive.write("a.txt", b"a")
    graph.drive.write("b.txt", b"b")
    run("%aibrain sharepoint_list")
    graph.drive.delete(graph.drive.at("b.txt"))
    graph.drive.forgotten = graph.drive.changes + 1
    done = run("%aibrain sharepoint_list changes=true")

    assert ["a.txt"] == list(done.frame["path"])
    (gap,) = done.summary.gaps
    assert "deleted since the last listing is not known" in gap.why
    graph.drive.forgotten = 0
    assert not run("%aibrain sharepoint_list changes=true").summary.gaps


def test_items_that_go_between_list_and_download(run, graph, tmp_path, answers):
    """Deleted, or changed, after they were listed: gaps; the others come."""
    for name in ("stays", "goes", "changes"):
        graph.drive.write(f"a/{name}", name.encode())

    def after(answer):
        if graph.drive.at("a/goes"):
            graph.drive.delete(graph.drive.at("a/goes"))
            graph.drive.write("a/changes", b"other contents")
        return answer

    answers("/delta", after)
    done = run(f"%aibrain sharepoint_download a to={tmp_path}")

    assert ["a/stays"] == list(done.frame["path"])
    assert {"a/goes", "a/changes"} == {gap.item for gap in done.summary.gaps}
    assert ["stays"] == [path.name for path in (tmp_path / "a").iterdir()]


def test_ranges_that_lie(run, graph, tmp_path, answers):
    """Other bytes than were asked for, or a part that is too long: fetched anew, and whole."""
    big = bytes(i % 251 for i in range(3 << 20))
    item, _ = graph.drive.write("a/big.bin", big)
    graph.faults.append(Fault("download.aspx", drop="answer"))

    def shifted(answer):
        if answer.status == 206 and not shifted.done:
            shifted.done = True
            return Answer(
                206, headers={**answer.headers, "Content-Range": f"bytes 0-9/{len(big)}"},
                body=big[:10],
            )  # fmt: skip
        return answer

    shifted.done = False
    answers("download.aspx", shifted)
    done = run(f"%aibrain sharepoint_download a to={tmp_path}")
    assert shifted.done
    assert ["downloaded"] == list(done.frame["outcome"])
    assert big == (tmp_path / "a/big.bin").read_bytes()
    (tmp_path / "a/big.bin").unlink()
    from aibrain_jupyter.sharepoint.downloads import Download
    from aibrain_jupyter.sharepoint.library import entry_of
    from aibrain_jupyter.sharepoint.server.drive import described

    entry = entry_of(described(graph.drive, item, "", ""), "a/big.bin")
    place = tmp_path / "a/big.bin"
    part = Download(None, None, None, entry, place).part
    part.write_bytes(big + b"more")
    assert ["downloaded"] == list(
        run(f"%aibrain sharepoint_download a to={tmp_path}").frame["outcome"]
    )
    assert big == place.read_bytes()


def test_a_file_without_a_hash_is_not_said_to_be_verified(run, graph, tmp_path, answers):
    """Sizes agree, nothing more is known: the outcome says so; a short one is no file."""

    def forget(answer):
        for item in (answer.data or {}).get("value", [answer.data or {}]):
            if "file" in item:
                item["file"]["hashes"] = {}
        return answer

    graph.drive.write("a/x.txt", b"12345")
    answers("/v1.0/drives", forget)
    done = run(f"%aibrain sharepoint_download a to={tmp_path}")

    assert ["downloaded, not verified: SharePoint has no hash of it"] == list(done.frame["outcome"])
    assert done.frame["hash"].isna().all()


def test_a_version_that_is_not_the_listed_one_is_not_replaced(run, graph, folder, monkeypatch):
    """replace means the version that was seen: somebody else's later one stays."""
    graph.drive.write("up/a.txt", b"seen")
    (folder / "a.txt").write_text("mine")
    real = graph.routes.answer

    def answer(asked):
        if asked.method == "PUT" and "if-match" in asked.headers:
            graph.drive.write("up/a.txt", b"later")
        return real(asked)

    monkeypatch.setattr(graph.routes, "answer", answer)
    done = run(f"%aibrain sharepoint_upload files={folder} to=up unreviewed=true conflict=replace")

    assert "changed meanwhile" in str(done.error)
    assert b"later" == graph.drive.at("up/a.txt").content


def test_a_path_that_is_nowhere_is_no_empty_folder(run, graph):
    """A slip in a path: an error with the nearest, not a table without rows."""
    graph.drive.write("RFI-014/users.csv", b"a")
    done = run("%aibrain sharepoint_list RFI-O14")

    assert done.frame is None
    assert "Did you mean RFI-014?" in done.error.next_steps
    graph.drive.folder("empty")
    assert run("%aibrain sharepoint_list empty").frame.empty


@pytest.mark.parametrize(
    ("text", "now", "seconds"),
    [
        ("7", "", 7.0),
        ("Sun, 29 Nov 2026 12:00:30 GMT", "Sun, 29 Nov 2026 12:00:00 GMT", 30.0),
        ("Sun, 29 Nov 2026 11:00:00 GMT", "Sun, 29 Nov 2026 12:00:00 GMT", 0.0),
        ("soon", "", None),
    ],
)
def test_a_wait_is_told_in_seconds_or_as_a_moment(text, now, seconds):
    """A moment is taken by the server's own clock: ours may be wrong."""
    assert seconds == Refusal.of(429, {"retry-after": text, "date": now}, b"").retry_after


def test_a_clock_that_is_ahead_changes_nothing(run, graph, folder):
    """A server hours ahead: tokens, waits and listings go by what it counts, not by its clock."""
    graph.clock_ahead_s = 86_400.0
    graph.faults.append(Fault("GET .*delta", status=429, retry_after=0.05))
    (folder / "a.txt").write_text("a")
    run(f"%aibrain sharepoint_upload files={folder} to=up unreviewed=true")

    assert ["up/a.txt"] == list(run("%aibrain sharepoint_list").frame["path"])


ADDRESSES = {
    "https://contoso.sharepoint.com/sites/audit": ("/sites/audit", ""),
    "https://contoso.sharepoint.com/sites/audit/": ("/sites/audit", ""),
    "contoso.sharepoint.com/sites/audit": ("/sites/audit", ""),
    "https://contoso.sharepoint.com/sites/audit#Evidence": ("/sites/audit", "Evidence"),
    "https://contoso.sharepoint.com/sites/audit/Shared%20Documents/Forms/AllItems.aspx"
    "?id=%2Fsites%2Faudit&viewid=1": ("/sites/audit", "Shared Documents"),
    "https://contoso.sharepoint.com/sites/audit/SitePages/Home.aspx": ("/sites/audit", ""),
    "https://contoso.sharepoint.com/:f:/s/audit/EabCdEfG?e=x1": ("/sites/audit", ""),
    "https://contoso.sharepoint.com/:x:/t/team/EabC": ("/teams/team", ""),
    "https://contoso.sharepoint.com/:f:/r/sites/audit/Shared%20Documents/RFI?d=w1": (
        "/sites/audit",
        "",
    ),
    "https://contoso-my.sharepoint.com/:b:/g/personal/ann_contoso_com/EabC": (
        "/personal/ann_contoso_com",
        "",
    ),
    "https://contoso.sharepoint.com": ("", ""),
    "https://contoso.sharepoint.com/SitePages/Home.aspx": ("", ""),
    "https://contoso.sharepoint.com/Shared%20Documents/Forms/AllItems.aspx": (
        "",
        "Shared Documents",
    ),
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_as_people_paste_them(address):
    """A page of the site, a sharing link, without https: the site, and at most its library."""
    site = site_at(address)

    assert ADDRESSES[address] == (site.path, site.library)


@pytest.mark.parametrize(
    "address",
    [
        "contoso",
        "https://",
        "ftp://x.y/sites/a",
        "https://contoso.sharepoint.com/:f:/q/EsEcReT?e=1",
    ],
)
def test_what_is_no_site_is_refused_without_its_secret(address):
    """The end of a sharing link opens a file: an error does not repeat it."""
    with pytest.raises(ParameterError, match="no address") as caught:
        site_at(address)
    assert "EsEcReT" not in str(caught.value)


def test_a_library_is_named_as_its_address_does(run, graph, monkeypatch):
    """The library Documents stands as another word in addresses: both are its name."""
    graph.drive.write("a.txt", b"a")
    found = Library("id", "Documents", "https://h/sites/audit/Shared%20Documents")
    assert "Shared Documents" == found.segment
    site = dataclasses.replace(sites.session_sites["audit"], library="documents")
    monkeypatch.setitem(sites.session_sites, "audit", site)
    assert 1 == len(run("%aibrain sharepoint_list").frame)


@pytest.fixture
def ask(graph):
    """A client, its context, and the library of the site."""
    target = site_named("audit").target("ann")
    found = PROVIDER.clients().client_for(target, "graph")
    return found, CallContext(target=target), Library(graph.drive.id, "Documents", "")


@pytest.mark.parametrize(
    "link", ["http://127.0.0.1:9/v1.0/x", "https://evil.example/delta?token=1"]
)
def test_the_token_goes_to_graph_alone(ask, graph, answers, link):
    """A next page on another host is not asked: the token would go along."""

    def elsewhere(answer):
        if answer.data and "@odata.deltaLink" in answer.data:
            del answer.data["@odata.deltaLink"]
            answer.data["@odata.nextLink"] = link
        return answer

    graph.drive.write("a.txt", b"a")
    answers("/delta", elsewhere)
    found, ctx, library = ask
    listing = everything(found, ctx, library)

    (gap,) = listing.gaps
    assert "not Graph's" in gap.why
    assert "evil" not in gap.why


@pytest.mark.parametrize(
    "answer",
    [
        Answer(headers={"Content-Type": "text/html"}, body=b"<html>Sign in</html>"),
        Answer(body=b"[1]"),
        Answer(302, headers={"Location": "https://portal.example/"}),
    ],
    ids=["a page", "no object", "led elsewhere"],
)
def test_what_is_no_answer_of_graph_is_said_to_be(ask, answers, answer):
    """A portal's page, a redirect: an error of our own, never an empty list."""
    answers("/delta", lambda _: answer)
    found, ctx, library = ask
    with pytest.raises(AibrainError) as caught:
        everything(found, ctx, library)
    assert caught.value.next_steps
    assert "Sign in" not in str(caught.value)


def test_an_upload_session_that_says_nothing(run, graph, folder, monkeypatch, answers):
    """No next range: an error of our own with what to do."""
    monkeypatch.setattr(uploads, "SMALL", 10)
    (folder / "big").write_bytes(bytes(100))

    def mute(answer):
        (answer.data or {}).pop("nextExpectedRanges", None)
        return answer

    answers("createUploadSession", mute)
    done = run(f"%aibrain sharepoint_upload files={folder} unreviewed=true")

    assert isinstance(done.error, IncompleteAnswerError)
    assert "does not say what it expects" in str(done.error)


def test_an_endless_wait_is_not_waited(ask, graph):
    """inf and a day are waits that a person decides on."""
    for wait in (float("inf"), 86_400.0):
        graph.faults[:] = [Fault("GET", status=503, retry_after=wait)]
        with pytest.raises(ThrottledError):
            everything(*ask)
    assert client.LONGEST_WAIT_S == 120.0
