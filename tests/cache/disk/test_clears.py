"""A clear is not undone by what was under way."""

from __future__ import annotations

import threading
import time

import pandas as pd
import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.cache.disk import clears
from aibrain_jupyter.cache.disk.clears import Clears
from aibrain_jupyter.cache.entries import About
from aibrain_jupyter.cache.freshness import Birth
from aibrain_jupyter.cache.selection import Selection
from aibrain_jupyter.shared.base_tool import CallContext, FunctionHandler, ToolResult, ToolSpec
from aibrain_jupyter.shared.tools.call_policy import CallPolicy
from aibrain_jupyter.tool_executors.cached_call import call_tool

SPEC = ToolSpec(name="things", summary="Things.", handler="tests:things", group="demo")
HOUR = 3600.0


class Slow:
    """A tool whose calls wait until they are let go on."""

    def __init__(self):
        self.calls = 0
        self.has_begun, self.go = threading.Event(), threading.Event()

    def __call__(self, ctx):
        self.calls += 1
        self.has_begun.set()
        self.go.wait(120)
        return ToolResult(pd.DataFrame({"n": [self.calls]}))


@pytest.fixture
def source():
    return Slow()


@pytest.fixture
def ask(cache, source):
    def call(**policy):
        ctx = CallContext(target=AwsTarget(account="123456789012", region="eu-west-1"))
        return call_tool(ctx, SPEC, FunctionHandler(source), {}, CallPolicy(**policy), cache=cache)

    return call


@pytest.fixture
def during_a_fetch(source, ask):
    """Do something while a call is under way, and wait for its end."""

    def do(work):
        thread = threading.Thread(target=ask)
        thread.start()
        assert source.has_begun.wait(120)
        work()
        source.go.set()
        thread.join()

    return do


CLEARS = {
    "all": lambda cache: cache.clear(),
    "tool": lambda cache: cache.invalidate(tool="things"),
    "account": lambda cache: cache.invalidate(account="123456789012"),
    "region": lambda cache: cache.invalidate(region="eu-west-1"),
    "tag": lambda cache: cache.invalidate(tag="demo"),
    "pattern": lambda cache: cache.invalidate(pattern="th*/*/eu-*"),
}


@pytest.mark.parametrize("clear", CLEARS.values(), ids=CLEARS)
def test_a_fetch_that_was_under_way_is_not_kept(cache, open_cache, during_a_fetch, clear):
    """Its caller gets the rows; memory and disk do not."""
    during_a_fetch(lambda: clear(cache))

    assert 0 == len(cache.entries())
    assert 0 == len(open_cache().entries())


OTHERS = {
    "tool": lambda cache: cache.invalidate(tool="others"),
    "account": lambda cache: cache.invalidate(account="999999999999"),
    "age": lambda cache: cache.invalidate(older_than=60),
}


@pytest.mark.parametrize("clear", OTHERS.values(), ids=OTHERS)
def test_what_was_not_meant_is_kept(cache, during_a_fetch, clear):
    """A clear of something else, or of older results, stops nothing."""
    during_a_fetch(lambda: clear(cache))

    assert 1 == len(cache.entries())


def test_a_refresh_does_not_bring_back_what_was_cleared(cache, ask, source, eventually):
    """Stale rows were served, their successor was under way, the user cleared both."""
    source.go.set()
    ask()
    time.sleep(0.05)
    source.go.clear()
    source.has_begun.clear()
    assert "stale" == ask(ttl=0.02, stale=HOUR).source
    assert source.has_begun.wait(120)

    assert 1 == cache.invalidate(tool="things")
    source.go.set()
    assert eventually(lambda: cache.refresher.pending == 0)

    assert 2 == source.calls
    assert 0 == len(cache.entries())
    assert "live" == ask().source
    assert 1 == len(cache.entries())


def test_a_clear_in_another_kernel_counts(cache, folder, run_python, during_a_fetch):
    """What one kernel clears, no other puts back."""
    during_a_fetch(
        lambda: run_python(
            """
            import sys
            from pathlib import Path
            from aibrain_jupyter.advanced_cache import AdvancedCacheManager
            AdvancedCacheManager(directory=Path(sys.argv[1])).invalidate(account="123456789012")
            """,
            folder,
        )
    )

    assert 0 == len(cache.entries())


@pytest.mark.parametrize("who", ["this kernel", "another"])
def test_a_clear_between_the_look_and_the_writing_counts(cache, open_cache, key, monkeypatch, who):
    """It came after the first look and before the entry was there; the second look finds it."""
    put = cache._tiers.put

    def put_late(*entry):
        (cache if who == "this kernel" else open_cache()).invalidate(tool=key.tool)
        put(*entry)

    monkeypatch.setattr(cache._tiers, "put", put_late)
    cache.store(key, "cleared", meta={}, ttl=60, unless_cleared_since=time.time() - 1)

    assert cache.look_up(key, max_age=60) is None
    assert open_cache().look_up(key, max_age=60) is None


def test_a_clear_counts_when_the_clock_was_set_back(cache, key, monkeypatch):
    """What began before that began before the clear, whatever the clock said."""
    begun = time.time()
    monkeypatch.setattr(time, "time", lambda: begun - HOUR)
    cache.invalidate(tool=key.tool)

    cache.store(key, 1, meta={}, ttl=60, unless_cleared_since=begun)

    assert cache.look_up(key, max_age=60) is None


def test_the_list_of_clears_stays_small(tmp_path, monkeypatch):
    """Old clears are dropped; a line that was cut short harms none of the others."""
    monkeypatch.setattr(clears, "_REWRITE_BYTES", 2000)
    path = tmp_path / "clears.jsonl"
    noted = Clears(lambda: path)
    begun = time.time() - 60
    about = About({"tool": "t", "account": "", "region": "", "service": ""}, Birth(begun))
    for _ in range(20):
        noted.note(Selection(tool="t"))
    with path.open("a") as file:
        file.write('{"at": 1')
    monkeypatch.setattr(clears, "KEEP_S", -1.0)
    noted.note(Selection(tool="t"))

    assert 400 > path.stat().st_size
    assert Clears(lambda: path).has_since(begun, about)
    assert not Clears(lambda: path).has_since(time.time() + 1, about)
    assert not Clears(lambda: None).has_since(begun, about)


@pytest.mark.parametrize(
    "line", [b"\xff\xfe{", b"3", b"null", b"[1]", b'{"at": 1, "pattern": "////"}']
)
def test_lines_that_are_not_ours_are_no_clears(cache, open_cache, folder, key, line):
    """Garbage in the file of clears is never an exception, and a clear after it holds."""
    cache.invalidate(tool="other")
    with (folder / "clears.jsonl").open("ab") as file:
        file.write(line + b"\n")

    since = time.time() - 1
    cache.store(key, 1, meta={}, ttl=60, unless_cleared_since=since)
    assert 1 == open_cache().look_up(key, max_age=60).value
    cache.invalidate(tool=key.tool)
    open_cache().store(key, 2, meta={}, ttl=60, unless_cleared_since=since)
    assert open_cache().look_up(key, max_age=60) is None
