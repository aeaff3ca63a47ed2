"""Whatever a call, a listener or the system does: a run ends, and each call has its own outcome."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import inspect
import os
import signal
import sys
import threading
import time
import weakref

import pandas as pd
import pytest

from aibrain_jupyter.async_tool_executor import execute_tools_parallel
from aibrain_jupyter.execution.calls.engines import crew
from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.execution.calls.limits import SharedLimits
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import CallFinished, ignore
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool
from aibrain_jupyter.shared.tools.call_context import CallContext

LONG_S = 60
job_of = Job.calling


def execute(jobs, *, token=None, max_parallel=8, emit=ignore, limits=None):
    async def run():
        # A run that hangs fails here, not by the time-out of the whole suite.
        async with asyncio.timeout(LONG_S):
            return await execute_jobs(
                jobs,
                max_parallel=max_parallel,
                per_key=1,
                emit=emit,
                token=token or CancelToken(),
                limits=limits,
            )

    return asyncio.run(run())


class Unseen:
    """A value that does not say what it is, as a proxy of something that is not there."""

    @property
    def __class__(self):
        raise RuntimeError("not here")


async def unseen_of_loop():
    return Unseen()


@pytest.mark.parametrize("function", [Unseen, unseen_of_loop], ids=["blocking", "async"])
def test_a_value_that_cannot_be_looked_at_is_a_fault_of_its_call(function):
    """It ends as failed, the others as they do, and nothing hangs."""
    found = execute([job_of(0, "odd", function), job_of(1, "good", lambda: 1)], max_parallel=1)

    assert [Outcome.FAILED, Outcome.OK] == [one.outcome for one in found]
    assert "not here" in found[0].error.why


async def frame_of_loop():
    return pd.DataFrame({"a": [1]})


@pytest.mark.parametrize("function", [frame_of_loop, lambda: pd.DataFrame({"a": [1]})])
def test_rows_are_gone_when_nobody_has_them_any_more(function):
    """Large frames must not wait for Python's next look for circles."""
    gc.disable()
    try:
        found = execute([job_of(n, "rows", function) for n in range(3)], max_parallel=2)
        frames = [weakref.ref(outcome.value) for outcome in found]
        assert [False] * 3 == [frame() is None for frame in frames]
        del found
        until = time.monotonic() + LONG_S  # a thread lets go of its last one as it goes to rest
        while any(frame() is not None for frame in frames) and time.monotonic() < until:
            time.sleep(0.01)
        assert [True] * 3 == [frame() is None for frame in frames]
    finally:
        gc.enable()


class Abrupt(BaseException):
    """As some frameworks stop what they run."""


@pytest.mark.parametrize("error", [Abrupt(), GeneratorExit(), SystemExit(3)], ids=repr)
def test_nothing_an_async_call_raises_ends_the_run(error):
    """What is no `Exception` is a fault of the call that raised it, as in a thread."""

    async def broken():
        raise error

    jobs = [job_of(0, "broken", broken), *(job_of(n, "good", int) for n in (1, 2))]
    found = execute(jobs, max_parallel=1)

    assert [Outcome.FAILED, Outcome.OK, Outcome.OK] == [one.outcome for one in found]
    assert error is found[0].error.__cause__


def test_an_async_call_that_does_not_heed_its_time_out_is_left_behind():
    """Its time is over all the same, its place is another call's, and no loop waits for it."""

    async def stubborn():
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(LONG_S)

    tasks = [{"tool_func": stubborn}, {"tool_func": int}]
    found = execute_tools_parallel(tasks, timeout=0.05, max_parallel=1)

    assert [Outcome.TIMED_OUT, Outcome.OK] == [one.outcome for one in found.outcomes]


def test_no_loop_waits_for_a_thread_that_an_async_call_has_begun():
    """In a script, too, a call that is given up in ``asyncio.to_thread`` keeps nobody waiting."""
    release, has_ended = threading.Event(), []

    def hang():
        release.wait(LONG_S)
        has_ended.append(True)

    async def in_a_thread():
        await asyncio.to_thread(hang)

    found = execute_tools_parallel([{"tool_func": in_a_thread}], timeout=0.05)
    was_awaited = bool(has_ended)
    release.set()

    assert Outcome.TIMED_OUT is found.outcomes[0].outcome
    assert not was_awaited


