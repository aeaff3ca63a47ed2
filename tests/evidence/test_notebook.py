"""The executed notebook as an item: what is odd about how it ran is said by name."""

from __future__ import annotations

import datetime as dt
import json
import re

import nbformat
import pandas as pd
import pytest

from aibrain_jupyter.evidence.decisions.codes import Code
from aibrain_jupyter.evidence.saving.notebook import execution_of, own_notebook, save_notebook
from aibrain_jupyter.evidence.saving.saving import Saving
from aibrain_jupyter.evidence.saving.times import Times
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError

NOW = dt.datetime(2026, 7, 8, tzinfo=dt.UTC)
SAVES = "%aibrain evidence notebook --rfi RFI-014"


def cell(source, count=None, *, shows="", of=None, error=""):
    """A code cell that ran as `count` and shows a result of the execution `of`."""
    outputs = []
    if shows:
        outputs.append(
            nbformat.v4.new_output(
                "execute_result", {"text/plain": shows}, execution_count=of or count
            )
        )
    if error:
        outputs.append(nbformat.v4.new_output("error", ename=error, evalue="", traceback=[]))
    return nbformat.v4.new_code_cell(source, execution_count=count, outputs=outputs)


GOOD = (cell("a = 1", 1), cell("a", 2, shows="1"))


def odd(*cells, ran=None):
    """What is odd about these cells: kind and cell."""
    return [(o.kind, o.cell) for o in execution_of(list(cells), ran).oddities]


def write(folder, *cells):
    """A notebook's file of these cells."""
    path = folder / "Work paper é.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
    return path


def save(store, path, *, accepted=(), ran=None):
    """The item of a notebook's file."""
    times = Times("moment", NOW, NOW, NOW, NOW)
    saving = Saving("Work paper", [Code.parse("RFI-014")], times, accepted=accepted)
    return save_notebook(store, str(path), saving, ran)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (GOOD, []),
        ((nbformat.v4.new_markdown_cell("# Title"), *GOOD, cell("")), []),
        ((*GOOD, cell("b")), [("hollow", 3)]),
        ((cell("a = 1"), cell("a")), [("hollow", 1), ("hollow", 2), ("hollow", 0)]),
        ((cell("a = 1", 1),), [("hollow", 0)]),
        ((cell("a", 1, shows="1"), cell("a", None, shows="9", of=7)), [("hollow", 2)]),
        ((cell("a = 1", 1), cell("a", 2, shows="9", of=1)), [("stale", 2)]),
        ((cell("a", 2, shows="1"), cell("a = 1", 1)), [("out of order", 2)]),
        ((cell("a = 1", 1), cell("a", 3, shows="1")), [("out of order", 0)]),
        ((cell("a = 1", 1), cell("a", 1, shows="1")), [("out of order", 2)]),
        ((*GOOD, cell("1/0", 3, error="ZeroDivisionError")), [("error", 3)]),
    ],
    ids=[
        *("as it should be", "text and empty cells", "not run", "cleared", "nothing shown"),
        *("shown from before", "shown of another run", "from below", "run again", "twice"),
        "error",
    ],
)
def test_what_is_odd_has_a_name(cells, expected):
    """Cells that are hollow, stale, out of order or ended in an error are named; others are not."""
    assert expected == odd(*cells)


def test_a_cell_that_was_changed_since_is_stale():
    """A cell that is not what this kernel ran under its number is stale."""
    cells = (cell("a = 1", 1), cell("a = 5", 2), cell("a", 3, shows="1"))

    ran = {0: "", 1: "a = 1", 2: "a = 2", 3: "a", 4: SAVES}
    assert [("stale", 2)] == odd(*cells, ran=ran)


def test_another_kernels_history_says_nothing():
    """A notebook that another kernel ran is not called stale; that it is not known is said."""
    found = execution_of(list(GOOD), {0: "", 1: "x", 2: "y", 3: SAVES})

    assert [] == found.oddities
    assert any("does not tell whether a cell was changed" in said for said in found.remarks)


def test_the_cell_that_saves_is_not_hollow():
    """The cell that saves the notebook cannot have run in the file it saves; that is said."""
    found = execution_of([*GOOD, cell(SAVES)], {0: "", 1: "a = 1", 2: "a", 3: SAVES})

    assert [] == found.oddities
    assert any("Cell 3 saved it" in said for said in found.remarks)


def test_unsaved_changes_are_said_to_be_unseen():
    """Every notebook's record says that unsaved changes are not in it."""
    assert any("not saved" in said for said in execution_of(list(GOOD)).remarks)


def test_it_is_an_item_of_its_file_and_a_page(store, tmp_path):
    """The file is kept byte for byte beside a page without scripts; the store verifies."""
    path = write(tmp_path, *GOOD)
    item = save(store, path)

    manifest = item.manifest()
    files = {f["path"]: (item.folder / f["path"]) for f in manifest["files"]}
    assert path.read_bytes() == files["files/work-paper-e.ipynb"].read_bytes()
    page = files["files/work-paper-e.html"].read_text("utf-8")
    assert "a = 1" in page.replace('<span class="n">', "").replace("</span>", "").replace(
        '<span class="o">', ""
    ).replace('<span class="mi">', "")
    assert "<script" not in page
    assert ("notebook", "collected") == (manifest["kind"], manifest["status"])
    assert 0 == store.verify().status


