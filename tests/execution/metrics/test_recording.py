"""The thread that writes metrics outlives what follows it, says so once, and ends when asked."""

from __future__ import annotations

import threading
import time
import types
import warnings

import pytest

from aibrain_jupyter.execution.metrics import recording
from aibrain_jupyter.execution.metrics.measuring import BEGUN
from aibrain_jupyter.execution.metrics.recording import FOLLOWERS, Recorder
from aibrain_jupyter.execution.runs.session import get_session

_PATIENCE_S = 60


@pytest.fixture
def recorder(monkeypatch):
    """A recorder of its own, with nobody who follows and no pause after runs."""
    monkeypatch.setattr(recording, "SOON_S", 0.0)
    before = list(FOLLOWERS)
    FOLLOWERS.clear()
    get_session.cache_clear()
    recording.RECORDER.stop()
    found = Recorder()
    yield found
    found.stop()
    FOLLOWERS[:] = before
    get_session.cache_clear()


class _Follower:
    """Raises as long as `problem` says something; each call is seen."""

    def __init__(self, problem=""):
        self.problem = problem
        self.calls = 0
        self._called = threading.Semaphore(0)

    def __call__(self, history):
        self.calls += 1
        self._called.release()
        if self.problem:
            raise RuntimeError(self.problem)

    def wait(self):
        assert self._called.acquire(timeout=_PATIENCE_S)


def _told(recorder):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        recorder.tell_problem()
    return [str(one.message) for one in said]


def test_one_that_raises_ends_nothing(recorder):
    """It is called again after the next run, and others are called all the same."""
    bad, good = _Follower("a fault"), _Follower()
    FOLLOWERS.extend([bad, good])
    recorder.start()

    for _ in range(3):
        BEGUN.put(None)
        bad.wait()
        good.wait()


def test_many_runs_in_a_row_are_looked_at_once(recorder):
    """What ten runs leave is written together, and who follows is called once for all of them."""
    follower = _Follower()
    FOLLOWERS.append(follower)
    for _ in range(10):
        BEGUN.put(None)
    recorder.start()
    follower.wait()

    BEGUN.put(None)
    follower.wait()

    recorder.stop()
    assert 2 == follower.calls


def test_a_run_of_the_pause_is_looked_at_after_a_pause_of_its_own(recorder, monkeypatch):
    """What began while the recorder waited may not be written yet: its word is kept."""
    follower, words = _Follower(), [None]

    def pause(_seconds):
        if words:
            BEGUN.put(words.pop())

    own = types.SimpleNamespace(**{**vars(time), "sleep": pause})
    monkeypatch.setattr(recording, "time", own)
    FOLLOWERS.append(follower)
    recorder.start()
    BEGUN.put(None)

    follower.wait()
    follower.wait()


def test_what_it_raised_is_told_once(recorder):
    """The next cell is told why, the one after it nothing, until it has been well between."""
    bad = _Follower("a fault, password=hunter2hunter2")
    FOLLOWERS.append(bad)
    recorder.tell_followers()

    (said,) = _told(recorder)
    assert "_Follower failed behind the runs: RuntimeError: a fault" in said
    assert "hunter2" not in said
    recorder.tell_followers()
    assert [] == _told(recorder)

    bad.problem = ""
    recorder.tell_followers()
    assert [] == _told(recorder)
    bad.problem = "another"
    recorder.tell_followers()
    assert 1 == len(_told(recorder))


def test_what_cannot_be_written_ends_nothing(recorder, monkeypatch):
    """A fault of the recorder's own is told as well, and the next run is recorded."""
    follower, faults = _Follower(), ["a fault"]

    def record(history):
        if faults:
            raise RuntimeError(faults.pop())

    monkeypatch.setattr(recording, "record_now", record)
    FOLLOWERS.append(follower)
    recorder.start()
    BEGUN.put(None)
    follower.wait()
    assert ["What runs cost was not written down"] == list(recorder.problems)
    BEGUN.put(None)
    follower.wait()
    assert {} == recorder.problems


def test_it_ends_when_it_is_stopped_and_begins_anew(recorder):
    """After `stop` its thread is gone; `start` has one again."""

    def ours():
        return [one for one in threading.enumerate() if one.name == "aibrain-metrics"]

    recorder.start()
    recorder.start()
    assert 1 == len(ours())
    recorder.stop()
    assert [] == ours()
    recorder.start()
    assert 1 == len(ours())
