"""
What the progress panel costs in a run of 1 000 calls, as a share of the run's CPU.

Run ``python tests/benchmarks/bench_panel.py``; ``--check`` fails over budget. In a real kernel a
cell makes 1 000 small boto3 calls, 32 at a time, to a scripted server (another process). Judged is
the CPU of the kernel's thread inside the panel's own code (events taken in, repaints, the static
end), as a share of the CPU of the whole kernel during the cell; the median of the rounds. Beside it
the same cell with ``progress=none``, interleaved. ``--json FILE`` keeps the rounds.

Boundary: the kernel's side only; what the browser draws is not measured. The kernel's own thread
that sends messages is in the total, not in the panel's part: see the ratio of the totals for that.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from live_kernel import live_kernel
from measured import measured
from scripted_aws import scripted_aws

CALLS = 1000
BUDGET = 0.05
PRELUDE = """
import os, sys, time
os.environ.update(AIBRAIN_DATA_DIR={folder!r}, AIBRAIN_CACHE_DIR={folder!r})
sys.path.insert(0, {tools!r})
import slow_tools
slow_tools.register()
%load_ext aibrain_jupyter
from aibrain_jupyter.widgets.progress.display import Progress
spent, depth = 0.0, 0
def timed(function):
    def wrapper(*args, **kwargs):
        global spent, depth
        began, depth = time.thread_time(), depth + 1
        try:
            return function(*args, **kwargs)
        finally:
            depth -= 1
            if not depth:  # one of them within another is counted there
                spent += time.thread_time() - began
    return wrapper
for name in ("_listen", "_tick", "close"):
    setattr(Progress, name, timed(getattr(Progress, name)))
names = ",".join(f"a{{n}}" for n in range({calls}))
"""
CELL = """
%config AibrainMagics.progress = "{mode}"
spent, began = 0.0, time.process_time()
%aibrain small_call --accounts $names --max-parallel 32 -o found
total = time.process_time() - began
assert len(found) == {calls}
print("CPU", spent, total)
"""


def main():
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over budget")
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the raw rounds there")
    options = parser.parse_args()
    found = {"widget": [], "none": []}
    with scripted_aws(), tempfile.TemporaryDirectory() as folder, live_kernel() as kernel:
        tools = str(Path(__file__).parent)
        kernel.run(PRELUDE.format(folder=folder, tools=tools, calls=CALLS))
        kernel.run(CELL.format(mode="none", calls=CALLS))  # imports, connections, threads
        for _ in range(1 if options.quick else options.rounds):
            for mode, rounds in found.items():
                printed = kernel.run(CELL.format(mode=mode, calls=CALLS))
                rounds.append([float(n) for n in printed.partition("CPU ")[2].split()[:2]])
    share = statistics.median(spent / total for spent, total in found["widget"])
    with_panel, without = (statistics.median(t for _, t in rounds) for rounds in found.values())
    print(
        f"{CALLS} calls: the panel takes {share:.1%} of the kernel's CPU "
        f"({with_panel * 1000 / CALLS:.2f} ms a call, {without * 1000 / CALLS:.2f} without it)"
    )
    shares = [spent / total for spent, total in found["widget"]]
    measured("the panel", "the kernel's CPU", share, bar=BUDGET, rounds=shares)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    if options.check and share > BUDGET:
        sys.exit(f"over budget ({BUDGET:.0%})")


if __name__ == "__main__":
    main()
