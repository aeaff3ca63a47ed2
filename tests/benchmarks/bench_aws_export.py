"""
What the curated export of six resources costs, against a plain boto3 loop with ten threads.

Run ``python tests/benchmarks/bench_aws_export.py``; ``--check`` fails over budget. moto's server, a
process of its own, holds 300 users (two thirds with a password, half with MFA), 50 roles, 100
buckets, 200 instances, 30 keys and 50 functions. Both ways export all six, each round in a fresh
process: ours as six cells of a notebook without the cache, the loop in ``plain_export.py``. Printed
are the requests that arrived, CPU time of the client's process, and their ratios, medians of
interleaved rounds. ``--json FILE`` keeps the rounds.

CPU begins after both have imported pandas and boto3 and ours IPython; making clients, and what the
package imports and reads at its first cell, is in it.

Boundary: one account, one region, no latency, no throttling; moto answers each listing in one page
and keeps no connection open. The budget of calls is for this account: what has to be asked for
each single item depends on how many users have MFA and how many buckets have policies.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from seeded_moto import FULL, requests_so_far, seeded_moto

CALLS = 1400
CPU_OF_PLAIN = 1.0
RESOURCES = (
    "iam_users",
    "iam_roles",
    "s3_buckets",
    "ec2_instances",
    "kms_keys",
    "lambda_functions",
)


def ours():
    """Run six cells; return the rows of each and the CPU it took."""
    import boto3  # noqa: F401
    import pandas as pd  # noqa: F401
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "aibrain_jupyter")
    began = time.process_time()
    rows = {}
    for name in RESOURCES:
        shell.run_cell(f"frame = %aibrain {name} --no-cache --quiet --strict").raise_error()
        rows[name] = len(shell.user_ns["frame"])
    return rows, time.process_time() - began


def plain():
    """Run the loop; return the rows of each and the CPU it took."""
    from plain_export import PlainExport

    began = time.process_time()
    frames = PlainExport().export()
    return {name: len(frame) for name, frame in frames.items()}, time.process_time() - began


WAYS = {"ours": ours, "plain": plain}


def measure(way, url):
    """Return requests, CPU and wall seconds and rows of one export in a fresh process."""
    before, began = requests_so_far(url), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, __file__, "--way", way],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            env=os.environ | {"AIBRAIN_PROGRESS": "none", "AIBRAIN_DATA_DIR": folder},
        )
    rows, cpu_s = json.loads(done.stdout.splitlines()[-1])
    wall_s = time.perf_counter() - began
    return {"calls": requests_so_far(url) - before, "cpu_s": cpu_s, "wall_s": wall_s, "rows": rows}


def main():
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over budget")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the raw rounds there")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        print(json.dumps(WAYS[options.way]()))
        return
    with seeded_moto(FULL) as url:
        rounds = [{way: measure(way, url) for way in WAYS} for _ in range(options.rounds)]
    if options.json:
        options.json.write_text(json.dumps(rounds, indent=1))
    for each in rounds:
        assert each["ours"]["rows"] == each["plain"]["rows"], each

    def median(way, figure):
        return statistics.median(each[way][figure] for each in rounds)

    for way in WAYS:
        print(
            f"{way:5} {median(way, 'calls'):5.0f} calls, {median(way, 'cpu_s'):5.2f} s CPU, "
            f"{median(way, 'wall_s'):5.1f} s in all"
        )
    ratio = statistics.median(each["ours"]["cpu_s"] / each["plain"]["cpu_s"] for each in rounds)
    most = max(each["ours"]["calls"] for each in rounds)
    print(f"calls {most / median('plain', 'calls'):.2f}, CPU {ratio:.2f} of the plain loop")
    print(f"budget: {CALLS} calls, CPU under {CPU_OF_PLAIN:.2f}")
    if options.check and (most > CALLS or ratio >= CPU_OF_PLAIN):
        sys.exit("over budget")


if __name__ == "__main__":
    main()
