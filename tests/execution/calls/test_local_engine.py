"""The engine: every job ends in exactly one outcome, its own, whatever happens."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import threading
import time

import pandas as pd
import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.calls.engines import local
from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.shared.base_tool import ToolResult
from aibrain_jupyter.shared.coverage import NOWHERE, Gap, Outcome
from aibrain_jupyter.shared.error_handler import (
    CallCancelledError,
    CallTimeoutError,
    CredentialsExpiredError,
    NotOfferedError,
    PermissionDeniedError,
)
from aibrain_jupyter.shared.events import CallFinished, CallStarted

LONG_S = 60
job_of = Job.calling


def execute(jobs, *, token=None, seen=None, **limits):
    """Run jobs on a loop of their own; no worker task may be left when they are done."""

    async def run():
        found = await execute_jobs(
            jobs,
            max_parallel=limits.get("max_parallel", 8),
            per_key=limits.get("per_key", 8),
            emit=(seen if seen is not None else []).append,
            token=token or CancelToken(),
            **{k: v for k, v in limits.items() if k in ("run_timeout", "on_outcome")},
        )
        return found, [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]

    found, left = asyncio.run(run())
    assert [] == left
    return found


def outcomes(found):
    return [str(outcome.outcome) for outcome in found]


def wait(seconds=LONG_S):
    time.sleep(seconds)
    return seconds


async def wait_on_loop(seconds=LONG_S):
    await asyncio.sleep(seconds)
    return seconds


each_kind = pytest.mark.parametrize("function", [wait, wait_on_loop], ids=["blocking", "async"])


@each_kind
def test_results_come_in_the_order_of_the_jobs(function):
    """The last to finish may be the first asked for."""
    delays = [0.2, 0.01, 0.1, 0.0]
    found = execute([job_of(i, "wait", function, {"seconds": d}) for i, d in enumerate(delays)])

    assert delays == [outcome.value for outcome in found]
    assert [0, 1, 2, 3] == [outcome.index for outcome in found]


@each_kind
def test_a_call_that_fails_first_is_the_one_that_is_blamed(function):
    """The fastest of three fails: its own target gets the error, the others their values."""

    def deny():
        raise PermissionDeniedError("Account 2 refused it.")

    jobs = [
        job_of(0, "list", function, {"seconds": 0.2}, target=AwsTarget("111111111111")),
        job_of(1, "list", function, {"seconds": 0.1}, target=AwsTarget("333333333333")),
        job_of(2, "list", deny, target=AwsTarget("222222222222")),
    ]
    found = execute(jobs)

    assert ["ok", "ok", "denied"] == outcomes(found)
    assert [j.target for j in jobs] == [outcome.target for outcome in found]
    assert "Account 2 refused it." == found[2].error.what


def test_an_outcome_goes_by_the_index_of_its_job():
    """Jobs in any order, with gaps in their numbers, keep their own outcomes."""
    found = execute([job_of(i, "same", lambda i=i: i) for i in (7, 3, 40)])

    assert [(7, 7), (3, 3), (40, 40)] == [(o.index, o.value) for o in found]


def test_jobs_that_could_not_be_told_apart_are_refused():
    """Two jobs of one index never run."""
    with pytest.raises(ValueError, match="share an index"):
        execute([job_of(1, "a", wait), job_of(1, "b", wait)])


def test_an_error_says_itself_how_the_call_ended():
    """Each of our errors brings its outcome; the error is kept as it is."""
    errors = [NotOfferedError("not there"), PermissionDeniedError("no"), CallTimeoutError("late")]

    def fail(error):
        raise error

    found = execute([job_of(i, "fail", fail, {"error": e}) for i, e in enumerate(errors)])

    assert [Outcome.NOT_OFFERED, Outcome.DENIED, Outcome.TIMED_OUT] == [o.outcome for o in found]
    assert errors == [outcome.error for outcome in found]


@pytest.mark.parametrize("error", [KeyError("x"), StopIteration(), SystemExit(3)], ids=repr)
def test_a_fault_of_a_tool_names_tool_and_target_and_keeps_its_cause(error):
    """Anything but our errors is a fault: failed, chained, with the traceback."""

    def broken():
        raise error

    target = AwsTarget("111111111111", "eu-west-1")
    good = job_of(1, "good", lambda: "fine")
    failed, fine = execute([job_of(0, "iam users", broken, target=target), good])

    assert Outcome.FAILED is failed.outcome
    assert "iam users on 111111111111/eu-west-1" in failed.error.what
    assert "fine" == fine.value
    causes = [failed.error.__cause__, failed.error.__cause__.__cause__]
    assert error in causes
    assert error.__traceback__ is not None


def test_rows_decide_between_ok_and_empty():
    """A frame without rows is empty, with rows or no frame at all it is ok."""
    frame = pd.DataFrame({"a": [1, 2]})
    values = [
        ToolResult(frame),
        ToolResult(frame.head(0), source="disk"),
        frame,
        frame.head(0),
        [],
        None,
    ]
    seen = []
    found = execute([job_of(i, "v", lambda v=v: v) for i, v in enumerate(values)], seen=seen)

    assert ["ok", "empty", "ok", "empty", "ok", "ok"] == outcomes(found)
    finished = {e.index: e for e in seen if isinstance(e, CallFinished)}
    assert [2, 0, 2, 0, 0, 0] == [finished[i].rows for i in range(6)]
    assert ["live", "disk"] == [finished[i].source for i in range(2)]


def test_a_job_born_failed_never_runs():
    """What planning knows to fail fails with its own error and outcome."""
    ran = []
    error = CredentialsExpiredError("expired")
    seen = []
    found = execute([job_of(0, "x", lambda: ran.append(1), born_failed=error)], seen=seen)

    assert [] == ran
    assert (error, Outcome.FAILED) == (found[0].error, found[0].outcome)
    assert ["CallFinished"] == [type(e).__name__ for e in seen]


def test_every_call_tells_its_start_and_its_end():
    """One start and one end per call, the end with outcome, time and reason."""
    seen = []
    execute(
        [job_of(0, "good", wait, {"seconds": 0}), job_of(1, "bad", lambda: 1 / 0)],
        seen=seen,
    )

    assert {0, 1} == {e.index for e in seen if isinstance(e, CallStarted)}
    ends = {e.index: e for e in seen if isinstance(e, CallFinished)}
    assert [Outcome.OK, Outcome.FAILED] == [ends[0].outcome, ends[1].outcome]
    assert "ZeroDivisionError: division by zero" == ends[1].why
    assert 4 == len(seen)


def test_an_end_tells_the_reason_as_its_gap_does():
    """Why the provider refused, not only that it did: what the progress panel shows."""
    seen, refusal = [], PermissionDeniedError("1 refused iam:ListUsers.", why="User: x may not")

    def refused():
        raise refusal

    execute([job_of(0, "bad", refused)], seen=seen)

    assert "User: x may not" == seen[-1].why == Gap.of(refusal, NOWHERE).why


def test_a_listener_that_raises_is_not_passed_over():
    """A fault in a listener is raised, not lost in a worker."""

    def broken(event):
        raise RuntimeError("listener")

    async def run():
        jobs = [job_of(0, "x", lambda: 1)]
        await execute_jobs(jobs, max_parallel=1, emit=broken, token=CancelToken())

    with pytest.raises(RuntimeError, match="listener"):
        asyncio.run(run())


class Meter:
    """
    Counts how many calls run at once, in all and per key.

    The first calls wait for each other until `full` of them are there, however long a thread takes
    to begin; without so many at once the counts show it.
    """

    def __init__(self, full=1):
        self._full, self._is_full = full, threading.Event()
        self._lock = threading.Lock()
        self._now = collections.Counter()
        self.most = collections.Counter()
        self.order = []

    def __call__(self, key):
        with self._lock:
            self.order.append(key)
            for name in (key, "all"):
                self._now[name] += 1
                self.most[name] = max(self.most[name], self._now[name])
            if self._now["all"] >= self._full:
                self._is_full.set()
        self._is_full.wait(LONG_S)
        time.sleep(0.02)
        with self._lock:
            self._now.subtract([key, "all"])


def test_limits_hold_in_all_and_per_key():
    """A full key never holds up another, and neither limit is passed nor left unused."""
    meter = Meter(full=8)
    keys = ["a"] * 12 + ["b"] * 12 + ["c"] * 2
    jobs = [job_of(i, k, meter, {"key": k}, limit_key=k) for i, k in enumerate(keys)]
    found = execute(jobs, max_parallel=8, per_key=3)

    assert {"ok"} == set(outcomes(found))
    assert (8, 3, 3) == (meter.most["all"], meter.most["a"], meter.most["b"])
    meter = Meter(full=5)
    execute([job_of(i, "x", meter, {"key": "x"}) for i in range(12)], max_parallel=5)
    assert 5 == meter.most["all"]


def test_the_place_of_a_call_on_the_loop_is_taken_by_one_in_a_thread():
    """A run has all the calls under way that it may, also when one ends as more begin."""

    async def until_more_begin():
        while asyncio.get_running_loop()._scheduled:
            await asyncio.sleep(0)

    meter = Meter(full=3)
    slow = [job_of(i, "slow", meter, {"key": "x"}) for i in range(1, 5)]
    execute([job_of(0, "quick", until_more_begin), *slow], max_parallel=3)

    assert 3 == meter.most["all"]


def test_calls_that_end_at_once_need_one_thread(monkeypatch):
    """Threads are for calls that wait: two hundred that do not are made one after the other."""
    monkeypatch.setattr(local, "STEP_S", LONG_S)
    used = set()
    execute([job_of(i, "x", lambda: used.add(threading.get_ident())) for i in range(200)])

    assert 1 == len(used)


def test_jobs_without_a_key_have_only_the_limit_in_all():
    """None is no key to share."""
    meter = Meter(full=6)
    execute([job_of(i, "x", meter, {"key": None}) for i in range(12)], max_parallel=6, per_key=1)

    assert 6 == meter.most["all"]


def test_keys_take_turns():
    """One account's thousand calls do not keep another's two waiting."""
    meter = Meter()
    keys = ["big"] * 20 + ["small"] * 2
    jobs = [job_of(i, k, meter, {"key": k}, limit_key=k) for i, k in enumerate(keys)]
    execute(jobs, max_parallel=1)

    assert ["big", "small", "big", "small", "big"] == meter.order[:5]


@each_kind
def test_a_call_that_takes_too_long_times_out_alone(function):
    """Its outcome says who and what to do; the others are not touched, nor is capacity."""
    target = AwsTarget("111111111111", "eu-west-1")
    slow = job_of(0, "iam users", function, target=target, timeout=0.1)
    quick = [job_of(i, "quick", function, {"seconds": 0.01}) for i in range(1, 6)]
    began = time.monotonic()
    found = execute([slow, *quick], max_parallel=1)

    assert ["timed out"] + ["ok"] * 5 == outcomes(found)
    assert "iam users on 111111111111/eu-west-1" in found[0].error.what
    assert "--timeout" in str(found[0].error)
    assert time.monotonic() - began < LONG_S / 2


@each_kind
def test_a_run_ends_when_its_time_is_over(function):
    """What is not done then has timed out, begun or not; what is done stays; no more is begun."""
    jobs = [
        job_of(0, "quick", function, {"seconds": 0}),
        *(job_of(i, "x", function) for i in (1, 2, 3)),
    ]
    began = time.monotonic()
    found = execute(jobs, max_parallel=2, run_timeout=2)  # the quick one has to have ended by then

    assert ["ok"] + ["timed out"] * 3 == outcomes(found)
    assert "--run-timeout" in str(found[3].error)
    assert time.monotonic() - began < LONG_S / 2


def test_outcomes_are_told_as_they_come():
    """Who listens hears of a call that has ended while others go on."""
    seen, late = [], threading.Event()

    def on_outcome(outcome):
        seen.append(outcome.index)
        late.set()

    jobs = [
        job_of(0, "slow", late.wait, {"timeout": LONG_S}),
        job_of(1, "quick", wait, {"seconds": 0}),
    ]
    found = execute(jobs, on_outcome=on_outcome)

    assert [1, 0] == seen
    assert found[0].value is True


def test_a_time_out_raised_by_the_tool_is_a_fault_of_the_tool():
    """TimeoutError from within is not taken for the call's own time-out."""

    def broken():
        raise TimeoutError("inner")

    (found,) = execute([job_of(0, "x", broken, timeout=30)])

    assert Outcome.FAILED is found.outcome
    assert "inner" in found.error.why


