"""Frames made for reading: what is drawn of them, and that they stay frames."""

from __future__ import annotations

import html

import pandas as pd
import pytest

from aibrain_jupyter.execution.provenance.call_log import _COLUMNS as _REQUEST
from aibrain_jupyter.execution.runs.combine import coverage_frame
from aibrain_jupyter.execution.runs.roll_calls import _COLUMNS as _TOTALS
from aibrain_jupyter.shared.frames.stack import UTC, table_of
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.widgets.views.frame_view import view_of

_REASON = f"User: arn:aws:sts::4:assumed-role/Audit is not authorized {'because ' * 40}of a policy"
_PLACE = {"account_id": "444455556666", "region": "eu-west-1", "call": "s3 buckets"}


def coverage(*changes):
    rows = [{**_PLACE, "outcome": "ok", "rows": 3, "requests": 2, "source": "live", "seconds": 1.5}]
    rows += [{**_PLACE, "outcome": "denied", "why": _REASON, "seconds": 0.1, **c} for c in changes]
    return as_view(coverage_frame(rows, ("account_id", "region")), "coverage")


def history(**changes):
    dtypes = {"run": "str", "started": UTC, "tool": "str", "cell": "str", "outcome": "str"}
    dtypes |= dict.fromkeys(("calls", "rows", "gaps", "from_cache"), "Int64")
    dtypes |= dict.fromkeys(("is_demo", "is_here", "is_warming"), "bool") | {"seconds": "Float64"}
    row = {"run": "r7", "tool": "iam_users", "cell": "%%aibrain aws_export --fresh\nservice: iam"}
    row |= {"started": pd.Timestamp("2026-03-01 12:30", tz="UTC"), "rows": 41, "gaps": 1}
    row |= {"outcome": "gaps", "seconds": 2.0, "is_demo": True, "is_here": False}
    return as_view(table_of([{**row, "is_warming": False, **changes}], dtypes), "history")


def entries(count=1):
    row = {"tool": "iam_users", "account_id": "1", "region": "global", "level": "memory"}
    row |= {
        "service": "iam",
        "tags": "aws,users",
        "rows": 3,
        "age_s": 90.0,
        "expires_in_s": float("inf"),
        "size_bytes": 2048,
    }
    return as_view(pd.DataFrame([row] * count).convert_dtypes(), "entries")


def call_log(*changes):
    row = {"call": 0, "source": "live", "at": pd.Timestamp("2026-03-01 12:30", tz="UTC")}
    row |= {"service": "iam", "operation": "GetAccountAuthorizationDetails", "status": 200}
    row |= {"attempts": 1, "page": 1, "rows": 41, "bytes": 6_400, "wire_s": 0.25}
    places = [{"account_id": f"{n}" * 12, "region": "global"} for n in (1, 4)]
    rows = [{**place, **row, **change} for place in places for change in changes]
    dtypes = {**dict.fromkeys(("account_id", "region"), "str"), **_REQUEST}
    return as_view(table_of(rows, dtypes), "requests")


def answers(**changes):
    cell = f"%aibrain iam_users where='{'not mfa_active and ' * 6}console_access'"
    row = {"tool": "iam_users", "cell": cell, "about": "Users.", "matched": "mfa_active"}
    read = {"cell": "%aibrain aws_export service=iam operation=list_users", "about": "IAM"}
    read |= {"operation": "list_users", "access": "sensitive-read", "tool": ""}
    names = ("answers", "service", "needs", "paged", "action", "returns")
    frame = pd.DataFrame([row | changes, read]).assign(**dict.fromkeys(names, None))
    return as_view(frame, "answers")


@pytest.mark.parametrize("form", ["text", "html"])
def test_an_answer_shows_its_cell_whole(form):
    """However long it is: it is there to be copied. A read says when it takes more than rights."""
    frame = answers()
    shown = html.unescape(getattr(view_of(frame), form)())

    assert frame["cell"][0] in shown
    assert "Users." in shown
    assert shown.index("mfa_active") < shown.index("list_users") < shown.index("sensitive-read")


def test_requests_fit_a_terminal():
    """Place by place, in 80 columns; what is as ever is left out, and what is odd is not."""
    text = view_of(call_log({}, {"operation": "ListUsers", "page": 12})).text()
    odd = view_of(call_log({"status": 503, "attempts": 3, "source": "disk"})).text()

    assert max(map(len, text.splitlines())) <= 80
    assert text.index("111111111111 global") < text.index("444444444444 global")
    assert {"iam:GetAccountAuthorizationDetails", "41", "12"} <= set(text.split())
    assert "status 503, 3 attempts, from disk" in odd
    assert "besides" not in view_of(call_log({})).text()
    assert "4 requests" in text


