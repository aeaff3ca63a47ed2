"""Thousands of quick calls: what their threads and the collector do not do for each."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref

from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.shared.collector import MANY_CALLS
from aibrain_jupyter.shared.events import ignore


def values_of(functions, on_outcome=lambda outcome: None):
    """Return what the functions return, called one after the other in one thread."""
    jobs = [Job.calling(number, "call", function) for number, function in enumerate(functions)]

    async def run():
        return await execute_jobs(
            jobs, max_parallel=1, emit=ignore, token=CancelToken(), on_outcome=on_outcome
        )

    return [outcome.value for outcome in asyncio.run(run())]


def test_what_has_ended_is_heard_while_the_next_call_goes_on():
    """The loop looks for many words at a time, and yet no word waits for another call to end."""
    many, has_read, heard = (threading.Event() for _ in range(3))

    def hear(outcome):
        loop = asyncio.get_running_loop()
        if outcome.index == 0:
            loop.call_soon(many.wait, 20)  # meanwhile many words come
        elif outcome.index == 100:
            loop.call_soon(has_read.set)
        elif outcome.index == 101:
            heard.set()

    functions = [*[int] * 100, many.set, lambda: has_read.wait(20), lambda: heard.wait(20)]
    assert values_of(functions, hear)[-1]


def test_the_collector_is_off_for_many_quick_calls_alone():
    """Thousands of outcomes are not looked through again and again; a few calls change nothing."""
    was_on = gc.isenabled()
    gc.enable()
    try:
        assert [False] * MANY_CALLS == values_of([gc.isenabled] * MANY_CALLS)
        assert [True] == values_of([gc.isenabled])
        assert gc.isenabled()
    finally:
        if not was_on:
            gc.disable()


def test_a_run_that_is_over_is_freed_without_the_collector():
    """Nothing of a run is in a cycle: its jobs go with it, and are not looked through for that."""

    class Counted:
        """What a job calls."""

        def __call__(self):
            """Return something."""
            return 1

    functions = [Counted() for _ in range(MANY_CALLS)]
    left = [weakref.ref(function) for function in functions]
    was_on = gc.isenabled()
    gc.disable()
    try:
        assert [1] * MANY_CALLS == values_of(functions)
        functions.clear()
        until = time.monotonic() + 20
        while any(ref() for ref in left) and time.monotonic() < until:
            time.sleep(0.001)  # its threads are about to let go of the last
        assert [None] * MANY_CALLS == [ref() for ref in left]
    finally:
        if was_on:
            gc.enable()