def test_a_context_gets_deadline_and_cancel():
    """Domain code sees the call's own deadline and the run's cancel, and may end by itself."""
    token = CancelToken()

    def look(ctx):
        left = ctx.deadline - time.monotonic()
        return 0 < left <= 30 and ctx.cancelled is token.event

    (found,) = execute([job_of(0, "look", look, takes_context=True, timeout=30)], token=token)

    assert found.value is True


@each_kind
def test_cancel_keeps_what_is_done(function):
    """Finished results stay; what runs and what waits is cancelled; it does not take long."""
    token, seen = CancelToken(), []
    jobs = [job_of(0, "quick", function, {"seconds": 0})]
    jobs += [job_of(i, "slow", function) for i in range(1, 10)]
    began = time.monotonic()
    found = execute(
        jobs, token=token, seen=seen, max_parallel=3, on_outcome=lambda outcome: token.cancel()
    )

    assert ["ok"] + ["cancelled"] * 9 == outcomes(found)
    assert all(isinstance(o.error, CallCancelledError) for o in found[1:])
    assert list(range(10)) == sorted(e.index for e in seen if isinstance(e, CallFinished))
    assert time.monotonic() - began < LONG_S / 2


def test_a_blocking_call_that_ends_within_the_grace_keeps_its_result():
    """A call about to finish is waited for, a little."""
    token, has_begun = CancelToken(), threading.Event()

    def finish_late():
        has_begun.set()
        token.event.wait(LONG_S)
        return "done"

    threading.Thread(target=lambda: has_begun.wait(LONG_S) and token.cancel()).start()
    found = execute([job_of(0, "late", finish_late), job_of(1, "slow", wait)], token=token)

    assert ["ok", "cancelled"] == outcomes(found)
    assert "done" == found[0].value