def test_a_run_within_a_call_is_cancelled_with_it():
    """What a tool has called with `execute_tools_parallel` begins no more calls after Cancel."""
    token, release, has_ended, late = CancelToken(), threading.Event(), threading.Event(), []

    def first():
        token.cancel()
        release.wait(LONG_S)

    def tool():
        tasks = [{"tool_func": first}, *[{"tool_func": lambda: late.append(1)}] * 5]
        execute_tools_parallel(tasks, max_parallel=1)
        has_ended.set()

    [found] = execute([job_of(0, "tool", tool)], token=token)
    release.set()

    assert found.outcome in (Outcome.CANCELLED, Outcome.OK)
    assert has_ended.wait(LONG_S)
    assert [] == late


def test_stop_reaches_every_run_around():
    """Pressed while async functions wait for calls of their own, it ends all of the runs."""
    release, late = threading.Event(), []

    def press():
        os.kill(os.getpid(), signal.SIGINT)
        release.wait(LONG_S)

    async def inner():
        execute_tools_parallel([{"tool_func": press}])

    async def outer():
        execute_tools_parallel([{"tool_func": inner}])

    tasks = [{"tool_func": outer}, {"tool_func": lambda: late.append(1)}]
    found = execute_tools_parallel(tasks, max_parallel=1)
    release.set()

    assert Outcome.CANCELLED is found.outcomes[1].outcome
    assert [] == late


def test_a_call_whose_kind_cannot_be_told_ends_the_run():
    """A fault that is no call's is raised, wherever it was met; the run does not wait for ever."""

    class Odd:
        @property
        def __call__(self):
            raise RuntimeError("not callable after all")

    jobs = [job_of(0, "good", lambda: 1), job_of(1, "odd", Odd())]
    with pytest.raises(RuntimeError, match="after all"):
        execute(jobs, max_parallel=1)


WHOSE = contextvars.ContextVar("whose", default="nobody's")


def test_a_call_on_the_loop_has_nothing_of_the_call_that_made_room_for_it():
    """Variables that a call in a thread set, and told of its progress in, stay its own."""
    go = threading.Event()

    def set_and_tell(ctx):
        go.wait(LONG_S)
        WHOSE.set("the first one's")
        ctx.count("x:Read")

    async def hold_the_loop():
        await asyncio.sleep(0.1)  # that the other has begun is heard
        go.set()
        time.sleep(0.2)  # what it tells is heard after its end

    async def whose():
        return WHOSE.get()

    jobs = [
        job_of(0, "hold", hold_the_loop),
        job_of(1, "first", set_and_tell, takes_context=True),
        job_of(2, "second", whose),
    ]
    assert "nobody's" == execute(jobs, max_parallel=2, emit=lambda _: None)[2].value


def test_a_call_that_another_run_makes_room_for_has_nothing_of_it():
    """Two runs share a place: the call that waited for it is begun in its own run's variables."""
    limits, has_begun, release = SharedLimits(), threading.Event(), threading.Event()

    async def whose():
        return WHOSE.get()

    def hold():
        has_begun.set()
        release.wait(LONG_S)

    def first_run():
        WHOSE.set("the first run's")
        execute([job_of(0, "hold", hold, limit_key="x")], limits=limits)

    thread = threading.Thread(target=first_run)
    thread.start()
    assert has_begun.wait(LONG_S)
    threading.Timer(0.2, release.set).start()
    found = execute([job_of(0, "whose", whose, limit_key="x")], limits=limits)
    thread.join()

    assert "nobody's" == found[0].value


def test_threads_that_leave_at_once_are_heard_one_after_the_other():
    """However many there are: hearing one within the other would end in a RecursionError."""
    many, limit = 60, sys.getrecursionlimit()
    have_begun, release = threading.Barrier(many + 2), threading.Event()

    async def hold_the_loop():
        while have_begun.n_waiting <= many:
            await asyncio.sleep(0.01)
        have_begun.wait(LONG_S)
        time.sleep(0.3)  # meanwhile they all end, and look in vain for another call
        sys.setrecursionlimit(len(inspect.stack(0)) + many)
        asyncio.get_running_loop().call_later(0.1, release.set)

    def hold_the_key():
        have_begun.wait(LONG_S)
        release.wait(LONG_S)

    jobs = [
        job_of(0, "loop", hold_the_loop),
        job_of(1, "key", hold_the_key, limit_key="x"),
        job_of(2, "waits", int, limit_key="x"),
        *(job_of(n, "thread", have_begun.wait) for n in range(3, 3 + many)),
    ]
    try:
        found = execute(jobs, max_parallel=many + 5)
    finally:
        sys.setrecursionlimit(limit)

    assert {Outcome.OK} == {one.outcome for one in found}


