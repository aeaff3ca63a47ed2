"""Tables of a plan, as they are read: what needs somebody first, a line for all codes of a row."""

from __future__ import annotations

import pandas as pd

from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.widgets.views.frame_view import view_of


def _rows(**more):
    given = {"row": "users", "occurrence": "2026-Q1", "title": "Users", "remarks": ""}
    return {**given, "item": "", "status": "complete", **more}


def test_a_collection_says_first_what_is_not_complete():
    """A failed check and a missing row come with their reasons, codes of a row on one line."""
    failed = {"status": "check failed", "checks": "MFA: failed for 3 rows", "item": "users-1"}
    missing = {"row": "policy", "status": "missing", "remarks": "attach it"}
    rows = [
        _rows(code="CC6.1", **failed),
        _rows(code="CC6.2", **failed),
        _rows(code="CC1.1", checks="", **missing),
        _rows(code="CC7.1", row="trails", checks=""),
    ]
    frame = pd.DataFrame(rows).assign(rows=pd.array([3, 3, None, 0], "Int64"))
    text = view_of(as_view(frame.assign(totals="", run=""), "collection")).text()

    assert "! 2 rows of 3 need somebody" in text
    assert "check failed users 2026-Q1: MFA: failed for 3 rows" in text
    assert "missing policy 2026-Q1: attach it" in text
    assert "CC6.1, CC6.2" in text
    assert 3 == sum(line.count("users-1") or line.count("trails") for line in text.splitlines()) + 1


def test_what_is_due_later_needs_nobody():
    """Present and due are no work; late is, with its reason."""
    until = pd.Timestamp("2026-04-14", tz="UTC")
    rows = [
        _rows(code="A", status="late", remarks="collected 2026-05-02"),
        _rows(code="A", occurrence="2026-Q2", status="due"),
        _rows(code="A", occurrence="2026-Q3", status="present"),
    ]
    text = view_of(as_view(pd.DataFrame(rows).assign(due=until, owner=""), "due")).text()

    assert "! 1 row of 3 need" in text
    assert "late users 2026-Q1: collected 2026-05-02" in text
