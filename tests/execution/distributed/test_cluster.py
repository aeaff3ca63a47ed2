"""A cluster gives what this kernel gives: one outcome a call, whatever becomes of its workers."""

from __future__ import annotations

import collections
import signal
import threading

import pytest

from aibrain_jupyter.execution.calls.engines.cluster import watching
from aibrain_jupyter.execution.runs.combine import kept_calls
from aibrain_jupyter.execution.timeline.bars import bar_of_call
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import CallFinished, CallStarted

from .conftest import Cable, execute, jobs_of, rows_of, wait_until

pytestmark = pytest.mark.slow
EACH = 8
"""Calls that a worker makes at the same time."""


def doubles(queues):
    return {int(prefix[1:]) for prefix, times in queues.asked.items() if times > 1}


def twice(found):
    return {outcome.index for outcome in found if (outcome.begun or 0) > 1}


def unsure(found):
    return {outcome.index for outcome in found if outcome.begun is None}


def test_rows_are_those_of_this_kernel(queues, cluster):
    """The same calls give the same rows, events and order, each asked once, on two workers."""
    jobs, seen = jobs_of(40, queues.url), []
    here, _ = execute(jobs, "local")
    queues.asked.clear()
    queues.takes_s = 0.05
    found, report = execute(jobs, "dask", seen=seen)

    assert rows_of(here) == rows_of(found)
    assert {1} == set(queues.asked.values())
    assert [(job.index, 1) for job in jobs] == [(o.index, o.begun) for o in found]
    assert 2 == len(report.workers)
    assert 40 == sum(report.workers.values())
    assert not report.notes
    began = min(outcome.started_at for outcome in found)
    bars = [bar_of_call(call, began) for call in kept_calls(found)]
    assert report.workers == collections.Counter(bar.made_by for bar in bars)
    for kind in (CallStarted, CallFinished):
        assert set(range(40)) == {event.index for event in seen if isinstance(event, kind)}
        assert 40 == sum(isinstance(event, kind) for event in seen)


def test_kill_nine(queues, scheduler, request):
    """Workers killed every so many calls: each call has one outcome, its rows; doubles are seen."""
    calls, workers, every = (1_200, 4, 60) if request.config.option.full else (300, 4, 33)
    queues.takes_s = 0.1
    scheduler.add_workers(workers)
    is_over, killed = threading.Event(), []

    def ready():
        alive = [worker for worker in scheduler.workers if worker.poll() is None]
        return [worker for worker in alive if scheduler.is_ready(worker)]

    def kill():
        for asked in range(every, calls, every):
            while sum(queues.asked.values()) < asked:
                if is_over.wait(0.02):
                    return
            queues.answers.clear()  # whoever is killed has a call under way
            wait_until(lambda: len(ready()) > 1, "second worker to go on with")
            scheduler.add_worker()
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
    assert len(killed) >= 8
    said = twice(found)
    assert doubles(queues) <= said | unsure(found), "a call was asked twice, and nobody said so"
    # What a worker had told to begin may not have reached the server: one call a place of it.
    assert len(said - doubles(queues)) <= EACH * len(killed), "said of calls that began once"
    assert [len(said), len(unsure(found))] == [
        len(report.begun_twice),
        len(report.maybe_begun_twice),
    ]
    assert "begun twice" in " ".join(report.notes)


def test_a_call_that_kills_its_worker_is_a_gap(queues, scheduler):
    """Calls whose workers die again and again are gaps that say so; the run ends."""
    queues.answers.clear()
    scheduler.add_worker()
    scheduler.wait_for(1)
    is_over = threading.Event()

    def kill():
        while not is_over.is_set():
            asked = sum(queues.asked.values())
            while sum(queues.asked.values()) == asked and not is_over.wait(0.02):
                pass
            if not is_over.is_set():
                scheduler.workers[-1].kill()
                scheduler.add_worker()

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


