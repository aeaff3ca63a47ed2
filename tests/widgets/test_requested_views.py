"""Request lists, plans and packages, as they are read."""

from __future__ import annotations

import pandas as pd

from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.widgets.views.frame_view import view_of


def _text(view, *rows):
    return view_of(as_view(pd.DataFrame(list(rows)), view)).text()


def test_a_request_says_what_would_answer_it_and_why():
    """A tool or a document, with the reason of the guess; one without id by its row."""
    base = {"due": pd.NaT, "type": "", "codes": "", "owner": "", "near": "", "remarks": ""}
    text = _text(
        "request list",
        {**base, "row": 2, "id": "R-1", "text": "users", "tool": "iam_users", "guess": "it names"},
        {**base, "row": 3, "id": "", "text": "minutes", "tool": "", "guess": "", "remarks": "odd"},
    )

    assert "R-1    iam_users" in text
    assert "R-1: it names" in text
    assert "row 3  a document to attach" in text
    assert "row 3: odd" in text


def test_an_answered_list_has_a_line_for_each_item():
    """Two items of one request are two lines, and one without stays."""
    base = {"row": 2, "manifest_sha256": "", "as_of": "", "saved": "", "remarks": ""}
    text = _text(
        "answered list",
        {**base, "id": "R-1", "status": "approved\ncollected", "items": "users-1\nusers-2"},
        {**base, "id": "R-2", "status": "missing", "items": ""},
    )

    assert "R-1  approved   users-1" in text
    assert "R-1  collected  users-2" in text
    assert "R-2  missing" in text
    assert "2 requests" in text


def test_a_package_shows_its_hash_whole():
    """The hash is read off or copied: it is never cut."""
    row = {"file": "p.zip", "part": 1, "items": 2, "bytes": 2048, "sha256": "a" * 64}

    assert "a" * 64 in _text("package", row)


def test_a_plan_says_why_and_who_collects():
    """A document is a person's; the reason is there whole."""
    row = {"row": "r", "title": "T", "codes": "C", "every": "year", "checks": "", "why": "Because."}
    text = _text("plan", {**row, "collected_by": "a person: minutes"})

    assert "a person " in text
    assert "T. Because." in text