def test_totals_say_why():
    """What was counted, what came, and the reason where they do not agree."""
    total = {"place": "1/global", "name": "iam_users", "verdict": "mismatch", "listed": 16}
    total |= {"after": 17, "why": "one more was made meanwhile"}
    text = view_of(as_view(table_of([total], _TOTALS), "totals")).text()

    assert "iam_users" in text
    assert {"16", "17", "mismatch"} <= set(text.split())
    assert "one more was made meanwhile" in text


@pytest.mark.parametrize("form", ["text", "html"])
def test_reasons_come_first_and_whole(form):
    """Of a coverage the gaps are read first: each reason once, whole, its places, the next step."""
    gap = {"item": "logs", "columns": "policy, tags", "call": "s3:GetBucketPolicy"}
    shown = getattr(view_of(coverage({"next": "Ask for a role"}, gap)), form)()

    assert 1 == shown.count(_REASON)
    assert "444455556666 eu-west-1 · s3:GetBucketPolicy · logs (policy, tags)" in shown
    assert shown.index("2 gaps") < shown.index(_REASON) < shown.index("Ask for a role")
    assert shown.index("Ask for a role") < shown.index("requests")
    assert "2 calls of s3 buckets" in shown


def test_a_run_is_read_by_its_tools_name():
    """The tool, not aws_export and its parameters; the rest of the cell after it."""
    text = view_of(history()).text()

    assert "r7   2026-03-01 12:30 " in text
    assert "iam_users --fresh service: iam" in text
    assert "aws_export" not in text
    assert "gaps, demo" in text


def test_a_run_that_goes_on_has_no_figures_yet():
    """What is not known yet is empty, no NA and no 0."""
    text = view_of(history(rows=None, gaps=None, seconds=None, outcome="running")).text()

    assert "running" in text
    assert not {"<NA>", "nan", "None"} & set(text.split())


def test_what_is_not_shown_is_said():
    """Rows beyond those pandas shows are counted, and columns that are left out are named."""
    with pd.option_context("display.max_rows", 2):
        text = view_of(entries(5)).text()

    assert 2 == text.count("iam_users")
    assert "5 results · the first 2 are shown, the value has all" in text
    assert "the value has service, tags, ttl_s, created too" in text
    assert "ever" in text


def test_a_part_of_a_frame_is_read_alike():
    """Filtered and sorted rows have the view; chosen columns alone are drawn as any other frame."""
    frame = coverage({}, {})

    assert "1 call of s3 buckets" in view_of(frame[frame["outcome"] == "ok"]).text()
    assert view_of(frame[["account_id", "outcome"]]) is None
    assert view_of(frame.iloc[:0]) is None
    assert view_of(pd.DataFrame({"a": [1]})) is None


ITEM = {"item": "users-1", "title": "Users", "codes": "RFI-014, CC6.1", "state": "collected"}
ITEM |= {"rows": 40, "as_of": "2026-06-30 00:00 UTC to before 2026-07-01 00:00 UTC"}
ITEM |= {"remarks": "It was collected after the end.", "is_held": True, "is_demo": True}


@pytest.mark.parametrize("form", ["text", "html"])
def test_items_are_read_with_state_codes_times_and_remarks(form):
    """Where each stands, what it answers, as of when, and whole below what is to be known of it."""
    frame = as_view(pd.DataFrame([ITEM, {**ITEM, "item": "users-2", "remarks": ""}]), "items")
    shown = getattr(view_of(frame), form)()

    for words in ("collected, held", "RFI-014, CC6.1", "2026-06-30 to before 2026-07-01", "demo"):
        assert words in shown
    assert 1 == shown.count(ITEM["remarks"])
    assert "40" in shown


def test_a_ledger_is_read_by_what_was_said():
    """Titles, codes and reasons in words, and its head whole; the value has the facts."""
    row = {"seq": 7, "time": pd.Timestamp("2026-07-08 09:12:01", tz="UTC"), "event": "hold"}
    row |= {"item": "users-1", "who": "ann", "how_known": "operating system", "hash": "ab" * 32}
    facts = '{"codes": [{"code": "CC6.1"}], "reason": "litigation", "seed": "FY26", "n": 25}'
    shown = view_of(as_view(pd.DataFrame([{**row, "facts": facts}]), "ledger")).text()

    assert "litigation, CC6.1, seed=FY26, n=25" in shown
    assert f"head: 7:{'ab' * 32}" in shown


@pytest.mark.parametrize(("name", "words"), [("items", "no item yet"), ("findings", "No finding")])
def test_nothing_is_said_in_words(name, words):
    """An empty list is a sentence, no header without rows."""
    assert words in view_of(as_view(pd.DataFrame(), name)).text()
