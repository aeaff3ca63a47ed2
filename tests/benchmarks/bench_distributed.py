"""
What calls cost that other processes make: this kernel, processes of loky, a cluster of Dask.

Run ``python tests/benchmarks/bench_distributed.py``; ``--check`` fails over budget, ``--json FILE``
keeps the figures. Questions:

- ``pages``: pages of 100 EC2 instances (XML; reading them is nearly all of the work) by this
  kernel, by processes, by clusters of 1, 2 and 4 workers: pages a wall second, CPU seconds of all
  processes of ours together, and pages a CPU second. The server is another process, its CPU is not
  counted. Each way has made a few calls before: start-up is not in the figures.
- ``calls``: 10 000 calls that do nothing: CPU a call of client and scheduler together, in turns
  with as many tasks that do nothing (the bar), and with as few as we send: a task of nothing for
  each parcel, with the parcel as its argument. That has no bar: it takes no answers in. So beside
  it is one that does: each of these tasks gives back a frame of one row for each of its calls, as
  Dask sends it (pickled, which we never take).
- ``plan``: 1 000 accounts x 17 regions x 20 resources, planned, parted and packed: CPU a target at
  340 000 against 3 400, peak memory. One in a hundred of it is then carried out by a cluster.
- ``limits``: four accounts with a bucket each (20 a second after 50), 350 calls each, four workers:
  what is lost, refused, and the time against the least there can be, of the run and between its
  first and last request: what is between them waits for a processor. Then once more, remembered.
  Clients have been made before, by a run on other accounts.
- ``cancel``: seconds from Cancel to the end of a run of 10 000 calls, with a cluster in health and
  with one whose scheduler and workers stand still; and the CPU seconds of this process in them, for
  which it may have had to wait.

Boundary: one machine, loopback, no TLS (+0.4 ms a task), no rate limits.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from measured import measured as keep_for_the_table
from scripted_aws import scripted_aws

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.calls.engines.choosing import opened
from aibrain_jupyter.execution.calls.engines.cluster.carrier import PARCELS_EACH
from aibrain_jupyter.execution.calls.engines.cluster.windows import MOST as WINDOW
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run, groups, packed
from aibrain_jupyter.execution.calls.engines.leaving import part
from aibrain_jupyter.execution.calls.job import Job, ToolCall
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.events import ignore
from aibrain_jupyter.shared.tools.call_policy import CallPolicy

HERE = Path(__file__).parent
MOST_OF_NOTHING = 1.5
MOST_GROWTH = 1.2
MOST_MEMORY_MIB = 1024
MOST_REFUSED = 0.10
MOST_OF_LEAST = 1.15
MOST_TO_CANCEL_S = 1.0
ROUNDS = 3
WARM = "aibrain_jupyter.execution.calls.engines.cluster.warm"
_TICKS = os.sysconf("SC_CLK_TCK")


class NoExperience:
    """Nothing ran before."""

    def parses_mostly(self):
        return False

    def seconds(self):
        return {}


@contextlib.contextmanager
def installed_stub():
    """The stub provider as a package of this process and of those it starts."""
    with tempfile.TemporaryDirectory() as folder:
        about = Path(folder) / "stub_places-1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stub-places\nVersion: 1\n")
        entry = "[aibrain_jupyter.tools]\nstub_things = stub_places:STUB\n"
        (about / "entry_points.txt").write_text(entry)
        paths = [folder, str(HERE), str(HERE.parents[1])]
        sys.path[:0] = paths
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
        yield


@contextlib.contextmanager
def cluster(workers, threads=1):
    """A scheduler and workers; gives their process ids, the scheduler's first."""
    started = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"

        def start(part, *options):
            command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *options]
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            started.append(subprocess.Popen(command, cwd=folder, **quiet))

        try:
            start(
                "scheduler",
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--no-dashboard",
                "--scheduler-file",
                str(file),
            )
            while not (file.exists() and file.read_text().endswith("}")):
                time.sleep(0.05)
            address = json.loads(file.read_text())["address"]
            for _ in range(workers):
                start(
                    "worker",
                    address,
                    "--no-nanny",
                    "--no-dashboard",
                    "--nthreads",
                    str(threads),
                    "--preload",
                    WARM,
                )
            asyncio.run(wait_for(address, workers))
            get_settings().set("engine_address", address, "benchmark")
            yield [process.pid for process in started]
        finally:
            get_settings().unset("engine_address")
            for process in reversed(started):
                process.kill()
                process.wait()


async def wait_for(address, workers):
    from distributed import Client

    async with Client(address, asynchronous=True, set_as_default=False) as client:
        await client.wait_for_workers(workers)


