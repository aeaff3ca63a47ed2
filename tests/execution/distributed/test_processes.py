"""Processes of this machine give what this kernel gives, and are chosen where they are worth it."""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import gzip
import json
import os
import signal
import socket
import threading
from concurrent.futures import Future
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import pytest

from aibrain_jupyter.aws.clients.pool import SessionProfile, get_client_pool
from aibrain_jupyter.execution.calls.engines.choosing import chosen
from aibrain_jupyter.execution.calls.engines.elsewhere import sending
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run, unpacked
from aibrain_jupyter.execution.calls.engines.processes import carrier
from aibrain_jupyter.execution.calls.engines.processes.channel import Channel, WorkerEnd
from aibrain_jupyter.execution.calls.engines.report import Report
from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import CallFinished, CallStarted, ignore
from aibrain_jupyter.shared.raw_answers import RawFolder
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool
from aibrain_jupyter.shared.tools.call_policy import CallPolicy

from .conftest import ACCOUNT, execute, jobs_of, rows_of, wait_until

pytestmark = pytest.mark.slow


def children():
    """Return the processes that loky started here and that run calls."""
    here, found = str(os.getpid()), []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            status = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if status[1] == here and "loky.backend.popen_loky" in command:
            found.append(int(folder.name))
    return found


def test_rows_are_those_of_this_kernel(queues, monkeypatch):
    """The same calls give the same rows, events and order; each is asked once, elsewhere."""
    jobs, seen, ended = jobs_of(40, queues.url), [], []
    for engine in ("local", "elsewhere.answers"):  # the kernel's own is emptied by who measures
        monkeypatch.setattr(f"aibrain_jupyter.execution.calls.engines.{engine}.ENDED", ended)
    here, _ = execute(jobs, "local")
    queues.asked.clear()
    found, report = execute(jobs, "processes", seen=seen)

    assert rows_of(here) == rows_of(found)
    assert {1} == set(queues.asked.values())
    assert {1} == {outcome.begun for outcome in found}
    assert 40 == sum(report.workers.values())
    asked = [len(context.answered) for job, context in ended if job in jobs]
    assert 80 == sum(asked)  # what workers ask is measured as what this kernel asks
    assert f"process {os.getpid()}" not in report.workers
    for kind in (CallStarted, CallFinished):
        assert set(range(40)) == {event.index for event in seen if isinstance(event, kind)}


def test_what_processes_tell_is_heard_in_the_variables_of_the_run(queues):
    """Whoever shows it writes under the cell of the run, not under the latest."""
    whose = contextvars.ContextVar("whose", default="nobody's")

    class Heard(list):
        def append(self, event):
            super().append(whose.get())

    heard = Heard()

    def ask():
        whose.set("the run's")
        execute(jobs_of(12, queues.url), "processes", seen=heard)

    contextvars.copy_context().run(ask)

    assert {"the run's"} == set(heard)


@pytest.mark.parametrize("words", ["heard", "lost"])
def test_a_killed_process(queues, monkeypatch, words):
    """Calls of a killed process are made once more, and said to have begun twice, also unheard."""
    if words == "lost":  # it was killed before it sent them, or they come after the answer
        monkeypatch.setattr(sending.Sent, "heard", lambda *_: None)
    queues.answers.clear()

    def kill():
        wait_until(lambda: len(queues.asked) >= 4, "call")
        for process in children():  # one that lives may begin more before it is ended, too
            with contextlib.suppress(ProcessLookupError):  # the pool has ended it by now
                os.kill(process, signal.SIGKILL)
        queues.answers.set()

    found, report = execute(jobs_of(40, queues.url), "processes", during=kill)
    twice = {outcome.index for outcome in found if outcome.begun > 1}

    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert {int(p[1:]) for p, times in queues.asked.items() if times > 1} <= twice
    assert len(twice) == len(report.begun_twice) > 0


