"""``--dry-run`` of an upload tells each file's end, and nothing leaves."""

from __future__ import annotations

import pandas as pd
import pytest

from aibrain_jupyter.execution.runs.run import plan_request
from aibrain_jupyter.magics.grammar.requests import request_of_text
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.sharepoint import sites
from aibrain_jupyter.sharepoint.server import Fault
from aibrain_jupyter.widgets.plan import plan_page


def _planned(words):
    return plan_request(request_of_text(f"%aibrain sharepoint_upload {words} --dry-run", {}))


@pytest.fixture
def plan(graph):
    """Return the plan of an upload, and what its page says."""

    def plan(words):
        found = _planned(words)
        assert not [note for note in graph.log if not note.asked.startswith("GET ")]
        return found, plan_page(found).text()

    return plan


@pytest.fixture
def folder(tmp_path):
    """Files that are new, there already, taken, a folder there, and badly named."""
    found = tmp_path / "out"
    found.mkdir()
    for name in ("new.txt", "same.txt", "taken.txt", "box", "CON", "a%b #1 ☂.txt"):
        (found / name).write_text(name)
    return found


@pytest.fixture
def filled(graph):
    """What is in their place."""
    graph.drive.write("up/same.txt", b"same.txt")
    graph.drive.write("up/taken.txt", b"theirs")
    graph.drive.folder("up/box")
    return graph


def test_each_file_has_its_end(plan, filled, folder):
    """Goes, there already, name taken, a folder in its place, a name that is not allowed."""
    found, text = plan(f"files={folder} to=up unreviewed=true")
    ((_, preview, error),) = found.previews
    ends = {path: says for path, _, says in preview.rows}

    assert error is None
    assert ("goes (no evidence)",) * 2 == (ends["up/new.txt"], ends["up/a%b #1 ☂.txt"])
    assert "there already" == ends["up/same.txt"]
    assert "stays here: another file is there, 6 bytes" in ends["up/taken.txt"]
    assert "a folder of that name" in ends["up/box"]
    assert "CON: the name is reserved" in ends["up/CON"]
    assert "2 of 6 files would go" in text
    assert "1 are there already" in text
    assert "Sites.ReadWrite.All" in text


@pytest.mark.parametrize(
    ("conflict", "says"), [("rename", "gets another name"), ("replace", "replaces it")]
)
def test_what_becomes_of_a_taken_name(plan, filled, folder, conflict, says):
    """With rename and replace it goes, and how is said."""
    found, _ = plan(f"files={folder}/taken.txt to=up unreviewed=true conflict={conflict}")

    assert f"goes, and {says}" in found.previews[0][1].rows[0][2]


def test_a_preview_comes_true(plan, run, filled, folder):
    """What would go goes, what would stay is a gap or was there."""
    found, _ = plan(f"files={folder} to=up unreviewed=true")
    goes = {row[0] for row in found.previews[0][1].rows if row[2].startswith("goes")}
    done = run(f"%aibrain sharepoint_upload files={folder} to=up unreviewed=true")
    sent = done.frame[done.frame["outcome"] == "uploaded"]

    assert goes == set(sent["path"])
    assert {"up/taken.txt", "up/box", "up/CON"} == {gap.item for gap in done.summary.gaps}
    assert not filled.asked("CON")


def test_what_nobody_approved_is_shown_and_stays(plan, graph, run):
    """An item that is not approved: shown with its state; the run that follows leaves it out."""
    from aibrain_jupyter.testing import call
    from aibrain_jupyter.tool_registry import get_tool_registry

    registry = get_tool_registry()
    said = {"rfi": ["RFI-014"], "as_of": "2026-06-30", "key": ["user"]}
    frame = pd.DataFrame({"user": ["ann"]})
    one, two = (
        call(registry.spec("evidence_save"), frame=frame, title=t, **said).frame["item"][0]
        for t in ("users", "roles")
    )
    with pytest.warns(UserWarning, match="approves it"):
        call(registry.spec("evidence_approve"), item=one, reason="seen")
    found, text = plan("rfi=RFI-014")
    ends = {path.split("/")[1]: says for path, _, says in found.previews[0][1].rows}
    done = run("%aibrain sharepoint_upload rfi=RFI-014")

    assert {one: "goes", two: "stays here: collected"} == ends
    assert "not approved; unreviewed=true" in text
    assert {one} == set(done.frame["item"])
    assert [f"{two} is collected: it was not sent."] == list(done.summary.notes)


def test_what_is_there_may_not_be_known(plan, graph, folder, monkeypatch):
    """A listing that is refused, or nobody who is signed in: files are shown, and that is said."""
    graph.faults.append(Fault("GET", status=403, times=None))
    _, refused = plan(f"files={folder} unreviewed=true")
    graph.faults.clear()
    monkeypatch.delitem(sites.session_sites, "audit")
    monkeypatch.setenv("AIBRAIN_SHAREPOINT_SITES", "x=https://contoso.sharepoint.com/sites/x")
    _, nobody = plan(f"files={folder} unreviewed=true")

    for text in (refused, nobody):
        assert "new.txt" in text
        assert "What is there is not known" in text
    assert "Nobody is signed in" in nobody


def test_two_files_for_one_name_are_refused(tmp_path, graph):
    """Names that differ by case alone are one name there: refused before anything is asked."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    (tmp_path / "a/Users.csv").write_text("1")
    (tmp_path / "b/users.csv").write_text("2")
    for more in ("", " --dry-run"):
        with pytest.raises(ParameterError, match="would both be"):
            request_of_text(
                f"%aibrain sharepoint_upload files={tmp_path}/a,{tmp_path}/b unreviewed=true{more}",
                {},
            )
    assert not graph.log
