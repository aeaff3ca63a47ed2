"""
How late the event loop is while threads parse large answers, with and without the parse gate.

Run ``python tests/benchmarks/bench_loop_lag.py``; ``--check`` fails over budget. 32 calls at a
time, through our engine, read pages of 100 EC2 instances from a scripted server (another process,
50 ms latency). Meanwhile a task of the same loop sleeps 10 ms again and again; its lag is how much
later than that it goes on. Prints lag and throughput of interleaved rounds, with the clients as
they are (one answer parsed at a time) beside clients whose gate is taken out, and beside one call
at a time, which is the least lag that parsing can have. ``--json FILE`` keeps the rounds.

Boundary: parsing only; what a tool then does with the records is not measured. Lag is a time, for
a person feels it as one, and other programs on the machine add to it: on a busy one the budget is
what a single thread causes there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from pathlib import Path

from scripted_aws import INSTANCES, scripted_aws

from aibrain_jupyter.async_tool_executor import execute_tools_parallel
from aibrain_jupyter.shared.connection_pool import ClientPool

PARALLEL = 32
NAP_S = 0.01
BUDGET_P99_MS = 150
BUDGET_OF_ONE = 2.0  # or so many times the p99 of one call at a time, whichever is more
BUDGET_THROUGHPUT = 0.9  # of the throughput without the gate


def make_client(*, with_gate):
    """Return a client of our pool; without the gate it is the same in everything else."""
    pool = ClientPool()
    if not with_gate:
        core = pool.session()._session
        name = "response_parser_factory"
        core.register_component(name, core.get_component(name)._factory)
    return pool.client("ec2")


def measure(client, calls, parallel):
    """Return lags in ms (sorted) and calls per second."""
    lags = []

    async def watch():
        while True:
            began = time.perf_counter()
            await asyncio.sleep(NAP_S)
            lags.append((time.perf_counter() - began - NAP_S) * 1000)

    def count_instances():
        return len(client.describe_instances()["Reservations"][0]["Instances"])

    async def cell():
        watcher = asyncio.create_task(watch())
        tasks = [{"tool_func": count_instances}] * calls
        began = time.perf_counter()
        found = execute_tools_parallel(tasks, max_parallel=parallel)
        seconds = time.perf_counter() - began
        watcher.cancel()
        assert [INSTANCES] * calls == found
        return calls / seconds

    rate = asyncio.run(cell())
    return sorted(lags), rate


def percentile(ordered, share):
    """Return the value that `share` of an ordered list does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main():
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over budget")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=200, help="in each round")
    parser.add_argument("--json", type=Path, help="write the raw rounds there")
    options = parser.parse_args()
    rounds = {"one call at a time": [], "32 calls, gate": [], "32 calls, no gate": []}
    with scripted_aws():
        gated, ungated = make_client(with_gate=True), make_client(with_gate=False)
        for client in (gated, ungated):
            measure(client, PARALLEL, PARALLEL)  # connections, models, threads
        for _ in range(options.rounds):
            for found, client, parallel in zip(
                rounds.values(), (gated, gated, ungated), (1, PARALLEL, PARALLEL), strict=True
            ):
                calls = options.calls if parallel > 1 else options.calls // 4
                lags, rate = measure(client, calls, parallel)
                found.append(
                    {"p50": percentile(lags, 0.5), "p99": percentile(lags, 0.99), "rate": rate}
                )
    one, gate, no_gate = (
        {key: statistics.median(r[key] for r in found) for key in found[0]}
        for found in rounds.values()
    )
    for name, figures in zip(rounds, (one, gate, no_gate), strict=True):
        print(
            f"{name:18} loop lag p50 {figures['p50']:4.0f} ms, p99 {figures['p99']:5.0f} ms, "
            f"{figures['rate']:5.1f} pages/s"
        )
    ratio = gate["rate"] / no_gate["rate"]
    print(
        f"with the gate: {ratio:.2f} of the throughput, {gate['p99'] / no_gate['p99']:.2f} of the "
        f"p99, {gate['p99'] / one['p99']:.2f} of one call's p99"
    )
    if options.json:
        options.json.write_text(json.dumps(rounds, indent=1))
    most = max(BUDGET_P99_MS, BUDGET_OF_ONE * one["p99"])
    if options.check and (gate["p99"] > most or ratio < BUDGET_THROUGHPUT):
        sys.exit(f"over budget (p99 {most:.0f} ms, throughput {BUDGET_THROUGHPUT})")


if __name__ == "__main__":
    main()
