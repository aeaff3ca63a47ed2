"""One call: parameters typed, the cache asked first, only complete results kept."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import threading
import time

import pandas as pd
import pytest

from aibrain_jupyter.advanced_cache import AdvancedCacheManager
from aibrain_jupyter.shared.base_tool import CallContext, Param, ToolResult, ToolSpec
from aibrain_jupyter.shared.coverage import Gap, Outcome, Target
from aibrain_jupyter.shared.error_handler import CallCancelledError
from aibrain_jupyter.tool_executors.aws_executor import AwsExecutor
from aibrain_jupyter.tool_executors.base_executor import (
    BaseExecutor,
    as_result,
    cache_key,
    default_executor,
    is_cached,
)
from aibrain_jupyter.tool_executors.builtin_tools import BUILTIN

SPEC = ToolSpec(
    name="things",
    summary="Things.",
    target="tests:things",
    params=(
        Param("kind", str, "kind of thing"),
        Param("size", int, "how big", default=1),
    ),
)
SPECS = {spec.name: spec for spec in BUILTIN}
TARGET = Target(
    account="123456789012",
    region="us-east-1",
    identity="arn:aws:sts::123456789012:assumed-role/Audit/me",
)


@pytest.fixture
def cache(tmp_path):
    return AdvancedCacheManager(directory=tmp_path / "cache")


class Source:
    """A tool that counts how often it is asked."""

    def __init__(self, *gaps):
        self.calls = 0
        self.gaps = gaps

    def __call__(self, ctx, **params):
        self.calls += 1
        return ToolResult(
            pd.DataFrame({"n": [self.calls]}),
            gaps=self.gaps,
            operations={"iam:ListUsers": 2},
            notes=("a remark",),
        )


def run(source, cache, *, spec=SPEC, target=TARGET, params=None, **options):
    return BaseExecutor().run_cached(
        CallContext(target), spec, params or {"kind": "a"}, source, cache=cache, **options
    )


def test_another_version_of_a_tool_is_asked(cache):
    """A tool whose code changed does not get what its earlier version kept, nor takes it away."""
    source, newer = Source(), dataclasses.replace(SPEC, version="2")

    found = [run(source, cache, spec=spec).frame["n"][0] for spec in (SPEC, newer, SPEC, newer)]

    assert [1, 2, 1, 2] == found
    assert not is_cached(TARGET, dataclasses.replace(SPEC, version="3"), {"kind": "a"}, cache=cache)


def test_the_second_call_is_answered_by_the_cache(cache):
    """Rows, provenance and the time of collection are those of the first."""
    source = Source()

    first, second = run(source, cache), run(source, cache)

    assert 1 == source.calls
    assert ("live", "memory") == (first.source, second.source)
    assert first.collected_at == second.collected_at
    assert first.frame.equals(second.frame)
    assert {"iam:ListUsers": 2} == second.operations
    assert ("a remark",) == second.notes


def test_another_process_is_answered_from_disk(cache):
    """A new manager of the same folder knows nothing but the disk."""
    source = Source()
    run(source, cache)

    again = run(source, AdvancedCacheManager(directory=cache.directory))

    assert (1, "disk") == (source.calls, again.source)


def test_a_result_with_a_gap_is_not_kept(cache):
    """What is missing now may be there next time."""
    source = Source(Gap(Outcome.DENIED, "no", operation="iam:GetLoginProfile"))

    run(source, cache)
    run(source, cache)

    assert 2 == source.calls


def test_fresh_asks_the_source_and_keeps_the_answer(cache):
    """--fresh is for now; the next call may be served what it brought."""
    source = Source()
    run(source, cache)

    fresh = run(source, cache, fresh=True)
    after = run(source, cache)

    assert ("live", 2) == (fresh.source, fresh.frame["n"][0])
    assert ("memory", 2) == (after.source, after.frame["n"][0])


def test_an_entry_older_than_the_ttl_is_not_served(cache):
    """The age that is accepted is for the one who asks."""
    source = Source()
    run(source, cache)

    run(source, cache, ttl=0.0)

    assert 2 == source.calls


@pytest.mark.parametrize(
    "changed",
    [
        {"identity": "arn:aws:sts::123456789012:assumed-role/Other/me"},
        {"account": "210987654321"},
        {"region": "eu-west-1"},
        {"endpoint": "http://127.0.0.1:5000"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_another_target_never_gets_the_entry(cache, changed):
    """Identity, account, region and endpoint are part of the key."""
    source = Source()
    run(source, cache)

    run(source, cache, target=dataclasses.replace(TARGET, **changed))

    assert 2 == source.calls


def test_without_an_identity_nothing_is_kept():
    """Two unknown identities must not share an entry."""
    spec = dataclasses.replace(SPEC, targets="tests:targets")

    assert None is cache_key(dataclasses.replace(TARGET, identity=""), spec, {"kind": "a"})
    assert None is not cache_key(TARGET, spec, {"kind": "a"})


@pytest.mark.parametrize(
    "params", [{"kind": "a", "client_secret": "s"}, {"kind": object()}], ids=["secret", "object"]
)
def test_what_cannot_be_a_key_runs_uncached(cache, params):
    """A secret or a live object is no reason to refuse a call, only to keep nothing of it."""
    source = Source()

    run(source, cache, params=params)
    run(source, cache, params=params)

    assert 2 == source.calls


def test_a_tool_may_opt_out_of_the_cache(cache):
    """An upload is done each time it is asked for."""
    source = Source()
    spec = dataclasses.replace(SPEC, is_cacheable=False)

    run(source, cache, spec=spec)
    run(source, cache, spec=spec)

    assert 2 == source.calls


def test_simultaneous_askers_ask_the_source_once(cache):
    """The others wait for the one who asks."""
    source, begun, go = Source(), threading.Event(), threading.Event()

    def slow(ctx, **params):
        begun.set()
        go.wait(10)
        return source(ctx, **params)

    results = []
    threads = [threading.Thread(target=lambda: results.append(run(slow, cache))) for _ in range(4)]
    for thread in threads:
        thread.start()
    begun.wait(10)
    go.set()
    for thread in threads:
        thread.join(10)

    assert (1, 4) == (source.calls, len(results))
    assert 1 == [result.source for result in results].count("live")


@pytest.mark.parametrize("how", ["cancelled", "past its deadline"])
def test_nobody_waits_for_a_call_that_was_given_up(cache, how):
    """Its request may hang for minutes yet; the same cell, run again, asks at once."""
    begun, go = threading.Event(), threading.Event()

    def hangs(ctx, **params):
        begun.set()
        go.wait(30)
        return ToolResult(pd.DataFrame({"n": [0]}))

    ctx, again = CallContext(TARGET), CallContext(TARGET)
    call = BaseExecutor().run_cached
    args = (SPEC, {"kind": "a"})
    hanging = threading.Thread(target=call, args=(ctx, *args, hangs), kwargs={"cache": cache})
    hanging.start()
    begun.wait(10)
    if how == "cancelled":
        ctx.cancelled.set()
    else:
        ctx.deadline = time.monotonic() - 1
    source = Source()
    waiting = threading.Thread(target=call, args=(again, *args, source), kwargs={"cache": cache})
    waiting.start()
    waiting.join(10)
    calls = source.calls
    go.set()
    hanging.join(10)
    waiting.join(10)

    assert 1 == calls


def test_who_is_cancelled_while_waiting_asks_nothing(cache):
    """Waiting for somebody else's fetch ends with the call."""
    begun, go = threading.Event(), threading.Event()

    def slow(ctx, **params):
        begun.set()
        go.wait(30)
        return ToolResult(pd.DataFrame({"n": [0]}))

    fetching = threading.Thread(target=run, args=(slow, cache))
    fetching.start()
    begun.wait(10)
    source, ctx = Source(), CallContext(TARGET)
    threading.Timer(0.05, ctx.cancelled.set).start()
    with pytest.raises(CallCancelledError):
        BaseExecutor().run_cached(ctx, SPEC, {"kind": "a"}, source, cache=cache)
    go.set()
    fetching.join(10)

    assert 0 == source.calls


