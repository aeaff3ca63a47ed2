"""The cyclic collector is paused for readers, and always comes back."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import weakref

import pytest

from aibrain_jupyter.shared import collector
from aibrain_jupyter.shared.collector import paused_collector


@pytest.fixture(autouse=True)
def _as_it_was():
    was_on = gc.isenabled()
    gc.enable()
    yield
    if not was_on:
        gc.disable()


def test_it_is_off_inside_and_on_after_an_error():
    """Whatever ends the reading, the collector is on again."""
    seen = []

    def read():
        with paused_collector:
            seen.append(gc.isenabled())
            raise KeyError

    with pytest.raises(KeyError):
        read()
    assert [False] == seen
    assert gc.isenabled()


def test_the_last_of_several_readers_turns_it_on():
    """Readers of several threads overlap: none takes the others' pause away."""
    inside, leave = threading.Event(), threading.Event()

    def read():
        with paused_collector:
            inside.set()
            leave.wait(30)

    thread = threading.Thread(target=read)
    thread.start()
    assert inside.wait(30)
    with paused_collector:
        pass
    assert not gc.isenabled()
    leave.set()
    thread.join(30)
    assert gc.isenabled()


def test_who_switched_it_off_before_finds_it_off():
    """A process that runs without the collector goes on without it."""
    gc.disable()
    with paused_collector:
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_cycles_are_collected_where_many_objects_were_made(monkeypatch):
    """The pause has a bound: after so many objects the younger ones are looked through."""
    monkeypatch.setattr(collector, "MOST_NEW", 0)
    gone = []

    class Loop:
        def __init__(self):
            self.own = self

        def __del__(self):
            gone.append(1)

    with paused_collector:
        Loop()
        assert [] == gone
        paused_collector.collect_if_due()
        assert [1] == gone


def test_nothing_is_collected_outside(monkeypatch):
    """Without a reader the interpreter decides by itself."""
    monkeypatch.setattr(collector, "MOST_NEW", 0)
    monkeypatch.setattr(gc, "collect", lambda *_: pytest.fail("collected"))
    paused_collector.collect_if_due()


def test_a_long_run_has_it_off_at_first_only(monkeypatch):
    """Who goes on for long has the collector back, though nothing has ended."""
    monkeypatch.setattr(collector, "PAUSE_S", 0.01)
    seen = []

    async def run():
        with collector.paused_at_first(asyncio.get_running_loop()):
            seen.append(gc.isenabled())
            async with asyncio.timeout(20):
                while not gc.isenabled():
                    await asyncio.sleep(0.01)
        with collector.paused_at_first(asyncio.get_running_loop()):
            seen.append(gc.isenabled())
        seen.append(gc.isenabled())

    asyncio.run(run())
    assert [False, False, True] == seen


def _young():
    # In Python 3.14 all but the youngest are the old ones.
    generations = (0,) if sys.version_info >= (3, 14) else (0, 1)
    return {id(one) for number in generations for one in gc.get_objects(generation=number)}


def test_what_stays_is_old_at_once():
    """It is not looked through again and again on its way; the next full collection sees it."""
    with paused_collector:
        made = [[n] for n in range(1000)]
        assert _young() >= set(map(id, made))
        paused_collector.count_as_old()

    assert _young().isdisjoint(map(id, made))


def test_garbage_among_it_is_found():
    """A cycle that was young when others counted as old is freed by a full collection."""

    class Node:
        pass

    one = Node()
    one.itself, gone = one, weakref.ref(one)
    with paused_collector:
        paused_collector.count_as_old()
    del one
    gc.collect()

    assert gone() is None


def _leave_runs(count):
    """Runs that leave a cycle each; return which of those are still there."""

    class Node:
        pass

    left = []
    for _ in range(count):
        with paused_collector:
            one = Node()
            one.itself = one
            left.append(weakref.ref(one))
            del one
            paused_collector.count_run_as_old()
    return [ref for ref in left if ref() is not None]


def test_cycles_of_many_runs_are_freed():
    """Runs after runs count as old, and yet no more of them leave cycles than so many."""
    assert len(_leave_runs(4 * collector.MOST_UNSEEN)) < collector.MOST_UNSEEN


def test_a_run_of_many_objects_is_looked_through(monkeypatch):
    """What counts as old unseen is bounded by objects, too."""
    monkeypatch.setattr(collector, "MOST_UNSEEN_NEW", 0)
    assert [] == _leave_runs(1)


def test_runs_collect_nothing_where_the_collector_was_off(monkeypatch):
    """Who switched it off is not made to wait for it."""
    gc.disable()
    monkeypatch.setattr(gc, "collect", lambda *_: pytest.fail("collected"))
    _leave_runs(2 * collector.MOST_UNSEEN)


def test_what_somebody_froze_stays_frozen():
    """A server that froze its objects before it forks keeps them so."""
    gc.freeze()
    try:
        with paused_collector:
            paused_collector.count_as_old()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_it_is_off_throughout_for_what_others_make_and_yet_looks_now_and_then(monkeypatch):
    """Answers to many calls are not looked through; cycles of others are freed all the same."""
    monkeypatch.setattr(collector, "LONGEST_S", 0.01)

    class Cycle:
        """Only the collector finds it."""

        def __init__(self):
            self.own = self

    async def run():
        loop = asyncio.get_running_loop()
        with collector.paused_throughout(loop, collector.MANY_CALLS):
            assert not gc.isenabled()
            left = weakref.ref(Cycle())
            async with asyncio.timeout(20):
                while left() is not None:
                    await asyncio.sleep(0.01)
            assert not gc.isenabled()
        with collector.paused_throughout(loop, collector.MANY_CALLS - 1):
            assert gc.isenabled()

    asyncio.run(run())
    assert gc.isenabled()
