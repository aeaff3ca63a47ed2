"""The demo has a SharePoint site: no more lines than one to list it."""

from __future__ import annotations

from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.runs.run import run_request
from aibrain_jupyter.magics.grammar.requests import request_of_text
from aibrain_jupyter.sharepoint.sites import known_sites


def _run(cell):
    request = request_of_text(cell, {})
    return run_request(request, token=CancelToken(), listener=lambda event: None)


def test_last_years_documents_are_there(pool):
    """Listed without a setting, marked as demo data, of a year before the accounts' last day."""
    done = _run("%aibrain sharepoint_list")

    assert {"RFI-014", "RFI-021"} == set(done.frame["rfi"])
    assert {2025} == set(done.frame["modified"].dt.year)
    assert done.summary.is_demo


def test_last_years_list_is_read(pool):
    """The users of last year as a frame, for a comparison with this year's."""
    frame = _run("%aibrain sharepoint_review RFI-014 iam_users.csv").frame

    assert "ana.lopes" in set(frame["user_name"])


def test_the_site_goes_with_the_demo(pool):
    """It is the session's site while the demo runs."""
    assert known_sites()["demo"].is_demo
