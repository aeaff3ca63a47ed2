"""
No test reaches a real account, and none touches the user's own cache or data.

The suite runs on two workers, a file at a time, what takes long first. One file alone, or with
``-s`` or ``--pdb``, runs in the process it was started in; ``-n 0`` asks for that, too.
"""

from __future__ import annotations

import os
import sys
import urllib.request
from pathlib import Path

import pytest

from .kernels import running_kernel

_DEAD_ENDPOINT = "http://127.0.0.1:9"
_ONE_BROWSER = "tests/browser"
"""The files in here share a server, a browser and its page: they are as one file."""
_ONE_WALK = {
    "tests/aws/answers/test_answer_status.py",
    "tests/aws/clients/test_reads.py",
    "tests/aws/operations/test_every_operation.py",
    "tests/aws/operations/test_published_examples.py",
}
"""These look at the models of all services, which are read once for all (400 MiB): as one file."""


def pytest_addoption(parser):
    """Add ``--full``: what would take over a minute has a small form without it."""
    parser.addoption(
        "--full", action="store_true", help="run the long forms of tests that have a short one"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Leave the workers out where they would only take time to begin, or be in the way."""
    if any(word.startswith(("-n", "--numprocesses")) for word in config.invocation_params.args):
        return
    files = {arg.partition("::")[0] for arg in config.args}
    is_one_file = len(files) == 1 and Path(*files).is_file()
    if is_one_file or config.option.usepdb or config.option.capture == "no":
        config.option.numprocesses = 0


def pytest_collection_modifyitems(items):
    """Begin with what takes long: at the end no worker waits long for the other."""
    ranks = {}
    for place, item in enumerate(items):
        rank, _ = ranks.setdefault(_group(item.nodeid), (3, place))
        ranks[_group(item.nodeid)] = min(rank, _rank(item)), ranks[_group(item.nodeid)][1]
    items.sort(key=lambda item: ranks[_group(item.nodeid)])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give workers whole groups, in the order of collection."""
    from xdist.scheduler import LoadFileScheduling

    if config.option.dist != "loadfile":
        return None

    class Groups(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return _group(nodeid)

    config.option.loadscopereorder = False
    return Groups(config, log)


def _group(nodeid):
    path = nodeid.partition("::")[0]
    if path in _ONE_WALK:
        return "models of all services"
    return _ONE_BROWSER if path.startswith(f"{_ONE_BROWSER}/") else path


def _rank(item):
    """Return 0 for what takes longest, 2 for what is quick."""
    if _group(item.nodeid) == _ONE_BROWSER:
        return 0
    return 2 - any(item.get_closest_marker(name) for name in ("slow", "kernel"))


@pytest.fixture(autouse=True)
def _no_real_aws(monkeypatch, tmp_path):
    """Fake credentials, a dead endpoint, folders of its own; child processes inherit them."""
    for name in [n for n in os.environ if n.startswith(("AWS_", "AIBRAIN_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", _DEAD_ENDPOINT)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AIBRAIN_CACHE_DIR", str(tmp_path / "aibrain-cache"))
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "aibrain-data"))
    monkeypatch.setenv("AIBRAIN_EVIDENCE_DIR", str(tmp_path / "evidence"))
    yield
    # What was measured is written behind the runs: not into the folder of the next test.
    if measuring := sys.modules.get("aibrain_jupyter.execution.metrics.measuring"):
        measuring.ENDED.clear()
        sys.modules["aibrain_jupyter.shared.metrics.meter"].get_meter.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def _no_own_folders(tmp_path_factory):
    """What goes on between tests, in threads of the process, writes into no folder of the user."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CACHE", "DATA"):
            folder = tmp_path_factory.mktemp(f"between-tests-{name.lower()}")
            patch.setenv(f"AIBRAIN_{name}_DIR", str(folder))
        yield


@pytest.fixture(scope="session")
def _moto_server():
    """moto's server in a thread of this process, started once: its import is the slow part."""
    from moto.server import ThreadedMotoServer
    from werkzeug.serving import WSGIRequestHandler

    # Head and body are two packets: the second would wait 40 ms for the first's receipt.
    WSGIRequestHandler.disable_nagle_algorithm = True
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def moto_aws(_no_real_aws, _moto_server, monkeypatch):
    """An empty account 123456789012 behind AWS_ENDPOINT_URL; yields the URL."""
    reset = urllib.request.Request(f"{_moto_server}/moto-api/reset", method="POST")
    with urllib.request.urlopen(reset):
        pass
    monkeypatch.setenv("AWS_ENDPOINT_URL", _moto_server)
    return _moto_server


@pytest.fixture(scope="module")
def kernel():
    """One kernel for the tests of a module: each must leave it healthy for the next."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "AIBRAIN_"))}
    with running_kernel(env) as kernel:
        yield kernel


@pytest.fixture
def front(_no_real_aws):
    """A kernel for one test, with the test's own folders."""
    with running_kernel(dict(os.environ)) as kernel:
        yield kernel