def cpu_of(processes):
    """Return the CPU seconds so far of some processes, and of this one."""
    total = time.process_time()
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def children():
    """Return the processes this one started that are there now."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                if (folder / "stat").read_text().rpartition(")")[2].split()[1] == str(os.getpid()):
                    found.append(int(folder.name))
    return found


def execute(jobs, engine, parallel=8):
    """Carry jobs out; every one must succeed."""

    token = CancelToken()

    async def run():
        async with opened(jobs, engine, NoExperience(), token) as one:
            return await one.execute_jobs(jobs, max_parallel=parallel, emit=ignore, token=token)

    found = asyncio.run(run())
    bad = [outcome.error for outcome in found if outcome.error]
    assert not bad, bad[0]
    return found


def page_jobs(count, url):
    from aibrain_jupyter.tool_registry import get_tool_registry

    spec = get_tool_registry().spec("aws_export")
    params = {"service": "ec2", "operation": "describe_instances"}
    work = ToolCall(spec, params, CallPolicy(uses_cache=False))
    regions = [f"{a}-{b}-{n}" for a in ("us", "eu", "ap") for b in ("east", "west") for n in (1, 2)]
    return [
        Job(
            index,
            "ec2 describe_instances",
            work,
            AwsTarget(
                account=f"{index:012}", region=regions[index % 8], service="ec2", endpoint=url
            ),
            timeout=300,
        )
        for index in range(count)
    ]


def measure_pages(report, pages):
    """Pages of EC2 instances by every engine."""
    with scripted_aws() as url:
        os.environ.update(
            AWS_ENDPOINT_URL=url,
            AWS_ACCESS_KEY_ID="x",
            AWS_SECRET_ACCESS_KEY="x",
            AWS_REGION="us-east-1",
        )
        jobs = page_jobs(pages, url)

        def measured(name, engine, processes):
            execute(jobs[:32], engine)
            began, cpu = time.perf_counter(), cpu_of(processes())
            execute(jobs, engine)
            wall, cpu = time.perf_counter() - began, cpu_of(processes()) - cpu
            report.tell(
                f"pages: {name}",
                wall_s=wall,
                cpu_s=cpu,
                pages_a_s=pages / wall,
                pages_a_cpu_s=pages / cpu,
            )

        measured("this kernel", "local", list)
        measured("processes", "processes", lambda: [p for p in children() if is_loky(p)])
        for workers in (1, 2, 4):
            with cluster(workers) as ids:
                measured(f"dask, {workers} workers", "dask", lambda ids=ids: ids)


def is_loky(process):
    with contextlib.suppress(OSError):
        return "loky" in Path(f"/proc/{process}/cmdline").read_text()
    return False


def stub_jobs(accounts, resources=20):
    """Plan a request a resource, as `carry_out_all` does; return all jobs, numbered through."""
    import datetime as dt

    from aibrain_jupyter.execution.runs.request import Request, RunOptions
    from aibrain_jupyter.execution.several.together import plan_all
    from aibrain_jupyter.tool_registry import get_tool_registry

    spec = get_tool_registry().spec("stub_things")
    options = RunOptions(accounts=(str(accounts),), no_cache=True)
    requests = [Request(spec, {"resource": f"thing{n}"}, options) for n in range(resources)]
    planned = asyncio.run(plan_all(requests, CancelToken(), dt.datetime.now(dt.UTC)))
    return [job for each in planned for job in each.plan.jobs]


def nothing(parcel):
    """Do nothing with a parcel."""
    return [0, []]


def rows(parcel, calls):
    """Do nothing with a parcel, and return a frame of one row for each of its calls."""
    import pandas as pd

    return [pd.DataFrame({"resource": ["thing"]}) for _ in range(calls)]


async def tasks_of_nothing(address, tasks, work=nothing, counts=()):
    """Have tasks done the cheapest way Dask has: a window mapped, and gathered, at once."""
    from distributed import Client

    async with Client(address, asynchronous=True, set_as_default=False) as client:
        for first in range(0, len(tasks), WINDOW):
            batch = tasks[first : first + WINDOW]
            keys = [f"nothing-{first + n}" for n in range(len(batch))]
            more = [counts[first : first + WINDOW]] if counts else []
            futures = client.map(work, batch, *more, key=keys, pure=False)
            await client.gather(futures)
            for future in futures:
                future.release()


def measure_calls(report, calls):
    """Calls that do nothing, against tasks that do nothing: client and scheduler together."""
    jobs = stub_jobs(-(-calls // 340))[:calls]
    # As many together as a cluster of four threads gets.
    parted = groups(jobs, {}, PARCELS_EACH * 4)
    parcels = [packed(group, Run(), {}) for group in parted]
    with cluster(2, threads=2) as ids:
        address, scheduler = get_settings().get("engine_address"), ids[:1]

        def plain(tasks, *how):
            asyncio.run(tasks_of_nothing(address, tasks, *how))

        ways = {
            "ours": lambda: execute(jobs, "dask"),
            "a task a call": lambda: plain([b"x" * 200] * calls),
            "a task a group": lambda: plain(parcels),
            "a task a group, with rows": lambda: plain(parcels, rows, [*map(len, parted)]),
        }
        execute(jobs[:500], "dask")
        plain(parcels[:10])
        cost = {name: [] for name in ways}
        for _ in range(ROUNDS):  # in turns, so that what else goes on here is in all of them
            for name, way in ways.items():
                own, theirs = time.process_time(), cpu_of(scheduler) - time.process_time()
                way()
                own = time.process_time() - own
                theirs = cpu_of(scheduler) - time.process_time() - theirs
                cost[name].append((own / calls, theirs / calls))
    ours = cost["ours"]
    for name, rounds in cost.items():
        client, theirs = (1e3 * statistics.median(part) for part in zip(*rounds, strict=True))
        report.tell(f"calls: {name}, ms a call", client=client, scheduler=theirs)
    bars = {"a task a call": MOST_OF_NOTHING}
    for name, bar in [(name, bars.get(name)) for name in ways if name != "ours"]:
        ratios = [sum(a) / sum(b) for a, b in zip(ours, cost[name], strict=True)]
        what = f"calls: ours in {len(parcels)} parcels / {name}"
        if bar:
            report.judge(what, statistics.median(ratios), bar)
        else:
            report.tell(what, ratio=statistics.median(ratios))


def measure_plan(report):
    """A plan of 340 000 calls, and one in a hundred of it carried out."""
    costs = {}
    part(stub_jobs(1), "dask", is_here=True)  # imports are not in the figures
    for accounts in (10, 1_000):
        began = time.process_time()
        jobs = stub_jobs(accounts)
        parted = part(jobs, "dask", is_here=True)
        divided = groups(parted.away, {})
        size = sum(len(packed(group, Run(), {})) for group in divided)
        costs[accounts] = (time.process_time() - began) / len(jobs)
        report.tell(
            f"plan: {len(jobs):,} calls",
            cpu_us_a_call=costs[accounts] * 1e6,
            parcels=len(divided),
            bytes_a_call=size / len(jobs),
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.tell("plan: peak memory", mib=peak)
    report.judge("plan: cost a target, 340 000 / 3 400", costs[1_000] / costs[10], MOST_GROWTH)
    report.judge("plan: peak memory, MiB", peak, MOST_MEMORY_MIB)
    del jobs, parted, divided
    few = [dataclasses.replace(job, index=n) for n, job in enumerate(stub_jobs(10))]
    with cluster(2, threads=2) as ids:
        execute(few[:500], "dask")
        wall, cpu = time.perf_counter(), cpu_of(ids)
        execute(few, "dask")
        wall, cpu = time.perf_counter() - wall, cpu_of(ids) - cpu
    report.tell(
        f"plan: {len(few):,} of it carried out", wall_s=wall, cpu_ms_a_call=cpu / len(few) * 1e3
    )


def queue_jobs(accounts, count, url, first=0):
    """Return so many calls for each account, from the `first` on, each in a region of its own."""
    from aibrain_jupyter.tool_registry import get_tool_registry

    spec = get_tool_registry().spec("aws_export")
    regions = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1")
    found = []
    for account, region in zip(range(first, first + accounts), regions, strict=False):
        target = AwsTarget(account=f"{account:012}", region=region, service="sqs", endpoint=url)
        for number in range(count):
            params = {"service": "sqs", "operation": "list_queues"}
            params["params"] = {"QueueNamePrefix": f"{account}-{number}"}
            work = ToolCall(spec, params, CallPolicy(uses_cache=False))
            key = (target.account, region, "sqs")
            found.append(Job(len(found), "sqs list_queues", work, target, key, timeout=300))
    return found


@contextlib.contextmanager
def limited_queues(rate, burst):
    """A server with limits, as AWS of this process and of those it starts; gives its address."""
    command = [sys.executable, str(HERE / "limited_queues.py"), str(rate), str(burst)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        os.environ.update(
            AWS_ENDPOINT_URL=url,
            AWS_ACCESS_KEY_ID="x",
            AWS_SECRET_ACCESS_KEY="x",
            AWS_REGION="us-east-1",
        )
        yield url
    finally:
        server.kill()
        server.wait()


def measure_limits(report, calls):
    """Four accounts with a limit each, by four workers."""
    rate, burst = 20, 50
    least_s = (calls - burst) / rate
    with limited_queues(rate, burst) as url, cluster(4) as ids:
        jobs = queue_jobs(4, calls, url)
        began = time.perf_counter()
        carry_out(queue_jobs(4, 4, url, first=4))
        report.tell("limits: a first run, start of clients included", s=time.perf_counter() - began)
        for name in ("limits: not known before", "limits: remembered"):
            urllib.request.urlopen(urllib.request.Request(url, method="DELETE")).read()
            began, cpu = time.perf_counter(), cpu_of(ids)
            found = carry_out(jobs)
            wall, cpu = time.perf_counter() - began, cpu_of(ids) - cpu
            told = json.load(urllib.request.urlopen(url)).values()
            accepted, refused, paced_s = map(list, zip(*told, strict=True))
            lost = sum(outcome.error is not None for outcome in found)
            share = sum(refused) / sum(accepted + refused)
            report.tell(
                name,
                lost=lost,
                refused_percent=100 * share,
                time_of_least=wall / least_s,
                first_to_last_request=max(paced_s) / least_s,
                cpu_ms_a_call=cpu / len(jobs) * 1e3,
            )
            report.judge(f"{name}: lost", lost, 0)
            report.judge(f"{name}: share refused", share, MOST_REFUSED)
            report.judge(f"{name}: time against the least", wall / least_s, MOST_OF_LEAST)


def carry_out(jobs, token=None, during=None):
    """Carry jobs out by the cluster, and something else meanwhile; return how each ended."""
    token = token or CancelToken()

    async def run():
        async with opened(jobs, "dask", NoExperience(), token) as one:
            if during:
                threading.Thread(target=during, daemon=True).start()
            return await one.execute_jobs(jobs, max_parallel=8, emit=ignore, token=token)

    return asyncio.run(run())


def measure_cancel(report, calls):
    """How soon a run ends that is cancelled."""
    for name in ("in health", "frozen"):
        with limited_queues(5, 1) as url, cluster(2) as ids:
            token, told = CancelToken(), []

            def cancel(url=url, ids=ids, name=name, token=token, told=told):
                while not json.load(urllib.request.urlopen(url)):
                    time.sleep(0.02)
                for process in ids if name == "frozen" else ():
                    os.kill(process, signal.SIGSTOP)
                told.append((time.perf_counter(), time.process_time()))
                token.cancel()

            carry_out(queue_jobs(4, calls // 4, url), token, cancel)
            took, cpu = time.perf_counter() - told[0][0], time.process_time() - told[0][1]
        report.tell(f"cancel: {calls:,} calls, cluster {name}", seconds=took, cpu_s=cpu)
        report.judge(f"cancel: {calls:,} calls, cluster {name}, seconds", took, MOST_TO_CANCEL_S)


class Report:
    """Prints figures and judges them."""

    def __init__(self):
        self.figures, self.missed = {}, []

    def tell(self, name, **figures):
        self.figures[name] = figures
        print(
            f"{name:44}",
            "  ".join(f"{key} {value:,.2f}" for key, value in figures.items()),
            flush=True,
        )

    def judge(self, name, value, most):
        keep_for_the_table(name, "", value, bar=most)
        word = "met" if value <= most else "MISSED"
        print(f"{name:44} {value:.2f}, at most {most}: {word}", flush=True)
        self.figures[f"{name} (bar {most})"] = {"value": value}
        if value > most:
            self.missed.append(name)


def main():
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a tenth of the pages and calls")
    parser.add_argument("--only", choices=("pages", "calls", "plan", "limits", "cancel"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    report, part_of = Report(), 10 if options.quick else 1
    with tempfile.TemporaryDirectory() as folder, installed_stub():
        for name in ("CACHE", "DATA"):
            os.environ[f"AIBRAIN_{name}_DIR"] = str(Path(folder) / name.lower())
        if options.only in (None, "plan"):
            measure_plan(report)
        if options.only in (None, "calls"):
            measure_calls(report, 10_000 // part_of)
        if options.only in (None, "limits"):
            measure_limits(report, 350 if part_of == 1 else 150)
        if options.only in (None, "cancel"):
            measure_cancel(report, 10_000)
        if options.only in (None, "pages"):
            measure_pages(report, 640 // part_of)
    if options.json:
        options.json.write_text(json.dumps(report.figures, indent=1))
    return 1 if options.check and report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
