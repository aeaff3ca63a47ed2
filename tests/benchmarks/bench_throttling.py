"""
Whether calls survive a provider that throttles, and what that costs, against boto3's default.

Run ``python tests/benchmarks/bench_throttling.py``; ``--check`` fails over budget. 32 workers make
small calls to a server (another process) that refuses as AWS does when its token bucket is empty:
`rate` requests a second after a `burst`. For each limit: calls lost, wall time as a ratio to the
least the bucket allows, ``(calls - burst) / rate``, and the share of attempts that were throttled;
our pooled client beside ``boto3.client`` as it comes. ``--json FILE`` keeps the figures.

Boundary: one bucket, one client, one process, nobody else asking; a real account's limits are per
action and others share them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import boto3
from scripted_aws import counts, scripted_aws

from aibrain_jupyter.async_tool_executor import execute_tools_parallel
from aibrain_jupyter.shared.connection_pool import ClientPool

LIMITS = ((10, 20, 150), (20, 50, 350), (50, 100, 700))  # a second, burst, calls
PARALLEL = 32
BUDGET_TIME = 1.15  # of the least the bucket allows
BUDGET_THROTTLED = 0.10  # of the attempts


def measure(client, url, calls, ideal):
    """Make the calls; return figures of losses, time and throttles."""
    asked, refused = counts(url)
    began = time.perf_counter()
    tasks = [{"tool_func": lambda: bool(client.list_mfa_devices())}] * calls
    results = execute_tools_parallel(tasks, max_parallel=PARALLEL, timeout=0)
    seconds = time.perf_counter() - began
    asked_now, refused_now = counts(url)
    return {
        "lost": sum(result is not True for result in results) / calls,
        "time": seconds / ideal,
        "throttled": (refused_now - refused) / (asked_now - asked),
    }


def main():
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over budget")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    found, over = {}, []
    ways = {"pooled client": lambda: ClientPool().client("iam"), "boto3's own": _own}
    for rate, burst, calls in LIMITS:
        ideal = (calls - burst) / rate
        for name, make in ways.items():
            with scripted_aws(rate=rate, burst=burst) as url:
                figures = measure(make(), url, calls, ideal)
            title = f"{rate}/s after {burst}, {name}"
            found[title] = figures
            print(
                f"{title:32} {figures['lost']:6.1%} lost, {figures['time']:.2f} of the least time, "
                f"{figures['throttled']:6.1%} of attempts throttled",
                flush=True,
            )
            if name == "pooled client" and (
                figures["lost"]
                or figures["time"] > BUDGET_TIME
                or figures["throttled"] > BUDGET_THROTTLED
            ):
                over.append(title)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    if options.check and over:
        sys.exit(f"over budget (0, {BUDGET_TIME}, {BUDGET_THROTTLED:.0%}): {over}")


def _own():
    return boto3.client("iam", region_name="us-east-1")


if __name__ == "__main__":
    main()
