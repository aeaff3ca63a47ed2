"""The pace of an operation against a token bucket, in virtual time: no clock, no threads."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass

import pytest

from aibrain_jupyter.aws.clients.token_bucket import Limit, Pace

LATENCY_S = 0.05


class Bucket:
    """The provider: `rate` tokens a second, up to `burst`; `rates` change it at set times."""

    def __init__(self, rate, burst, rates=()):
        self.rate, self.burst, self._rates = rate, burst, list(rates)
        self._tokens, self._at = burst, 0.0

    def takes(self, now):
        while self._rates and now >= self._rates[0][0]:
            self.rate = self._rates.pop(0)[1]
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


@dataclass
class Figures:
    """How it went: the share of attempts refused, and when the last was accepted."""

    seconds: float
    refused: float
    sent_at: list


def ask(pace, bucket, calls, *, workers=32, share=1.0, start=0.0):
    """Have `workers` make `calls` requests, each repeated until it is accepted."""
    order, events = itertools.count(), []
    left, end, attempts, refusals, sent_at = calls - workers, start, 0, 0, []

    def at(when, what, *about):
        heapq.heappush(events, (when, next(order), what, about))

    for _ in range(workers):
        at(start, "wants")
    while events:
        now, _, what, about = heapq.heappop(events)
        if what == "wants":
            if wait := pace.take(now, share=share):
                at(now + wait, "wants")
                continue
            sent_at.append(now)
            at(now + LATENCY_S / 2, "arrives", now)
        elif what == "arrives":
            at(now + LATENCY_S / 2, "answered", about[0], bucket.takes(now))
        else:
            sent, is_accepted = about
            pace.answered(now, sent_at=sent, was_refused=not is_accepted)
            attempts += 1
            refusals += not is_accepted
            end = now if is_accepted else end
            if not is_accepted:
                at(now, "wants")
            elif left > 0:
                left -= 1
                at(now, "wants")
    return Figures(end - start, refusals / attempts, sent_at)


@pytest.mark.parametrize(
    ("rate", "burst", "calls"),
    [(10, 20, 150), (20, 50, 350), (20, 100, 600), (50, 100, 700), (200, 400, 2400)],
)
def test_a_limit_is_found_and_kept_to(rate, burst, calls):
    """Whatever the limit: within 1.05 of the least time, with at most 10 % of attempts refused."""
    pace = Pace(0.0)

    seen = ask(pace, Bucket(rate, burst), calls)

    assert seen.seconds <= 1.05 * (calls - burst) / rate
    assert seen.refused <= 0.10
    assert rate == pytest.approx(pace.limit.rate, rel=0.1)
    assert burst == pytest.approx(pace.limit.burst, rel=0.15)


def test_nothing_is_held_back_where_nothing_is_refused():
    """Without a limit, 2000 requests take at most 1.12 of what their latency takes."""
    seen = ask(Pace(0.0), Bucket(1e9, 1e9), 2000)

    assert seen.seconds <= 1.12 * 2000 / 32 * LATENCY_S
    assert 0 == seen.refused


def test_a_limit_that_falls_is_noticed():
    """Half the rate from the tenth second on: the rest goes at that, few are refused."""
    pace = Pace(0.0)
    bucket = Bucket(20, 50, rates=[(10, 10)])

    seen = ask(pace, bucket, 500)

    assert 10 == pytest.approx(pace.limit.rate, rel=0.1)
    assert seen.seconds <= 1.05 * (10 + (500 - 50 - 200) / 10)
    assert seen.refused <= 0.10


def test_a_limit_that_rises_is_noticed():
    """Five times the rate from the tenth second on is in use 15 s later."""
    pace = Pace(0.0)
    bucket = Bucket(10, 20, rates=[(10, 50)])

    seen = ask(pace, bucket, 1500)

    late = [when for when in seen.sent_at if 25 <= when < 30]
    assert len(late) / 5 >= 45


@pytest.mark.parametrize("wrong", [0.5, 1.0, 2.0])
def test_a_remembered_limit_saves_refusals(wrong):
    """Right, or twice wrong either way: at most 8 % refused and 1.15 of the time."""
    seen = ask(Pace(0.0, Limit(20 * wrong, 50 * wrong)), Bucket(20, 50), 500)

    assert seen.refused <= 0.08
    assert seen.seconds <= 1.15 * (500 - 50) / 20


def test_a_limit_that_is_right_costs_nothing_at_the_start():
    """The first refusals of an unknown limit do not come: 4 % of the attempts in all."""
    seen = ask(Pace(0.0, Limit(10, 20)), Bucket(10, 20), 150)

    assert seen.refused <= 0.04


def test_a_polite_caller_uses_its_share():
    """Half of the limit, from the first request on: no burst, no refusal."""
    seen = ask(Pace(0.0, Limit(20, 50)), Bucket(20, 50), 200, share=0.5)

    assert 0 == seen.refused
    assert 10 == pytest.approx(200 / seen.seconds, rel=0.02)


def test_a_polite_caller_is_careful_with_an_unknown_limit():
    """It takes the limit for 20 a second until it knows better."""
    seen = ask(Pace(0.0), Bucket(1e9, 1e9), 100, share=0.25)

    assert 5 == pytest.approx(100 / seen.seconds, rel=0.05)


def test_a_pause_gives_the_burst_back():
    """After a minute of rest the next requests leave at once, as many as the bucket holds."""
    pace, bucket = Pace(0.0), Bucket(10, 40)
    ask(pace, bucket, 200)

    after = ask(pace, bucket, 40, start=100.0)

    assert after.seconds <= 0.5
    assert after.refused <= 0.10


def test_a_pause_does_not_spoil_the_measurement():
    """What was not asked for while nobody asked is not taken for a lower limit."""
    pace, bucket = Pace(0.0), Bucket(10, 20)
    ask(pace, bucket, 100)
    for n in range(5):
        ask(pace, bucket, 40, start=100.0 * (n + 1))

    assert 10 == pytest.approx(pace.limit.rate, rel=0.15)


def test_answers_that_never_come_block_nothing():
    """The beginning counts requests under way; those that hang leave room for 20 a second."""
    pace, now, sent = Pace(0.0), 0.0, 0
    while now < 5:
        wait = pace.take(now)
        sent += wait == 0
        now += wait

    assert 100 == pytest.approx(sent, abs=10)


def test_a_request_that_got_no_answer_says_nothing_of_the_limit():
    """A broken connection is neither a refusal nor an acceptance."""
    pace = Pace(0.0)
    pace.take(0.0)
    pace.answered(1.0, sent_at=0.0, was_refused=None)

    assert 0.0 == pace.take(1.0)
    assert pace.limit is None
