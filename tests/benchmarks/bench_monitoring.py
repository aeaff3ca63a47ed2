"""
What it costs to measure every call, and to read and keep the figures of a million.

Run ``python tests/benchmarks/bench_monitoring.py``; ``--check`` fails over a budget, ``--full``
makes 10,000 real calls and a history of 1,000,000 (some minutes), ``--json FILE`` keeps figures.

- *cost*: calls of the smallest requests there are go through the engine to a local server. Then
  what metrics do for them (an append a call, adding them up, writing them, the calls of the history
  too) is measured, as a share of the CPU of those calls. ``--full`` also prints the plain
  difference of runs with and without metrics, which is noisy.
- *beside*: one measured request against the official Prometheus client's histogram and a span of
  the OpenTelemetry SDK, each with the same labels.
- *stats*: `%aibrain stats` over a year of calls, against one GROUP BY over the table of the same
  calls in sqlite3, by CPU; also where nothing of them had been added up before.
- *size*: the history with all its calls, and the roll-ups of the year alone.
- *percentiles*: sketches of 365 parts, stored and merged, against numpy on all values.

Boundary: one process, warm file cache; the calls are spread over a year, 24 tools, 6 accounts and 4
regions, in runs of 250, with one request each.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import random
import sys
import tempfile
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
from measured import measured
from scripted_aws import scripted_aws

from aibrain_jupyter.aws.answers.paging import call
from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.calls.engines.local import execute_jobs
from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.metrics.measuring import ENDED, drain
from aibrain_jupyter.execution.metrics.recording import record_now
from aibrain_jupyter.execution.metrics.stats import stats_frame
from aibrain_jupyter.execution.metrics.store import write
from aibrain_jupyter.execution.runs.history.history import History
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.events import ignore
from aibrain_jupyter.shared.metrics.meter import Meter, get_meter
from aibrain_jupyter.shared.metrics.sketch import Sketch

BUDGETS = {
    "cost": 0.02,
    "stats_ratio": 3.0,
    "history_bytes_per_call": 200.0,
    "rollups_mb": 20.0,
    "percentile_error": 0.05,
}
CALLS, FULL_CALLS = 1_000, 10_000
RECORDED, FULL_RECORDED = 100_000, 1_000_000
ROUNDS = 5
OF_A_RUN = 250
YEAR_S = 365 * 86_400
TITLES = [
    f"{service} {what}" for service in ["iam", "ec2", "s3", "rds", "kms", "sns"] for what in "abcd"
]
ACCOUNTS = [f"{number:012}" for number in range(1, 7)]
REGIONS = ["us-east-1", "eu-west-1", "eu-central-1", "global"]


def cpu_of(function):
    """Return what a function gives and its CPU seconds."""
    began = time.process_time()
    found = function()
    return time.process_time() - began, found


class Asking:
    """The work of a call that sends the smallest request there is."""

    is_async = False

    def __init__(self, pool):
        self._pool = pool

    def call(self, context):
        return call(context, "iam", "list_mfa_devices", {})

    def context(self, **common):
        return CallContext(**common, clients=self._pool)


def run_calls(pool, count):
    """Carry out calls through the engine, as a run does."""
    target = AwsTarget(account=ACCOUNTS[0], region="us-east-1")
    jobs = [Job(index, "iam mfa", Asking(pool), target) for index in range(count)]
    return asyncio.run(
        execute_jobs(jobs, max_parallel=16, per_key=16, emit=ignore, token=CancelToken())
    )


def cost(folder, count, *, is_full):
    """Return what metrics take of the CPU of calls, and what a call takes in both."""
    pool = ClientPool()
    run_calls(pool, 50)
    shares, per_call = [], []
    for number in range(ROUNDS if not is_full else 2):
        ENDED.clear()
        get_meter.cache_clear()
        asked, _ = cpu_of(lambda: run_calls(pool, count))
        ended = list(ENDED)
        history = History(folder / f"cost-{number}.sqlite")
        with closing(history.opened()) as file, file:
            enter_run(file, 1, time.time(), count, random.Random(number))
        appending, _ = cpu_of(partial(list, map(ENDED.append, ended)))
        ENDED.clear()
        ENDED.extend(ended)
        adding, _ = cpu_of(drain)
        writing, _ = cpu_of(partial(record_now, history))
        shares.append((appending + adding + writing) / asked)
        per_call.append(((appending + adding + writing) / count, asked / count))
    best = shares.index(min(shares))
    return {
        "cost": shares[best],
        "cost_us": per_call[best][0] * 1e6,
        "call_us": per_call[best][1] * 1e6,
    }


def difference(count):
    """Return how much more CPU calls take with metrics than without, as a share."""
    pool, found = ClientPool(), {True: [], False: []}
    run_calls(pool, 50)
    for _ in range(3):
        for is_on in (True, False):
            get_settings().set("metrics", is_on, "benchmark")

            def both():
                run_calls(pool, count)
                drain()

            found[is_on].append(cpu_of(both)[0])
            get_meter.cache_clear()
    get_settings().unset("metrics")
    return min(found[True]) / min(found[False]) - 1


def beside():
    """Return what Prometheus' histogram and OTel's span cost, in measured requests."""
    import prometheus_client as prometheus
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

    class Nowhere(SpanExporter):
        def export(self, spans):
            return SpanExportResult.SUCCESS

    names = ("tool", "service", "operation", "account", "region")
    labels = ("iam_users", "iam", "ListUsers", ACCOUNTS[0], "us-east-1")
    note = note_of(time.time(), "iam", "ListUsers", 0.123)
    meter, times = Meter(), 20_000
    histogram = prometheus.Histogram(
        "latency", "Latency.", names, registry=prometheus.CollectorRegistry()
    )
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(Nowhere()))
    tracer = provider.get_tracer("benchmark")
    attributes = dict(zip(names, labels, strict=True))

    def spans():
        for _ in range(times):
            with tracer.start_as_current_span("request", attributes=attributes):
                pass

    ours = least(lambda: [meter.add(labels[0], labels[3:], [note]) for _ in range(times)])
    theirs = least(lambda: [histogram.labels(*labels).observe(0.123) for _ in range(times)])
    return {"prometheus_times": theirs / ours, "otel_times": least(spans) / ours}


def least(function):
    return min(cpu_of(function)[0] for _ in range(3))


def note_of(at, service, operation, seconds):
    return [at, service, operation, "us-east-1", "id", 200, 1, 1, 10, 900, 0, 0, seconds, 0.001, ""]


def enter_run(file, number, at, calls, chance):
    """Enter a run and its calls as the history does."""
    title = TITLES[number % len(TITLES)]
    moment = dt.datetime.fromtimestamp(at, dt.UTC).isoformat()
    key = file.execute(
        "INSERT INTO runs (kernel, run, started, tool, cell, calls, rows, gaps, from_cache,"
        " seconds, outcome, is_demo, accounts, regions, accepts_from)"
        " VALUES ('k', ?, ?, 'aws_export', '%aibrain aws_export', ?, 0, 0, 0, 1.0, 'complete', 0,"
        " '[]', '[]', ?)",
        (f"r{number}", moment, calls, moment),
    ).lastrowid
    asked = json.dumps({f"{title.split()[0]}:List{title[-1].upper()}": 1})
    sources = ("live", "live", "memory", "disk")
    file.executemany(
        "INSERT INTO calls VALUES (?, ?, ?, ?, 'audit', ?, 'ok', ?, ?, ?, '', ?, ?)",
        (
            (
                *(key, place, ACCOUNTS[place % 6], REGIONS[place // 6 % 4], title),
                *(chance.randrange(500), round(chance.lognormvariate(-1, 1), 3)),
                *(chance.choice(sources), asked, f"{chance.getrandbits(128):032x}"),
            )
            for place in range(calls)
        ),
    )
    return title


def make_history(path, calls):
    """Write a year of runs day by day, as kernels do; return the history and how long it took."""
    history, chance, meter = History(path), random.Random(7), Meter()
    runs = calls // OF_A_RUN
    first = time.time() - YEAR_S
    days = [range(runs * day // 365, runs * (day + 1) // 365) for day in range(365)]
    for day, numbers in enumerate(days):
        at = first + day * 86_400
        with closing(history.opened()) as file, file:
            for number in numbers:
                at += 300
                title = enter_run(file, number, at, OF_A_RUN, chance)
                service = title.split()[0]
                for place in range(OF_A_RUN):
                    seconds = chance.lognormvariate(-2, 1)
                    note = note_of(at + place, service, f"List{title[-1].upper()}", seconds)
                    where = (ACCOUNTS[place % 6], REGIONS[place // 6 % 4])
                    meter.add(f"{service}_{title[-1]}", where, [note])
        taken = meter.take()
        write(history, taken, {}, at)
        meter.kept(taken)
    return history


GROUP_BY = (
    "SELECT title, account_id, COUNT(*), SUM(rows), AVG(seconds), MAX(seconds),"
    " SUM(source = 'live') FROM calls GROUP BY title, account_id"
)


def reading(folder, calls):
    """Return how stats compare with a GROUP BY, and how large everything is."""
    history = make_history(folder / "history.sqlite", calls)
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=366)

    def group():
        with closing(history.opened()) as file:
            return file.execute(GROUP_BY).fetchall()

    def stats():
        frame = stats_frame(history, ["tool", "account"], since=since)
        assert calls * 0.99 <= frame["calls"].sum() <= calls, frame["calls"].sum()
        return frame

    stats()
    grouped, asked = least(group), least(stats)
    size = history.path.stat().st_size
    with closing(history.opened()) as file, file:
        for table in ("metric_calls", "metric_requests"):
            file.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
        file.execute("DELETE FROM metric_calls")
        file.execute("UPDATE runs SET is_measured = 0")
    first, _ = cpu_of(stats)
    with closing(history.opened()) as file:
        file.isolation_level = None
        for table in ("kept_metric_calls", "kept_metric_requests"):
            file.execute(f"DROP TABLE {table}")
        file.execute("DELETE FROM runs")
        file.execute("VACUUM")
        rows = file.execute(
            "SELECT (SELECT COUNT(*) FROM metric_calls), (SELECT COUNT(*) FROM metric_requests)"
        ).fetchone()
    return {
        "stats_ratio": asked / grouped,
        "first_stats_ratio": first / grouped,
        "history_mb": size / 1e6,
        "history_bytes_per_call": size / calls,
        "rollups_mb": history.path.stat().st_size / 1e6,
        "rollup_rows": sum(rows),
    }


def percentiles():
    """Return the largest relative error of merged sketches against numpy."""
    worst = 0.0
    random_numbers = np.random.default_rng(11)
    for values in (
        random_numbers.lognormal(-2, 1.2, 200_000),
        np.concatenate([random_numbers.normal(0.05, 0.004, 95_000), np.full(5_000, 9.0)]),
        random_numbers.pareto(1.5, 100_000) + 0.01,
    ):
        merged, values = Sketch(), np.abs(values)
        for part in range(365):
            merged.merge_encoded(Sketch(values[part::365]).encode())
        for part in (0.5, 0.9, 0.99):
            worst = max(worst, abs(merged.quantile(part) / np.quantile(values, part) - 1))
    return {"percentile_error": worst}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true", help="fail over a budget")
    parser.add_argument("--full", action="store_true", help="10,000 calls, a history of 1,000,000")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    options = parser.parse_args()
    count = FULL_CALLS if options.full else CALLS
    recorded = FULL_RECORDED if options.full else RECORDED
    figures = {}
    with tempfile.TemporaryDirectory() as name, scripted_aws():
        folder = Path(name)
        os.environ.update(AIBRAIN_DATA_DIR=name, AIBRAIN_CACHE_DIR=name)
        figures |= cost(folder, count, is_full=options.full)
        print(
            f"metrics take {figures['cost']:.2%} of the CPU of {count:,} calls"
            f" ({figures['cost_us']:.1f} of {figures['call_us']:.0f} µs)"
        )
        if options.full:
            figures["difference"] = difference(count // 4)
            print(f"with and without: {figures['difference']:+.1%}")
        figures |= beside()
        print(
            f"for one measured request: Prometheus' histogram {figures['prometheus_times']:.1f}"
            f" times, OTel's span {figures['otel_times']:.0f} times its CPU"
        )
        figures |= reading(folder, recorded)
        print(
            f"stats over {recorded:,} calls: {figures['stats_ratio']:.2f} times a GROUP BY over"
            f" them, {figures['first_stats_ratio']:.1f} times where nothing was added up before\n"
            f"the history has {figures['history_mb']:.0f} MB"
            f" ({figures['history_bytes_per_call']:.0f} bytes a call), a year of roll-ups alone"
            f" {figures['rollups_mb']:.1f} MB ({figures['rollup_rows']:,} rows)"
        )
        figures |= percentiles()
        print(f"percentiles are {figures['percentile_error']:.2%} off numpy's at most, merged")
    for name, most in BUDGETS.items():
        measured(name.replace("_", " "), "", figures[name], bar=most)
    if options.json:
        options.json.write_text(json.dumps(figures))
    over = [name for name, most in BUDGETS.items() if figures[name] > most]
    if over:
        print("over budget:", ", ".join(over))
    return int(options.check and bool(over))


if __name__ == "__main__":
    sys.exit(main())