def test_a_call_that_will_not_be_cancelled_is_left_behind():
    """An async call that swallows its cancel holds nobody up, and what it says later is dropped."""
    token, later = CancelToken(), []
    has_begun, release = asyncio.Event(), asyncio.Event()

    async def stubborn():
        has_begun.set()
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                later.append("refused")
        raise RuntimeError("nobody hears this")

    async def cancel_twice():
        await has_begun.wait()
        token.cancel()
        await asyncio.sleep(0.1)
        token.cancel()

    async def run():
        cancelling = asyncio.create_task(cancel_twice())
        seen = []
        jobs = [job_of(0, "stubborn", stubborn)]
        found = await execute_jobs(jobs, max_parallel=1, emit=seen.append, token=token)
        await cancelling
        left = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        release.set()
        await asyncio.wait(left)
        return found, len(seen), len(left)

    found, events, left = asyncio.run(run())

    assert ["cancelled"] == outcomes(found)
    assert later
    assert (2, 1) == (events, left)


def test_an_abandoned_blocking_call_is_heard_no_more(monkeypatch):
    """Its thread goes on, but tells the listeners of the run nothing."""
    seen, release, has_ended = [], threading.Event(), threading.Event()
    not_begun = contextlib.ExitStack()

    def read_on(ctx):
        not_begun.close()
        release.wait(LONG_S)
        ctx.count("iam:ListUsers")
        has_ended.set()

    job = job_of(0, "slow", read_on, takes_context=True, timeout=0.05)
    make = type(job.work).context

    def context(*args, **given):
        # Its time begins with the call, however long its thread takes to begin.
        made = make(*args, **given)
        not_begun.enter_context(made.standing_still())
        return made

    monkeypatch.setattr(type(job.work), "context", context)
    (found,) = execute([job], seen=seen)
    release.set()

    assert Outcome.TIMED_OUT is found.outcome
    assert has_ended.wait(LONG_S)
    assert [CallStarted, CallFinished] == [type(event) for event in seen]


