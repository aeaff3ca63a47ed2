"""
What an open dashboard adds to the CPU of a run of 10,000 calls.

Run ``python tests/benchmarks/bench_dashboard.py``; ``--check`` fails over BUDGET. Rounds with and
without are interleaved in one process, and the median of their ratios is printed. Each call takes
a few milliseconds and tells of a request, so that a run lasts some seconds, and the dashboard is
drawn for a widget whose messages go nowhere. Not measured: the notebook server and the browser.
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

BUDGET = 0.03
"""Of the run's own CPU."""
CALLS = 10_000
DATA = Path(__file__).parents[1] / "execution" / "data"


def prepared(folder):
    """Return the request of the run, its tool registered, everything in a folder of its own."""
    for name in ("DATA", "CACHE"):
        os.environ[f"AIBRAIN_{name}_DIR"] = f"{folder}/{name.lower()}"
    os.environ["AIBRAIN_TEST_FOLDER"] = folder
    sys.path.insert(0, str(DATA))
    import troubled_tools

    from aibrain_jupyter.execution.runs.request import Request, RunOptions

    troubled_tools.register()
    accounts = tuple(f"{2 * number:012d}" for number in range(CALLS))
    options = RunOptions(accounts=accounts, max_parallel=16)
    params = {"seconds": 0.004, "requests": 1}
    return Request(troubled_tools.SPEC, params, text="%aibrain list_vpcs", options=options)


def cpu_of_run(request, *, is_open):
    """Return the CPU seconds of a run, with a dashboard open meanwhile or not."""
    from aibrain_jupyter.execution.dashboard.reading import DashboardReader
    from aibrain_jupyter.execution.runs.run import run_request
    from aibrain_jupyter.widgets.dashboard.live import PART_OF_TIME
    from aibrain_jupyter.widgets.dashboard.page import dashboard_page
    from aibrain_jupyter.widgets.timeline.live import LivePage

    live = thread = None
    if is_open:
        reader = DashboardReader(dt.timedelta(hours=1))

        def page():
            return dashboard_page(reader.read())

        live = LivePage(page, page, has_button=True, part_of_time=PART_OF_TIME)
        thread = live.follow()
    began = time.process_time()
    run_request(request)
    took = time.process_time() - began
    if live is not None:
        live.close()
        thread.join()
    return took


def main():
    """Print the ratio; with ``--check`` fail when it is over the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args()
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.instance()
    with tempfile.TemporaryDirectory() as folder:
        request = prepared(folder)
        ratios = []
        with capture_output():
            cpu_of_run(request, is_open=True)  # imports
            for _ in range(chosen.rounds):
                without = cpu_of_run(request, is_open=False)
                ratios.append(cpu_of_run(request, is_open=True) / without - 1)
    found = statistics.median(ratios)
    rounds = ", ".join(f"{ratio:+.1%}" for ratio in ratios)
    print(f"a dashboard adds {found:+.1%} CPU to a run of {CALLS:,} calls ({rounds})")
    if chosen.check and found > BUDGET:
        sys.exit(f"over the budget of {BUDGET:.0%}")


if __name__ == "__main__":
    main()
