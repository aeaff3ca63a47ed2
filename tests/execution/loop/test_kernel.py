"""The bridge inside a real kernel: one that goes on as if nothing had happened."""

from __future__ import annotations

import time

import pytest

pytestmark = pytest.mark.kernel

PRELUDE = """
import asyncio, signal, sys, time, warnings
from aibrain_jupyter.async_tool_executor import execute_tools_parallel
from aibrain_jupyter.execution.loop.bridge import run_blocking
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.shared.config import get_settings

async def wait(seconds):
    await asyncio.sleep(seconds)
    return seconds

def say(event):
    print(type(event).__name__, event.index, flush=True)

def outcomes(results):
    return [str(outcome.outcome) for outcome in results.outcomes]

def globals_of_asyncio():
    loop = asyncio.get_running_loop()
    return (
        asyncio.run, asyncio.Task, asyncio.Future, asyncio.get_event_loop, asyncio.new_event_loop,
        type(asyncio.get_event_loop_policy()), type(loop), dict(vars(type(loop))),
        dict(vars(asyncio.BaseEventLoop)), sorted(vars(loop)), signal.getsignal(signal.SIGINT),
        sorted(vars(get_ipython().kernel)),
    )

def tasks_of_ours():
    return [t.get_name() for t in asyncio.all_tasks() if t.get_name().startswith("aibrain")]
"""


@pytest.fixture(autouse=True)
def _prelude(kernel):
    kernel.run(PRELUDE)


def test_a_plain_cell_waits_for_coroutines_and_threads(kernel):
    """A synchronous cell runs async and blocking calls at once; other tasks of the loop live on."""
    printed = kernel.run("""
ticks = []
async def tick():
    while True:
        ticks.append(1)
        await asyncio.sleep(0.02)
ticker = asyncio.get_running_loop().create_task(tick())
async def until_ticked():
    while len(ticks) < 4:
        await asyncio.sleep(0.01)
    return "ticked"
results = execute_tools_parallel([
    {"tool_func": until_ticked},
    {"tool_func": lambda: time.sleep(0.1) or "slept"},
], timeout=50)
ticker.cancel()
print(results)
""")

    assert "['ticked', 'slept']\n" == printed


def test_an_async_cell_may_await_the_results(kernel):
    """The same call works with ``await`` in front."""
    printed = kernel.run(
        "print(await execute_tools_parallel([{'tool_func': wait, 'kwargs': {'seconds': 0}}]))"
    )

    assert "[0]\n" == printed


def test_nothing_global_is_left_changed(kernel):
    """asyncio, the loop, the SIGINT handler and the kernel object are the same before and after."""
    printed = kernel.run("""
before = globals_of_asyncio()
execute_tools_parallel([{"tool_func": wait, "kwargs": {"seconds": 0.05}}] * 3)
print([a == b for a, b in zip(before, globals_of_asyncio())].count(False), tasks_of_ours())
""")

    assert "0 []\n" == printed


SLOW = {
    "async": "wait_long = lambda: asyncio.sleep(60)",
    "blocking": "wait_long = lambda: time.sleep(60)",
}


@pytest.mark.parametrize("slow", SLOW.values(), ids=SLOW)
def test_stop_ends_the_cell_with_partial_results(kernel, slow):
    """After Stop the finished calls are there, the others are cancelled, the kernel is healthy."""
    msg_id = kernel.ask(f"""
before = globals_of_asyncio()
{slow}
tasks = [{{"tool_func": wait, "kwargs": {{"seconds": 0}}}}] + [{{"tool_func": wait_long}}] * 5
results = execute_tools_parallel(tasks, max_parallel=3, emit=say)
""")
    kernel.wait_for_print(msg_id, "CallStarted 3")
    pressed = time.monotonic()
    kernel.interrupt()

    assert "ok" == kernel.reply(msg_id)["status"]
    assert time.monotonic() - pressed < 20
    assert f"{['ok'] + ['cancelled'] * 5}\n" == kernel.run("print(outcomes(results))")
    assert "0 []\n" == kernel.run("""
print([a == b for a, b in zip(before, globals_of_asyncio())].count(False), tasks_of_ours())
""")


def test_stop_pressed_again_gets_out_of_a_call_that_blocks_the_loop(kernel):
    """An async call that never awaits is interrupted by the second press; the rest is kept."""
    msg_id = kernel.ask("""
async def block():
    print("blocking", flush=True)
    time.sleep(60)
tasks = [{"tool_func": wait, "kwargs": {"seconds": 0}}, {"tool_func": block}]
results = execute_tools_parallel(tasks, max_parallel=1)
""")
    kernel.wait_for_print(msg_id, "blocking")
    kernel.interrupt()
    time.sleep(0.5)  # two presses at once reach a process as one signal
    kernel.interrupt()
    while not kernel.is_idle_within(10, msg_id):  # as they do where it is slow to hear the first
        kernel.interrupt()

    assert "ok" == kernel.reply(msg_id)["status"]
    assert "['ok', 'cancelled']\n" == kernel.run("print(outcomes(results))")


