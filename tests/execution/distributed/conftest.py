"""
A real scheduler and real workers on 127.0.0.1, and a server that counts what it is asked.

Each costs seconds of CPU until it can begin, so the tests of a file share what they leave healthy:
`cluster` (two workers) and `scheduler` (whose workers are a test's own).
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import itertools
import json
import os
import signal
import socket
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
from aibrain_jupyter.execution.metrics.measuring import ENDED
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.metrics.meter import get_meter
from aibrain_jupyter.shared.tools.call_policy import CallPolicy
from aibrain_jupyter.tool_registry import get_tool_registry

ACCOUNT = "123456789012"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-south-1", "sa-east-1")
WARM = "aibrain_jupyter.execution.calls.engines.cluster.warm"
ROOT = Path(__file__).parents[3]


class CountingQueues:
    """
    SQS: ``ListQueues`` gives the queue of the prefix asked for, and counts it.

    `takes_s` is how long an answer takes, `answers` lets them go, `buckets` has the limits of what
    is asked for, by the first part of the prefix: see `EverySixth`.
    """

    def __init__(self):
        self.answers = threading.Event()
        self.reset()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                prefix = body["QueueNamePrefix"]
                if (bucket := owner.buckets.get(prefix.partition("-")[0])) and bucket.refuses():
                    self.answer(400, {"__type": "RequestThrottled", "message": "Rate exceeded"})
                    return
                owner.asked[prefix] += 1
                time.sleep(owner.takes_s)
                owner.answers.wait(60)
                self.answer(200, {"QueueUrls": [f"https://sqs/{prefix}"]})

            def answer(self, status, data):
                answer = json.dumps(data).encode()
                with contextlib.suppress(OSError):  # whoever asked was killed
                    self.send_response(status)
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

    def reset(self):
        """Forget what was asked."""
        self.asked = collections.Counter()
        self.takes_s = 0.0
        self.buckets = {}
        self.answers.set()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class EverySixth:
    """A provider's limit that needs no clock: each sixth request came too soon."""

    def __init__(self):
        self.count = itertools.count(1)
        self.refused = 0

    def refuses(self):
        """Count a request; return whether it came too soon."""
        is_refused = next(self.count) % 6 == 0
        self.refused += is_refused
        return is_refused


class Cable:
    """A TCP connection to another port that can be cut: then nothing comes, and nothing ends."""

    def __init__(self, address):
        host, _, port = address.rpartition("/")[2].rpartition(":")
        self._to = host, int(port)
        self._flows = threading.Event()
        self._flows.set()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Let nothing through any more."""
        self._flows.clear()

    def mend(self):
        """Let everything through again."""
        self._flows.set()

    def close(self):
        """Let what waits in it end."""
        self._flows.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                one, _ = self._socket.accept()
                other = socket.create_connection(self._to)
                for pair in ((one, other), (other, one)):
                    threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65_536):
                self._flows.wait()
                other.sendall(data)
        self._flows.wait()
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def module_folder(tmp_path_factory):
    """A folder for all tests of a file."""
    return tmp_path_factory.mktemp("module")


@pytest.fixture(autouse=True)
def _no_real_aws(monkeypatch, module_folder):
    """As for all tests, with folders of the file's: processes of loky live as long as these do."""
    for name in [n for n in os.environ if n.startswith(("AWS_", "AIBRAIN_"))]:
        monkeypatch.delenv(name)
    for name, value in aws_of(module_folder).items():
        monkeypatch.setenv(name, value)
    yield
    ENDED.clear()
    get_meter.cache_clear()


