"""Last period's folder, as what it is of and as frames."""

from __future__ import annotations

import pytest


@pytest.fixture
def filled(graph):
    """The folder of an RFI with tables, a picture and something that is none."""
    graph.drive.write("FY2025/RFI-014/users.csv", b"user,age\nann,007\nbob,\n")
    graph.drive.write("FY2025/RFI-014/roles.json", b'[{"role": "admin", "n": 1}]')
    graph.drive.write("FY2025/RFI-014/screen.png", b"\x89PNG")
    graph.drive.write("FY2025/RFI-0144/other.csv", b"a\n1\n")
    return graph


def test_the_folder_of_an_rfi(run, filled):
    """Each file with its time, and rows and columns where it is a table; no other RFI's."""
    frame = run("%aibrain sharepoint_review RFI-014").frame.set_index("path")

    assert 3 == len(frame)
    users = frame.loc["FY2025/RFI-014/users.csv"]
    assert (2, 2, "RFI-014") == (users["rows"], users["columns"], users["rfi"])
    assert frame.loc["FY2025/RFI-014/screen.png", ["rows"]].isna().all()
    assert frame["modified"].notna().all()


def test_a_file_is_read_as_it_was_written(run, filled):
    """Its rows, texts as texts: 007 stays, an empty cell is absent."""
    frame = run("%aibrain sharepoint_review RFI-014 users.csv").frame

    assert ["tenant", "site", "user", "age"] == list(frame.columns)
    assert "007" == frame["age"][0]
    assert frame["age"].isna()[1]


def test_a_table_that_does_not_come_is_a_gap(run, filled):
    """The file is listed, its counts are absent, and the gap says why."""
    filled.drive.write("FY2025/RFI-014/broken.json", b"{")
    done = run("%aibrain sharepoint_review RFI-014")

    assert 4 == len(done.frame)
    (gap,) = done.summary.gaps
    assert "FY2025/RFI-014/broken.json" == gap.item


@pytest.mark.parametrize(
    "data",
    [
        b"user;age\r\nann;7\r\n",
        b"user\tage\nann\t7\n",
        "\ufeffuser,age\nann,7\n".encode(),
        "user,age\nann,7\n".encode("utf-16"),
    ],
    ids=["semicolons", "tabs", "a mark", "UTF-16"],
)
def test_csv_as_other_programs_write_it(run, graph, data):
    """What separates, and how letters are written, is seen in the file."""
    graph.drive.write("RFI-1/x.csv", data)
    frame = run("%aibrain sharepoint_review RFI-1 x.csv").frame

    assert [("ann", "7")] == list(zip(frame["user"], frame["age"], strict=True))


def test_a_table_that_is_too_large_is_not_read_for_its_counts(run, filled, monkeypatch):
    """Its counts are a gap, and nothing of it is fetched."""
    monkeypatch.setattr("aibrain_jupyter.tool_executors.sharepoint.reviewing.MOST_READ", 26)
    done = run("%aibrain sharepoint_review RFI-014")

    assert ["FY2025/RFI-014/roles.json"] == [gap.item for gap in done.summary.gaps]
    assert 1 == len(filled.asked("download.aspx"))
    assert 3 == len(done.frame)


def test_an_rfi_without_a_folder_is_no_empty_review(run, filled):
    """Nothing that names it: said, with where to look."""
    done = run("%aibrain sharepoint_review RFI-099")

    assert "sharepoint_list" in done.error.next_steps[0]
    assert done.frame is None


def test_the_specs_and_the_code_agree():
    """The check for authors finds no fault in any of the five tools."""
    from aibrain_jupyter.testing import check_tool
    from aibrain_jupyter.tool_registry import get_tool_registry

    registry = get_tool_registry()
    names = [name for name in registry.names() if name.startswith("sharepoint_")]
    for name in names:
        check_tool(registry.spec(name))
    assert 5 == len(names)
