from __future__ import annotations

import random

import pytest

from aibrain_jupyter.widgets.progress.pace import MOST_SPANS, Pace


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pace(clock):
    return Pace(clock)


def play(pace, clock, calls, *, most, until):
    """
    Carry out `calls` (seconds of each; None is answered by the cache), `most` at a time.

    Returns:
        The seconds that are really left at `until`, and the number of calls still open then.
    """
    free_at = [0.0] * most
    ends = []
    for seconds in calls:
        worker = free_at.index(min(free_at))
        free_at[worker] += seconds or 0.0
        ends.append((free_at[worker], seconds is not None))
    ends.sort()
    began = clock.now
    pace.note_active(most)
    for at, is_live in ends:
        if at > until:
            break
        clock.now = began + at
        pace.note_end(is_live=is_live)
    clock.now = began + until
    return ends[-1][0] - until, sum(at > until for at, _ in ends)


def shuffled(values):
    random.Random(7).shuffle(values)
    return values


@pytest.mark.parametrize(
    ("calls", "until"),
    [
        ([0.5 + n % 7 / 10 for n in range(400)], 10),
        ([0.5 + n % 7 / 10 for n in range(400)], 3),
        ([None] * 900 + [1.0] * 100, 4),
        (shuffled([None] * 900 + [1.0] * 100), 4),
        ([1.0] * 100 + [4.0] * 100, 40),
        ([30.0] * 40, 70),
    ],
    ids=["steady", "early", "hits-first", "hits-between", "slower-later", "slow-calls"],
)
def test_the_estimate_is_near_the_truth(pace, clock, calls, until):
    """Within a third, whatever the cache answers and wherever in the run."""
    truth, still_open = play(pace, clock, calls, most=8, until=until)

    assert truth == pytest.approx(pace.remaining(still_open), rel=1 / 3)


def test_no_estimate_from_the_quickest(pace, clock):
    """Until as many calls have ended as ran at once, those that ended are the quick ones."""
    pace.note_active(32)
    clock.now += 5
    for _ in range(31):
        pace.note_end(is_live=True)
    assert None is pace.remaining(900)

    pace.note_end(is_live=True)
    assert pace.remaining(900) > 0


def test_hits_alone_give_no_estimate(pace, clock):
    """What the cache answered at once says nothing about calls that ask the provider."""
    clock.now += 5
    for _ in range(500):
        pace.note_end(is_live=False)

    assert None is pace.remaining(500)
    assert 0.0 == pace.calls_per_second()


def test_nothing_is_left_of_a_run_without_open_calls(pace, clock):
    """All calls have ended: no estimate of zero seconds."""
    clock.now += 5
    for _ in range(50):
        pace.note_end(is_live=True)

    assert None is pace.remaining(0)


def test_a_stall_makes_the_estimate_longer(pace, clock):
    """When nothing ends any more the time left grows instead of standing still."""
    clock.now += 10
    for _ in range(100):
        pace.note_end(is_live=True)
    before = pace.remaining(100)
    clock.now += 60

    assert pace.remaining(100) > 3 * before


@pytest.mark.parametrize("seconds", [5, 60, 3600, 100_000])
def test_the_curve_shows_the_whole_run_in_few_steps(pace, clock, seconds):
    """However long the run: at most 40 steps, none of its calls lost, an even pace is flat."""
    began = clock.now
    for n in range(1000):
        clock.now = began + seconds * (n + 0.5) / 1000
        pace.note_end(is_live=True)
    clock.now = began + seconds
    curve = pace.curve()

    assert 5 <= len(curve) < MOST_SPANS
    assert [1000 / seconds] * len(curve) == pytest.approx(curve, rel=0.1)


def test_a_run_that_stops_ends_in_zeros(pace, clock):
    """The curve goes on when no call ends, and falls to nothing."""
    for _ in range(10):
        clock.now += 0.05
        pace.note_end(is_live=True)
        clock.now += 0.05
    clock.now += 3.1

    assert (10.0, 10.0) == pytest.approx(pace.curve()[:2])
    assert {0.0} == set(pace.curve()[2:])
    assert 8 == len(pace.curve())
