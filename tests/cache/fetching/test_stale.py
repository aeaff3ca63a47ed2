"""Stale-while-revalidate: an answer at once, its successor behind, and failures that show."""

from __future__ import annotations

import threading
import time

import pandas as pd
import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.cache.fetching import refresh
from aibrain_jupyter.shared.base_tool import CallContext, FunctionHandler, ToolResult, ToolSpec
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import (
    NotCachedError,
    PermissionDeniedError,
    ThrottledError,
)
from aibrain_jupyter.shared.tools.call_policy import CallPolicy
from aibrain_jupyter.tool_executors.cached_call import cache_key, call_tool, is_cached

SPEC = ToolSpec(name="things", summary="Things.", handler="tests:things", group="demo")
HOUR = 3600.0


class Source:
    """A tool that counts, and does next what it is told."""

    def __init__(self):
        self.calls = 0
        self.error = None
        self.gaps = ()
        self.go = threading.Event()
        self.go.set()

    def __call__(self, ctx, **params):
        self.go.wait(90)
        ctx.check()
        self.calls += 1
        if self.error is not None:
            raise self.error
        return ToolResult(pd.DataFrame({"n": [self.calls]}), gaps=self.gaps)


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def ask(cache, source):
    """Ask through the cache, with the policy given."""

    def call(region="eu-west-1", ctx=None, **policy):
        ctx = ctx or CallContext(target=AwsTarget(account="123456789012", region=region))
        used = cache if policy.get("uses_cache", True) else None
        return call_tool(ctx, SPEC, FunctionHandler(source), {}, CallPolicy(**policy), cache=used)

    return call


def settled(cache, eventually):
    assert eventually(lambda: cache.refresher.pending == 0)


def test_a_stale_answer_comes_at_once_and_is_refreshed_behind(cache, ask, source, eventually):
    """Nobody waits; the next asker gets the new rows."""
    ask()
    time.sleep(0.05)
    source.go.clear()

    stale = ask(ttl=0.02, stale=8 * HOUR)

    assert ("stale", 1) == (stale.source, stale.frame["n"][0])
    assert any("refreshed behind" in note for note in stale.notes)
    source.go.set()
    settled(cache, eventually)
    new = ask(ttl=HOUR, stale=8 * HOUR)
    assert ("memory", 2) == (new.source, new.frame["n"][0])
    stats = cache.get_advanced_stats()
    assert (1, 1, 0) == tuple(
        stats[name] for name in ("stale_hits", "refreshes", "refresh_failures")
    )


def test_many_stale_askers_make_one_refresh(cache, ask, source, eventually):
    """Twenty cells asking for the same are one request."""
    ask()
    time.sleep(0.05)
    source.go.clear()

    for _ in range(20):
        assert "stale" == ask(ttl=0.02, stale=HOUR).source
    source.go.set()
    settled(cache, eventually)

    assert 2 == source.calls


def test_a_refresh_outlives_the_run_that_asked(cache, ask, source, eventually):
    """The cell is over, or was cancelled, when its refresh begins."""
    ask()
    time.sleep(0.05)
    ctx = CallContext(target=AwsTarget(account="123456789012", region="eu-west-1"))
    source.go.clear()
    ask(ctx=ctx, ttl=0.02, stale=HOUR)
    ctx.cancelled.set()
    source.go.set()
    settled(cache, eventually)

    assert 2 == source.calls


@pytest.mark.parametrize(
    "spoil",
    [
        lambda source: setattr(source, "error", PermissionDeniedError("no more")),
        lambda source: setattr(source, "error", ZeroDivisionError("a fault of the tool")),
        lambda source: setattr(source, "gaps", (Gap(Outcome.DENIED, "no", operation="a:B"),)),
    ],
    ids=["refused", "fault", "gap"],
)
def test_a_failed_refresh_poisons_nothing_and_shows(cache, ask, source, eventually, spoil):
    """The old rows go on being served, the failure is counted and its words are there."""
    ask()
    time.sleep(0.05)
    spoil(source)

    for _ in range(3):
        found = ask(ttl=0.02, stale=HOUR)
        assert ("stale", 1) == (found.source, found.frame["n"][0])
        settled(cache, eventually)

    stats = cache.get_advanced_stats()
    assert (0, 1) == (stats["refreshes"], stats["refresh_failures"])
    assert stats["last_refresh_failure"].startswith("things: ")
    assert 2 == source.calls, "a key whose refresh failed is left alone for a while"


