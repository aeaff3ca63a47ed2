"""Background runs in a real kernel: they move while cells compute, and disturb none of them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.kernel

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(autouse=True)
def folder(kernel, tmp_path):
    """Load the extension with the tool ``count_things``; a new folder steers it in each test."""
    printed = kernel.run(f"""
import os, sys, time, pathlib, threading, asyncio, signal
for name in ("DATA", "CACHE"):
    os.environ[f"AIBRAIN_{{name}}_DIR"] = {str(tmp_path)!r} + "/" + name
os.environ["AIBRAIN_TEST_FOLDER"] = {str(tmp_path)!r}
if {str(DATA)!r} not in sys.path:
    sys.path.insert(0, {str(DATA)!r})
import counting_tools
counting_tools.FOLDER = pathlib.Path({str(tmp_path)!r})
from aibrain_jupyter.execution.runs.session import get_session
get_session.cache_clear()
%reload_ext aibrain_jupyter
counting_tools.register(is_cacheable=False)
%config AibrainMagics.progress = "text"
""")
    assert "" == printed
    return tmp_path


def shown_by(kernel, msg_id):
    """The texts displayed or updated in the cell of a message, by display id where there is one."""
    found = {}
    for message in kernel.heard:
        if message["msg_type"] == "display_data" and (
            message["parent_header"].get("msg_id") == msg_id
        ):
            display_id = message["content"]["transient"].get("display_id", "")
            found[display_id] = message["content"]["data"]["text/plain"]
    for message in kernel.heard:
        if message["msg_type"] == "update_display_data":
            display_id = message["content"]["transient"]["display_id"]
            if display_id in found:
                found[display_id] = message["content"]["data"]["text/plain"]
    return list(found.values())


def outputs_of(kernel, msg_id):
    """Everything that belongs to a cell and that a front end would append to it."""
    kinds = ("stream", "display_data", "execute_result", "error")
    return [
        m["msg_type"]
        for m in kernel.heard
        if m["parent_header"].get("msg_id") == msg_id and m["msg_type"] in kinds
    ]


def test_it_moves_while_another_cell_computes(kernel):
    """Calls end during a cell that never yields; its variable comes after that cell, not in it."""
    start = kernel.ask("run = %aibrain count_things --accounts a1,a2 seconds=0.3 --bg -o things")
    assert "ok" == kernel.reply(start)["status"]
    printed = kernel.run("""
end = time.monotonic() + 50
while run.is_running and time.monotonic() < end:
    sum(range(1000))
print(run.state, len(run.frame), "things" in globals())
""")

    assert "complete 4 False\n" == printed
    assert "4\n" == kernel.run("print(len(things))")


def test_it_says_its_end_in_its_own_cell_and_nowhere_else(kernel, folder):
    """The starting cell ends up with the receipt; the cell that ran meanwhile has no output."""
    (folder / "hold").write_text("a1")
    start = kernel.ask("%aibrain count_things --bg -o things;")
    assert "ok" == kernel.reply(start)["status"]
    foreign = kernel.ask(f"""
os.unlink({str(folder / "hold")!r})
job = get_session().jobs[-1]
end = time.monotonic() + 50
while job.is_running and time.monotonic() < end:
    time.sleep(0.01)
time.sleep(0.3)
""")
    kernel.reply(foreign)
    kernel.listen_until(
        lambda: any("things = 2 rows" in text for text in shown_by(kernel, start)), "the receipt"
    )

    assert [] == outputs_of(kernel, foreign)
    assert not any("is set when it is done" in text for text in shown_by(kernel, start))


def test_awaiting_a_run_sets_its_variable(kernel):
    """``await run`` in a cell gives the rows, and ``-o`` is there in the next line."""
    printed = kernel.run("""
run = %aibrain count_things seconds=0.2 --bg -o things
frame = await run
print(len(frame), things is frame, run.state)
""")

    assert "2 True complete\n" == printed


@pytest.mark.parametrize(
    "wait", ["%aibrain result", "job.result()", "await job"], ids=["verb", "result", "await"]
)
def test_stop_ends_the_wait_and_not_the_run(kernel, folder, wait):
    """A cell that waits is interrupted; the run goes on, and the kernel is healthy."""
    (folder / "hold").write_text("a1")
    kernel.run("job = %aibrain count_things --bg")
    waiting = kernel.ask(f"print('waits', flush=True)\n{wait}")
    kernel.wait_for_print(waiting, "waits")
    time.sleep(0.3)
    kernel.interrupt()

    assert "error" == kernel.reply(waiting)["status"]
    assert "running\n" == kernel.run("print(job.state)")
    (folder / "hold").unlink()
    assert "2\n" == kernel.run("print(len(job.result(50)))")


def test_cancel_ends_it_from_another_cell(kernel, folder):
    """What it has is kept, and what would never have ended is left behind."""
    (folder / "hold").write_text("a2")
    kernel.run("job = %aibrain count_things --accounts a1,a2 --bg")
    printed = kernel.run("""
while not job.outcomes:
    time.sleep(0.01)
%aibrain cancel
print(len(job.result(50)), job.state)
""")

    assert printed.endswith("2 cancelled\n")


def test_runs_in_both_places_share_the_limits(kernel):
    """A run in the background and one in the cell together stay within one run's calls."""
    printed = kernel.run("""
import pandas as pd
lock, now, most, is_full = threading.Lock(), 0, 0, threading.Event()
def meter(ctx, **params):
    global now, most
    with lock:
        now += 1
        most = max(most, now)
        if now >= 5:
            is_full.set()
    is_full.wait(40)  # however long a thread takes to begin
    time.sleep(0.02)
    with lock:
        now -= 1
    return pd.DataFrame({"a": [1]})
counting_tools.count_things, kept = meter, counting_tools.count_things
from aibrain_jupyter.tool_registry import get_tool_registry
get_tool_registry.cache_clear()
counting_tools.register(is_cacheable=False)
names = [f"a{n}" for n in range(40)]
job = %aibrain count_things --accounts $names --max-parallel 6 --bg
rows = %aibrain count_things --accounts $names --max-parallel 6
print(len(rows), len(job.result(50)), 5 <= most <= 7)
counting_tools.count_things = kept
get_tool_registry.cache_clear()
""")

    assert printed.endswith("40 40 True\n")


def test_the_kernel_ends_at_once_although_a_run_hangs(tmp_path):
    """A run in the background does not hold up the end of its kernel."""
    import subprocess
    import sys

    code = f"""
import sys
sys.path.insert(0, {str(DATA)!r})
from IPython.core.interactiveshell import InteractiveShell
import counting_tools
counting_tools.register()
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "aibrain_jupyter")
shell.run_cell("%aibrain count_things seconds=600 --bg")
"""
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={**os.environ, "AIBRAIN_TEST_FOLDER": str(tmp_path)},
    )

    assert time.monotonic() - began < 120


def test_a_notebook_run_without_a_front_end_holds_the_receipt(tmp_path, monkeypatch):
    """What nbclient saves under the starting cell is what came of the run, not that it runs."""
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("AIBRAIN_TEST_FOLDER", str(tmp_path))
    cells = [
        f"""
import sys
sys.path.insert(0, {str(DATA)!r})
import counting_tools
counting_tools.register()
%load_ext aibrain_jupyter""",
        "%aibrain count_things seconds=0.2 --bg -o things;",
        "%aibrain result;",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute()

    (output,) = notebook.cells[1].outputs
    assert output.data["text/plain"].startswith("things = 2 rows × 3 columns")