def test_an_async_tool_runs_where_a_loop_is_running(cache):
    """A cell that calls a tool directly has the kernel's loop around it."""

    async def tool(ctx, **params):
        await asyncio.sleep(0)
        return {"n": 1}

    async def cell():
        return run(tool, cache)

    assert [1] == asyncio.run(cell()).frame["n"].tolist()


def test_a_default_that_is_written_out_changes_nothing():
    """``size=1`` and no size are one request; ``size=2`` is another."""
    plain = cache_key(TARGET, SPEC, {"kind": "a"})

    assert plain == cache_key(TARGET, SPEC, {"kind": "a", "size": 1})
    assert plain != cache_key(TARGET, SPEC, {"kind": "a", "size": 2})
    assert plain != cache_key(TARGET, SPEC, {"kind": "a", "size": True})


def test_a_resource_and_its_tool_share_their_entry():
    """``iam_users`` and ``aws_export iam users`` are the same data."""
    export, users = SPECS["aws_export"], SPECS["iam_users"]
    given = {"service": "iam", "resource": "users"}
    full = {**given, "operation": "", "params": None, "rows": ""}

    assert cache_key(TARGET, export, given) == cache_key(TARGET, users, dict(users.preset))
    assert cache_key(TARGET, export, full) == cache_key(TARGET, users, dict(users.preset))