def test_queued_cells_keep_their_order_and_their_output(kernel):
    """Run All: cells sent during a run begin after it, one by one, each with its own output."""
    cells = [
        kernel.ask(f"""
print("begin {number}", time.monotonic(), flush=True)
execute_tools_parallel([{{"tool_func": wait, "kwargs": {{"seconds": 0.15}}}}] * 3)
print("end", time.monotonic())
""")
        for number in range(5)
    ]
    for msg_id in cells:
        assert "ok" == kernel.reply(msg_id)["status"]

    words = [kernel.printed(msg_id).split() for msg_id in cells]
    assert [str(number) for number in range(5)] == [w[1] for w in words]
    times = [float(t) for w in words for t in (w[2], w[4])]
    assert sorted(times) == times


def test_a_click_reaches_its_handler_during_the_run(kernel):
    """Cancel works while the cell runs; a cell queued before the click waits; output is right."""
    msg_id = kernel.ask("""
import ipywidgets
token, clicks, saved = CancelToken(), [], get_ipython().kernel.saved_sigint_handler
button = ipywidgets.Button(description="Cancel")
def on_click(_):
    clicks.append(token.is_cancelled)
    token.cancel()
button.on_click(on_click)
print("model", button.model_id, "here", flush=True)
jobs = [Job.calling(i, f"wait {i}", wait, {"seconds": 0 if i == 0 else 60}) for i in range(3)]
found = run_blocking(
    lambda: execute_jobs(jobs, max_parallel=3, emit=say, token=token), token=token
)
print("after", [str(o.outcome) for o in found], clicks)
""")
    kernel.wait_for_print(msg_id, "CallStarted 2")
    model_id = kernel.printed(msg_id).partition("model ")[2].partition(" here")[0]
    # ipykernel puts a SIGINT handler back at the end of the cell: a click must not change which.
    queued = kernel.ask("print(len(clicks), saved is get_ipython().kernel.saved_sigint_handler)")
    click = kernel.click(model_id)

    assert "ok" == kernel.reply(msg_id)["status"]
    assert "after ['ok', 'cancelled', 'cancelled'] [False]" in kernel.printed(msg_id)
    kernel.reply(queued)
    assert "1 True\n" == kernel.printed(queued)
    assert ["busy", "idle"] == kernel.states(click)


def test_every_click_of_a_row_gets_busy_and_idle(kernel):
    """A front end sends no further widget message before it has seen idle for the last one."""
    msg_id = kernel.ask("""
import ipywidgets
clicks, button = [], ipywidgets.Button()
button.on_click(lambda _: clicks.append(1))
print("model", button.model_id, "here", flush=True)
async def until_clicked():
    while len(clicks) < 3:
        await asyncio.sleep(0.01)
    return len(clicks)
print(execute_tools_parallel([{"tool_func": until_clicked}], timeout=30))
""")
    kernel.wait_for_print(msg_id, " here")
    model_id = kernel.printed(msg_id).partition("model ")[2].partition(" here")[0]
    for _ in range(3):
        click = kernel.click(model_id)
        kernel.listen_until(lambda click=click: "idle" in kernel.states(click), "idle for a click")

    assert "ok" == kernel.reply(msg_id)["status"]
    assert kernel.printed(msg_id).endswith("[3]\n")


def test_the_kernel_is_busy_again_after_a_click(kernel):
    """A message ends with idle; front ends and servers must not take that for the cell's end."""
    msg_id = kernel.ask("""
import ipywidgets
clicks, button = [], ipywidgets.Button()
button.on_click(lambda _: clicks.append(1))
print("model", button.model_id, "here", flush=True)
async def until_clicked():
    while not clicks:
        await asyncio.sleep(0.01)
execute_tools_parallel([{"tool_func": until_clicked}], timeout=30)
""")
    kernel.wait_for_print(msg_id, " here")
    model_id = kernel.printed(msg_id).partition("model ")[2].partition(" here")[0]
    click = kernel.click(model_id)
    kernel.reply(msg_id)

    after = kernel.run("1")
    told = [
        (m["content"]["execution_state"], m["parent_header"].get("msg_id"))
        for m in kernel.heard
        if m["msg_type"] == "status"
    ]
    end_of_click = told.index(("idle", click))
    assert ("busy", msg_id) == told[end_of_click + 1]
    assert ("idle", msg_id) == told[end_of_click + 2]
    assert "" == after


def test_nest_asyncio_is_used_and_taken_back_or_refused(kernel):
    """loop=nest lets calls nest loops where that is safe, else warns; nothing stays changed."""
    printed = kernel.run("""
import ipykernel
get_settings().set("loop", "nest", "test")
before = globals_of_asyncio()
async def nests():
    inner = wait(0.01)
    try:
        return asyncio.get_running_loop().run_until_complete(inner)
    except RuntimeError:
        inner.close()
        return "no nesting"
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    results = execute_tools_parallel([{"tool_func": nests}])
get_settings().unset("loop")
is_refused = ipykernel.version_info[:2] >= (7, 1)
print(results == (["no nesting"] if is_refused else [0.01]))
print([w.category for w in seen] == ([RuntimeWarning] if is_refused else []))
print([a == b for a, b in zip(before, globals_of_asyncio())].count(False))
""")

    assert "True\nTrue\n0\n" == printed
