"""
Stop at random moments, again and again: a kernel as healthy after each as before.

Ten times in the suite, a hundred times with ``--full``.
"""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

DATA = Path(__file__).parents[1] / "data"
PRESSES = {"small": 10, "full": 100}
LATEST_S = 0.15  # after the cell began; the run would take a hundred times as long
PATIENCE_S = 8.0
MOST_LOST = 0.03
"""
The part of the presses that Python may lose, or one of a few: a KeyboardInterrupt raised in a
weakref callback of the garbage collector is ignored, in any cell. It can only be before the run,
for our handler raises nothing.
"""

PRELUDE = f"""
import asyncio, json, os, signal, sys, threading, time
sys.path.insert(0, {str(DATA)!r})
import counting_tools
from aibrain_jupyter.async_tool_executor import execute_tools_parallel
from aibrain_jupyter.execution.calls.engines.call_in_thread import pool as threads_of
from aibrain_jupyter.execution.runs.session import get_session
%load_ext aibrain_jupyter
counting_tools.register(is_cacheable=False)
%config AibrainMagics.progress = "widget"
names = [f"a{{n}}" for n in range(200)]
calls = [lambda: "quick", lambda: time.sleep(0.05), lambda: asyncio.sleep(60)]
tasks = [dict(tool_func=call) for call in calls * 70]

def handlers_now():
    wakeup = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(wakeup)
    return signal.getsignal(signal.SIGINT), wakeup

def state():
    "Everything that a run may not leave changed."
    loop, kernel = asyncio.get_running_loop(), get_ipython().kernel
    return [
        asyncio.run, asyncio.Task, asyncio.Future, asyncio.get_event_loop, type(loop),
        type(asyncio.get_event_loop_policy()), dict(vars(type(loop))),
        dict(vars(asyncio.BaseEventLoop)), sorted(vars(loop)), handlers_now(),
        kernel.saved_sigint_handler, sorted(vars(kernel)),
    ]

def names_of(tasks):
    # The kernel's own tasks come and go with each message; ours would say what they wait for.
    return sorted(t.get_name() for t in tasks if "aibrain" in t.get_name() + repr(t.get_coro()))

async def tick():
    while True:
        ticks.append(time.monotonic())
        await asyncio.sleep(0.01)

def report():
    run = get_session().last
    has_run = run is not None and run.id != last_id
    pool = set(threads_of(os.getpid()).threads)  # read first: it only grows
    return json.dumps(dict(
        changed=[n for n, (a, b) in enumerate(zip(before, state())) if a != b],
        is_restored=handlers == before_handlers,
        tasks=names_of(asyncio.all_tasks()),
        threads=[t.name for t in set(threading.enumerate()) - threads - pool],
        is_ticking=time.monotonic() - ticks[-1] < 5 and not ticker.done(),
        results=None if results is None else [str(o.outcome) for o in results.outcomes],
        outcomes=list(run.coverage["outcome"]) if has_run else None,
        rows=None if things is None else len(things),
    ))

before, before_handlers, ticks, last_id = state(), handlers_now(), [], None
ticker = asyncio.get_running_loop().create_task(tick())
%aibrain count_things --accounts a,b -o things
execute_tools_parallel(tasks[:2])
"""
# Not in the cell before: its first run has begun threads of IPython's and of the history's.
BASELINE = "threads = set(threading.enumerate())"
CELL = """
results = things = None
last_id = getattr(get_session().last, "id", None)
print("begin", flush=True)
try:
    {run}
finally:
    handlers = handlers_now()
"""
RUNS = {
    "a run": "%aibrain count_things --accounts $names --max-parallel 8 seconds=0.5 -o things",
    "calls": "results = execute_tools_parallel(tasks, max_parallel=8)",
}


def test_interrupt_after_interrupt(kernel, tmp_path, pytestconfig):
    """After each: the next cell answers, nothing is left over or changed, what was done is kept."""
    rng = random.Random(3)
    folders = {
        "AIBRAIN_DATA_DIR": str(tmp_path / "data"),
        "AIBRAIN_CACHE_DIR": str(tmp_path / "cache"),
        "AIBRAIN_TEST_FOLDER": str(tmp_path),
    }
    kernel.run(f"import os; os.environ.update({folders})")
    kernel.run(PRELUDE)
    kernel.run(BASELINE)
    too_early = lost = 0
    presses = PRESSES["full" if pytestconfig.getoption("--full") else "small"]
    for press in range(presses):
        kernel.heard.clear()
        what = rng.choice(list(RUNS))
        msg_id = kernel.ask(CELL.format(run=RUNS[what]))
        kernel.wait_for_print(msg_id, "begin")
        time.sleep(rng.uniform(0, LATEST_S))
        kernel.interrupt()
        if not kernel.is_idle_within(PATIENCE_S, msg_id):
            lost += 1
            kernel.interrupt()
        reply = kernel.reply(msg_id)
        found = json.loads(kernel.run("print(report())"))
        where = f"press {press}, {what}: {reply.get('evalue', '')} {found}"

        assert ([], True, [], [], True) == (
            found["changed"],
            found["is_restored"],
            found["tasks"],
            found["threads"],
            found["is_ticking"],
        ), where
        outcomes = found["outcomes"] or found["results"]
        if outcomes is None:
            # Before our handler was there, Stop is Python's own, as in every cell.
            assert "KeyboardInterrupt" == reply.get("ename"), where
            too_early += 1
            continue
        assert (200 if what == "a run" else 210) == len(outcomes), where
        done = outcomes.count("ok")
        assert len(outcomes) == done + outcomes.count("cancelled"), where
        assert "cancelled" in outcomes, where
        if what == "a run":
            assert (2 * done or None) == found["rows"], where
    assert lost <= max(1, MOST_LOST * presses)
    assert too_early < max(5, presses / 4)
