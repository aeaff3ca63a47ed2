"""
What a run costs and how calm it is: every benchmark of the execution, one after the other.

Run ``python tests/benchmarks/bench_execution.py``; ``--check`` fails when one is over its budget,
``--quick`` makes a round of each. Each has a process of its own and prints its ratios beside its
baselines; what it measures and what it leaves out stands at the top of its file.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

BENCHMARKS = ("bench_parallel.py", "bench_loop_lag.py", "bench_panel.py", "bench_cancel.py")


def main():
    """Run them all; fail at the end if one did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over budget")
    parser.add_argument("--quick", action="store_true", help="one round of each")
    options = parser.parse_args()
    flags = [f"--{name}" for name, is_set in vars(options).items() if is_set]
    failed = []
    for name in BENCHMARKS:
        print(f"-- {name}", flush=True)
        script = Path(__file__).with_name(name)
        if subprocess.run([sys.executable, script, *flags], check=False).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
