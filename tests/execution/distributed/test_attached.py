"""What a killed kernel had sent to a cluster goes on there; the next one fetches it."""

from __future__ import annotations

import asyncio
import collections
import dataclasses
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from distributed import Client

from aibrain_jupyter.execution.calls.engines.cluster import at_worker, carrier, held, watching
from aibrain_jupyter.execution.calls.engines.elsewhere import journal
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run as ParcelRun
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.runs.combine import coverage_frame, coverage_rows
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import CallStarted

from .conftest import ROOT, Cable, execute, jobs_of, rows_of, wait_until

pytestmark = pytest.mark.slow
PLACES = 16
"""Calls that two workers of one thread make at the same time."""
KERNEL = """
from aibrain_jupyter.shared.config import get_settings
from tests.execution.distributed.conftest import execute, jobs_of
get_settings().set("engine_address", {address!r}, "test")
execute(jobs_of({calls}, {url!r}), "dask", run={run!r}, resumes={resumes!r})
"""


@pytest.fixture
def kernels(queues):
    """Start processes that carry jobs out: ``kernels(300, "r1")``."""
    started = []

    def start(calls, run, resumes=""):
        address = get_settings().get("engine_address")
        words = {"address": address, "url": queues.url, "run": run, "resumes": resumes}
        code = KERNEL.format(calls=calls, **words)
        started.append(subprocess.Popen([sys.executable, "-c", code], cwd=ROOT))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait(10)


def killed(kernel, queues, asked=PLACES):
    """Kill a kernel once so much was asked."""
    wait_until(lambda: sum(queues.asked.values()) >= asked, f"{asked} calls")
    kernel.kill()
    kernel.wait(10)


def journals():
    return sorted(Path(os.environ["AIBRAIN_DATA_DIR"]).glob("at-clusters/*"))


def test_the_next_kernel_fetches_what_killed_ones_had_sent(cluster, queues, kernels):
    """Finished and running calls are waited for, none is made twice, and the rows are the same."""
    queues.answers.clear()
    killed(kernels(300, "r1"), queues)
    [file] = journals()
    queues.answers.set()
    wait_until(lambda: sum(queues.asked.values()) >= 60, "call that goes on")
    queues.answers.clear()
    second = kernels(300, "r2", resumes="r1")
    wait_until(lambda: not file.exists(), "kernel that has taken over")
    second.kill()
    second.wait(10)
    [file] = journals()

    assert "r2.jsonl" == file.name
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert 0o700 == stat.S_IMODE(file.parent.stat().st_mode)
    jobs, seen = jobs_of(300, queues.url), []
    found, report = execute(
        jobs, "dask", seen=seen, during=queues.answers.set, run="r3", resumes="r2"
    )
    asked = collections.Counter(queues.asked)
    here, _ = execute(jobs, "local")

    assert 300 == len(asked)
    assert {1} == set(asked.values())
    assert rows_of(here) == rows_of(found)
    assert {(1, "r1")} == {(outcome.begun, outcome.sent_by) for outcome in found}
    assert 300 == sum(isinstance(event, CallStarted) for event in seen)
    assert {"r1": 300} == report.fetched == report.as_dict()["fetched"]
    assert "300 calls were sent by r1" in " ".join(report.notes)
    assert {"r1"} == set(coverage_frame(coverage_rows(found), ["account_id"])["sent_by"])
    assert [] == journals()
    wait_until(lambda: not cluster.tasks(), "scheduler that has forgotten all")


