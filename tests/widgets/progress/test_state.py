from __future__ import annotations

import threading

import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import (
    CallFinished,
    CallProgressed,
    CallsPaused,
    CallStarted,
    RunFinished,
    RunStarted,
)
from aibrain_jupyter.shared.pauses import Pause
from aibrain_jupyter.widgets.progress.state import RunProgress
from aibrain_jupyter.widgets.progress.text import pace_text

TARGET = AwsTarget(account="111122223333", region="eu-west-1")


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def progress(clock):
    """A run of ten calls that has just begun."""
    progress = RunProgress(clock)
    progress.add(RunStarted("r7", "iam users", 10))
    return progress


def finish(progress, index, outcome=Outcome.OK, rows=5, source="live"):
    progress.add(CallStarted(index, TARGET, "iam users"))
    progress.add(CallFinished(index, TARGET, "iam users", outcome, rows, 1.0, source))


def test_planning_is_part_of_the_run(clock):
    """Until the number of calls is told the run is planning; its time counts, not its speed."""
    progress = RunProgress(clock)
    progress.add(RunStarted("r7", "iam users", 0))
    clock.now += 30
    planning = progress.snapshot()
    progress.add(RunStarted("r7", "iam users", 6))
    clock.now += 3
    for index in range(3):
        finish(progress, index)
    now = progress.snapshot()

    assert (True, 30.0) == (planning.is_planning, planning.seconds)
    assert (False, 33.0, 3.0) == (now.is_planning, now.seconds, now.remaining)


def test_outcomes_add_up(progress):
    """Done, running and waiting always sum to the total."""
    finish(progress, 0)
    finish(progress, 1, Outcome.DENIED, rows=0)
    progress.add(CallStarted(2, TARGET, "iam users"))
    now = progress.snapshot()

    assert {Outcome.OK: 1, Outcome.DENIED: 1} == now.counts
    assert (2, 1, 7) == (now.done, len(now.active), now.waiting)


def test_rows_of_running_calls_count(progress):
    """Rows so far are those of finished calls and of pages read already."""
    finish(progress, 0, rows=5)
    progress.add(CallStarted(1, TARGET, "iam users"))
    progress.add(CallProgressed(1, 2, 200))
    now = progress.snapshot()

    assert 205 == now.rows
    assert (2, 200) == (now.active[0].pages, now.active[0].rows)


def test_throttling_is_told(progress):
    """What the provider refused for rate is counted over all calls, ended ones included."""
    progress.add(CallStarted(1, TARGET, "iam users"))
    progress.add(CallProgressed(1, 0, 0, throttled=2))
    progress.add(CallProgressed(1, 1, 10, throttled=3))
    finish(progress, 1)
    progress.add(CallStarted(2, TARGET, "iam users"))
    progress.add(CallProgressed(2, 0, 0, throttled=1))

    assert 4 == progress.snapshot().throttled
    assert pace_text(progress.snapshot()).endswith("throttled 4 times")


def test_a_pause_is_told_until_it_is_over(progress):
    """Each profile's pause once; no estimate meanwhile; none when the run has ended."""
    first, second = Pause("a", "b"), Pause("c", "d")
    for event in (CallsPaused("p", first), CallsPaused("q", second), CallsPaused("p", second)):
        progress.add(event)

    assert ((second, second), None) == (progress.snapshot().paused, progress.snapshot().remaining)
    progress.add(CallsPaused("p", None))
    assert (second,) == progress.snapshot().paused
    progress.add(RunFinished("r1", 1.0, False))
    assert () == progress.snapshot().paused


def test_the_oldest_call_comes_first(progress, clock):
    """The call to worry about is at the top."""
    for index in (4, 2, 3):
        progress.add(CallStarted(index, TARGET, str(index)))
        clock.now += 1

    assert ["4", "2", "3"] == [call.title for call in progress.snapshot().active]
    assert [3.0, 2.0, 1.0] == [call.seconds for call in progress.snapshot().active]


def test_a_late_page_of_an_ended_call_is_ignored(progress):
    """A call that was given up does not come back to life."""
    finish(progress, 0)
    progress.add(CallProgressed(0, 9, 900))

    assert () == progress.snapshot().active
    assert 5 == progress.snapshot().rows


def test_what_the_cache_answered_does_not_speed_up_the_estimate(progress, clock):
    """Three live calls in 3 s and four hits leave three calls: about 3 s, not about 1 s."""
    for index in range(4):
        finish(progress, index, source="memory")
    clock.now += 3
    for index in range(4, 7):
        finish(progress, index)
    now = progress.snapshot()

    assert 4 == now.from_cache
    assert 1.0 == now.calls_per_second
    assert 3.0 == now.remaining


def test_no_estimate_without_enough_to_go_by(progress, clock):
    """Two calls say nothing about the others."""
    clock.now += 60
    finish(progress, 0)
    finish(progress, 1)

    assert None is progress.snapshot().remaining


def test_an_ended_run_stands_still(progress, clock):
    """The time of a finished run is what the run said, however late it is read."""
    finish(progress, 0)
    progress.add(RunFinished("r7", 4.5, False))
    clock.now += 1000
    now = progress.snapshot()

    assert (4.5, True, None) == (now.seconds, now.is_finished, now.remaining)


def test_a_cancelled_call_means_that_the_run_is_being_cancelled(progress):
    """Cancelling from the keyboard shows just as a click on Cancel does."""
    finish(progress, 0, Outcome.CANCELLED)

    assert progress.snapshot().is_cancelling


def test_a_run_that_broke_off_counts_as_cancelled(progress, clock):
    """Without a RunFinished the run still has an end."""
    clock.now += 2
    progress.end_now()

    assert (True, 2.0) == (progress.snapshot().was_cancelled, progress.snapshot().seconds)


def test_pages_may_come_from_many_threads(progress):
    """Eight threads that report pages while snapshots are taken lose nothing."""
    for index in range(8):
        progress.add(CallStarted(index, TARGET, "iam users"))

    def report(index):
        for page in range(1, 501):
            progress.add(CallProgressed(index, page, page * 10))

    threads = [threading.Thread(target=report, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert 8 == len(progress.snapshot().active)

    assert 8 * 5000 == progress.snapshot().rows
