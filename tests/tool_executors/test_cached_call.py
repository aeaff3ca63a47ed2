"""One call: parameters typed, the cache asked first, only complete results kept."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import threading
import time
import types

import pandas as pd
import pytest

from aibrain_jupyter import advanced_cache
from aibrain_jupyter.advanced_cache import AdvancedCacheManager
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import (
    CallContext,
    FunctionHandler,
    Param,
    ToolResult,
    ToolSpec,
)
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import AibrainError, CallCancelledError
from aibrain_jupyter.shared.tools.call_policy import CallPolicy
from aibrain_jupyter.tool_executors.aws_executor import EXPORT
from aibrain_jupyter.tool_executors.builtin_tools import BUILTIN
from aibrain_jupyter.tool_executors.cached_call import cache_key, call_tool, is_cached
from aibrain_jupyter.tool_executors.returned_values import as_result

SPEC = ToolSpec(
    name="things",
    summary="Things.",
    handler="tests:things",
    params=(
        Param("kind", str, "kind of thing"),
        Param("size", int, "how big", default=1),
    ),
)
SPECS = {spec.name: spec for spec in BUILTIN}
TARGET = AwsTarget(
    account="123456789012",
    region="us-east-1",
    identity="arn:aws:sts::123456789012:assumed-role/Audit/me",
)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The cache of this process, one of its own for each test."""
    found = AdvancedCacheManager(directory=tmp_path / "cache")
    monkeypatch.setattr(advanced_cache, "get_cache_manager", lambda: found)
    return found


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


def run(source, *, spec=SPEC, target=TARGET, params=None, ctx=None, **policy):
    """Call a tool that is this function."""
    handler = FunctionHandler(source)
    ctx = ctx or CallContext(target=target)
    return call_tool(ctx, spec, handler, params or {"kind": "a"}, CallPolicy(**policy))


def key(spec, params, target=TARGET):
    handler = EXPORT if spec.group == "aws" else FunctionHandler(print)
    return cache_key(target, spec, handler, params)


def test_another_version_of_a_tool_is_asked(cache):
    """A tool whose code changed does not get what its earlier version kept, nor takes it away."""
    source, newer = Source(), dataclasses.replace(SPEC, version="2")

    found = [run(source, spec=spec).frame["n"][0] for spec in (SPEC, newer, SPEC, newer)]

    assert [1, 2, 1, 2] == found
    newest = dataclasses.replace(SPEC, version="3")
    handler = FunctionHandler(print)
    assert not is_cached(TARGET, newest, handler, {"kind": "a"}, CallPolicy())


def test_the_second_call_is_answered_by_the_cache(cache):
    """Rows, provenance and the time of collection are those of the first."""
    source = Source()

    first, second = run(source), run(source)

    assert 1 == source.calls
    assert ("live", "memory") == (first.source, second.source)
    assert first.collected_at == second.collected_at
    assert first.frame.equals(second.frame)
    assert {"iam:ListUsers": 2} == second.operations
    assert ("a remark",) == second.notes


def test_another_process_is_answered_from_disk(cache, monkeypatch):
    """A new manager of the same folder knows nothing but the disk."""
    source = Source()
    run(source)

    other = AdvancedCacheManager(directory=cache.directory)
    monkeypatch.setattr(advanced_cache, "get_cache_manager", lambda: other)
    again = run(source)

    assert (1, "disk") == (source.calls, again.source)


def test_a_result_with_a_gap_is_not_kept(cache):
    """What is missing now may be there next time."""
    source = Source(Gap(Outcome.DENIED, "no", operation="iam:GetLoginProfile"))

    run(source)
    run(source)

    assert 2 == source.calls


def test_fresh_asks_the_source_and_keeps_the_answer(cache):
    """--fresh is for now; the next call may be served what it brought."""
    source = Source()
    run(source)

    fresh = run(source, is_fresh=True)
    after = run(source)

    assert ("live", 2) == (fresh.source, fresh.frame["n"][0])
    assert ("memory", 2) == (after.source, after.frame["n"][0])


