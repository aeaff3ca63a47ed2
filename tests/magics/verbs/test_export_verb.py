"""``%aibrain export``: what is named, what is told, what is refused."""

from __future__ import annotations

import json

import openpyxl
import pandas as pd
import pytest

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.error_handler import (
    GrammarError,
    InputError,
    ParameterError,
    UnknownNameError,
)


@pytest.fixture
def things(run, tools):
    """A run with one gap, its rows in ``things``."""
    run("%aibrain patchy -o things;")


def test_the_gaps_of_the_run_go_along(run, things, tmp_path):
    """A workbook lists the gaps with their reason, and the cell says that rows may be missing."""
    ran = run(f"%aibrain export things {tmp_path}/things.xlsx")
    book = openpyxl.load_workbook(tmp_path / "things.xlsx")
    head, gap = book["gaps"].iter_rows(values_only=True)

    assert "things.xlsx: 1 row," in ran.shown[0]
    assert {"item": "eve", "why": "not for you", "outcome": "denied"}.items() <= dict(
        zip(head, gap, strict=True)
    ).items()
    assert "1 gap" in ran.shown[0]


@pytest.mark.parametrize("form", ["things ", "$things ", "r1 ", "", "${kept[a]} ", "kept[a] "])
def test_every_way_to_name_rows(run, shell, things, tmp_path, form):
    """A variable with or without a dollar, an element of one, a run, or nothing: the last run's."""
    shell.user_ns["kept"] = {"a": shell.user_ns["things"]}
    ran = run(f"%aibrain export {form}{tmp_path}/things.jsonl")

    assert ran.error is None
    assert {"n": 1} == json.loads((tmp_path / "things.jsonl").read_text())


def test_the_name_of_the_file_may_be_a_variable(run, shell, things, tmp_path):
    """``$path`` stands for the file's name."""
    shell.user_ns["path"] = str(tmp_path / "with blank.csv")
    assert run("%aibrain export things $path").error is None
    assert (tmp_path / "with blank.csv").exists()


def test_a_frame_made_in_the_notebook_says_so(run, shell, tmp_path):
    """Rows that carry no provenance are written, and it is said that nobody knows their source."""
    shell.user_ns["mine"] = pd.DataFrame({"x": [1]})
    ran = run(f"%aibrain export mine {tmp_path}/mine.csv")

    assert "made in the notebook" in ran.shown[0]


@pytest.mark.parametrize(
    ("cell", "error", "words"),
    [
        ("%aibrain export", GrammarError, "needs a frame"),
        ("%aibrain export thigs x.csv", UnknownNameError, "things"),
        ("%aibrain export number x.csv", ParameterError, "int"),
        ("%aibrain export things x.pdf", InputError, ".parquet"),
        ("%aibrain export things x.csv more", GrammarError, "more"),
        ("%aibrain export things.n x.csv", ParameterError, "Series"),
    ],
)
def test_what_is_wrong_is_said(run, shell, things, cell, error, words):
    """Each slip has its own error, and nothing is written."""
    shell.user_ns["number"] = 1
    ran = run(cell)

    assert isinstance(ran.error, error)
    assert words in str(ran.error)


def test_a_file_is_replaced_when_asked(run, things, tmp_path):
    """Without ``--overwrite`` a file stays, and the error names the option."""
    cell = f"%aibrain export things {tmp_path}/things.csv"
    run(cell)
    assert "--overwrite" in str(run(cell).error)
    assert run(f"{cell} --overwrite").error is None


def test_gaps_of_another_run_are_not_taken_for_ours(run, shell, things, tmp_path):
    """A frame whose run is not of this kernel has only what it carries, though ids are alike."""
    frame = shell.user_ns["things"]
    frame.attrs["aibrain"] = {**frame.attrs["aibrain"], "tool": "other"}
    run(f"%aibrain export things {tmp_path}/things.json")
    said = json.loads((tmp_path / "things.json.provenance.json").read_text())

    assert get_session().find("r1") is not None
    assert [] == said["gaps"]
    assert any("Rows or cells may be missing" in remark for remark in said["remarks"])


def test_completion_offers_frames_and_files(complete, shell):
    """First the variables that hold frames, then files named after them, then the option."""
    shell.user_ns["users"] = pd.DataFrame()
    shell.user_ns["number"] = 1

    assert ["%aibrain export users"] == complete("%aibrain export |")
    assert {
        f"%aibrain export users users.{e}" for e in ("csv", "json", "jsonl", "parquet", "xlsx")
    } == set(complete("%aibrain export users |"))
    assert ["%aibrain export users users.parquet"] == complete("%aibrain export users users.p|")
    assert "%aibrain export users x.csv --overwrite" in complete("%aibrain export users x.csv --o|")


def test_help_shows_the_forms(run):
    """``export --help`` has the forms and the option."""
    (shown,) = run("%aibrain export --help").shown

    assert "export FRAME FILE.xlsx" in shown
    assert "--overwrite" in shown
