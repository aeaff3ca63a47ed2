"""
How long a cell takes to end after Cancel or Stop, in a real kernel.

Run ``python tests/benchmarks/bench_cancel.py``; ``--check`` fails over budget. A cell runs 20 calls
that sleep on the event loop or 32 that block a thread, each for a minute. When all have begun, the
panel's Cancel is clicked or the kernel is interrupted; what is measured is the time until the cell
is idle, the median of the rounds. Beside it, in the same kernel, Stop on a plain ``time.sleep``,
which is what an interrupt costs at least. ``--json FILE`` keeps the rounds.

Boundary: the click comes from a Jupyter client, not from a browser.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from live_kernel import live_kernel, seconds_since
from measured import measured

BUDGET_S = 1.0
PRELUDE = """
import asyncio, os, sys, time
os.environ.update(AIBRAIN_DATA_DIR={folder!r}, AIBRAIN_CACHE_DIR={folder!r})
sys.path.insert(0, {tools!r})
import slow_tools
slow_tools.register()
%load_ext aibrain_jupyter
%config AibrainMagics.progress = "widget"
"""
KINDS = {"20 sleeping calls": ("sleep_long", 20), "32 blocking calls": ("block_long", 32)}


def plain(kernel):
    """Interrupt a cell that only sleeps; return the seconds until it has ended."""
    msg_id = kernel.ask(
        "print('begun', flush=True)\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    pass"
    )
    kernel.until_printed(msg_id, "begun")
    time.sleep(0.1)
    began = time.perf_counter()
    kernel.stop()
    kernel.until_idle(msg_id)
    return seconds_since(began)


def cancelled(kernel, kind, way):
    """Cancel a run when its calls have begun; return the seconds until its cell has ended."""
    tool, calls = KINDS[kind]
    kernel.forget_buttons()
    msg_id = kernel.ask(
        f"slow_tools.expect({calls})\n"
        f"%aibrain {tool} --accounts {','.join(f'a{n}' for n in range(calls))} "
        f"--max-parallel {calls} -o found"
    )
    kernel.until_printed(msg_id, "all have begun")
    kernel.listen(msg_id, lambda: kernel.has_button("Cancel"))
    time.sleep(0.1)
    began = time.perf_counter()
    kernel.stop() if way == "Stop" else kernel.click("Cancel")
    kernel.until_idle(msg_id)
    seconds = seconds_since(began)
    outcomes = kernel.run(
        "from aibrain_jupyter.execution.runs.session import get_session\n"
        "print(dict(get_session().last.coverage['outcome'].value_counts()))"
    )
    # One call is quick, so that there are rows to keep.
    assert f"'cancelled': {calls - 1}" in outcomes.replace("np.int64(", "").replace(")", "")
    return seconds


def main():
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over budget")
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the raw rounds there")
    options = parser.parse_args()
    found = {("a plain sleep", "Stop"): []}
    found |= {(kind, way): [] for kind in KINDS for way in ("Cancel", "Stop")}
    with tempfile.TemporaryDirectory() as folder, live_kernel() as kernel:
        kernel.run(PRELUDE.format(folder=folder, tools=str(Path(__file__).parent)))
        for _ in range(1 if options.quick else options.rounds):
            for (kind, way), seconds in found.items():
                is_ours = kind in KINDS
                seconds.append(cancelled(kernel, kind, way) if is_ours else plain(kernel))
    middle = {key: statistics.median(seconds) for key, seconds in found.items()}
    for (kind, way), seconds in middle.items():
        bar = BUDGET_S if kind in KINDS else None
        rounds = found[kind, way]
        measured(f"{kind}, {way}", "seconds", seconds, bar=bar, rounds=rounds)
        print(f"{kind:18} {way:6} to the end of the cell: {seconds:.2f} s")
    if options.json:
        options.json.write_text(json.dumps({" ".join(k): v for k, v in found.items()}, indent=1))
    late = [f"{kind}, {way}" for (kind, way), s in middle.items() if s > BUDGET_S]
    if options.check and late:
        sys.exit(f"over budget ({BUDGET_S} s): {late}")


if __name__ == "__main__":
    main()
