"""``%aibrain resume``: what is missing is asked for, what was collected is not asked again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from aibrain_jupyter.advanced_cache import get_cache_manager
from aibrain_jupyter.execution.calls.engines.elsewhere.journal import Journal, SentParcel
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run as ParcelRun
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.config import user_dir
from aibrain_jupyter.shared.error_handler import (
    InputError,
    RunFailedError,
    UnknownNameError,
)

pytestmark = pytest.mark.usefixtures("counting")

_ELSEWHERE = """
import sys
from IPython.core.interactiveshell import InteractiveShell

import counting_tools

counting_tools.register()
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "aibrain_jupyter")
shell.user_ns["names"] = ["a1", "a2"]
print("begins", flush=True)
shell.run_cell(sys.argv[1])
"""


@pytest.fixture
def elsewhere(counting, monkeypatch):
    """Start a cell in another process, with the same cache and history."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    begun = []

    def start(cell):
        process = subprocess.Popen(
            [sys.executable, "-c", _ELSEWHERE, cell], stdout=subprocess.PIPE, text=True
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        process.communicate()


def test_only_the_gap_is_asked_for_when_its_cause_is_gone(run, counting):
    """One of three refused, then does not: its rows come, and nobody else is asked twice."""
    counting.refuse("a2")
    first = run("%aibrain count_things --accounts a1,a2,a3")
    assert "%aibrain resume r1" in first.shown[0]
    counting.refuse()
    ran = run("%aibrain resume")

    assert ["a1", "a1", "a2", "a2", "a3", "a3"] == ran.value["account_id"].tolist()
    assert ["a1", "a2", "a2", "a3"] == sorted(counting.asked)
    assert "complete" == get_session().last.outcome_word
    assert isinstance(run("%aibrain resume").error, InputError)


def test_a_gap_whose_cause_is_not_gone_stays_a_gap(run, counting):
    """Asking again does not make a refusal an empty table."""
    counting.refuse("a2")
    run("%aibrain count_things --accounts a1,a2")
    ran = run("%aibrain resume")

    assert {"a1"} == set(ran.value["account_id"])
    assert "1 gap" in ran.shown[-1]


def test_it_goes_on_with_the_options_of_the_cell(run, shell, counting):
    """The variable of ``-o`` is set, ``--strict`` still holds."""
    counting.refuse("a2")
    assert isinstance(
        run("%aibrain count_things --accounts a1,a2 --strict -o things").error, RunFailedError
    )
    assert isinstance(run("%aibrain resume").error, RunFailedError)
    counting.refuse()
    run("%aibrain resume")

    assert 4 == len(shell.user_ns["things"])


def test_what_was_collected_is_not_asked_again_however_old(run, counting):
    """The TTL is for the cell; a resumed run keeps what the run itself had collected."""
    counting.refuse("a2")
    run("%aibrain count_things --accounts a1,a2 --ttl 0.01s")
    counting.refuse()
    time.sleep(0.1)
    run("%aibrain resume")

    assert ["a1", "a2", "a2"] == sorted(counting.asked)


def test_what_is_older_than_the_run_accepted_is_asked_for(run, counting):
    """After ``--fresh`` an entry from before does not fill a gap: it is not this run's answer."""
    run("%aibrain count_things --accounts a1,a2")
    counting.refuse("a2")
    run("%aibrain count_things --accounts a1,a2 --fresh")
    counting.refuse()
    run("%aibrain resume")

    assert ["a1", "a1", "a2", "a2", "a2"] == sorted(counting.asked)


def test_resumes_follow_one_another(run, counting):
    """A resumed run that is cancelled or refused can be resumed; nothing is asked for again."""
    counting.refuse("a2", "a3")
    run("%aibrain count_things --accounts a1,a2,a3 --ttl 0.01s")
    counting.refuse("a3")
    time.sleep(0.1)
    run("%aibrain resume")
    counting.refuse()
    time.sleep(0.1)
    ran = run("%aibrain resume")

    assert 6 == len(ran.value)
    assert ["a1", "a2", "a2", "a3", "a3", "a3"] == sorted(counting.asked)


def test_a_cancelled_background_run_is_resumed_in_the_background(run, counting):
    """What was cancelled is asked for; the run ends as if it had never been stopped."""
    counting.hold("a2")
    job = run("%aibrain count_things --accounts a1,a2 --bg").value
    while not job.outcomes:
        time.sleep(0.01)
    assert isinstance(run("%aibrain resume r1").error, InputError)
    job.cancel()  # it takes a moment to end, and resume waits for that
    resumed = run("%aibrain resume r1").value
    counting.release()

    assert 4 == len(resumed.result())
    assert ["a1", "a2", "a2"] == sorted(counting.asked)


def test_a_run_whose_kernel_was_killed_is_resumed_by_another(run, counting, elsewhere):
    """After kill -9 in the middle of a run only the calls that had not ended are made again."""
    counting.hold("a3", "a4")
    process = elsewhere("%aibrain count_things --accounts a1,a2,a3,a4 --max-parallel 3 --ttl 0.01s")
    while (
        ["a1", "a2", "a3", "a4"] != sorted(counting.asked)
        or run("%aibrain history").value.empty
        or len(get_cache_manager().entries()) < 2  # the other kernel has what it was given
    ):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    counting.release()

    assert ["unfinished"] == run("%aibrain history").value["outcome"].tolist()
    assert ["a1", "a2", "a3", "a4"] == run("%aibrain history r1").value["account_id"].tolist()
    ran = run("%aibrain resume")

    assert "in another kernel: unfinished" in ran.shown[0]
    assert 8 == len(ran.value)
    assert ["a1", "a2", "a3", "a3", "a4", "a4"] == sorted(counting.asked)


def test_a_run_of_another_kernel_needs_its_variables(run, shell, counting, elsewhere):
    """Values of variables are not kept: without them it is refused, with them it goes on."""
    counting.refuse("a2")
    elsewhere("%%aibrain count_things --accounts $names\nnote: x\n").wait()
    counting.refuse()
    ran = run("%aibrain resume r1")
    assert isinstance(ran.error, InputError)
    assert "names" in str(ran.error)
    assert "variables of this kernel" in str(ran.error)

    shell.user_ns["names"] = ["a1", "a2"]
    assert ["a1-x1", "a1-x2", "a2-x1", "a2-x2"] == run("%aibrain resume r1").value["name"].tolist()
    assert ["a1", "a2", "a2"] == sorted(counting.asked)


def test_a_cell_with_a_secret_is_not_resumed_from_the_history(run, counting, elsewhere):
    """What looks like a secret is not kept, so that cell cannot be read again; that is said."""
    counting.refuse("a1")
    elsewhere("%aibrain count_things note=password=hunter2hunter2").wait()
    ran = run("%aibrain resume")

    assert isinstance(ran.error, InputError)
    assert "secret" in str(ran.error)


def test_without_the_cache_every_call_is_made_again_and_that_is_said(run, counting):
    """Nothing was kept of a run with ``--no-cache``."""
    counting.refuse("a2")
    run("%aibrain count_things --accounts a1,a2 --no-cache")
    counting.refuse()
    ran = run("%aibrain resume")

    assert "every call is made again" in ran.shown[0]
    assert (4, 4) == (len(ran.value), len(counting.asked))


def test_what_cannot_be_resumed_is_refused(run, counting):
    """A complete run, an unknown one, and none at all: an error with the way on, and no call."""
    assert isinstance(run("%aibrain resume").error, InputError)
    run("%aibrain count_things")
    assert "complete" in str(run("%aibrain resume r1").error)
    assert isinstance(run("%aibrain resume r9").error, UnknownNameError)
    assert ["a1"] == counting.asked


def test_what_a_cluster_still_has_is_said_to_be_asked_again(run, counting):
    """Where the run is resumed in this kernel, nobody waits for what it had sent elsewhere."""
    counting.refuse("a2")
    run("%aibrain count_things --accounts a1,a2 --engine local")
    book = Journal("r1", "tcp://someone:secret@there:1")
    book.add([SentParcel("key", ParcelRun(), {1: "digest"}, "r1")])
    book.close(is_over=False)
    counting.refuse()
    ran = run("%aibrain resume")

    assert "is not waited for: it is asked again" in ran.shown[0]
    assert "secret" not in ran.shown[0]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda file: file.chmod(0o620), "others may read or write it (0620"),
        (lambda file: file.symlink_to(file.rename(file.with_name("other"))), "it is a link"),
        (lambda file: (file.unlink(), file.mkdir()), "it is no file"),
        (lambda file: (file.unlink(), os.mkfifo(file, 0o600)), "it is no file"),
        (lambda file: file.write_bytes(b"\x80\x04\x95cos\nsystem\n"), "2 lines of"),
        (lambda file: file.write_bytes(b'{"format":2}\n{"sent":[]}\n{"sent":7}\n'), "1 line of"),
    ],
    ids=["modes", "link", "folder", "pipe", "pickle", "other version"],
)
def test_a_journal_that_is_not_read_is_said_once(run, counting, harm, words):
    """What happened to it and what to do is a line of the cell; the run goes on without it."""
    counting.refuse("a2")
    run("%aibrain count_things --accounts a1,a2 --engine local")
    book = Journal("r1", "tcp://127.0.0.1:1")
    book.add([SentParcel("key", ParcelRun(), {1: "digest"}, "r1")])
    book.close(is_over=False)
    [file] = (user_dir("data") / "at-clusters").iterdir()
    harm(file)
    counting.refuse()
    ran = run("%aibrain resume")

    assert words in ran.shown[0]
    assert 1 == ran.shown[0].count("r1.jsonl")
    assert "is asked again" in ran.shown[0]
    assert "remove it" in ran.shown[0]
    assert 4 == len(ran.value)
