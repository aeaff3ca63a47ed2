"""Listings are complete, or say what they lack."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.sharepoint.server import Fault


@pytest.fixture
def filled(graph):
    """A library with folders, read in pages of two."""
    for name in ("RFI-014/users.csv", "RFI-014/deep/notes.txt", "rfi 15/a.csv", "other.txt"):
        graph.drive.write(name, name.encode())
    graph.routes.page_size = 2
    return graph


def test_sites_are_found(run, graph):
    """The sites that one may see, with their address."""
    frame = run("%aibrain sharepoint_sites").frame

    assert ["sites/audit"] == list(frame["site"])
    assert ["tenant", "site"] == list(frame.columns[:2])


def test_a_library_is_listed_whole(run, filled):
    """Every file over all pages, with path, size, UTC times, hash and the RFI of its path."""
    done = run("%aibrain sharepoint_list")
    frame = done.frame.set_index("path")

    assert ["RFI-014/deep/notes.txt", "RFI-014/users.csv", "other.txt", "rfi 15/a.csv"] == sorted(
        frame.index
    )
    users = frame.loc["RFI-014/users.csv"]
    assert (17, "RFI-014", "contoso", "sites/audit") == (
        users["size"],
        users["rfi"],
        users["tenant"],
        users["site"],
    )
    assert "rfi 15" == frame.loc["rfi 15/a.csv", "rfi"]
    assert "UTC" == str(frame["modified"].dt.tz)
    assert not done.summary.gaps
    assert len(filled.asked("delta")) > 2


def test_rows_are_chosen(run, filled):
    """A folder, a condition, the folders themselves, or one folder to browse."""
    assert 2 == len(run("%aibrain sharepoint_list RFI-014").frame)
    assert 1 == len(run("%aibrain sharepoint_list where='size < 10'").frame)
    assert 3 == run("%aibrain sharepoint_list folders=true").frame["is_folder"].sum()
    browsed = run("%aibrain sharepoint_list RFI-014 recursive=false").frame
    assert ["RFI-014/users.csv"] == list(browsed["path"])


def test_the_pattern_of_rfis_is_a_setting(run, filled, monkeypatch):
    """Another pattern gives other RFIs; one that is none is refused before anything is sent."""
    monkeypatch.setenv("AIBRAIN_SHAREPOINT_RFI", "users|notes")
    frame = run("%aibrain sharepoint_list").frame.set_index("path")
    assert "users" == frame.loc["RFI-014/users.csv", "rfi"]
    monkeypatch.setenv("AIBRAIN_SHAREPOINT_RFI", "(")
    before = len(filled.log)
    with pytest.raises(ParameterError, match="no pattern"):
        run("%aibrain sharepoint_list path=x")
    assert before == len(filled.log)


def test_a_lost_page_is_a_gap(run, filled):
    """What came before the page that was lost is there, and the rest is said to be missing."""
    filled.routes.page_size = 4
    filled.faults.append(Fault("GET .*delta", status=403, after=1, times=None))
    done = run("%aibrain sharepoint_list")

    assert 0 < len(done.frame) < 4
    (gap,) = done.summary.gaps
    assert ("denied", "Documents, from page 2") == (gap.outcome, gap.item)
    assert "Sites.Read.All" in gap.step


def test_no_page_at_all_is_no_empty_table(run, filled):
    """Where not even the first page comes, the run fails."""
    filled.faults.append(Fault("GET .*delta", status=403, times=None))
    done = run("%aibrain sharepoint_list")

    assert done.frame is None
    assert ["denied"] == list(done.coverage["outcome"])


def test_only_changes_are_listed(run, filled):
    """After a listing, what is new, changed or deleted since; an old token starts over."""
    run("%aibrain sharepoint_list")
    filled.drive.write("other.txt", b"changed")
    filled.drive.delete(filled.drive.at("RFI-014/users.csv"))
    first = run("%aibrain sharepoint_list changes=true").frame.set_index("path")

    assert {"other.txt": False, "RFI-014/users.csv": True} == dict(first["is_deleted"])
    assert run("%aibrain sharepoint_list changes=true").frame.empty
    filled.drive.write("other.txt", b"again")
    filled.drive.forgotten = filled.drive.changes + 1
    assert {"RFI-014/deep/notes.txt", "other.txt", "rfi 15/a.csv"} == set(
        run("%aibrain sharepoint_list changes=true").frame["path"]
    )


def test_throttling_holds_everybody_back(run, filled):
    """A refusal for rate is waited out as long as the server says, and counted."""
    filled.faults.append(Fault("GET .*delta", status=429, retry_after=0.3, times=2))
    done = run("%aibrain sharepoint_list")

    assert 4 == len(done.frame)
    assert 0 == filled.too_early
    assert [2] == list(done.coverage["throttled"])


def test_a_second_listing_is_from_the_cache(run, filled):
    """The same listing again asks nothing; results with gaps are not kept."""
    run("%aibrain sharepoint_list")
    before = len(filled.asked("delta"))
    again = run("%aibrain sharepoint_list")

    assert before == len(filled.asked("delta"))
    assert ["memory"] == list(again.coverage["source"])


def test_settings_of_another_provider_are_none_of_its_business(run, filled):
    """An AWS profile in use does not hide the site."""
    get_settings().set("profile", "demo-prod", "test")
    try:
        assert 4 == len(run("%aibrain sharepoint_list").frame)
    finally:
        get_settings().unset("profile")