def test_a_token_that_is_cancelled_already_runs_nothing():
    """A run that is stopped before it starts has outcomes and no calls."""
    token, ran = CancelToken(), []
    token.cancel()
    found = execute([job_of(i, "x", lambda: ran.append(1)) for i in range(3)], token=token)

    assert ["cancelled"] * 3 == outcomes(found)
    assert [] == ran


def test_cancelling_the_awaiting_task_stops_the_calls():
    """An async user's own time-out reaches the calls through the token."""
    token = CancelToken()

    async def run():
        jobs = [job_of(0, "slow", wait_on_loop), job_of(1, "slow", wait)]
        async with asyncio.timeout(0.1):
            await execute_jobs(jobs, max_parallel=2, emit=lambda e: None, token=token)

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    assert token.is_cancelled


def test_two_thousand_quick_calls_leave_no_thread_behind():
    """Threads are made for the calls at once, not for the calls in all, and used again."""

    def threads():
        return {t for t in threading.enumerate() if t.name.startswith("aibrain-call")}

    before = threads()
    for _ in range(2):
        found = execute([job_of(i, "quick", lambda: 1) for i in range(1000)], max_parallel=4)
        assert 1000 == sum(outcome.value for outcome in found)

    assert len(threads() - before) <= 4


def test_no_jobs_give_no_outcomes():
    """An empty plan is done at once."""
    assert [] == execute([])