def aws_of(folder):
    """Return variables that lead to no real account, and to no folder of the user's."""
    return {
        "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_CONFIG_FILE": str(folder / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "aws-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AIBRAIN_CACHE_DIR": str(folder / "aibrain-cache"),
        "AIBRAIN_DATA_DIR": str(folder / "aibrain-data"),
        "AIBRAIN_EVIDENCE_DIR": str(folder / "evidence"),
    }


@pytest.fixture(scope="module")
def _queues():
    server = CountingQueues()
    yield server
    server.close()


@pytest.fixture
def queues(_queues, _no_real_aws, monkeypatch):
    """The counting server, as AWS of this process and of those it starts."""
    _queues.reset()
    monkeypatch.setenv("AWS_ENDPOINT_URL", _queues.url)
    yield _queues
    _queues.answers.set()


class Cluster:
    """A scheduler and workers, processes of their own."""

    def __init__(self, folder, *, ttl="60s", options=(), scheme="tcp", env=None):
        self.folder = folder
        self._env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            **(env or {}),
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

    def add_worker(self, *options, threads=1, through=None, is_warm=True):
        """Start a worker without a nanny (what is killed stays dead), behind a cable if given."""
        address = through.address if through else self.address
        started = self._start(
            *("worker", address, "--no-nanny", "--no-dashboard"),
            *("--nthreads", str(threads), "--local-directory", str(self.folder)),
            *(("--preload", WARM) if is_warm else ()),
            *options,
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
                await client.wait_for_workers(count, timeout=120)

        asyncio.run(wait())

    def wait_until_idle(self):
        """Wait until no worker has calls to make, or goes on with some that nobody wants."""
        from distributed import Client

        module = "aibrain_jupyter.execution.calls.engines.elsewhere.stopping"
        look = f"__import__({module!r}, fromlist=['STOPS']).STOPS.count()"

        async def wait():
            async with Client(self.address, asynchronous=True, set_as_default=False) as client:
                while any((await client.run(eval, look)).values()):
                    await asyncio.sleep(0.05)

        asyncio.run(asyncio.wait_for(wait(), 120))

    def tasks(self):
        """Return the states of the tasks the scheduler has, by key, and who wants them."""
        from distributed import Client

        async def look():
            async with Client(self.address, asynchronous=True, set_as_default=False) as client:
                return await client.run_on_scheduler(
                    lambda dask_scheduler: {
                        str(key): (task.state, sorted(one.client_key for one in task.who_wants))
                        for key, task in dask_scheduler.tasks.items()
                    }
                )

        return asyncio.run(look())

    def remove_workers(self):
        """Kill the workers, and wait until the scheduler knows."""
        from distributed import Client

        for process in self.workers:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait(10)
        self.workers.clear()

        async def wait():
            async with Client(self.address, asynchronous=True, set_as_default=False) as client:
                while (await client.scheduler.identity(n_workers=0))["n_workers"]:
                    await asyncio.sleep(0.05)

        asyncio.run(asyncio.wait_for(wait(), 120))

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


def wait_until(found, what, seconds=120):
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, f"no {what} within {seconds} s"
        time.sleep(0.05)
    return value


@pytest.fixture
def cluster_of(tmp_path, queues):
    """Make a cluster in use, for one test: ``cluster_of(workers=2)``."""
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


@pytest.fixture(scope="module")
def _scheduler(_queues, module_folder):
    folder = module_folder / "cluster"
    folder.mkdir()
    env = {**aws_of(folder), "AWS_ENDPOINT_URL": _queues.url}
    cluster = Cluster(folder, ttl="8s", env=env)
    yield cluster
    cluster.close()


@pytest.fixture
def scheduler(_scheduler, queues):
    """The scheduler of the file, in use; its workers are the test's own."""
    get_settings().set("engine_address", _scheduler.address, "test")
    yield _scheduler
    get_settings().unset("engine_address")
    queues.answers.set()
    _scheduler.remove_workers()


@pytest.fixture(scope="module")
def _cluster(_queues, module_folder):
    folder = module_folder / "two-workers"
    folder.mkdir()
    env = {**aws_of(folder), "AWS_ENDPOINT_URL": _queues.url}
    cluster = Cluster(folder, env=env)
    cluster.add_workers(2)
    yield cluster
    cluster.close()


@pytest.fixture
def cluster(_cluster, queues):
    """A cluster of two workers, in use, which the tests of the file share: nobody hurts it."""
    get_settings().set("engine_address", _cluster.address, "test")
    yield _cluster
    get_settings().unset("engine_address")
    queues.answers.set()
    _cluster.wait_until_idle()


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


def execute(jobs, engine, *, token=None, seen=None, run_timeout=None, during=None, **names):
    """
    Carry jobs out; return outcomes and report. `during` runs in a thread meanwhile, `names` are
    those of the run and of the one that it resumes.
    """

    token = token or CancelToken()
    # What pytest changes for each test is none of the environment that processes are made for.
    os.environ.pop("PYTEST_CURRENT_TEST", None)

    async def run():
        async with opened(jobs, engine, Known(), token, **names) as opened_engine:
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