def test_an_entry_older_than_the_ttl_is_not_served(cache):
    """The age that is accepted is for the one who asks."""
    source = Source()
    run(source)

    run(source, ttl=0.0)

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
    run(source)

    run(source, target=dataclasses.replace(TARGET, **changed))

    assert 2 == source.calls


def test_without_an_identity_nothing_is_kept():
    """Two unknown identities must not share an entry."""
    spec = dataclasses.replace(SPEC, places=("account_id", "region"))

    assert None is key(spec, {"kind": "a"}, dataclasses.replace(TARGET, identity=""))
    assert None is not key(spec, {"kind": "a"})


@pytest.mark.parametrize(
    "params", [{"kind": "a", "client_secret": "s"}, {"kind": object()}], ids=["secret", "object"]
)
def test_what_cannot_be_a_key_runs_uncached(cache, params):
    """A secret or a live object is no reason to refuse a call, only to keep nothing of it."""
    source = Source()

    run(source, params=params)
    run(source, params=params)

    assert 2 == source.calls


def test_a_tool_may_opt_out_of_the_cache(cache):
    """An upload is done each time it is asked for."""
    source = Source()
    spec = dataclasses.replace(SPEC, is_cacheable=False)

    run(source, spec=spec)
    run(source, spec=spec)

    assert 2 == source.calls


def test_simultaneous_askers_ask_the_source_once(cache):
    """The others wait for the one who asks."""
    source, begun, go = Source(), threading.Event(), threading.Event()

    def slow(ctx, **params):
        begun.set()
        go.wait(60)
        return source(ctx, **params)

    results = []
    threads = [threading.Thread(target=lambda: results.append(run(slow))) for _ in range(4)]
    for thread in threads:
        thread.start()
    begun.wait(60)
    go.set()
    for thread in threads:
        thread.join(60)

    assert (1, 4) == (source.calls, len(results))
    assert 1 == [result.source for result in results].count("live")


@pytest.mark.parametrize("how", ["cancelled", "past its deadline"])
def test_nobody_waits_for_a_call_that_was_given_up(cache, how):
    """Its request may hang for minutes yet; the same cell, run again, asks at once."""
    begun, go = threading.Event(), threading.Event()

    def hangs(ctx, **params):
        begun.set()
        go.wait(300)  # longer than anybody waits below
        return ToolResult(pd.DataFrame({"n": [0]}))

    ctx = CallContext(target=TARGET)
    hanging = threading.Thread(target=run, args=(hangs,), kwargs={"ctx": ctx})
    hanging.start()
    begun.wait(60)
    if how == "cancelled":
        ctx.cancelled.set()
    else:
        ctx.deadline = time.monotonic() - 1
    source = Source()
    waiting = threading.Thread(target=run, args=(source,))
    waiting.start()
    waiting.join(60)
    calls = source.calls
    go.set()
    hanging.join(60)
    waiting.join(60)

    assert 1 == calls


def test_who_is_cancelled_while_waiting_asks_nothing(cache):
    """Waiting for somebody else's fetch ends with the call."""
    begun, go = threading.Event(), threading.Event()

    def slow(ctx, **params):
        begun.set()
        go.wait(60)
        return ToolResult(pd.DataFrame({"n": [0]}))

    fetching = threading.Thread(target=run, args=(slow,))
    fetching.start()
    begun.wait(60)
    source, ctx = Source(), CallContext(target=TARGET)
    threading.Timer(0.05, ctx.cancelled.set).start()
    with pytest.raises(CallCancelledError):
        run(source, ctx=ctx)
    go.set()
    fetching.join(60)

    assert 0 == source.calls


