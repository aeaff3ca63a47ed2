"""
Whether calls survive a provider that throttles, and what that costs, against boto3's default.

Run ``python tests/benchmarks/bench_throttling.py``; ``--check`` fails over budget. 32 workers make
small calls to a server (another process) that refuses as AWS does when its token bucket is empty:
`rate` requests a second after a `burst`. For each limit: calls lost, wall time as a ratio to the
least the bucket allows, ``(calls - burst) / rate``, and the share of attempts that were throttled;
our pooled client beside ``boto3.client`` as it comes, and ours once more with the limit remembered
from the first time. ``--quick`` takes the middle limit and leaves boto3 out; ``--json FILE`` keeps
the figures.

Boundary: one bucket, one client, one process, nobody else asking; a real account's limits are per
action and others share them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import boto3
from measured import measured
from scripted_aws import counts, scripted_aws

from aibrain_jupyter.async_tool_executor import execute_tools_parallel
from aibrain_jupyter.aws.clients.current_call import asking_for
from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext

LIMITS = ((10, 20, 150), (20, 50, 350), (50, 100, 700))  # a second, burst, calls
PARALLEL = 32
ACCOUNT = "123456789012"
POOLED, REMEMBERED, OWN = "pooled client", "limit remembered", "boto3's own"
BUDGET_TIME = 1.15  # of the least the bucket allows
BUDGET_THROTTLED = 0.10  # of the attempts


def measure(client, url, calls, ideal, account=""):
    """Make the calls; return figures of losses, time and throttles."""
    asked, refused = counts(url)
    began = time.perf_counter()
    ctx = CallContext(target=AwsTarget(account=account))

    def ask():
        # A limit is remembered for an account, which only a call with a context has.
        with asking_for(ctx) if account else contextlib.nullcontext():
            client.list_mfa_devices()
        return True

    tasks = [{"tool_func": ask}] * calls
    results = execute_tools_parallel(tasks, max_parallel=PARALLEL, timeout=0)
    seconds = time.perf_counter() - began
    asked_now, refused_now = counts(url)
    return {
        "lost": sum(result is not True for result in results) / calls,
        "time": seconds / ideal,
        "throttled": (refused_now - refused) / (asked_now - asked),
    }


def compare(rate, burst, calls, *, with_boto3):
    """Yield the name and the figures of each way."""
    ideal = (calls - burst) / rate
    with scripted_aws(rate=rate, burst=burst) as url:
        yield POOLED, measure(ClientPool().client("iam"), url, calls, ideal, ACCOUNT)
        time.sleep(burst / rate)  # the bucket is full again
        # Another pool has other clients, as another kernel would.
        yield REMEMBERED, measure(ClientPool().client("iam"), url, calls, ideal, ACCOUNT)
    if with_boto3:
        with scripted_aws(rate=rate, burst=burst) as url:
            client = boto3.client("iam", region_name="us-east-1")
            yield OWN, measure(client, url, calls, ideal)


def main():
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over budget")
    parser.add_argument("--quick", action="store_true", help="one limit, ours only")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    found, over = {}, []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AIBRAIN_DATA_DIR"] = folder
        for rate, burst, calls in LIMITS[1:2] if options.quick else LIMITS:
            for name, figures in compare(rate, burst, calls, with_boto3=not options.quick):
                title = f"{rate}/s after {burst}, {name}"
                found[title] = figures
                print(
                    f"{title:34} {figures['lost']:6.1%} lost, {figures['time']:.2f} of the least "
                    f"time, {figures['throttled']:6.1%} of attempts throttled",
                    flush=True,
                )
                is_ours = name != OWN
                bars = {"lost": 0, "time": BUDGET_TIME, "throttled": BUDGET_THROTTLED}
                for figure, bar in bars.items():
                    ratio = figures[figure]
                    measured(f"{title}: {figure}", "the least", ratio, bar=bar if is_ours else None)
                if is_ours and (
                    figures["lost"]
                    or figures["time"] > BUDGET_TIME
                    or figures["throttled"] > BUDGET_THROTTLED
                ):
                    over.append(title)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    if options.check and over:
        sys.exit(f"over budget (0, {BUDGET_TIME}, {BUDGET_THROTTLED:.0%}): {over}")


if __name__ == "__main__":
    main()
