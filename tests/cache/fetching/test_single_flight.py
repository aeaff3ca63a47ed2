"""One fetch for simultaneous askers, across kernels too, whatever becomes of the one who asks."""

from __future__ import annotations

import contextlib
import http.server
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from jupyter_client.manager import KernelManager

from aibrain_jupyter.advanced_cache import AdvancedCacheManager

ASK = """
    import sys, time, urllib.request
    from pathlib import Path
    from aibrain_jupyter.advanced_cache import AdvancedCacheManager
    from aibrain_jupyter.shared.base_tool import CallContext, FunctionHandler, ToolSpec
    from aibrain_jupyter.shared.tools.call_policy import CallPolicy
    from aibrain_jupyter.tool_executors.cached_call import call_tool

    folder, url, timeout = sys.argv[1:]

    def tool(ctx):
        ctx.deadline = time.monotonic() + float(timeout)  # however long it took to get here
        with urllib.request.urlopen(url) as answer:
            return [{"n": int(answer.read())}]

    ctx = CallContext()
    cache = AdvancedCacheManager(directory=Path(folder))
    cache.get("warm")
    print("ready", flush=True)
    spec = ToolSpec(name="slow", summary="Slow.", handler="tests:slow")
    result = call_tool(ctx, spec, FunctionHandler(tool), {}, CallPolicy(), cache=cache)
    print(result.source, result.frame["n"][0], flush=True)
"""


@pytest.fixture
def slow_source():
    """A server that takes a while for each answer and counts the requests."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            server.requests += 1
            number = server.requests
            time.sleep(server.seconds)
            with contextlib.suppress(ConnectionError):  # who asked may have been killed
                self.send_response(200)
                self.end_headers()
                self.wfile.write(str(number).encode())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.requests, server.seconds = 0, 5.0
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def ask(folder, slow_source):
    """Start a process that asks; `timeout` is when it gives up, in seconds."""
    AdvancedCacheManager(directory=folder).set("warm", 1)
    started = []

    def start(timeout=60.0):
        url = f"http://127.0.0.1:{slow_source.server_port}"
        arguments = [folder, url, timeout]
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(ASK), *map(str, arguments)],
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def answer_of(process):
    """What a process said after it was ready."""
    out, _ = process.communicate(timeout=120)
    return out.split("\n")[-2].split()


TOOL = """
    import urllib.request
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.tool_registry import get_tool_registry

    def slow_things(ctx):
        with urllib.request.urlopen({url!r}) as answer:
            return [{{"n": int(answer.read())}}]

    get_tool_registry().register(ToolSpec("slow_things", "Slow things.", "__main__:slow_things"))
    %load_ext aibrain_jupyter
    %config AibrainMagics.progress = "none"
    %aibrain cache stats
"""
ASK_IN_A_CELL = """
    found = %aibrain slow_things
    print(*found.attrs["aibrain"]["sources"], found["n"][0])
"""


@pytest.fixture
def two_kernels(slow_source):
    """Two IPython kernels with one cache folder, in which ``slow_things`` asks the slow source."""
    url = f"http://127.0.0.1:{slow_source.server_port}"
    with contextlib.ExitStack() as stack:
        clients = []
        # One after the other: both would choose the same free ports.
        for _ in range(2):
            manager = KernelManager()
            manager.start_kernel()
            stack.callback(manager.shutdown_kernel, now=True)
            client = manager.client()
            client.start_channels()
            stack.callback(client.stop_channels)
            client.wait_for_ready(timeout=60)
            clients.append(client)
        for said in run_in_all(clients, TOOL.format(url=url)):
            assert "Error" not in said
        yield clients


def run_in_all(clients, cell):
    """Run a cell in all kernels at the same time; return what each of them printed."""
    code = textwrap.dedent(cell)
    asked = [client.execute(code) for client in clients]
    return [printed(client, msg_id) for client, msg_id in zip(clients, asked, strict=True)]


def printed(client, msg_id):
    found = ""
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != msg_id:
            continue
        content = message["content"]
        found += content.get("text", "") + "".join(content.get("traceback", ()))
        if content.get("execution_state") == "idle":
            return found


def test_two_kernels_asking_at_once_make_one_request(two_kernels, slow_source):
    """The second of them waits for the first one's call and is served what it brought."""
    slow_source.seconds = 1.5

    answers = run_in_all(two_kernels, ASK_IN_A_CELL)

    assert ["disk 1", "live 1"] == sorted(said.split("\n")[-2] for said in answers)
    assert 1 == slow_source.requests


def test_a_killed_holder_lets_the_next_one_in(ask, slow_source, eventually):
    """Killed in the middle of its call, it keeps nobody waiting."""
    slow_source.seconds = 60.0
    holder = ask()
    assert eventually(lambda: slow_source.requests == 1)
    slow_source.seconds = 0.1
    waiter = ask()
    waiter.stdout.readline()
    time.sleep(0.3)
    assert 1 == slow_source.requests

    os.kill(holder.pid, signal.SIGKILL)

    assert ["live", "2"] == answer_of(waiter)


def test_nobody_waits_for_a_call_that_was_given_up(ask, slow_source, eventually):
    """A kernel whose call is past its time-out may hang in it; another kernel asks for itself."""
    slow_source.seconds = 120.0
    holder = ask(timeout=1.0)
    assert eventually(lambda: slow_source.requests == 1)
    slow_source.seconds = 0.1

    assert ["live", "2"] == answer_of(ask())
    assert holder.poll() is None


def test_locks_leave_no_files(cache, key, folder):
    """A lock is there while somebody holds it, and no longer."""
    with cache.single_flight(key):
        assert 1 == len(list(folder.glob("locks/*")))

    assert [] == list(folder.glob("locks/*"))


def test_the_two_orders_of_removing_and_locking(folder):
    """Who gets the lock of a file that was removed meanwhile takes the new one: never two."""
    from aibrain_jupyter.cache.fetching.single_flight import release_lock, take_lock

    inside, most = [], []

    def work():
        for _ in range(150):
            while (held := take_lock(folder / "locks", "k")) is None:
                pass
            inside.append(1)
            time.sleep(0)
            most.append(len(inside))
            inside.pop()
            release_lock(held)

    threads = [threading.Thread(target=work) for _ in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)

    assert 600 == len(most)
    assert {1} == set(most)


def test_a_folder_without_locks_is_no_obstacle(cache, key, folder):
    """Where no lock file can be made, the fetch goes on: at worst it is done twice."""
    cache.set("k", 1)
    (folder / "locks").write_text("in the way")

    with cache.single_flight(key):
        cache.store(key, 1, meta={}, ttl=60)

    assert 1 == cache.look_up(key, max_age=60).value
