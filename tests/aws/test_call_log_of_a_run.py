"""What a run keeps of its requests: live, from memory, from disk, and of what failed."""

from __future__ import annotations

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.completion.line import offers_on_line

from .conftest import CALLER

CELL = "%aibrain aws_export ssm operation=describe_parameters --regions us-east-1"
SSM_DENIED = {"__type": "AccessDeniedException", "message": "no"}


def test_a_kept_part_shows_the_requests_of_its_collection(run, two_pages):
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


def test_the_log_outlives_the_rows_of_a_run(run, two_pages):
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


def test_an_entry_of_an_older_version_is_simply_without(run, two_pages, monkeypatch):
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
