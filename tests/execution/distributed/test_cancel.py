"""Cancel ends a run on a cluster with what it has, and awaits nobody there."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from aibrain_jupyter.execution.calls.engines.cluster import asking, carrier, connecting, watching
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import CallFinished, CallStarted

from .conftest import ROOT, Cable, execute, jobs_of, wait_until

pytestmark = pytest.mark.slow
PLACES = 16
"""Calls that two workers of one thread make at the same time."""
KERNEL = """
from aibrain_jupyter.shared.config import get_settings
from tests.execution.distributed.conftest import execute, jobs_of
get_settings().set("engine_address", {address!r}, "test")
execute(jobs_of(300, {url!r}), "dask")
"""


def ends(*arguments, **more):
    """Carry jobs out in a thread; fail if that does not end."""
    found = []
    run = threading.Thread(target=lambda: found.extend(execute(*arguments, **more)), daemon=True)
    run.start()
    run.join(180)
    assert not run.is_alive(), "Cancel waits for somebody"
    return found


@pytest.fixture
def _patient(monkeypatch):
    """Whoever awaits an answer of the cluster now waits for an hour."""
    for module, name in (
        (connecting, "CONNECT_S"),
        (connecting, "ANSWER_S"),
        (connecting, "WORKER_S"),
        (asking, "ANSWER_S"),
        (carrier, "ANSWER_S"),
        (watching, "ANSWER_S"),
    ):
        monkeypatch.setattr(module, name, 3_600.0)


@pytest.mark.usefixtures("_patient")
def test_nothing_begins_after_cancel(queues, cluster):
    """What is under way is given up, here and there; of what waits nothing is asked, ever."""
    queues.answers.clear()
    token, seen = CancelToken(), []

    def cancel():
        wait_until(lambda: sum(queues.asked.values()) == PLACES, "call in each place")
        token.cancel()

    found, _ = ends(jobs_of(2_000, queues.url), "dask", token=token, seen=seen, during=cancel)
    cluster.wait_until_idle()
    queues.answers.set()

    assert {Outcome.CANCELLED} == {outcome.outcome for outcome in found}
    assert PLACES == sum(queues.asked.values())
    begun = {event.index for event in seen if isinstance(event, CallStarted)}
    ended = [event.index for event in seen if isinstance(event, CallFinished)]
    assert begun == set(ended) == set(range(2_000))
    assert 2_000 == len(ended)
    said = " ".join(outcome.error.what for outcome in found)
    assert PLACES >= said.count("was cancelled before it was done")


@pytest.mark.usefixtures("_patient")
def test_what_was_answered_is_kept(queues, cluster):
    """Rows that are there when a run is cancelled are in it."""
    token, seen = CancelToken(), []

    def cancel():
        wait_until(lambda: CallFinished in {type(event) for event in tuple(seen)}, "answer")
        queues.answers.clear()
        token.cancel()

    found, _ = ends(jobs_of(2_000, queues.url), "dask", token=token, seen=seen, during=cancel)

    assert {Outcome.OK, Outcome.CANCELLED} == {outcome.outcome for outcome in found}


@pytest.mark.usefixtures("_patient")
@pytest.mark.parametrize("is_forced", [False, True], ids=["once", "twice"])
def test_a_cluster_that_stands_still_delays_nothing(queues, scheduler, is_forced):
    """With scheduler and workers frozen a cancelled run ends, with an outcome for each call."""
    queues.answers.clear()
    scheduler.add_workers(2)
    token = CancelToken()

    def cancel():
        wait_until(lambda: sum(queues.asked.values()) == PLACES, "call in each place")
        for process in (scheduler.scheduler, *scheduler.workers):
            process.send_signal(signal.SIGSTOP)
        token.cancel()
        if is_forced:
            token.cancel()

    try:
        found, _ = ends(jobs_of(500, queues.url), "dask", token=token, during=cancel)
    finally:
        for process in (*scheduler.workers, scheduler.scheduler):
            process.send_signal(signal.SIGCONT)

    assert list(range(500)) == [outcome.index for outcome in found]
    assert {Outcome.CANCELLED} == {outcome.outcome for outcome in found}


@pytest.mark.usefixtures("_patient")
def test_cancel_while_a_scheduler_is_looked_for(queues, cluster):
    """A run that is cancelled before its cluster has answered ends, and has asked nothing."""
    cable, token = Cable(cluster.address), CancelToken()
    cable.cut()
    get_settings().set("engine_address", cable.address, "test")
    cancel = threading.Timer(0.5, token.cancel)
    cancel.start()
    try:
        found, report = ends(jobs_of(20, queues.url), "dask", token=token)
    finally:
        cable.close()

    assert {Outcome.CANCELLED} == {outcome.outcome for outcome in found}
    assert "cancelled before it was reached" in report.why
    assert not queues.asked


def test_calls_of_a_killed_kernel_end(queues, cluster):
    """Workers give up what a kernel asked for that was killed: nothing more of it is asked."""
    queues.answers.clear()
    code = KERNEL.format(address=cluster.address, url=queues.url)
    kernel = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    try:
        wait_until(lambda: sum(queues.asked.values()) == PLACES, "call in each place")
    finally:
        kernel.kill()
        kernel.wait(10)
    cluster.wait_until_idle()
    queues.answers.set()

    assert PLACES == sum(queues.asked.values())
    found, _ = execute(jobs_of(20, queues.url, prefix="next"), "dask")
    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert PLACES + 20 == sum(queues.asked.values())
