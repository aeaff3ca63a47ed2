"""What a run keeps of its requests: live, from memory, from disk, and of what failed."""

from __future__ import annotations

import pytest

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.completion.line import offers_on_line

CALLER = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/me</Arn>"
    "<UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
    "</GetCallerIdentityResponse>"
)
CELL = "%aibrain aws_export ssm operation=describe_parameters --regions us-east-1"
SSM_DENIED = {"__type": "AccessDeniedException", "message": "no"}


@pytest.fixture
def provider(aws_replies):
    """Two pages of parameters, and who asks for them."""
    aws_replies.on("GetCallerIdentity", CALLER)
    pages = {"": ["a", "b"], "m": ["c"]}

    def answer(request):
        is_second = '"NextToken"' in request.body
        names = [{"Name": name} for name in pages["m" if is_second else ""]]
        reply = aws_replies.refusal(
            {"Parameters": names} | ({} if is_second else {"NextToken": "m"}), status=200
        )
        reply.headers["x-amzn-RequestId"] = f"id-{len(aws_replies.requests)}"
        return reply

    aws_replies.on("DescribeParameters", answer)
    return aws_replies


def test_a_kept_part_shows_the_requests_of_its_collection(run, provider):
    """From memory and from disk the ids and times are those of when the source was asked."""
    from aibrain_jupyter import advanced_cache

    run(CELL)
    live, _ = run("%aibrain last --requests")
    run(CELL)
    memory, _ = run("%aibrain last --requests")
    advanced_cache._made_manager.cache_clear()
    run(CELL)
    disk, _ = run("%aibrain last --requests")

    assert [("DescribeParameters", 1, 2), ("DescribeParameters", 2, 1)] == list(
        zip(live["operation"], live["page"], live["rows"], strict=True)
    )
    assert ["account_id", "region", "call", "source", "at"] == list(live.columns[:5])
    assert [{"live"}, {"memory"}, {"disk"}] == [set(log["source"]) for log in (live, memory, disk)]
    for kept in (memory, disk):
        assert live.drop(columns="source").equals(kept.drop(columns="source"))


def test_the_log_outlives_the_rows_of_a_run(run, provider):
    """An earlier run has let go of its rows, and still knows its requests."""
    run(CELL)
    run(f"{CELL} --fresh")
    first, _ = run("%aibrain last r1 --requests")

    assert None is get_session().find("r1").frame
    assert 2 == len(first)


def test_a_call_that_failed_shows_its_requests(run, aws_replies):
    """The refusal is in the log with its status, beside a frame that does not exist."""
    aws_replies.on("GetCallerIdentity", CALLER)
    aws_replies.on("DescribeParameters", SSM_DENIED, status=400)
    run(CELL)
    log, _ = run("%aibrain last --requests")

    assert [("DescribeParameters", 400)] == list(zip(log["operation"], log["status"], strict=True))


def test_an_entry_of_an_older_version_is_simply_without(run, provider, monkeypatch):
    """What was kept before there was a log is served as before, and has none."""
    from aibrain_jupyter.advanced_cache import AdvancedCacheManager

    store = AdvancedCacheManager.store

    def store_as_before(self, key, value, *, meta, **how):
        meta.pop("requests", None)
        store(self, key, value, meta=meta, **how)

    monkeypatch.setattr(AdvancedCacheManager, "store", store_as_before)
    run(CELL)
    frame, _ = run(CELL)
    log, _ = run("%aibrain last --requests")

    assert (3, 0) == (len(frame), len(log))
    assert "Int64" == str(log["page"].dtype)


def test_tab_offers_it(run):
    """``%aibrain last --`` names the log among what can be seen of a run."""
    assert "--requests" in offers_on_line("last --").texts