def test_a_frozen_worker_and_one_that_is_cut_off(queues, scheduler):
    """Calls of workers of which nothing is heard any more are made by another, and said to be."""
    queues.takes_s = 0.05
    cable = Cable(scheduler.address)
    frozen, _, _ = (scheduler.add_worker(through=cut) for cut in (None, cable, None))
    scheduler.wait_for(3)

    def lose():
        queues.answers.clear()  # whoever is lost has a call under way
        wait_until(lambda: len(queues.asked) >= 24, "call of all three")
        frozen.send_signal(signal.SIGSTOP)
        cable.cut()
        queues.answers.set()

    try:
        found, report = execute(jobs_of(90, queues.url), "dask", during=lose)
    finally:
        cable.close()

    assert list(range(90)) == [outcome.index for outcome in found]
    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert 2 <= len(report.begun_twice)
    assert doubles(queues) <= twice(found) | unsure(found)


def test_a_network_that_is_cut(queues, cluster, monkeypatch):
    """A kernel that is cut off from its scheduler has gaps that say so; resumed, it has all."""
    monkeypatch.setattr(watching, "SCHEDULER_SILENT_S", 1.0)
    monkeypatch.setattr(watching, "ANSWER_S", 1.0)
    queues.takes_s = 0.05
    cable = Cable(cluster.address)
    get_settings().set("engine_address", cable.address, "test")

    def cut():
        wait_until(lambda: len(queues.asked) >= 12, "call")
        cable.cut()

    try:
        found, _ = execute(jobs_of(1_200, queues.url), "dask", during=cut)
    finally:
        cable.close()
    lost = [outcome for outcome in found if outcome.error]

    assert list(range(1_200)) == [outcome.index for outcome in found]
    assert {Outcome.OK, Outcome.FAILED} >= {outcome.outcome for outcome in found}
    assert lost
    assert all("the scheduler is silent" in outcome.error.what for outcome in lost)
    assert {"WorkerLost"} == {outcome.error.facts["code"] for outcome in lost}

    cluster.wait_until_idle()
    get_settings().set("engine_address", cluster.address, "test")
    missing = [jobs_of(1_200, queues.url)[outcome.index] for outcome in lost[:30]]
    again, _ = execute(missing, "dask")
    assert {Outcome.OK} == {outcome.outcome for outcome in again}


def test_a_lost_scheduler(queues, cluster_of):
    """Without its scheduler a run ends: gaps to be resumed, none of them called cancelled."""
    queues.takes_s = 0.3
    cluster = cluster_of(workers=1)

    def lose():
        wait_until(lambda: len(queues.asked) >= 12, "call")
        cluster.scheduler.kill()

    found, _ = execute(jobs_of(200, queues.url), "dask", during=lose)
    counts = collections.Counter(outcome.outcome for outcome in found)

    assert {Outcome.OK, Outcome.FAILED} >= set(counts)
    assert counts[Outcome.FAILED] > 100
    assert 200 == sum(counts.values())
    assert "scheduler was lost" in next(o.error.what for o in found if o.error)


def test_no_worker_is_left(queues, scheduler, monkeypatch):
    """When the last worker has gone the run waits a while, and then says so."""
    monkeypatch.setattr(watching, "WORKER_S", 2.0)
    queues.answers.clear()
    scheduler.add_workers(1)

    def lose():
        wait_until(lambda: queues.asked, "call")
        scheduler.workers[0].kill()

    found, _ = execute(jobs_of(40, queues.url), "dask", during=lose)

    assert "no worker was left" in found[-1].error.what


def test_the_time_of_the_run_is_over(queues, cluster):
    """What is not done when the run's time is over has timed out, and says which time."""
    queues.answers.clear()
    found, _ = execute(jobs_of(60, queues.url), "dask", run_timeout=1)

    assert {Outcome.TIMED_OUT} == {outcome.outcome for outcome in found}
    assert "run's time of 1" in found[-1].error.what