def test_is_cached_says_what_would_happen(cache):
    """The plan of a run can count its hits."""
    params = {"kind": "a"}
    before = is_cached(TARGET, SPEC, params, cache=cache)
    run(Source(), cache)

    assert (False, True) == (before, is_cached(TARGET, SPEC, params, cache=cache))
    assert False is is_cached(TARGET, SPEC, params, cache=None)


@pytest.mark.parametrize(
    ("value", "columns", "rows"),
    [
        (pd.DataFrame({"a": [1, 2]}), ["a"], 2),
        ([{"a": 1}, {"b": "x"}], ["a", "b"], 2),
        ({"a": 1}, ["a"], 1),
        ([1, 2, 3], ["value"], 3),
        ("text", ["value"], 1),
        ([], [], 0),
        (None, [], 0),
    ],
    ids=["frame", "records", "record", "list", "scalar", "no records", "nothing"],
)
def test_whatever_a_tool_returns_becomes_a_frame(value, columns, rows):
    """A plug-in's function may return what is natural to it."""
    ctx = CallContext()
    ctx.count("iam:ListUsers")

    result = as_result(value, ctx)

    assert (columns, rows) == (list(result.frame), len(result.frame))
    assert {"iam:ListUsers": 1} == result.operations
    assert dt.UTC == result.collected_at.tzinfo


def test_the_default_executor_fits_the_group():
    """AWS tools get accounts and regions, others run once."""
    assert AwsExecutor is type(default_executor(SPECS["aws_export"]))
    assert BaseExecutor is type(default_executor(SPEC))


def test_an_async_tool_ends_with_its_call():
    """When the call is cancelled the coroutine is, instead of sleeping on where nobody waits."""
    ended, ctx = threading.Event(), CallContext()

    async def sleeps(ctx):
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    spec = ToolSpec("sleeps", "Sleeps.", "nowhere:sleeps", is_cacheable=False)
    threading.Timer(0.1, ctx.cancelled.set).start()

    with pytest.raises(CallCancelledError):
        BaseExecutor().run_cached(ctx, spec, {}, sleeps, cache=None)
    assert ended.is_set()
