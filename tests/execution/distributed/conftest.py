"""A real scheduler and real workers on 127.0.0.1, and a server that counts what it is asked."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.calls.engines.choosing import opened
from aibrain_jupyter.execution.calls.job import Job, ToolCall
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.tools.call_policy import CallPolicy
from aibrain_jupyter.tool_registry import get_tool_registry

ACCOUNT = "123456789012"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-south-1", "sa-east-1")
WARM = "aibrain_jupyter.execution.calls.engines.cluster.warm"
ROOT = Path(__file__).parents[3]


class CountingQueues:
    """SQS of one account: ``ListQueues`` gives the queue of the prefix asked for, and counts it."""

    def __init__(self):
        self.asked = collections.Counter()
        self.takes_s = 0.0
        self.answers = threading.Event()
        self.answers.set()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                prefix = body["QueueNamePrefix"]
                owner.asked[prefix] += 1
                time.sleep(owner.takes_s)
                owner.answers.wait(60)
                answer = json.dumps({"QueueUrls": [f"https://sqs/{prefix}"]}).encode()
                with contextlib.suppress(OSError):  # whoever asked was killed
                    self.send_response(200)
                    self.send_header("Content-Type", "application/x-amz-json-1.0")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def queues(_no_real_aws, monkeypatch):
    """The counting server, as AWS of this process and of those it starts."""
    server = CountingQueues()
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    yield server
    server.close()


class Cluster:
    """A scheduler and workers, processes of their own."""

    def __init__(self, folder, *, ttl="60s", options=(), scheme="tcp"):
        self.folder = folder
        self._env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "2",
            "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": ttl,
            "DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES": "[]",
        }
        self._options = list(options)
        self.workers, self._logs = [], {}
        file = folder / "scheduler.json"
        host = ["--protocol", scheme, "--host", f"{scheme}://127.0.0.1:0"]
        self.scheduler = self._start(
            "scheduler", *host, "--no-dashboard", "--scheduler-file", str(file)
        )
        self.address = wait_until(lambda: file.exists() and read_address(file), "a scheduler")

    def _start(self, part, *options, **env):
        path = self.folder / f"{part}-{time.monotonic_ns()}.log"
        log = path.open("wb")
        command = [sys.executable, "-m", "distributed.cli.dask_" + part, *options, *self._options]
        started = subprocess.Popen(
            command, env={**self._env, **env}, cwd=self.folder, stdout=log, stderr=log
        )
        self._logs[started.pid] = path
        return started

    def is_ready(self, worker):
        """Whether a worker has told the scheduler that it is there."""
        return b"Registered to" in self._logs[worker.pid].read_bytes()

    def add_worker(self, *options, threads=1):
        """Start a worker without a nanny: what is killed stays dead."""
        started = self._start(
            *("worker", self.address, "--no-nanny", "--no-dashboard"),
            *("--nthreads", str(threads), "--local-directory", str(self.folder)),
            *("--preload", WARM, *options),
        )
        self.workers.append(started)
        return started

    def add_workers(self, count, **more):
        for _ in range(count):
            self.add_worker(**more)
        self.wait_for(count)

    def wait_for(self, count):
        """Wait until so many workers are there."""
        from distributed import Client

        async def wait():
            async with Client(self.address, asynchronous=True, set_as_default=False) as client:
                await client.wait_for_workers(count, timeout=60)

        asyncio.run(wait())

    @property
    def logs(self):
        return b"".join(path.read_bytes() for path in self.folder.glob("*.log"))

    def close(self):
        for process in (*self.workers, self.scheduler):
            with contextlib.suppress(OSError):
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait(10)


def read_address(file):
    with contextlib.suppress(ValueError):
        return json.loads(file.read_text())["address"]


def wait_until(found, what, seconds=60):
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, f"no {what} within {seconds} s"
        time.sleep(0.05)
    return value


@pytest.fixture
def cluster_of(tmp_path, queues):
    """Make a cluster in use: ``cluster_of(workers=2)``."""
    made = []

    def make(workers=0, *, threads=1, **more):
        folder = tmp_path / f"cluster-{len(made)}"
        folder.mkdir()
        cluster = Cluster(folder, **more)
        made.append(cluster)
        if workers:
            cluster.add_workers(workers, threads=threads)
        get_settings().set("engine_address", cluster.address, "test")
        return cluster

    yield make
    get_settings().unset("engine_address")
    for cluster in made:
        cluster.close()


def jobs_of(count, url, *, timeout=60, each_region=None, prefix="q", **params):
    """Return calls, one for a queue each, spread over regions."""
    spec = get_tool_registry().spec("aws_export")
    policy = CallPolicy(uses_cache=False)
    found = []
    for index in range(count):
        region = REGIONS[index % len(REGIONS)]
        asked = {"service": "sqs", "operation": "list_queues", **params}
        asked["params"] = {"QueueNamePrefix": f"{prefix}{index}"}
        found.append(
            Job(
                index=index,
                title="sqs list_queues",
                work=ToolCall(spec, asked, policy),
                target=AwsTarget(account=ACCOUNT, region=region, service="sqs", endpoint=url),
                limit_key=(ACCOUNT, region, "sqs"),
                timeout=timeout,
            )
        )
    return found


class Known:
    """What earlier runs tell: nothing."""

    def parses_mostly(self):
        return False

    def seconds(self):
        return {}


def execute(jobs, engine, *, token=None, seen=None, run_timeout=None, during=None):
    """Carry jobs out; return outcomes and report. `during` runs in a thread meanwhile."""

    token = token or CancelToken()

    async def run():
        async with opened(jobs, engine, Known(), token) as opened_engine:
            beside = asyncio.create_task(asyncio.to_thread(during)) if during else None
            found = await opened_engine.execute_jobs(
                jobs,
                max_parallel=8,
                emit=(seen if seen is not None else []).append,
                token=token,
                run_timeout=run_timeout,
            )
            if beside:
                await beside
            return found, opened_engine.report

    return asyncio.run(run())


def rows_of(found):
    """Return the rows of each call, or how it ended."""
    return [
        outcome.value.frame.to_dict("list") if outcome.value is not None else str(outcome.outcome)
        for outcome in found
    ]
