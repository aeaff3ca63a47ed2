"""``--save-period`` and its like: said before anything is asked, and previewed by ``--dry-run``."""

from __future__ import annotations

import pytest

from aibrain_jupyter.evidence.decisions.retention import retain_until
from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.execution.runs.session import get_session

pytestmark = pytest.mark.usefixtures("two_tables")

TABLES = "%aibrain aws_export dynamodb operation=list_tables --regions us-east-1"


def test_a_run_is_saved_for_a_period_under_a_title_and_until_a_day(run):
    """What ``--save-…`` says is in manifest and ledger, and a time outside the period is said."""
    told = '--save-title "Tables of prod" --save-until 2033-12-31 --save-basis "the contract"'
    run(f"{TABLES} --save RFI-014 --save-period 2020-Q1 {told}")

    [item] = default_store().items()
    manifest = item.manifest()
    assert "Tables of prod" == manifest["title"]
    assert manifest["times"]["audit_period"]["words"].startswith("2020-01-01")
    assert "outside the audit period" in manifest["times"]["remarks"][0]
    until, basis = retain_until(item)
    assert ("2033-12-31", "the contract") == (str(until), basis)


def test_a_preview_says_what_would_be_saved_and_writes_nothing(run, aws_replies):
    """Codes, title, period with its edges, key and store; no request but who asks, no folder."""
    _, shown = run(f"{TABLES} --save RFI-014 --save CC6.1 --save-period FY2026 --dry-run")

    assert "Would be saved: dynamodb list_tables" in shown
    assert "RFI-014, CC6.1" in shown
    assert "account_id, region, table_name" in shown
    assert "Audit period: 20" in shown
    assert "made by the first save" in shown
    assert not default_store().folder.exists()
    assert {"GetCallerIdentity"} >= {request.action for request in aws_replies.requests}


def test_a_preview_says_that_the_key_is_left_out(run):
    """Which column is missing is known before anything is asked."""
    cell = "%aibrain iam_users columns=arn --save RFI-014 --dry-run"

    assert "chosen without user_name" in run(cell)[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--save A --save-period FY20x6", "FY20x6"),
        ("--save A --save-until tomorrow", "tomorrow"),
        ("--save A --save-basis contract", "not said until when"),
        ("--save-period FY2026", "there is no --save"),
        ("--save-title X", "there is no --save"),
    ],
)
def test_what_cannot_be_is_refused_before_any_call(run, aws_replies, options, words):
    """A slip costs no request and leaves no draft."""
    run(f"{TABLES} {options}")

    assert words in str(get_session().last_error)
    assert [] == aws_replies.requests
    assert not default_store().folder.exists()