def test_only_the_same_calls_are_fetched(cluster, queues, kernels):
    """What the next run does not ask is let go, and what the killed one had not sent is asked."""
    queues.answers.clear()
    killed(kernels(60, "r1"), queues)
    queues.answers.set()
    others = [
        dataclasses.replace(job, index=number)
        for number, job in enumerate(jobs_of(90, queues.url)[30:])
    ]
    other_identity = dataclasses.replace(others[0].target, partition="aws-cn")
    others[0] = dataclasses.replace(others[0], target=other_identity)
    found, report = execute(others, "dask", run="r2", resumes="r1")

    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert [f"https://sqs/q{n}" for n in range(30, 90)] == [
        outcome.value.frame.iloc[0, 0] for outcome in found
    ]
    assert {"r1": 29} == report.fetched
    assert ["", *["r1"] * 29, *[""] * 30] == [outcome.sent_by for outcome in found]
    assert {f"q{n}" for n in range(30, 90)} <= set(queues.asked)
    assert {"q30"} == {prefix for prefix, times in queues.asked.items() if times > 1}
    wait_until(lambda: not cluster.tasks(), "scheduler that has forgotten all")


def test_cancel_lets_go_of_all(cluster, queues, kernels):
    """A run that fetches and is cancelled leaves nothing at the cluster; nothing more begins."""
    queues.answers.clear()
    killed(kernels(300, "r1"), queues)
    token, seen = CancelToken(), []

    def cancel():
        wait_until(lambda: len({type(event) for event in tuple(seen)}) > 0, "call that had begun")
        token.cancel()

    found, _ = execute(
        jobs_of(300, queues.url),
        "dask",
        token=token,
        seen=seen,
        during=cancel,
        run="r2",
        resumes="r1",
    )
    cluster.wait_until_idle()
    queues.answers.set()

    assert {Outcome.CANCELLED} == {outcome.outcome for outcome in found}
    assert PLACES == sum(queues.asked.values())
    assert [] == journals()
    wait_until(lambda: not cluster.tasks(), "scheduler that has forgotten all")


def test_what_began_twice_meanwhile_is_known(scheduler, queues, kernels, monkeypatch):
    """A call is not said to have begun once because its answer came before word of its worker."""
    heard = carrier.hear_all

    async def heard_late(*args):
        await asyncio.sleep(1.0)
        await heard(*args)

    monkeypatch.setattr(carrier, "hear_all", heard_late)
    scheduler.add_workers(1)
    queues.answers.clear()
    killed(kernels(6, "r1"), queues, asked=1)
    scheduler.remove_workers()
    [first] = queues.asked
    queues.answers.set()
    scheduler.add_workers(1)
    wait_until(lambda: {"memory"} == {state for state, _ in scheduler.tasks().values()}, "answers")
    found, report = execute(jobs_of(6, queues.url), "dask", run="r2", resumes="r1")

    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert "r1" == found[int(first[1:])].sent_by
    assert {first: 2} == {prefix: times for prefix, times in queues.asked.items() if times > 1}
    assert {first: 2} == {f"q{one.index}": one.begun for one in found if one.begun != 1}
    assert 1 == len(report.begun_twice)


def test_what_another_kernel_stopped_is_asked_again(cluster, queues, kernels):
    """A run that nobody cancelled has no cancelled call, whoever stopped the one it resumes."""
    queues.answers.clear()
    killed(kernels(60, "r1"), queues)
    [run] = {parcel.run.id for parcel in journal.left_of("r1").parcels}
    asyncio.run(stopped(cluster, run))
    cluster.wait_until_idle()
    queues.answers.set()
    found, _ = execute(jobs_of(60, queues.url), "dask", run="r2", resumes="r1")

    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert [f"https://sqs/q{n}" for n in range(60)] == [
        outcome.value.frame.iloc[0, 0] for outcome in found
    ]
    assert {"": 60} == collections.Counter(outcome.sent_by for outcome in found)
    assert PLACES == sum(outcome.begun == 2 for outcome in found)


async def stopped(cluster, run):
    """Tell the workers that a run is over, as Stop does in another kernel."""
    async with Client(cluster.address, asynchronous=True, set_as_default=False) as client:
        await client.run(at_worker.stop_run, run)


