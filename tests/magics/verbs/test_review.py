"""``%aibrain evidence review``, ``comment`` and ``comments``, and the rules behind the widget."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError, UnknownNameError
from aibrain_jupyter.shared.tools.call_context import CallContext
from aibrain_jupyter.tool_registry import get_tool_registry

pytestmark = pytest.mark.usefixtures("evidence_folder")


@pytest.fixture
def saved(run, shell):
    """The id of an item of 40 rows that answers RFI-014."""
    arns = [f"arn:{n}" for n in range(40)]
    shell.user_ns["users"] = pd.DataFrame({"arn": arns, "note": ["<b>x</b>"] * 40})
    ran = run("%aibrain evidence save users --rfi RFI-014 --key arn --title Users")
    assert ran.error is None
    return ran.value


def board(item="", code="", strict=False):
    """The board as a tool gives it."""
    handler = get_tool_registry().load("evidence_review")
    return handler.run(CallContext(), item=item, code=code, strict=strict)


def test_comments_are_rows_with_their_audience(run, saved):
    """A comment is internal unless it is said for the auditor; the card says which."""
    run(f"%aibrain evidence comment {saved} 'ask Ann first'")
    run(f'%aibrain evidence comment {saved} "Is eu-west-3 in scope?" --for auditor')
    assert "auditors" in str(run(f"%aibrain evidence comment {saved} x --for auditors").error)

    rows = run(f"%aibrain evidence comments {saved}").value
    assert ["internal", "auditor"] == rows["audience"].tolist()
    names = ["seq", "time", "who", "how_known", "audience", "text", "answers"]
    assert names == rows.columns.tolist()
    card = repr(run(f"%aibrain evidence show {saved}").value)
    assert f"{rows['seq'][0]}, internal, " in card
    assert f"{rows['seq'][1]}, for the auditor, " in card


def test_without_a_front_end_a_review_is_text(run, saved):
    """List, first rows, totals, gaps, comments and the words that decide, in a plain terminal."""
    run(f"%aibrain evidence comment {saved} 'ask Ann first'")
    (text,) = run("%aibrain evidence review").shown

    for said in (
        saved,
        "Users",
        "The first 10 of 40 rows",
        "arn:9",
        "collected it, and that is you",
    ):
        assert said in text
    assert "arn:10" not in text
    assert "ask Ann first" in text
    assert "%aibrain evidence approve ITEM" in text


def test_only_what_nobody_decided_about_is_on_the_board(run, saved):
    """Approved items leave the list, one that is named is shown all the same."""
    run(f"%aibrain evidence approve {saved} --reason fine")

    assert "there are none" in run("%aibrain evidence review").shown[0]
    assert "approved" in run(f"%aibrain evidence review {saved}").shown[0]
    assert isinstance(run("%aibrain evidence review --code RFI-015").error, UnknownNameError)
    assert isinstance(run(f"%aibrain evidence review {saved} --code RFI-014").error, ParameterError)


def test_the_collector_is_warned_or_refused(saved):
    """The board's approval obeys the rules of states: strict refuses, otherwise it says so."""
    approve = board(strict=True).forms[0].steps["Approve"]
    with pytest.raises(EvidenceError, match="collected"):
        approve(saved, "x", False)

    said = board().forms[0].steps["Approve"](saved, "", False)
    assert said.is_warning
    assert "approves it" in said.lines[0]


def test_what_was_altered_is_not_approved(run, saved):
    """Rows that are not as they were saved are neither shown nor approved, by board or by verb."""
    data = next(Path(f"evidence/items/{saved}/data").glob("*.jsonl"))
    data.write_bytes(data.read_bytes().replace(b"arn:7", b"arn:8"))
    made = board()

    with pytest.raises(EvidenceError, match="not as it was saved"):
        made.sheet(saved)
    with pytest.raises(EvidenceError, match="is not approved") as refused:
        made.forms[0].steps["Approve"](saved, "looks fine", False)
    assert "data/users.jsonl" in refused.value.why
    assert "is not approved" in str(run(f"%aibrain evidence approve {saved}").error)
    assert "collected" == made.entries()[0].state


def test_the_switch_makes_a_comment_one_for_the_auditor(run, saved):
    """Off it is internal, on the auditor may read it."""
    say = board().forms[1].steps["Comment"]
    say(saved, "one", False)
    assert "auditor" in say(saved, "two", True).title

    rows = run(f"%aibrain evidence comments {saved}").value
    assert ["internal", "auditor"] == rows["audience"].tolist()
