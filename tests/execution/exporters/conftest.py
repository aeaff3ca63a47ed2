"""A run of the demo account, half of it refused, and programs that take figures."""

from __future__ import annotations

import contextlib
import http.server
import random
import shutil
import socket
import subprocess
import threading
import time
import urllib.request

import pytest

from aibrain_jupyter.execution.exporters.destinations import forget_all
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.metrics.meter import get_meter

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
CELL = (
    "x = %aibrain aws_export service=ec2 resource=security_groups --accounts demo-* --regions all"
)


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """A shell with the demo account in use, a session and a meter of its own."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    patch = pytest.MonkeyPatch()
    for name in ("CACHE", "DATA"):
        patch.setenv(f"AIBRAIN_{name}_DIR", str(tmp_path_factory.mktemp(name.lower())))
    get_session.cache_clear()
    get_meter.cache_clear()
    forget_all()
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    with capture_output():
        made.run_line_magic("load_ext", "aibrain_jupyter")
        made.run_cell("%aibrain demo start")
        made.run_cell(f"{CELL} --fresh")
    yield made
    with capture_output():
        made.run_cell("%aibrain demo stop")
    InteractiveShell.clear_instance()
    get_session.cache_clear()
    get_meter.cache_clear()
    forget_all()
    patch.undo()


@pytest.fixture
def said(shell):
    """Return a function that runs a cell and gives what it showed; it must not fail."""
    from IPython.utils.capture import capture_output

    def run(cell):
        with capture_output() as shown:
            result = shell.run_cell(cell)
        assert result.success, shown.stdout
        plain = (one.data.get("text/plain", "") for one in shown.outputs)
        return "\n".join([shown.stdout, *plain])

    return run


def free_port():
    """A port of 127.0.0.1 that is free, and below those that systems give to whoever asks."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


@contextlib.contextmanager
def closed_port():
    """A port of 127.0.0.1 on which nobody answers: it is taken meanwhile."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]


def fetch(url):
    """What is at an address of this machine."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def wait_for(look, what):
    """Return what `look` gives as soon as it is true; OSError is not yet."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            if found := look():
                return found
        time.sleep(0.1)
    raise AssertionError(f"waited in vain for {what}")


def needed(name):
    """The path of a program; without it the test is skipped, and a build that skips is red."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"no {name}: apt-get install prometheus prometheus-pushgateway")
    return path


@contextlib.contextmanager
def running(*command):
    """Run a program meanwhile."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


class Receiver(http.server.ThreadingHTTPServer):
    """
    Takes OTLP messages; `status` is what it answers, `bodies` what came by path, `logins` who sent
    it; paths that are `refused` get 404, and where it `leads_to` is in each answer.
    """

    def __init__(self):
        self.bodies, self.status, self.refused = [], 200, ()
        self.logins, self.leads_to = [], ""
        super().__init__(("127.0.0.1", 0), _Takes)
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Takes(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        import gzip

        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        self.server.bodies.append((self.path, data))
        self.server.logins.append(self.headers.get("Authorization", ""))
        self.send_response(404 if self.path in self.server.refused else self.server.status)
        self.send_header("Content-Length", "0")
        if self.server.leads_to:
            self.send_header("Location", self.server.leads_to + self.path)
        self.end_headers()

    def do_PUT(self):
        self.do_POST()

    def do_GET(self):
        self.do_POST()

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def receiver():
    """A local HTTP server that takes what an OTLP receiver would."""
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