def test_cancel_before_anything_was_found(cluster, queues, kernels, monkeypatch):
    """A run that is stopped while it looks for calls leaves no journal, and the earlier one's."""
    queues.answers.clear()
    killed(kernels(20, "r1"), queues, asked=1)
    looks = threading.Event()

    async def never(*_):
        looks.set()
        await asyncio.Event().wait()

    token, jobs = CancelToken(), jobs_of(20, queues.url)
    with monkeypatch.context() as slow:
        slow.setattr(held.Held, "_find", never)
        stop = threading.Thread(target=lambda: looks.wait(60) and token.cancel())
        stop.start()
        found, _ = execute(jobs, "dask", token=token, run="r2", resumes="r1")
        stop.join()

    assert {Outcome.CANCELLED} == {outcome.outcome for outcome in found}
    assert ["r1.jsonl"] == [file.name for file in journals()]
    queues.answers.set()
    found, report = execute(jobs, "dask", run="r3", resumes="r1")
    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert report.fetched["r1"] > 0
    assert [] == journals()


def test_nobody_comes_back(cluster, queues, kernels, monkeypatch):
    """After the time that is set a cluster forgets what a killed kernel had sent, begun or not."""
    monkeypatch.setenv("AIBRAIN_ENGINE_KEEPS", "1s")
    queues.answers.clear()
    killed(kernels(300, "r1"), queues)
    assert cluster.tasks()
    wait_until(lambda: not cluster.tasks(), "scheduler that has forgotten all")
    cluster.wait_until_idle()
    queues.answers.set()

    assert PLACES == sum(queues.asked.values())
    found, report = execute(jobs_of(20, queues.url, prefix="q"), "dask", run="r2", resumes="r1")
    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert {} == report.fetched


def test_a_live_kernel_keeps_what_is_its_own(cluster, queues, kernels):
    """A run that goes on in another kernel is waited for, and neither stopped nor let go."""
    queues.answers.clear()
    kernel = kernels(100, "r1")
    wait_until(lambda: sum(queues.asked.values()) >= PLACES, "call in each place")
    token = CancelToken()
    beside = threading.Timer(1.0, token.cancel)
    beside.start()
    found, _ = execute(jobs_of(100, queues.url), "dask", token=token, run="r2", resumes="r1")
    queues.answers.set()
    kernel.wait(60)

    assert {Outcome.CANCELLED} == {outcome.outcome for outcome in found}
    assert 0 == kernel.returncode
    assert [100, {1}] == [len(queues.asked), set(queues.asked.values())]
    assert [] == journals()
    wait_until(lambda: not cluster.tasks(), "scheduler that has forgotten all")


def test_a_kernel_that_was_cut_off_fetches_what_went_on(cluster, queues, monkeypatch):
    """What a run lost as its network was cut is fetched when it is resumed, not made again."""
    monkeypatch.setattr(watching, "SCHEDULER_SILENT_S", 1.0)
    monkeypatch.setattr(watching, "ANSWER_S", 1.0)
    cable = Cable(cluster.address)
    get_settings().set("engine_address", cable.address, "test")
    queues.answers.clear()

    def cut():
        wait_until(lambda: sum(queues.asked.values()) >= PLACES, "call in each place")
        cable.cut()

    try:
        lost, _ = execute(jobs_of(100, queues.url), "dask", during=cut, run="r1")
        cable.mend()
        queues.answers.set()
        found, report = execute(jobs_of(100, queues.url), "dask", run="r2", resumes="r1")
    finally:
        cable.close()

    assert {Outcome.FAILED} == {outcome.outcome for outcome in lost}
    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert {"r1": 100} == report.fetched
    assert {1} == set(queues.asked.values())
    assert [] == journals()


def test_without_a_journal_nothing_outlives_its_kernel(cluster, queues, monkeypatch):
    """Where the journal cannot be written the run is as ever, and a note says what it lacks."""
    monkeypatch.setenv("AIBRAIN_DATA_DIR", os.devnull)
    found, report = execute(jobs_of(10, queues.url), "dask", run="r1")

    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert "would not have outlived this kernel: its journal" in " ".join(report.notes)


