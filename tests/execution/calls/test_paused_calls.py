"""Calls whose profile waits for a session: held back, told of, and let go."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import CallsPaused
from aibrain_jupyter.shared.pauses import Pause, get_pauses

TARGET = AwsTarget("111122223333")
PAUSE = Pause("The session of prod has ended.", "Run in a terminal: aws sso login")


@pytest.fixture
def pauses():
    """The pauses of the process, none of which may be left."""
    yield get_pauses()
    left = bool(get_pauses())
    get_pauses().end("prod")
    assert not left


def execute(jobs, *, token=None, seen=None, run_timeout=None):
    async def run():
        return await execute_jobs(
            jobs,
            max_parallel=2,
            emit=(seen if seen is not None else []).append,
            token=token or CancelToken(),
            run_timeout=run_timeout,
        )

    return asyncio.run(run())


def job(index, profile, function, **more):
    target = AwsTarget(account=profile[:1] * 12, region=f"r-{index}", profile=profile)
    return Job.calling(index, "x", function, target=target, limit_key=index, **more)


@pytest.mark.parametrize("profile", ["prod", "role:Audit@111122223333 from prod"])
def test_held_calls_begin_when_the_pause_is_over(pauses, profile):
    """No call of the profile, or of a role behind it, begins; others do, and all end."""
    began, seen = [], []

    def note(name):
        began.append((name, bool(pauses)))
        if 4 == began.count(("free", True)):
            pauses.end("prod")

    pauses.begin("prod", PAUSE)
    jobs = [job(n, profile, lambda: note("held")) for n in range(4)]
    jobs += [job(n, "dev", lambda: note("free")) for n in range(4, 8)]
    found = execute(jobs, seen=seen)

    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert {("free", True), ("held", False)} == set(began)
    assert 8 == len(began)
    assert [CallsPaused("prod", PAUSE), CallsPaused("prod", None)] == [
        event for event in seen if isinstance(event, CallsPaused)
    ]


def test_a_tool_without_accounts_has_no_session(pauses):
    """The default profile's pause does not hold what asks no account."""
    pauses.begin("", PAUSE)
    [found] = execute([Job.calling(0, "plain", lambda: bool(pauses))])
    pauses.end("")

    assert found.value is True


def test_a_run_that_holds_calls_can_be_cancelled(pauses):
    """Held calls count as not begun."""
    token = CancelToken()
    pauses.begin("prod", PAUSE)
    threading.Timer(0.2, token.cancel).start()
    began = time.monotonic()
    [found] = execute([job(0, "prod", lambda: None)], token=token)
    pauses.end("prod")

    assert (Outcome.CANCELLED, None) == (found.outcome, found.started_at)
    assert time.monotonic() - began < 30


def test_the_runs_own_time_does_not_stand_still(pauses):
    """`--run-timeout` is kept although a call waits, and its thread is told that it is over."""
    saw_end = threading.Event()

    def wait(ctx):
        with ctx.standing_still():
            while not ctx.is_over:
                time.sleep(0.01)
        saw_end.set()
        ctx.check()

    [found] = execute(
        [Job.calling(0, "x", wait, takes_context=True, target=TARGET, timeout=0.1)],
        run_timeout=0.5,
    )

    assert Outcome.TIMED_OUT is found.outcome
    assert saw_end.wait(60)


def test_the_calls_own_time_stands_still():
    """A call may take its time-out and what it waited, from whichever threads it waits in."""

    def wait(ctx):
        def one(seconds):
            with ctx.standing_still():
                time.sleep(seconds)

        ctx.map(one, [0.3, 2.5, 0.3])
        ctx.check()
        return ctx.time_left

    [found] = execute([Job.calling(0, "x", wait, takes_context=True, target=TARGET, timeout=2)])

    assert 0 < found.value <= 2


def test_a_call_that_stood_still_still_times_out():
    """Afterwards the clock goes on where it stopped."""
    release = threading.Event()

    def wait(ctx):
        with ctx.standing_still():
            time.sleep(0.3)
        while not ctx.is_over:
            time.sleep(0.01)
        release.wait(60)  # deaf to it: the engine has to end the call

    began = time.monotonic()
    [found] = execute([Job.calling(0, "x", wait, takes_context=True, target=TARGET, timeout=1)])
    took = time.monotonic() - began
    release.set()

    assert Outcome.TIMED_OUT is found.outcome
    assert 1.3 <= took < 30
