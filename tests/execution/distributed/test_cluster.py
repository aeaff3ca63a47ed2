"""A cluster gives what this kernel gives: one outcome a call, whatever becomes of its workers."""

from __future__ import annotations

import collections
import signal
import threading
import time

import pytest

from aibrain_jupyter.execution.calls.engines.cluster import watching
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import CallFinished, CallStarted

from .conftest import execute, jobs_of, rows_of, wait_until

pytestmark = pytest.mark.slow


def doubles(queues):
    return {int(prefix[1:]) for prefix, times in queues.asked.items() if times > 1}


def twice(found):
    return {outcome.index for outcome in found if outcome.begun > 1}


def test_rows_are_those_of_this_kernel(queues, cluster_of):
    """The same calls give the same rows, events and order, each asked once, on two workers."""
    cluster_of(workers=2)
    jobs, seen = jobs_of(40, queues.url), []
    here, _ = execute(jobs, "local")
    queues.asked.clear()
    found, report = execute(jobs, "dask", seen=seen)

    assert rows_of(here) == rows_of(found)
    assert {1} == set(queues.asked.values())
    assert [(job.index, 1) for job in jobs] == [(o.index, o.begun) for o in found]
    assert 2 == len(report.workers)
    assert 40 == sum(report.workers.values())
    assert not report.notes
    for kind in (CallStarted, CallFinished):
        assert set(range(40)) == {event.index for event in seen if isinstance(event, kind)}
        assert 40 == sum(isinstance(event, kind) for event in seen)


def test_kill_nine(queues, cluster_of, request):
    """A worker killed every 60 calls: each call has one outcome and its rows; doubles are seen."""
    calls = 1_200 if request.config.option.full else 300
    queues.takes_s = 0.1
    cluster = cluster_of(workers=4)
    is_over, killed = threading.Event(), []

    def ready():
        alive = [worker for worker in cluster.workers if worker.poll() is None]
        return [worker for worker in alive if cluster.is_ready(worker)]

    def kill():
        for asked in range(60, calls, 60):
            while sum(queues.asked.values()) < asked:
                if is_over.wait(0.02):
                    return
            queues.answers.clear()  # whoever is killed has a call under way
            wait_until(lambda: len(ready()) > 1, "second worker to go on with")
            cluster.add_worker()
            killed.append(ready()[0])
            killed[-1].kill()
            queues.answers.set()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    try:
        found, report = execute(jobs_of(calls, queues.url, prefix="q"), "dask")
    finally:
        is_over.set()
        killer.join()  # else it starts a worker that nobody ends
    lost = [outcome for outcome in found if outcome.outcome is not Outcome.OK]

    assert list(range(calls)) == [outcome.index for outcome in found]
    assert [] == [str(outcome.error) for outcome in lost]
    urls = [f"https://sqs/q{index}" for index in range(calls)]
    assert urls == [outcome.value.frame.iloc[0, 0] for outcome in found]
    assert len(killed) >= 4
    assert doubles(queues) <= twice(found), "a call was asked twice, and nobody said so"
    assert len(twice(found)) == len(report.begun_twice)
    assert "begun twice" in " ".join(report.notes)


def test_a_call_that_kills_its_worker_is_a_gap(queues, cluster_of):
    """Calls whose workers die again and again are gaps that say so; the run ends."""
    queues.takes_s = 3.0
    cluster = cluster_of(workers=1)
    is_over = threading.Event()

    def kill():
        while not is_over.is_set():
            asked = sum(queues.asked.values())
            while sum(queues.asked.values()) == asked and not is_over.wait(0.02):
                pass
            cluster.workers[-1].kill()
            cluster.add_worker()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    try:
        [found], _ = execute(jobs_of(1, queues.url), "dask")
    finally:
        is_over.set()
        killer.join()  # else it starts a worker that nobody ends

    assert Outcome.FAILED is found.outcome
    assert "WorkerLost" == found.error.facts["code"]
    assert "%aibrain resume" in found.error.next_steps[0]


def test_a_frozen_worker(queues, cluster_of):
    """Calls of a worker that stands still are made by another, and said to have begun twice."""
    queues.takes_s = 0.2
    cluster = cluster_of(workers=2, ttl="4s")

    def freeze():
        wait_until(lambda: len(queues.asked) >= 6, "call")
        cluster.workers[0].send_signal(signal.SIGSTOP)

    found, report = execute(jobs_of(60, queues.url), "dask", during=freeze)

    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert report.begun_twice
    assert doubles(queues) <= twice(found)


def test_a_lost_scheduler(queues, cluster_of):
    """Without its scheduler a run ends: gaps to be resumed, none of them called cancelled."""
    queues.takes_s = 0.3
    cluster = cluster_of(workers=2)

    def lose():
        wait_until(lambda: len(queues.asked) >= 12, "call")
        cluster.scheduler.kill()

    began = time.monotonic()
    found, _ = execute(jobs_of(200, queues.url), "dask", during=lose)
    counts = collections.Counter(outcome.outcome for outcome in found)

    assert {Outcome.OK, Outcome.FAILED} >= set(counts)
    assert counts[Outcome.FAILED] > 100
    assert 200 == sum(counts.values())
    assert "scheduler was lost" in next(o.error.what for o in found if o.error)
    assert time.monotonic() - began < 40


def test_no_worker_is_left(queues, cluster_of, monkeypatch):
    """When the last worker has gone the run waits a while, and then says so."""
    monkeypatch.setattr(watching, "WORKER_S", 2.0)
    queues.takes_s = 0.3
    cluster = cluster_of(workers=1)

    def lose():
        wait_until(lambda: queues.asked, "call")
        cluster.workers[0].kill()

    found, _ = execute(jobs_of(40, queues.url), "dask", during=lose)

    assert "no worker was left" in found[-1].error.what


def test_cancel_ends_within_a_second(queues, cluster_of):
    """Cancel ends a run of more calls than fit, and soon nothing more is asked."""
    queues.takes_s = 0.1
    cluster_of(workers=2)
    token, told = CancelToken(), []

    def cancel():
        wait_until(lambda: len(queues.asked) >= 20, "call")
        told.append(time.monotonic())
        token.cancel()

    found, _ = execute(jobs_of(2_000, queues.url), "dask", token=token, during=cancel)
    took = time.monotonic() - told[0]
    asked = sum(queues.asked.values())
    time.sleep(1.5)

    assert took < 3, took  # 1.0 on a machine with nothing else to do
    assert {Outcome.OK, Outcome.CANCELLED} == {outcome.outcome for outcome in found}
    assert asked + 20 > sum(queues.asked.values())


def test_the_time_of_the_run_is_over(queues, cluster_of):
    """What is not done when the run's time is over has timed out, and says which time."""
    queues.takes_s = 0.5
    cluster_of(workers=1)
    found, _ = execute(jobs_of(60, queues.url), "dask", run_timeout=2)

    assert Outcome.TIMED_OUT is found[-1].outcome
    assert "run's time of 2" in found[-1].error.what