def test_the_end_of_a_call_at_its_time_out_is_not_the_time_out_of_the_next():
    """The thread has begun another call while its time was looked at: that one has its own."""
    main, free, has_begun = threading.get_ident(), threading.Event(), threading.Event()
    release = threading.Event()

    class Late(CallContext):
        @property
        def time_left(self):
            if threading.get_ident() == main:
                free.set()
                assert has_begun.wait(LONG_S)
            return -1.0

    def first(ctx):
        free.wait(LONG_S)
        return "first"

    def second(ctx):
        has_begun.set()
        release.wait(LONG_S)
        return "second"

    def release_soon(event):  # when what was looked at has been dealt with
        if isinstance(event, CallFinished):
            asyncio.get_running_loop().call_soon(release.set)

    jobs = [
        job_of(0, "first", first, takes_context=True, timeout=0.01),
        job_of(1, "second", second, takes_context=True, timeout=LONG_S),
    ]
    with pytest.MonkeyPatch.context() as patch:
        make = type(jobs[0].work).context
        patch.setattr(
            type(jobs[0].work),
            "context",
            lambda work, **given: Late(**given) if work.function is first else make(work, **given),
        )
        found = execute(jobs, max_parallel=1, emit=release_soon)

    assert ["first", "second"] == [one.value for one in found]


@pytest.fixture
def refuse_threads(monkeypatch):
    """Have all but the first so many threads of calls refused, as at the limit of a container."""
    start, begun = threading.Thread.start, []

    def refuse(but):
        def limited(thread):
            if thread.name.startswith("aibrain-call"):
                if len(begun) >= but:
                    raise RuntimeError("can't start new thread")
                begun.append(thread)
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", limited)

    threads = DaemonThreadPool(None, name="aibrain-call")
    monkeypatch.setattr(crew, "pool", lambda process_id: threads)
    yield refuse
    threads.shutdown()


def test_a_run_makes_do_with_the_threads_there_are(refuse_threads):
    """None of its calls is lost where the system has no thread for one more."""
    refuse_threads(2)
    found = execute(_naps(6), max_parallel=5)

    assert [1] * 6 == [one.value for one in found]


def test_calls_for_which_there_is_no_thread_at_all_are_gaps(refuse_threads):
    """They say why, and a later run finds the threads that there are by then."""
    limits = SharedLimits()
    refuse_threads(0)
    found = execute(_naps(3), limits=limits)
    assert {Outcome.FAILED} == {one.outcome for one in found}
    assert "no further thread" in found[0].error.what
    assert 0 == limits.running

    refuse_threads(1)
    assert [1] * 3 == [one.value for one in execute(_naps(3), limits=limits)]


def _naps(count):
    return [job_of(n, "nap", lambda: time.sleep(0.02) or 1) for n in range(count)]


def fails_at_ends(event):
    if isinstance(event, CallFinished):
        raise ValueError("a listener's")


def test_a_listener_that_raises_at_a_time_out_ends_the_run():
    """Its fault is raised, and the run does not wait for the call for ever."""
    release = threading.Event()
    job = job_of(0, "slow", release.wait, {"timeout": LONG_S}, timeout=0.05)
    try:
        with pytest.raises(ValueError, match="a listener's"):
            execute([job], emit=fails_at_ends)
    finally:
        release.set()


def test_a_listener_that_raises_at_cancel_keeps_no_places():
    """What the run had is free for the next ones."""
    limits, token, release = SharedLimits(), CancelToken(), threading.Event()

    have_begun = threading.Barrier(3, token.cancel)

    def cancel_and_wait():
        have_begun.wait(LONG_S)
        release.wait(LONG_S)

    try:
        with pytest.raises(ValueError, match="a listener's"):
            execute(
                [job_of(n, "slow", cancel_and_wait) for n in range(3)],
                emit=fails_at_ends,
                token=token,
                limits=limits,
            )
    finally:
        release.set()
    assert 0 == limits.running