@pytest.fixture
def parcels(queues, monkeypatch, tmp_path):
    """Two parcels of a run, of one call each; journals are in a folder of the test's own."""
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path))
    jobs, run = jobs_of(2, queues.url), ParcelRun()
    return [journal.SentParcel(f"k{n}", run, journal.digests([jobs[n]]), "r7") for n in (0, 1)]


@pytest.fixture
def book(parcels):
    """A journal of these that its kernel has left: the file, and its run."""
    book = journal.Journal("r7", "tcp://127.0.0.1:1")
    book.add(parcels)
    book.close(is_over=False)
    [file] = journals()
    return file, parcels[0].run


def test_a_journal_that_was_being_written(book, queues):
    """What stands in it is read as far as it goes; a name that is no run's reads nothing."""
    file, run = book
    whole = file.read_bytes()
    file.write_bytes(whole + whole.splitlines()[-1][:-7])
    left = journal.left_of("r7")

    assert ["k0", "k1"] == [parcel.key for parcel in left.parcels]
    assert {run.key} == {parcel.run.key for parcel in left.parcels}
    assert {1: journal.digests(jobs_of(2, queues.url))[1]} == left.parcels[1].calls
    assert [None, None] == [journal.left_of("r8"), journal.left_of("../r7")]


def test_what_another_run_has_taken_over_is_found_by_both_names(book, queues):
    """Who resumes the first run while, or after, another one does finds what that one noted."""
    file, _ = book
    left = journal.left_of("r7")
    later, calls = ParcelRun(), journal.digests(jobs_of(1, queues.url))
    book = journal.Journal("r9", left.address)
    book.add([*left.parcels, journal.SentParcel("k9", later, calls, "r9")])
    book.close(is_over=False)
    left.remove()

    assert not file.exists()
    assert journal.left_of("r9") == journal.left_of("r7")
    assert ["k0", "k1", "k9"] == [parcel.key for parcel in journal.left_of("r7").parcels]
    assert journal.left_of("r8") is None


@pytest.mark.parametrize(
    "line",
    [
        "[" * 200_000,
        '{"address":5}',
        '{"address":["x"]}',
        '{"sent":[["k2","RUN",[[Infinity,"x"]]]]}',
        '{"sent":[["k2","RUN",[[NaN,"x"]]]]}',
        '{"sent":[["k2","aibrain-other",[[1,"x"]]]]}',
        '{"sent":[["k1","RUN"]]}',
        '{"id":"RUN","key":"","by":"r7"}',
        '{"id":"RUN","key":"00","by":"r7"}',
        "[1]",
        "7",
    ],
)
def test_a_line_that_is_not_ours_spoils_no_other(book, line):
    """What a journal says besides is read as ever: no error, no other address, no weaker key."""
    file, run = book
    before = journal.left_of("r7")
    file.write_text(file.read_text() + line.replace("RUN", run.id) + "\n")

    assert before == journal.left_of("r7")
    assert {run.key} == {parcel.run.key for parcel in journal.left_of("r7").parcels}


def test_a_journal_that_others_may_read_or_write_is_none(book):
    """Who knows its keys could answer for a worker; a link or a pipe is no journal either."""
    file, _ = book
    for mode in (0o640, 0o620, 0o604, 0o602):
        file.chmod(mode)
        assert journal.left_of("r7") is None
    file.chmod(0o600)
    assert journal.left_of("r7") is not None
    elsewhere = file.rename(file.with_name("elsewhere"))
    file.symlink_to(elsewhere)
    assert journal.left_of("r7") is None
    file.unlink()
    os.mkfifo(file, 0o600)
    assert journal.left_of("r7") is None


def test_what_a_full_disk_did_not_take_is_said(parcels, monkeypatch):
    """A line that was cut is an error, and what is written once there is room again is read."""
    book = journal.Journal("r7", "tcp://127.0.0.1:1")
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, data: write(file, data[:20]))
        with pytest.raises(OSError, match="No space"):
            book.add(parcels[:1])
    book.add(parcels[1:])
    book.close(is_over=False)

    assert ["k1"] == [parcel.key for parcel in journal.left_of("r7").parcels]
