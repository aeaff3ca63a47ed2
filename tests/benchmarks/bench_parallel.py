"""
What running calls at the same time costs, against the ideal and against plain threads.

Run ``python tests/benchmarks/bench_parallel.py``; ``--check`` fails over budget. Three questions:

- Calls that only wait: wall time as a ratio to ``ceil(calls / parallel) * seconds``.
- Small boto3 calls to a scripted server (another process, 50 ms latency): wall time as a ratio to
  the larger of that ideal and the calls' own CPU time, for one interpreter computes one at a time.
- Calls that do nothing: CPU a call.

Each is the median of interleaved rounds of four ways: this package without and with a running
event loop around it (a notebook cell), a plain ``ThreadPoolExecutor``, and ``asyncio.gather`` over
threads. ``--quick`` makes one round of fewer calls; ``--json FILE`` keeps the rounds.

Boundary: no rows, no cache, no panel; the server answers all at once and never throttles.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from measured import measured
from scripted_aws import LATENCY_S, scripted_aws

from aibrain_jupyter.async_tool_executor import execute_tools_parallel
from aibrain_jupyter.aws.clients.pool import get_client_pool

WAITING = (  # calls, seconds of each, at the same time, most of the ideal
    (24, 0.5, 8, 1.3),
    (24, 0.5, 24, 1.3),
    (1000, 0.05, 32, 1.15),
)
PARALLEL = 32
BUDGET_SDK = 1.15
BUDGET_OF_PLAIN = 1.15
"""
Where other programs keep the machine busy no way reaches the ideal: then ours must be within this
of plain threads in the same rounds.
"""
BUDGET_QUICK_MS = 0.5
"""CPU of a call that does nothing; a small boto3 call costs 2 to 3 ms."""


def ours(call, calls, parallel):
    """Run the calls with the package, no event loop running."""
    tasks = [{"tool_func": call}] * calls
    return execute_tools_parallel(tasks, max_parallel=parallel, timeout=0)


def ours_in_a_loop(call, calls, parallel):
    """Run the calls with the package from inside a running loop, as in a notebook cell."""

    async def cell():
        return ours(call, calls, parallel)

    return asyncio.run(cell())


def plain_threads(call, calls, parallel):
    """Run the calls with the standard library's pool alone."""
    with ThreadPoolExecutor(parallel) as pool:
        return [future.result() for future in [pool.submit(call) for _ in range(calls)]]


def gather_and_threads(call, calls, parallel):
    """Run the calls with ``asyncio.gather`` over such a pool."""

    async def main():
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(parallel) as pool:
            return await asyncio.gather(*(loop.run_in_executor(pool, call) for _ in range(calls)))

    return asyncio.run(main())


OURS = (ours, ours_in_a_loop)
WAYS = (*OURS, plain_threads, gather_and_threads)


def measure(call, calls, parallel, rounds):
    """Return wall and CPU seconds of each round by way; every call must have succeeded."""
    found = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            wall, cpu = time.perf_counter(), time.process_time()
            results = way(call, calls, parallel)
            found[way].append((time.perf_counter() - wall, time.process_time() - cpu))
            assert [True] * calls == list(results), results[0]
    return found


class Report:
    """Prints a line for each way, and remembers what is over budget and the raw rounds."""

    def __init__(self):
        self.raw, self.too_much = {}, []

    def add(self, title, found, figure, unit, budget):
        """Take in rounds; `figure` makes a number of wall and CPU seconds."""
        middle = {
            way: statistics.median(figure(*seconds) for seconds in rounds)
            for way, rounds in found.items()
        }
        most = max(budget, BUDGET_OF_PLAIN * middle[plain_threads])
        for way, value in middle.items():
            print(f"{title}: {way.__name__:18} {value:.2f} {unit}")
            self.raw[f"{title}: {way.__name__}"] = found[way]
            bar = most if way in OURS and math.isfinite(most) else None
            each = [figure(*seconds) for seconds in found[way]]
            measured(f"{title}: {way.__name__}", unit, value, bar=bar, rounds=each)
            if way in OURS and value > most:
                self.too_much.append(f"{title}: {way.__name__} {value:.2f} > {most:.2f}")


def main():
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over budget")
    parser.add_argument("--quick", action="store_true", help="one round of fewer calls")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the raw rounds there")
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds
    report = Report()
    for calls, seconds, parallel, budget in WAITING[1:] if options.quick else WAITING:
        ideal = math.ceil(calls / parallel) * seconds
        found = measure(lambda s=seconds: time.sleep(s) or True, calls, parallel, rounds)
        report.add(
            f"{calls} waits of {seconds} s, {parallel} at a time",
            found,
            lambda wall, cpu, ideal=ideal: wall / ideal,
            "of the ideal",
            budget,
        )
    with scripted_aws():
        client = get_client_pool().client("iam")
        calls = 320 if options.quick else 1000
        ideal = math.ceil(calls / PARALLEL) * LATENCY_S
        measure(lambda: bool(client.list_mfa_devices()), PARALLEL, PARALLEL, 1)  # connections
        found = measure(lambda: bool(client.list_mfa_devices()), calls, PARALLEL, rounds)
    title = f"{calls} boto3 calls, {PARALLEL} at a time"
    report.add(title, found, lambda wall, cpu: wall / max(ideal, cpu), "of the ideal", BUDGET_SDK)
    report.add(title, found, lambda wall, cpu: cpu * 1000 / calls, "ms CPU a call", math.inf)
    calls = 2000 if options.quick else 10_000
    report.add(
        f"{calls} calls that do nothing, {PARALLEL} at a time",
        measure(lambda: True, calls, PARALLEL, rounds),
        lambda wall, cpu: cpu * 1000 / calls,
        "ms CPU a call",
        BUDGET_QUICK_MS,
    )
    if options.json:
        options.json.write_text(json.dumps(report.raw, indent=1))
    if options.check and report.too_much:
        sys.exit("over budget: " + "; ".join(report.too_much))


if __name__ == "__main__":
    main()
