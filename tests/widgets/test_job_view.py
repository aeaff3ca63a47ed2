"""What the cell of a background run says, at its start and at its end."""

from __future__ import annotations

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.runs.summary import RunSummary
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import PermissionDeniedError
from aibrain_jupyter.widgets.jobs import job_ended, job_started

GAP = Gap(Outcome.DENIED, "no", AwsTarget("1", "eu-west-1"), "iam:ListUsers", "iam:ListUsers")


def summary(**changes):
    figures = {
        "calls": 2,
        "places": {"account": 2, "region": 1},
        "rows": 3,
        "counts": {Outcome.OK: 2},
    }
    return RunSummary(run_id="r7", tool="iam_users", **{**figures, **changes})


def test_the_start_says_what_will_be_set():
    """One line; what the variable holds until then is said when it holds something."""
    assert "r7 iam users · in the background" == job_started("r7 iam users").text()
    new, old = (job_started("r7 iam users", "users", is_old=old).text() for old in (False, True))

    assert new.endswith("· users is set when it is done")
    assert old.endswith("· users is set when it is done, until then it holds what it held")


def test_the_end_is_the_receipt_or_the_coverage():
    """As the cell would have said without --bg, and which run it is about."""
    named = job_ended("r7 iam users", name="users", columns=5, summary=summary())
    unnamed = job_ended("r7 iam users", summary=summary())

    assert "users = 3 rows × 5 columns · 2 accounts, 2 calls, 0 failed" == named.text()
    assert "r7 iam users · 2 accounts, 2 calls, 0 failed · 3 rows" == unnamed.text()


def test_a_failure_is_said_with_its_next_step_and_what_is_missing():
    """A run without rows is no receipt: its error, the gaps, and that nothing was set."""
    error = PermissionDeniedError("No call succeeded.", next_steps=["Ask for a role."])
    failed = summary(rows=0, counts={Outcome.DENIED: 2}, gaps=(GAP, GAP))
    text = job_ended("r7 iam users", name="users", summary=failed, error=error).text()

    assert text.startswith("! r7 iam users failed: No call succeeded.\nNext: Ask for a role.")
    assert "2 gaps" in text
    assert text.endswith("users was not set")


def test_a_run_that_could_not_be_planned_says_why():
    """There is no summary then, and still an error."""
    text = job_ended("r7 iam users", error=PermissionDeniedError("No such account.")).text()

    assert "! r7 iam users failed: No such account." == text


def test_what_was_cancelled_is_not_called_a_failure():
    """Whoever pressed Cancel reads that it was cancelled, and how to go on."""
    gone = summary(rows=0, counts={Outcome.CANCELLED: 2}, was_cancelled=True, gaps=(GAP,))
    error = PermissionDeniedError("None of the 2 calls succeeded.")
    text = job_ended("r7 iam users", name="users", summary=gone, error=error).text()

    assert "! cancelled: 2 of 2 calls did not finish" in text
    assert "%aibrain resume r7" in text
    assert "None of the 2 calls" not in text
