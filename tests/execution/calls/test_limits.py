"""Runs at the same time share their places: fairly, fully, and never past a limit."""

from __future__ import annotations

import asyncio
import collections
import threading
import time

import pytest

from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.execution.calls.limits import Place, SharedLimits
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken


def join(limits, max_parallel=4, per_key=2, on_room=lambda: None):
    return limits.join(max_parallel=max_parallel, per_key=per_key, on_room=on_room)


def begin_all(share, key=None, most=100):
    """Take places until one is refused; return how many were given."""
    for count in range(most):
        if share.begin(key) is not Place.GIVEN:
            return count
    return most


def test_a_run_alone_has_every_place():
    """Nothing is held back for runs that are not there."""
    limits = SharedLimits()

    assert 4 == begin_all(join(limits))


def test_the_newcomer_gets_its_half():
    """A run that came first gives way, place by place, until both have the same."""
    limits = SharedLimits()
    first, second = join(limits), join(limits)
    begin_all(first)
    assert 1 == begin_all(second)  # never kept out, even when all places are taken

    for _ in range(2):
        first.end(None)
    assert Place.NO_ROOM is first.begin(None)
    assert 1 == begin_all(second)
    assert (2, 2) == (first.running, second.running)


def test_places_nobody_wants_are_used():
    """A share is no reserve: who has work takes what others leave."""
    limits = SharedLimits()
    first, second = join(limits), join(limits)
    second.begin(None)

    assert 3 == begin_all(first)


def test_a_limit_key_is_shared_and_halved_while_both_want_it():
    """The provider sees the sum: no more than so many calls of one account, region, service."""
    limits = SharedLimits()
    first, second = join(limits, 8, 4), join(limits, 8, 4)

    assert 4 == begin_all(first, "k")
    assert Place.KEY_FULL is second.begin("k")
    first.end("k")
    assert Place.KEY_FULL is first.begin("k")
    assert Place.GIVEN is second.begin("k")


def test_room_is_told_to_those_who_were_refused():
    """Who waits hears of it when a call of another ends, and when another leaves."""
    limits, told = SharedLimits(), []
    first = join(limits)
    second = join(limits, on_room=lambda: told.append("second"))
    begin_all(first)
    begin_all(second)
    first.end(None)
    assert ["second"] == told

    second.begin(None)
    begin_all(second)
    first.leave()
    assert ["second", "second"] == told
    assert 4 == second.running + begin_all(second)


def test_who_left_owes_and_holds_nothing():
    """A straggler that ends after its run neither frees a place twice nor keeps a key."""
    limits = SharedLimits()
    first, second = join(limits), join(limits)
    first.begin("k")
    first.leave()
    first.end("k")

    assert 2 == begin_all(second, "k")
    second.leave()
    assert {} == limits._keys


@pytest.mark.parametrize("keys", [1, 3], ids=["one key", "three keys"])
def test_two_runs_at_once_end_both_and_pass_no_limit(keys):
    """On two loops in two threads: every call has its outcome, and the limits hold in the sum."""
    limits, lock = SharedLimits(), threading.Lock()
    now, most = collections.Counter(), collections.Counter()

    def work(key):
        with lock:
            for name in (key, "all"):
                now[name] += 1
                most[name] = max(most[name], now[name])
        time.sleep(0.003)
        with lock:
            now.subtract([key, "all"])

    found = {}

    def run(name):
        jobs = [
            Job.calling(i, "x", work, {"key": i % keys}, limit_key=i % keys) for i in range(120)
        ]
        found[name] = asyncio.run(
            execute_jobs(
                jobs,
                max_parallel=6,
                per_key=4,
                emit=lambda event: None,
                token=CancelToken(),
                limits=limits,
            )
        )

    threads = [threading.Thread(target=run, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert {"ok": 240} == collections.Counter(str(o.outcome) for f in found.values() for o in f)
    assert most["all"] <= 7  # one more than the places: who has nothing may always begin
    assert max(most[key] for key in range(keys)) <= 4


def test_a_short_run_is_not_kept_waiting_by_a_long_one():
    """Three calls beside two hundred: they are done when the long run is far from its end."""
    limits, ended = SharedLimits(), []

    async def one(name):
        await asyncio.sleep(0.01)
        ended.append(name)

    async def run(name, count):
        jobs = [Job.calling(i, name, one, {"name": name}) for i in range(count)]
        await execute_jobs(
            jobs, max_parallel=4, emit=lambda e: None, token=CancelToken(), limits=limits
        )

    async def both():
        long = asyncio.create_task(run("long", 200))
        await asyncio.sleep(0.05)
        await run("short", 3)
        await long

    asyncio.run(both())

    assert ended.index("short") < 40
    assert len(ended) - 1 - ended[::-1].index("short") < 60