def test_a_throttle_pauses_every_refresh(cache, ask, source, eventually):
    """The provider said slow down: what nobody waits for stops first."""
    for region in ("eu-west-1", "eu-west-2", "eu-west-3"):
        ask(region)
    time.sleep(0.05)
    source.error = ThrottledError("slow down")
    ask("eu-west-1", ttl=0.02, stale=HOUR)
    settled(cache, eventually)

    for region in ("eu-west-2", "eu-west-3"):
        assert "stale" == ask(region, ttl=0.02, stale=HOUR).source

    settled(cache, eventually)
    assert 4 == source.calls


def test_too_old_is_too_old(ask, source):
    """Beyond TTL and grace the source is asked, and waited for."""
    ask()
    time.sleep(0.05)

    assert "live" == ask(ttl=0.01, stale=0.01).source
    assert 2 == source.calls


def test_a_fresh_entry_goes_before_a_stale_one(open_cache, cache, key):
    """Memory has an old one, another kernel stored a new one: the new one is served."""
    other = open_cache()
    cache.store(key, "old", meta={}, ttl=HOUR, created=time.time() - 100)
    other.store(key, "new", meta={}, ttl=HOUR)

    entry = cache.look_up(key, max_age=60, stale_for=HOUR)

    assert ("new", False) == (entry.value, entry.is_stale)


def test_only_cached_never_asks(cache, ask, source):
    """A miss is an error that names what is missing, not an empty table; stale is no request."""
    with pytest.raises(NotCachedError, match="things on 123456789012/eu-west-1"):
        ask(only_cached=True)
    ask()
    time.sleep(0.05)

    assert "memory" == ask(only_cached=True).source
    assert "stale" == ask(only_cached=True, ttl=0.02, stale=HOUR).source
    with pytest.raises(NotCachedError):
        ask(only_cached=True, ttl=0.02)
    with pytest.raises(NotCachedError):
        ask(uses_cache=False, only_cached=True)
    assert (1, 0) == (source.calls, cache.refresher.pending)


def test_a_refusal_is_not_kept_unless_asked(cache, ask, source):
    """By default the source is asked each time; on request the same refusal is given again."""
    source.error = PermissionDeniedError("no", next_steps=["Ask for the right."])
    for _ in range(2):
        with pytest.raises(PermissionDeniedError):
            ask()
    assert 2 == source.calls

    for _ in range(3):
        with pytest.raises(PermissionDeniedError) as caught:
            ask(refusal_ttl=HOUR)
    assert 3 == source.calls
    assert ("Ask for the right.",) == caught.value.next_steps
    assert 0 == len(cache.entries())
    cache.invalidate(tool="things")
    source.error = None
    assert "live" == ask(refusal_ttl=HOUR).source


def test_a_throttle_is_never_kept(ask, source):
    """What may be better in a second is asked for again."""
    source.error = ThrottledError("slow down")
    for _ in range(2):
        with pytest.raises(ThrottledError):
            ask(refusal_ttl=HOUR)

    assert 2 == source.calls


def test_results_are_tagged(cache, ask):
    """By group, resource and demo: the words to clear them by."""
    ask()

    assert 1 == cache.invalidate(tag="demo")


def test_age_counts_from_the_first_request(cache, source):
    """A call that took long is as old as its first page."""
    target = AwsTarget(account="1")

    def slow(ctx):
        time.sleep(0.3)
        return source(ctx)

    call_tool(
        CallContext(target=target), SPEC, FunctionHandler(slow), {}, CallPolicy(), cache=cache
    )

    handler = FunctionHandler(slow)
    assert not is_cached(target, SPEC, handler, {}, CallPolicy(ttl=0.2), cache=cache)
    assert 0.3 <= cache.look_up(cache_key(target, SPEC, handler, {}), max_age=60).age_s


def test_the_pause_is_a_minute():
    """Long enough to spare a provider, short enough for the same session."""
    assert 60.0 == refresh.PAUSE_S
