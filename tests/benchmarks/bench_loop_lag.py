"""
How late the event loop is while threads parse large answers, with and without the parse gate.

Run ``python tests/benchmarks/bench_loop_lag.py``; ``--check`` fails over budget. 32 calls at a
time, through our engine, read pages of 100 EC2 instances from a scripted server (another process,
50 ms latency). Meanwhile a task of the same loop sleeps 10 ms again and again; its lag is how much
later than that it goes on. Prints lag, throughput and CPU of interleaved rounds, with our clients
(one answer parsed at a time) beside clients whose gate is taken out, and beside one call at a
time, which is the least lag that parsing can have. ``--json FILE`` keeps the rounds.

Boundary: parsing only; what a tool then does with the records is not measured. Lag is a time, for
a person feels it as one, and other programs on the machine add to it: on a busy one it must at
least be clearly less than without the gate. Throughput is judged by CPU a page: where programs
compete for the processors, 32 threads in each other's way are given more than one that works.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from pathlib import Path

from measured import measured
from scripted_aws import INSTANCES, scripted_aws

from aibrain_jupyter.async_tool_executor import execute_tools_parallel
from aibrain_jupyter.aws.clients.pool import ClientPool

PARALLEL = 32
CALLS, QUICK_CALLS = 200, 48  # a round
NAP_S = 0.01
BUDGET_P99_MS = 150
BUDGET_OF_NO_GATE = 0.7  # or this part of the p99 without the gate, whichever is more
BUDGET_CPU = 1.3  # of the CPU a page without the gate


def make_client(*, with_gate):
    """Return a client of our pool; without the gate it is the same in everything else."""
    pool = ClientPool()
    if not with_gate:
        core = pool._session()._session
        name = "response_parser_factory"
        core.register_component(name, core.get_component(name)._factory)
    return pool.client("ec2")


def percentile(ordered, share):
    """Return the value that `share` of an ordered list does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(client, calls, parallel):
    """Return p50 and p99 of the lag in ms, pages per second, and CPU in ms a page."""
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
        began, cpu = time.perf_counter(), time.process_time()
        found = execute_tools_parallel(tasks, max_parallel=parallel)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        watcher.cancel()
        assert [INSTANCES] * calls == found
        return calls / seconds, cpu * 1000 / calls

    rate, cpu = asyncio.run(cell())
    lags.sort()
    return {"p50": percentile(lags, 0.5), "p99": percentile(lags, 0.99), "rate": rate, "cpu": cpu}


def main():
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over budget")
    parser.add_argument("--quick", action="store_true", help="one round of few calls")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the raw rounds there")
    options = parser.parse_args()
    calls = QUICK_CALLS if options.quick else CALLS
    rounds = {"one call at a time": [], "32 calls, gate": [], "32 calls, no gate": []}
    with scripted_aws():
        gated, ungated = make_client(with_gate=True), make_client(with_gate=False)
        for client in (gated, ungated):
            measure(client, PARALLEL, PARALLEL)  # connections, models, threads
        for _ in range(1 if options.quick else options.rounds):
            for found, client, parallel in zip(
                rounds.values(), (gated, gated, ungated), (1, PARALLEL, PARALLEL), strict=True
            ):
                found.append(measure(client, calls if parallel > 1 else calls // 4, parallel))
    one, gate, no_gate = (
        {key: statistics.median(r[key] for r in found) for key in found[0]}
        for found in rounds.values()
    )
    for name, figures in zip(rounds, (one, gate, no_gate), strict=True):
        print(
            f"{name:18} loop lag p50 {figures['p50']:4.0f} ms, p99 {figures['p99']:5.0f} ms, "
            f"{figures['rate']:5.1f} pages/s, {figures['cpu']:3.0f} ms CPU a page"
        )
    ratio = gate["cpu"] / no_gate["cpu"]
    print(
        f"with the gate: {gate['p99'] / no_gate['p99']:.2f} of the p99, "
        f"{gate['rate'] / no_gate['rate']:.2f} of the throughput, {ratio:.2f} of the CPU a page"
    )
    measured("CPU a page", "without the gate", ratio, bar=BUDGET_CPU)
    if options.json:
        options.json.write_text(json.dumps(rounds, indent=1))
    most = max(BUDGET_P99_MS, BUDGET_OF_NO_GATE * no_gate["p99"])
    measured(
        "loop lag p99",
        "ms",
        gate["p99"],
        bar=most,
        rounds=[r["p99"] for r in rounds["32 calls, gate"]],
    )
    if options.check and (gate["p99"] > most or ratio > BUDGET_CPU):
        sys.exit(f"over budget (p99 {most:.0f} ms, {BUDGET_CPU} of the CPU a page)")


if __name__ == "__main__":
    main()