def test_what_never_left_has_not_begun_twice(queues, monkeypatch):
    """Processes that a run beside this one shut down were asked for nothing: nothing is said."""
    submit, refused = carrier._Pool.submit, []

    def shut_down_once(pool, parcel):
        if not refused:
            refused.append(parcel)
            raise RuntimeError("cannot schedule new futures after shutdown")
        return submit(pool, parcel)

    monkeypatch.setattr(carrier._Pool, "submit", shut_down_once)
    found, report = execute(jobs_of(12, queues.url), "processes")

    assert refused
    assert {(Outcome.OK, 1)} == {(outcome.outcome, outcome.begun) for outcome in found}
    assert [] == report.begun_twice


def test_a_parcel_that_a_process_cannot_make_hurts_no_other(queues, monkeypatch):
    """Its calls are gaps that say why; those of the other parcels have their rows."""
    submit, failed = carrier._Pool.submit, []

    def fail_once(pool, parcel):
        if failed:
            return submit(pool, parcel)
        failed.extend(index for index, _, _ in unpacked(parcel)["calls"])
        future = Future()
        future.set_exception(OSError(28, "No space left on device"))
        return future

    monkeypatch.setattr(carrier._Pool, "submit", fail_once)
    found, _ = execute(jobs_of(12, queues.url), "processes")

    assert failed
    assert failed == [one.index for one in found if one.outcome is not Outcome.OK]
    assert "No space left" in found[failed[0]].error.why


def test_each_loss_counts_as_a_beginning():
    """One more for each process that was lost, whether it told of the call or not."""
    [job] = jobs = jobs_of(1, "http://127.0.0.1:9")
    common = {"carried": {}, "seconds": {}, "emit": ignore, "on_outcome": lambda _: None}
    sent = sending.Sent(jobs, Run(), report=Report(), **common)
    sent.may_begin_again([job.index])
    sent.heard(job.index, ())
    sent.may_begin_again([job.index])
    sent.may_begin_again([job.index])
    sent.lost(jobs, "its process was lost", "killed")

    assert 3 == sent.outcomes[job.index].begun
    assert [job.index] == sent.begun_twice


@pytest.mark.parametrize("then", ["gone", "silent", "another's key"])
def test_who_does_not_come_through_keeps_nobody_out(then):
    """A process that dies, or stands still, as it connects leaves the way open for the next."""
    kernel, stopped = Channel(), threading.Event()
    first = socket.socket(socket.AF_UNIX)
    first.connect(kernel.address)
    if then == "gone":
        first.close()
    elif then == "another's key":
        with pytest.raises(AuthenticationError):
            Client(kernel.address, authkey=b"another")
    connecting = call_later(WorkerEnd, kernel.address, kernel.key, lambda run: stopped.set())

    assert connecting.result(60)
    wait_until(lambda: kernel.tell_all({"stop": "r"}) or stopped.is_set(), "word")
    first.close()
    kernel.close()


def call_later(function, *args):
    """Call a function in a thread, which nobody waits for where it hangs."""
    return DaemonThreadPool(1).submit(function, *args)


def test_a_call_that_kills_its_process_is_a_gap(queues):
    """What ends its process twice is a gap that says so."""
    queues.answers.clear()

    def kill():
        for times in (1, 2):
            wait_until(lambda: queues.asked["q0"] >= times, "call")  # noqa: B023
            for process in children():
                os.kill(process, signal.SIGKILL)

    [found], _ = execute(jobs_of(1, queues.url), "processes", during=kill)

    assert Outcome.FAILED is found.outcome
    assert "its process was lost" in found.error.what
    assert "%aibrain resume" in found.error.next_steps[0]


def test_cancel_gives_up_what_is_under_way(queues):
    """After Cancel every call has its outcome, and none that had not begun is ever asked."""
    queues.answers.clear()
    token = CancelToken()

    def cancel():
        wait_until(lambda: sum(queues.asked.values()) >= 8, "call in each place of a process")
        token.cancel()

    found, _ = execute(jobs_of(2_000, queues.url), "processes", token=token, during=cancel)
    begun = set(queues.asked)
    queues.answers.set()
    after, _ = execute(jobs_of(40, queues.url, prefix="next"), "processes")  # they are free again

    assert {Outcome.CANCELLED} == {outcome.outcome for outcome in found}
    assert {Outcome.OK} == {outcome.outcome for outcome in after}
    late = {name for name in queues.asked if not name.startswith("next")} - begun
    assert not late, "asked though it was cancelled"


