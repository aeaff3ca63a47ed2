"""What a scheduler's clock does hides no call that began twice, and makes none up."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from aibrain_jupyter.execution.calls.engines.cluster.held import hear_all
from aibrain_jupyter.execution.calls.engines.elsewhere.turns import Turns

from .conftest import jobs_of
from .test_foreign_words import carrier_of_nobody, sent_of

CALLS = [0, 1, 2]
BEGAN_AT_A = [("a", [[0, []], [1, []]])]
LOST = [{"action": "remove-worker", "worker": "a", "processing-tasks": ("key",)}]
BEGAN_AT_B = [("b", [[0, []]])]


class Scheduler:
    """What a client asks of one: the events that were, and then those that come."""

    def __init__(self, **events):
        self._events, self._hears = events, {}
        self.scheduler = self

    def subscribe_topic(self, topic, hear):
        self._hears[topic] = hear

    async def events(self, topic):
        found = self._events[topic]
        for event in found[-2:]:  # subscribed by now
            self._hears[topic](event)
        return found

    def say(self, topic, *event):
        self._hears[topic](event)


def heard(words, losses, answered_by="b", said=0, later=()):
    """Return how often each call began, by what was said before and what is said `later`."""
    jobs = jobs_of(len(CALLS), "http://127.0.0.1:9")
    sent, carrier, turns = sent_of(jobs), carrier_of_nobody(), Turns([jobs], most=1)
    carrier._holds("key", None, jobs)
    hears = {
        "run": partial(carrier._hear, sent, turns, numbers={n: n for n in CALLS}),
        "all": partial(carrier._see_loss, sent),
    }
    scheduler = Scheduler(run=words, all=losses)
    asyncio.run(hear_all(scheduler, hears, {"run": said}, carrier._misses))
    for event in later:
        scheduler.say("run", *event)
    sent.unreadable(jobs, "answered", answered_by)
    return [sent.outcomes[n].begun for n in CALLS]


@pytest.mark.parametrize(
    "times",
    [(1.0, 2.0, 3.0), (3.0, 2.0, 1.0), (2.0, 1.0, 3.0), (1.0, 3.0, 2.0), (1.0, 1.0, 1.0)],
    ids=["in order", "backwards", "stepped back", "stepped forward", "one moment"],
)
def test_what_began_twice_is_known_whatever_the_clock_did(times):
    """It began at the worker that was lost and at the next; what was not said may have begun."""
    began, lost, again = times
    words = [(began, *BEGAN_AT_A), (again, *BEGAN_AT_B)]

    assert [2, 2, None] == heard(words, [(lost, *LOST)])
    assert [2, 2, None] == heard(words[:1], [(lost, *LOST)])


def test_what_had_not_begun_at_a_lost_worker_began_once():
    """Of a parcel of which the lost worker had said nothing no call is said to have begun there."""
    assert [1, 1, 1] == heard([(3.0, *BEGAN_AT_B)], [(2.0, *LOST)])


def test_words_of_one_moment_are_each_heard_once():
    """Two events with one time are two; the one that was there before is not heard again."""
    more = [("b", [[1, []]])]
    words = [(1.0, *BEGAN_AT_B), (1.0, *BEGAN_AT_A)]

    assert [2, 2, 1] == heard(words, [])
    assert [1, 1, 1] == heard(words[:1], [], later=[(1.0, *more)])
    assert [1, 2, 1] == heard([(1.0, "b", [])], [], later=[(1.0, ("a", [[1, []]]))])


def test_where_words_are_missing_it_is_not_known_what_a_lost_worker_had_begun():
    """A scheduler keeps the last thousand: what it has forgotten may be that a call began."""
    words, losses = [(3.0, *BEGAN_AT_B)], [(2.0, *LOST)]

    assert [None, None, None] == heard(words, losses, said=1_001)
    assert [1, 1, 1] == heard(words, losses, said=1)
    assert [1, 1, 1] == heard(words, [], said=1_001)