def test_an_async_tool_runs_where_a_loop_is_running(cache):
    """A cell that calls a tool directly has the kernel's loop around it."""

    async def tool(ctx, **params):
        await asyncio.sleep(0)
        return {"n": 1}

    async def cell():
        return run(tool)

    assert [1] == asyncio.run(cell()).frame["n"].tolist()


def test_a_default_that_is_written_out_changes_nothing():
    """``size=1`` and no size are one request; ``size=2`` is another."""
    plain = key(SPEC, {"kind": "a"})

    assert plain == key(SPEC, {"kind": "a", "size": 1})
    assert plain != key(SPEC, {"kind": "a", "size": 2})
    assert plain != key(SPEC, {"kind": "a", "size": True})


def test_a_resource_and_its_tool_share_their_entry():
    """``iam_users`` and ``aws_export iam users`` are the same data."""
    export, users = SPECS["aws_export"], SPECS["iam_users"]
    given = {"service": "iam", "resource": "users"}
    full = {**given, "operation": "", "params": None, "rows": ""}

    assert key(export, given) == key(users, dict(users.preset))
    assert key(export, full) == key(users, dict(users.preset))


def test_is_cached_says_what_would_happen(cache):
    """The plan of a run can count its hits."""
    params = {"kind": "a"}
    call = (TARGET, SPEC, FunctionHandler(print), params)
    before = is_cached(*call, CallPolicy())
    run(Source())

    assert (False, True) == (before, is_cached(*call, CallPolicy()))
    assert False is is_cached(*call, CallPolicy(uses_cache=False))


@dataclasses.dataclass
class Planet:
    name: str


@pytest.mark.parametrize(
    ("value", "columns", "rows"),
    [
        (pd.DataFrame({"a": [1, 2]}), ["a"], 2),
        (pd.Series([1, 2], name="a"), ["a"], 2),
        (pd.Series([1, 2]), ["value"], 2),
        ([{"a": 1}, {"b": "x"}], ["a", "b"], 2),
        ([Planet("Mars"), {"name": "Venus"}], ["name"], 2),
        (Planet("Mars"), ["name"], 1),
        (types.SimpleNamespace(to_dicts=lambda: [{"a": 1}]), ["a"], 1),
        (types.SimpleNamespace(to_pylist=lambda: [{"a": 1}]), ["a"], 1),
        ({"a": 1}, ["a"], 1),
        ([], [], 0),
    ],
    ids=[
        *("frame", "named series", "series", "records", "dataclasses", "dataclass"),
        *("polars", "arrow", "record", "no records"),
    ],
)
def test_whatever_is_a_table_becomes_a_frame(value, columns, rows):
    """A plug-in's function may return what is natural to it."""
    ctx = CallContext()
    ctx.count("iam:ListUsers")

    result = as_result(value, ctx, "things")

    assert (columns, rows) == (list(result.frame), len(result.frame))
    assert {"iam:ListUsers": 1} == result.operations
    assert dt.UTC == result.collected_at.tzinfo


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (None, "nothing"),
        ("text", "a str"),
        ([1, 2], "a list with a int in it"),
        (object(), "a object"),
    ],
    ids=["nothing", "text", "numbers", "object"],
)
def test_what_is_no_table_is_refused_by_name(value, named):
    """A tool that forgets to return something has a fault; it has not found nothing."""
    with pytest.raises(AibrainError, match=f"things returned {named}, which is no table"):
        as_result(value, CallContext(), "things")


def test_an_async_tool_ends_with_its_call():
    """When the call is cancelled the coroutine is, instead of sleeping on where nobody waits."""
    ended, ctx = threading.Event(), CallContext()

    async def sleeps(ctx, **params):
        threading.Timer(0.1, ctx.cancelled.set).start()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    spec = ToolSpec("sleeps", "Sleeps.", "nowhere:sleeps", is_cacheable=False)

    with pytest.raises(CallCancelledError):
        run(sleeps, spec=spec, ctx=ctx, uses_cache=False)
    assert ended.is_set()