def test_what_stays_here_is_said(queues):
    """Functions, secrets that are shown and keys of this session do not leave; it is noted why."""
    pool = get_client_pool()
    profile = SessionProfile("mine", "AKIAX", "s", "us-east-1", queues.url, "", is_demo=False)
    pool.add_profile(profile)
    try:
        plain, shown = jobs_of(1, queues.url), jobs_of(2, queues.url, reveal=("QueueUrls",))
        [own] = jobs_of(1, queues.url, prefix="own")
        own = dataclasses.replace(
            own, index=2, target=dataclasses.replace(own.target, profile="mine")
        )
        jobs = [*plain, shown[1], own, Job.calling(3, "here", os.getpid)]
        found, report = execute(jobs, "processes")
    finally:
        pool.remove_profile("mine")

    assert os.getpid() == found[3].value
    assert [1, 0, 0, 0] == [int(bool(outcome.worker)) for outcome in found]
    said = " ".join(report.notes)
    assert "it shows secrets" in said
    assert "session profile mine" in said


@pytest.mark.parametrize(
    ("said", "engine", "address", "calls", "parses", "expected"),
    [
        ("", "auto", "", 500, False, "local"),
        ("", "auto", "", 500, True, "processes"),
        ("", "auto", "", 3, True, "local"),
        ("", "auto", "tls://there:1", 3, True, "dask"),
        ("", "local", "tls://there:1", 500, True, "local"),
        ("auto", "local", "", 500, True, "processes"),
        ("dask", "local", "", 1, False, "dask"),
    ],
)
def test_who_is_chosen(monkeypatch, said, engine, address, calls, parses, expected):
    """What was said holds; else a cluster that is configured; else processes if they pay."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setenv("AIBRAIN_ENGINE", engine)
    monkeypatch.setenv("AIBRAIN_ENGINE_ADDRESS", address)

    assert expected == chosen(said, calls, lambda: parses)[0]
    assert "dask" != get_settings().get("engine")


def test_answers_are_kept_here(queues, tmp_path):
    """What the provider said is written into the run's own folder, as if it had been asked here."""
    lines = {}
    for engine in ("local", "processes"):
        raw = RawFolder(tmp_path / engine)
        jobs = [
            dataclasses.replace(job, work=dataclasses.replace(job.work, raw=raw))
            for job in jobs_of(3, queues.url)
        ]
        with raw:
            execute(jobs, engine)
        assert {0, 1, 2} == set(raw.files)
        assert "" == raw.fault
        texts = [gzip.decompress((raw.folder / raw.files[n]).read_bytes()) for n in range(3)]
        lines[engine] = [json.loads(text)["answer"]["QueueUrls"] for text in texts]

    assert lines["local"] == lines["processes"]


def test_a_whole_result_goes_to_the_cache(queues):
    """What a process was told is served from the cache of this one, under the same key."""
    [job] = jobs_of(1, queues.url)
    work = dataclasses.replace(job.work, policy=CallPolicy(ttl=3600))
    # The demo's identity is declared: nobody has to be asked who it is.
    profile = SessionProfile("d", "AKIAD", "s", "us-east-1", queues.url, ACCOUNT, is_demo=True)
    get_client_pool().add_profile(profile)
    try:
        target = dataclasses.replace(
            job.target, profile="d", identity="session-profile/d", is_demo=True
        )
        job = dataclasses.replace(job, work=work, target=target)
        [first], _ = execute([job], "processes")
        [again], _ = execute([job], "processes")
    finally:
        get_client_pool().remove_profile("d")

    assert first.error is None
    assert "live" == first.value.source
    assert first.worker
    assert "memory" == again.value.source
    assert not again.worker
    assert rows_of([first]) == rows_of([again])
    assert 1 == sum(queues.asked.values())


def test_a_worker_that_is_somebody_else_is_a_gap(queues):
    """Rows of another identity than was planned are never taken for the planned one's."""
    [job] = jobs_of(1, queues.url)
    target = dataclasses.replace(job.target, identity="arn:planned", endpoint="http://elsewhere")
    [found], _ = execute([dataclasses.replace(job, target=target)], "processes")

    assert Outcome.FAILED is found.outcome
    assert "not who was planned" in found.error.what
    assert not queues.asked
