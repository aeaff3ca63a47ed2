"""The bridge outside a kernel: no loop, asyncio's own loop, a foreign loop."""

from __future__ import annotations

import asyncio
import contextvars
import signal
import subprocess
import sys
import threading
import time

import pytest
import uvloop

from aibrain_jupyter.execution.loop.bridge import run_blocking
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.loop.turn_loop import can_turn

VAR = contextvars.ContextVar("var", default="unset")


async def answer():
    await asyncio.sleep(0.01)
    return threading.current_thread(), VAR.get()


async def bridge_from_within():
    """What a synchronous function does when a loop is running around it."""
    VAR.set("mine")
    return run_blocking(answer, token=CancelToken())


def test_without_a_loop_it_runs_in_this_thread():
    """A script needs nothing: the coroutine gets a loop, which is gone afterwards."""
    thread, _ = run_blocking(answer, token=CancelToken())

    assert threading.current_thread() is thread
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


def test_in_a_thread_without_a_loop_it_runs_there():
    """A call that itself runs calls, in a worker thread, is no special case."""
    found = []
    thread = threading.Thread(
        target=lambda: found.append(run_blocking(answer, token=CancelToken())[0])
    )
    thread.start()
    thread.join()

    assert [thread] == found


def test_a_running_loop_is_turned():
    """Inside a coroutine the same loop goes on, in the same thread, with the same context."""

    async def main():
        loop = asyncio.get_running_loop()
        inner = run_blocking(_running_loop, token=CancelToken())
        return inner is loop, await bridge_from_within()

    same_loop, (thread, value) = asyncio.run(main())

    assert same_loop
    assert (threading.current_thread(), "mine") == (thread, value)


async def _running_loop():
    await asyncio.sleep(0)
    return asyncio.get_running_loop()


def test_under_a_foreign_loop_it_runs_in_a_thread():
    """uvloop cannot be turned: the coroutine gets a loop and a thread, with the same context."""
    thread, value = uvloop.run(bridge_from_within())

    assert threading.current_thread() is not thread
    assert "mine" == value


def test_only_asyncios_own_loop_can_be_turned():
    """Whether a loop can be turned is found out by looking."""
    for loop, expected in ((asyncio.new_event_loop(), True), (uvloop.new_event_loop(), False)):
        assert expected == can_turn(loop)
        loop.close()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_an_exception_comes_through(run):
    """What the coroutine raises is raised where it was waited for."""

    async def broken():
        raise LookupError("inner")

    async def main():
        run_blocking(broken, token=CancelToken())

    with pytest.raises(LookupError, match="inner"):
        run(main())
    with pytest.raises(LookupError, match="inner"):
        run_blocking(broken, token=CancelToken())


def test_the_outer_turn_survives():
    """Callbacks that were ready when the loop was turned from within do not kill its own turn."""

    async def main():
        loop = asyncio.get_running_loop()
        ran = []
        for number in range(5):
            loop.call_soon(ran.append, number)
        loop.call_soon(lambda: run_blocking(answer, token=CancelToken()))
        for number in range(5, 10):
            loop.call_soon(ran.append, number)
        await asyncio.sleep(0.05)
        return ran

    assert list(range(10)) == asyncio.run(main())


def test_tasks_that_share_our_context_go_on():
    """A context that is already entered (ipykernel 7.1 has one for all messages) stops no task."""

    async def main():
        context = contextvars.copy_context()
        steps = []

        async def step():
            for number in range(3):
                steps.append(number)
                await asyncio.sleep(0)

        async def turn_in_it():
            other = asyncio.get_running_loop().create_task(step(), context=context)
            await asyncio.sleep(0)
            run_blocking(answer, token=CancelToken())
            seen = list(steps)
            await other
            return seen

        return await asyncio.get_running_loop().create_task(turn_in_it(), context=context)

    assert [0, 1, 2] == asyncio.run(main())


def test_tasks_may_turn_the_loop_within_one_another():
    """Two calls that each wait in the same way both get their results."""

    async def main():
        return await asyncio.gather(*(bridge_from_within() for _ in range(3)))

    assert ["mine"] * 3 == [value for _, value in asyncio.run(main())]


def test_timers_and_the_current_task_are_as_before():
    """Time-outs inside work, and afterwards the caller is the current task again."""

    async def too_slow():
        async with asyncio.timeout(0.05):
            await asyncio.sleep(60)

    async def main():
        task = asyncio.current_task()
        with pytest.raises(TimeoutError):
            run_blocking(too_slow, token=CancelToken())
        return task is asyncio.current_task()

    assert asyncio.run(main())


def test_a_keyboard_interrupt_in_a_callback_becomes_a_cancel():
    """It does not travel on into whoever runs the loop; other callbacks still run."""
    token = CancelToken()

    async def until_cancelled():
        while not token.is_cancelled:
            await asyncio.sleep(0.01)
        return "partial"

    def interrupt():
        raise KeyboardInterrupt

    async def main():
        asyncio.get_running_loop().call_later(0.02, interrupt)
        return run_blocking(until_cancelled, token=token)

    assert "partial" == asyncio.run(main())


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_a_coroutine_that_ignores_the_cancel_is_ended_by_force(run):
    """Asked twice, even a coroutine that never looks at the token ends."""
    token = CancelToken()
    for delay in (0.05, 0.1):
        threading.Timer(delay, token.cancel).start()

    async def main():
        run_blocking(lambda: asyncio.sleep(60), token=token)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(main())
    assert time.monotonic() - began < 30


