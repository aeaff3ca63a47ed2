"""
What an open dashboard adds to the CPU of a run of 10,000 calls.

Run ``python tests/benchmarks/bench_dashboard.py``; ``--check`` fails over BUDGET. The median share
of the rounds is printed: the CPU of the thread that reads, draws and sends the dashboard, by that
of the whole process during the run less the same. With ``--plain`` rounds without a dashboard are
interleaved and their difference is printed too, which is noisy. Each call takes a few milliseconds
and tells of a request, so that a run lasts some seconds. Not measured: the notebook server and the
browser.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from measured import measured

BUDGET = 0.03
"""Of the run's own CPU."""
DATA = Path(__file__).parents[1] / "execution" / "data"


def prepared(folder, calls):
    """Return the request of the run, its tool registered, everything in a folder of its own."""
    for name in ("DATA", "CACHE"):
        os.environ[f"AIBRAIN_{name}_DIR"] = f"{folder}/{name.lower()}"
    os.environ["AIBRAIN_TEST_FOLDER"] = folder
    sys.path.insert(0, str(DATA))
    import troubled_tools

    from aibrain_jupyter.execution.runs.request import Request, RunOptions

    troubled_tools.register()
    accounts = tuple(f"{2 * number:012d}" for number in range(calls))
    options = RunOptions(accounts=accounts, max_parallel=16)
    params = {"seconds": 0.004, "requests": 1}
    return Request(troubled_tools.SPEC, params, text="%aibrain list_vpcs", options=options)


def cpu_of_run(request, *, is_open):
    """Return the CPU seconds of a run, and of a dashboard that is open meanwhile or not."""
    from aibrain_jupyter.execution.dashboard.reading import DashboardReader
    from aibrain_jupyter.execution.runs.run import run_request
    from aibrain_jupyter.widgets.dashboard.live import PART_OF_TIME
    from aibrain_jupyter.widgets.dashboard.page import dashboard_page
    from aibrain_jupyter.widgets.timeline.live import LivePage

    reader = DashboardReader(dt.timedelta(hours=1))

    def page():
        return dashboard_page(reader.read())

    live = LivePage(page, page, has_button=True, part_of_time=PART_OF_TIME)
    thread, of_thread, drawn = None, 0.0, 0.0
    if is_open:
        thread = live.follow()
        clock = time.pthread_getcpuclockid(thread.ident)
        of_thread = time.clock_gettime(clock)
    began = time.process_time()
    run_request(request)
    took = time.process_time() - began
    if thread is not None:
        drawn = time.clock_gettime(clock) - of_thread
        live.close()
        thread.join()
    return took - drawn, drawn


def main():
    """Print the share; with ``--check`` fail when it is over the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args()
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.instance()
    shares, differences = [], []
    with tempfile.TemporaryDirectory() as folder:
        request = prepared(folder, chosen.calls)
        small = prepared(folder, 10)
        with capture_output():
            cpu_of_run(small, is_open=True)  # imports
            for _ in range(chosen.rounds):
                took, drawn = cpu_of_run(request, is_open=True)
                shares.append(drawn / took)
                if chosen.plain:
                    without, _ = cpu_of_run(request, is_open=False)
                    differences.append((took + drawn) / without - 1)
    found = statistics.median(shares)
    measured("an open dashboard", "a run's CPU", found, bar=BUDGET, rounds=shares)
    rounds = ", ".join(f"{share:.1%}" for share in shares)
    print(f"a dashboard adds {found:.1%} CPU to a run of {chosen.calls:,} calls ({rounds})")
    if differences:
        print("runs with against without:", ", ".join(f"{one:+.1%}" for one in differences))
    if chosen.check and found > BUDGET:
        sys.exit(f"over the budget of {BUDGET:.0%}")


if __name__ == "__main__":
    main()
