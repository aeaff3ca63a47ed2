"""The pool of daemon threads."""

from __future__ import annotations

import contextvars
import subprocess
import sys
import threading
import time

import pytest

from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.thread_pool import DaemonThreadPool


def test_it_runs_no_more_than_its_limit_at_once():
    """Never more threads than asked for, and all work is done."""
    running, most, lock, is_full = 0, 0, threading.Lock(), threading.Event()

    def work(n):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            if running >= 3:
                is_full.set()
        is_full.wait(60)  # however long a thread takes to begin
        time.sleep(0.01)
        with lock:
            running -= 1
        return n

    with DaemonThreadPool(3) as pool:
        found = [f.result() for f in [pool.submit(work, n) for n in range(20)]]

    assert list(range(20)) == found
    assert 3 == most


def test_the_thread_that_worked_last_works_next():
    """Whoever waits shortest is woken: what it needs is still near the processor."""
    all_here, names = threading.Barrier(4), []

    with DaemonThreadPool(None) as pool:
        for future in [pool.submit(all_here.wait) for _ in range(4)]:
            future.result()
        _wait_until(lambda: len(pool._waiting) == 4)
        for _ in range(6):
            names.append(pool.submit(lambda: threading.current_thread().name).result())
            _wait_until(lambda: len(pool._waiting) == 4)

    assert 1 == len(set(names))


def _wait_until(is_so):
    for _ in range(6000):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to that")


def test_an_exception_reaches_whoever_waits():
    """A fault in the work is raised where the result is asked for."""
    with DaemonThreadPool(1) as pool, pytest.raises(ZeroDivisionError):
        pool.submit(lambda: 1 / 0).result()


def test_context_variables_travel():
    """Work sees the context of whoever submitted it: ipykernel routes output by it."""
    var = contextvars.ContextVar("var", default="unset")
    var.set("mine")
    with DaemonThreadPool(1) as pool:
        assert "mine" == pool.submit(var.get).result()


def test_a_process_with_an_abandoned_call_ends_at_once():
    """A blocking call that nobody waits for does not hold up the exit of the kernel."""
    code = (
        "import time\n"
        "from aibrain_jupyter.shared.thread_pool import DaemonThreadPool\n"
        "DaemonThreadPool(1).submit(time.sleep, 600)\n"
    )
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True, timeout=240)

    assert time.monotonic() - began < 240


def test_map_keeps_the_order_of_its_items():
    """Details asked for at once come back in the order of the items."""
    ctx = CallContext()

    assert [n * n for n in range(50)] == ctx.map(lambda n: n * n, range(50), workers=7)


def test_threads_are_used_again():
    """Work after work needs no more threads than ran at once."""
    with DaemonThreadPool(50) as pool:
        for n in range(200):
            assert n == pool.submit(lambda n=n: n).result()

        assert 1 == len(pool.threads)


def test_an_abandoned_call_does_not_use_up_the_pool():
    """Another thread takes its place at once; its own ends when the call does."""
    release = threading.Event()
    with DaemonThreadPool(1) as pool:
        stuck = pool.submit(release.wait, 60)
        waiting = pool.submit(threading.current_thread)
        while not stuck.running():
            time.sleep(0.001)
        pool.abandon(stuck)

        assert waiting.result(timeout=60) in pool.threads
        assert (1, 1) == (pool.abandoned, len(pool.threads))
        release.set()
        assert stuck.result(timeout=60)
        assert 0 == pool.abandoned


def test_abandoning_what_has_not_begun_cancels_it():
    """It never runs; what has ended already is left as it is."""
    release = threading.Event()
    with DaemonThreadPool(1) as pool:
        first, second = pool.submit(release.wait, 60), pool.submit(time.sleep, 60)
        pool.abandon(second)
        release.set()
        first.result(timeout=60)
        pool.abandon(first)

        assert second.cancelled()
        assert 0 == pool.abandoned


def test_a_pool_makes_do_with_the_threads_there_are(monkeypatch):
    """Where the system has no further thread, those there are do all of the work."""
    start, begun = threading.Thread.start, []

    def limited(thread):
        if begun:
            raise RuntimeError("can't start new thread")
        begun.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    found = CallContext().map(lambda n: time.sleep(0.01) or n, range(5), workers=3)

    assert list(range(5)) == found