SCRIPTS = {
    "no loop": "main()",
    "asyncio": "asyncio.run(amain())",
    "uvloop": "import uvloop; uvloop.run(amain())",
    "nest_asyncio applied by the user": (
        "import nest_asyncio; loop = asyncio.new_event_loop(); nest_asyncio.apply(loop)\n"
        "loop.run_until_complete(amain())"
    ),
}


ENDS = {
    "a result": "run_blocking(answer, token=CancelToken())",
    "an error": "run_blocking(broken, token=CancelToken())",
    "a cancel": "run_blocking(answer, token=cancelled)",
    "nested runs": "run_blocking(nests, token=CancelToken())",
}
LOOPS = {
    "no loop": "find_changes()",
    "asyncio": "asyncio.run(afind_changes())",
    "uvloop": "uvloop.run(afind_changes())",
    "nest": "get_settings().set('loop', 'nest', 'test'); asyncio.run(afind_changes())",
}


@pytest.mark.parametrize("run", LOOPS.values(), ids=LOOPS)
def test_nothing_of_asyncio_is_changed_by_a_run(run):
    """The module, its classes, the loop, the policy and SIGINT are as before, however it ends."""
    code = f"""
import asyncio, signal, sys, uvloop
import nest_asyncio  # its import alone changes nothing, and must not be taken for a change of ours
from aibrain_jupyter.execution.loop.bridge import run_blocking
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.shared.config import get_settings

def everything():
    owners = [
        asyncio, asyncio.base_events, asyncio.events, asyncio.futures, asyncio.runners,
        asyncio.tasks, asyncio.BaseEventLoop, asyncio.SelectorEventLoop, asyncio.Handle,
        type(asyncio.get_event_loop_policy()), asyncio.DefaultEventLoopPolicy,
    ]
    found = {{(o.__name__, n): v for o in owners for n, v in vars(o).items()}}
    for name in ("_scheduled_tasks", "_eager_tasks", "_current_tasks", "_all_tasks"):
        found.pop(("asyncio.tasks", name), None)  # registers, not functions
    found["policy"] = type(asyncio.get_event_loop_policy())
    found["interrupt"] = signal.getsignal(signal.SIGINT)
    loop = asyncio._get_running_loop()
    found["loop"] = loop, type(loop)
    found["of the loop"] = sorted(vars(loop)) if hasattr(loop, "__dict__") else None
    found["task"] = None if loop is None else asyncio.current_task()
    found["wakeup"] = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(found["wakeup"])
    found["hooks"] = sys.get_asyncgen_hooks(), sys.unraisablehook, sys.excepthook
    return found

async def answer():
    await asyncio.sleep(0.01)

async def broken():
    raise LookupError

async def nests():
    inner = answer()
    try:
        asyncio.get_running_loop().run_until_complete(inner)
    except RuntimeError:
        inner.close()
    else:
        print("nested")
    run_blocking(answer, token=CancelToken())

cancelled = CancelToken()
cancelled.cancel()
cancelled.cancel()

def find_changes():
    for end in {list(ENDS.values())}:
        before = everything()
        try:
            exec(end)
        except (LookupError, KeyboardInterrupt):
            pass
        after = everything()
        names = [n for n in before.keys() | after.keys() if before.get(n) != after.get(n)]
        print(names)

async def afind_changes():
    find_changes()

{run}
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=False
    )

    nested = ["nested"] if "nest" in run else []
    assert ["[]"] * 3 + nested + ["[]"] == done.stdout.split("\n")[:-1], done.stderr


@pytest.mark.parametrize("run", SCRIPTS.values(), ids=SCRIPTS)
def test_ctrl_c_wakes_a_loop_that_sleeps(run):
    """A signal that another thread took, or that came just before the sleep, is heard at once."""
    code = f"""
import asyncio, signal, threading, time
from aibrain_jupyter.async_tool_executor import execute_tools_parallel

def interrupt_and_go_on():
    time.sleep(0.3)
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)
    time.sleep(60)

def main():
    before = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(before)
    results = execute_tools_parallel([dict(tool_func=interrupt_and_go_on)], timeout=0)
    print(results.outcomes[0].outcome, before == signal.set_wakeup_fd(-1))

async def amain():
    main()

{run}
"""
    script = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, timeout=240, check=False
    )

    assert (0, "cancelled True\n") == (script.returncode, script.stdout)


@pytest.mark.parametrize("run", SCRIPTS.values(), ids=SCRIPTS)
def test_ctrl_c_in_a_script_gives_partial_results(run):
    """SIGINT cancels the run and nothing else, and the handler is put back."""
    code = f"""
import asyncio, signal, time
from aibrain_jupyter.async_tool_executor import execute_tools_parallel

def main():
    before = signal.getsignal(signal.SIGINT)
    calls = lambda: 1, lambda: time.sleep(60), lambda: asyncio.sleep(60)
    tasks = [dict(tool_func=call) for call in calls]
    results = execute_tools_parallel(
        tasks, emit=lambda e: print(type(e).__name__, e.index, flush=True)
    )
    print([str(o.outcome) for o in results.outcomes], signal.getsignal(signal.SIGINT) is before)

async def amain():
    main()

{run}
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as script:
        for line in script.stdout:
            if "CallStarted 2" in line:
                break
        script.send_signal(signal.SIGINT)
        rest, _ = script.communicate(timeout=50)

    assert 0 == script.returncode
    assert rest.endswith("['ok', 'cancelled', 'cancelled'] True\n")