@pytest.mark.parametrize(
    "data",
    [
        {"text/html": "<b>kept</b><script>steal()</script>"},
        {"text/html": "<b>kept</b><img src=x onerror=steal()><a href='javascript:steal()'>a</a>"},
        {"text/html": "<b onclick='steal()'>kept</b><iframe src=//x></iframe><style>*{}</style>"},
        {"text/markdown": "**kept** <script>steal()</script><img src='http://x/steal()'>"},
        {"image/svg+xml": "<svg onload='steal()'><text>kept</text></svg>"},
        {"application/javascript": "steal()"},
    ],
)
def test_nothing_in_the_page_runs_or_loads(store, tmp_path, data):
    """What runs or loads in an output stays in the notebook's file, the rest is in the page."""
    output = nbformat.v4.new_output("display_data", data)
    path = write(tmp_path, nbformat.v4.new_code_cell("show()", execution_count=1, outputs=[output]))
    page = (save(store, path).folder / "files/work-paper-e.html").read_text("utf-8")

    assert ("kept" in page) == any(kind.startswith("text/") for kind in data)
    _, _, body = page.partition("</style>")
    runs = ("<script", "<iframe", "<svg", "onclick", "onload", "onerror", "javascript:", "http:")
    assert not [word for word in runs if word in body]
    assert not re.search(r'<img[^>]* src="(?!data:image/)', body)


def test_the_page_shows_texts_and_tables(store, tmp_path):
    """Headings, paragraphs and tables of frames are shown as such, with no tag as text."""
    frame = pd.DataFrame({"user": ["ana"], "rows": [3]})._repr_html_()
    output = nbformat.v4.new_output("display_data", {"text/html": frame})
    shows = nbformat.v4.new_code_cell("show()", execution_count=1, outputs=[output])
    path = write(tmp_path, nbformat.v4.new_markdown_cell("# Title\n\nA *text*."), shows)

    page = (save(store, path).folder / "files/work-paper-e.html").read_text("utf-8")
    assert all(tag in page for tag in ("<h1", "<p>A <em>text", "<th>user</th>", "<td>ana</td>"))
    assert "&lt;" not in page


def test_an_odd_notebook_is_incomplete(store, tmp_path):
    """A notebook that was not run as it stands is incomplete, with each reason by name."""
    item = save(store, write(tmp_path, cell("a", 2, shows="1"), cell("a = 1", 1), cell("b")))

    manifest = item.manifest()
    assert "incomplete" == manifest["status"]
    said = " ".join(manifest["incomplete_because"])
    assert "hollow: cell 3" in said
    assert "out of order: cell 2 [1] stands after [2]" in said


@pytest.mark.parametrize(
    "made",
    [
        lambda secret: cell(f"password = '{secret}'", 1, shows="1"),
        lambda secret: cell("show()", 1, shows=f"{{'password': '{secret}'}}"),
    ],
    ids=["source", "output"],
)
def test_secrets_in_sources_and_outputs_are_refused(store, tmp_path, made):
    """A secret in a cell or in what it shows refuses the save, by place; named, it is accepted."""
    path = write(tmp_path, made("correct-horse"))
    with pytest.raises(EvidenceError, match="look like secrets") as refused:
        save(store, path)
    assert "correct-horse" not in str(refused.value)
    assert not store.items()

    names = ["files/work-paper-e.ipynb", "files/work-paper-e.html"]
    item = save(store, path, accepted=names)
    assert names[0] in json.dumps(item.manifest()["secrets"]["accepted"])


def test_demo_data_stays_demo_data(store, tmp_path):
    """A notebook that works on the demo account is an item of demo data."""
    item = save(store, write(tmp_path, cell("%aibrain demo start", 1, shows="it runs")))

    assert item.manifest()["is_demo"]


@pytest.mark.parametrize("text", [b"", b"{}", b'{"cells": 3}', b"\xff\xfe", b'{"nbformat": 4}'])
def test_what_is_no_notebook_is_refused(store, tmp_path, text):
    """A file that is no notebook is an error of ours, and nothing is kept."""
    path = tmp_path / "x.ipynb"
    path.write_bytes(text)

    with pytest.raises(ParameterError, match="no notebook"):
        save(store, path)
    assert not store.items()


def test_a_kernel_that_does_not_know_its_notebook_says_so(monkeypatch, tmp_path):
    """The path is the server's, or has to be named."""
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    with pytest.raises(ParameterError, match="does not know"):
        own_notebook()

    monkeypatch.setenv("JPY_SESSION_NAME", str(write(tmp_path, *GOOD)))
    assert str(tmp_path / "Work paper é.ipynb") == own_notebook()
