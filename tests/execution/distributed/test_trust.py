"""What a cluster says is data: nothing of it runs here, and nothing of ours is told there."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading

import pytest
from distributed.comm import listen
from distributed.protocol import to_serialize
from distributed.protocol.serialize import ToPickle

from aibrain_jupyter.execution.calls.engines.cluster import connecting
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    ConnectionFailedError,
    ParameterError,
    ToolLoadError,
)

from .conftest import ROOT, Cluster, aws_of, execute, jobs_of, wait_until
from .test_attached import KERNEL

pytestmark = pytest.mark.slow
CANARY = "canary-4711-do-not-tell"
HOSTILE = '''
"""Puts in place of our task one that gives, or raises, what runs code where it is unpickled."""
import os, pathlib
from aibrain_jupyter.execution.calls.engines.cluster import at_worker

class Hostile(Exception):
    def __reduce__(self):
        return exec, ("import os; open({WHERE!r}, 'a').write(f'{os.getpid()} ')",)

def run_parcel(parcel):
    exec(pathlib.Path({HOW!r}).read_text(), globals())
    return answer()

at_worker.run_parcel = run_parcel
run_parcel.__module__ = at_worker.__name__
'''

MIXED = """
def answer():
    import time
    while not pathlib.Path(GO).exists():
        time.sleep(0.02)
    with open(GO, "a") as file:
        file.write(".")
    if os.path.getsize(GO) % 2:
        return ["tcp://x", [0], [9], Hostile()]
    raise Hostile("x")
"""
OTHER = '''
"""A worker on whose disk is something else."""
from importlib.metadata import PackageNotFoundError
from distributed import versions

real = versions.version

def version(name):
    if name == "aibrain_jupyter":
        WHAT
    return real(name)

versions.version = version
'''


@pytest.fixture(scope="module")
def _hostile(_queues, tmp_path_factory):
    """A cluster whose worker answers with what stands in the file ``how`` of its folder."""
    folder = tmp_path_factory.mktemp("hostile")
    code = HOSTILE.replace("{WHERE!r}", repr(str(folder / "ran-in")))
    (folder / "hostile.py").write_text(code.replace("{HOW!r}", repr(str(folder / "how"))))
    cluster = Cluster(folder, env=aws_of(folder))
    cluster.add_worker("--preload", str(folder / "hostile.py"))
    cluster.wait_for(1)
    yield cluster
    cluster.close()


@pytest.fixture
def hostile(_hostile, queues):
    """The folder of that cluster, which is in use."""
    get_settings().set("engine_address", _hostile.address, "test")
    yield _hostile.folder
    get_settings().unset("engine_address")


@pytest.mark.parametrize(
    "how",
    [
        "return Hostile()",
        "return ['tcp://x', [0], [9], Hostile()]",
        "raise Hostile('x')",
        "return ['tcp://x', [[n] for n in range(6)], [107] * 6, (b'AIBRAIN' + bytes(100)) * 6]",
        "return ['tcp://x', [[n] for n in range(6)], [-9, 10**30, 0, 0, 7, 7], b'AIBRAIN']",
        "return [1, 2, 3]",
    ],
    ids=["result", "inside of a result", "exception", "container", "sizes", "other data"],
)
def test_a_hostile_answer_runs_nothing_here(queues, hostile, how):
    """It is a gap for each call, and no code of it ran in this process."""
    where = hostile / "ran-in"
    (hostile / "how").write_text(f"def answer():\n    {how}\n")
    found, _ = execute(jobs_of(6, queues.url), "dask")
    ran_in = where.read_text().split() if where.exists() else []

    assert str(os.getpid()) not in ran_in
    assert {Outcome.FAILED} == {outcome.outcome for outcome in found}
    assert {"UnreadableAnswer", "WorkerLost"} >= {o.error.facts["code"] for o in found}


def test_a_hostile_answer_to_a_killed_kernel_runs_nothing_here(request, queues, hostile):
    """What is fetched of an earlier kernel's is data as well: gaps, and no code ran here."""
    cluster, where = request.getfixturevalue("_hostile"), hostile / "ran-in"
    where.unlink(missing_ok=True)
    (hostile / "how").write_text(MIXED.replace("GO", repr(str(hostile / "go"))))
    code = KERNEL.format(address=cluster.address, url=queues.url, calls=6, run="r1", resumes="")
    kernel = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    try:
        wait_until(lambda: "processing" in {how for how, _ in cluster.tasks().values()}, "task")
    finally:
        kernel.kill()
        kernel.wait(10)
    (hostile / "go").touch()
    found, _ = execute(jobs_of(6, queues.url), "dask", run="r2", resumes="r1")
    ran_in = where.read_text().split() if where.exists() else []

    assert str(os.getpid()) not in ran_in
    assert {Outcome.FAILED} == {outcome.outcome for outcome in found}
    assert {"UnreadableAnswer", "WorkerLost"} >= {o.error.facts["code"] for o in found}
    # Six were fetched; the three that raised were sent once more.
    assert 9 == len((hostile / "go").read_text())


SAYS = """
def answer():
    import time
    from distributed import get_worker
    from distributed.protocol import to_serialize

    worker = get_worker()
    for topic in (worker.get_current_task().rpartition("-")[0], "all"):
        worker.log_event(topic, to_serialize(Hostile()))
        worker.log_event(topic, [worker.address, [[0, to_serialize(Hostile())]]])
    time.sleep(0.5)  # the run goes on when it hears them
    return [1, 2, 3]
"""


def test_a_hostile_word_runs_nothing_here(queues, hostile):
    """What a worker says meanwhile comes through the scheduler unread: no code of it ran here."""
    where = hostile / "ran-in"
    (hostile / "how").write_text(SAYS)
    found, _ = execute(jobs_of(6, queues.url), "dask")
    ran_in = where.read_text().split() if where.exists() else []

    assert str(os.getpid()) not in ran_in
    assert {Outcome.FAILED} == {outcome.outcome for outcome in found}
    assert {"UnreadableAnswer"} == {outcome.error.facts["code"] for outcome in found}


RAN = []


def note_that_it_ran():
    RAN.append("ran")


class HostileHere:
    """Runs code where it is unpickled."""

    def __reduce__(self):
        return note_that_it_ran, ()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": "uncaught-error", "exception": pickle.dumps(HostileHere())}, "is no scheduler"),
        ({"id": ToPickle(HostileHere())}, "cannot be reached"),
        ({"id": to_serialize(HostileHere())}, "cannot be reached"),
        ([ToPickle(HostileHere())], "cannot be reached"),
    ],
    ids=["exception", "pickled", "serialized", "list"],
)
def test_who_only_says_that_it_is_a_scheduler_runs_nothing_here(queues, monkeypatch, answer, words):
    """Another user's process at the address gets an error said of it, and no code run."""
    monkeypatch.setattr(connecting, "CONNECT_S", 3.0)
    loop, addresses = asyncio.new_event_loop(), []

    async def serve():
        async def answers(comm):
            with contextlib.suppress(OSError):
                while True:
                    await comm.read()
                    await comm.write(answer)

        listener = await listen("tcp://127.0.0.1:0", answers, deserialize=False)
        addresses.append(listener.contact_address)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(serve(), loop).result(10)
    try:
        said = refused(addresses[0], ConnectionFailedError, queues)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)

    assert [] == RAN
    assert words in said


def test_nothing_of_a_call_is_told(queues, cluster, monkeypatch):
    """Keys name nothing; parameters and credentials are in no log of scheduler and workers."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    keys = []
    from aibrain_jupyter.execution.calls.engines.cluster.carrier import DaskCarrier

    submit = DaskCarrier._submit

    def noted(self, *arguments, **more):
        found = submit(self, *arguments, **more)
        keys.extend(self._held)
        return found

    monkeypatch.setattr(DaskCarrier, "_submit", noted)
    found, report = execute(jobs_of(6, queues.url, prefix=CANARY), "dask")

    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert keys
    for said in (str(keys), cluster.logs.decode(), str(report.as_dict())):
        for secret in (CANARY, "123456789012", "list_queues", "eu-west-1"):
            assert secret not in said


def refused(address="", kind=AibrainError, queues=None):
    if address:
        get_settings().set("engine_address", address, "test")
    try:
        with pytest.raises(kind) as caught:
            execute(jobs_of(2, queues.url), "dask")
    finally:
        if address:
            get_settings().unset("engine_address")
    assert not queues.asked
    return str(caught.value)


def test_an_address_that_cannot_be_used(queues, monkeypatch):
    """None, none that is one, another machine without TLS, nobody there: each says what to do."""
    monkeypatch.setattr(connecting, "CONNECT_S", 1.0)
    assert "starts none by itself" in refused(kind=ParameterError, queues=queues)
    assert "no address of a scheduler" in refused("somewhere", ParameterError, queues)
    said = refused("tcp://10.1.2.3:8786", ParameterError, queues)
    assert "not reached by TLS" in said
    assert "?insecure=yes" in said
    said = refused("tcp://127.0.0.1:9", ConnectionFailedError, queues)
    assert "cannot be reached" in said
    assert "--engine local" in said
    said = refused("tls://127.0.0.1:9", ParameterError, queues)
    assert "no certificate of ours" in said
    assert "ca-file is not set" in said
    assert "Without TLS, on this machine: tcp://127.0.0.1:9" in said


@pytest.mark.parametrize(
    ("greeting", "words"),
    [(b"HTTP/1.1 400 Bad Request\r\n", "What answers there is no scheduler"), (b"", "Nobody")],
    ids=["something else", "nothing"],
)
def test_a_port_that_is_no_schedulers(queues, monkeypatch, greeting, words):
    """Whoever answers as something else, or not at all, is said to; nothing of it is believed."""
    monkeypatch.setattr(connecting, "CONNECT_S", 2.0)
    server, taken = socket.create_server(("127.0.0.1", 0)), []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                taken.append(server.accept()[0])
                taken[-1].sendall(greeting)

    threading.Thread(target=serve, daemon=True).start()
    try:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        said = refused(address, ConnectionFailedError, queues)
    finally:
        for one in (server, *taken):
            one.close()

    assert words in said
    assert "--engine local" in said


def test_certificates_that_cannot_be_shown(queues, tmp_path):
    """Files that are not there, or do not go together, are named before anybody is asked."""
    import dask
    import distributed

    assert distributed
    names = certificates(tmp_path)
    ca, key = (f"distributed.comm.tls.{name}" for name in ("ca-file", "client.key"))
    for wrong, words in (
        ({ca: str(tmp_path / "none.pem")}, "none.pem, which is not there"),
        ({key: str(tmp_path / "ca.key")}, "do not go together"),
    ):
        with dask.config.set({**names, **wrong}):
            assert words in refused("tls://127.0.0.1:9", ParameterError, queues)


def test_no_worker(queues, scheduler, monkeypatch):
    """A cluster without a worker is said to have none, with the command that starts one."""
    monkeypatch.setattr(connecting, "WORKER_S", 1.0)
    said = refused(kind=ConnectionFailedError, queues=queues)

    assert "has no worker" in said
    assert f"dask worker {scheduler.address}" in said


def test_a_worker_that_does_not_answer(queues, scheduler, monkeypatch):
    """Whose versions cannot be compared is not sent anything; it is said what to do."""
    scheduler.add_workers(2)
    monkeypatch.setattr(connecting, "ANSWER_S", 1.0)
    scheduler.workers[0].send_signal(signal.SIGSTOP)
    said = refused(kind=ConnectionFailedError, queues=queues)

    assert "has not said what its workers are" in said
    assert "--engine local" in said


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (
            "return '0.0.1'",
            ParameterError,
            "aibrain_jupyter 0.0.1 there",
        ),
        ("raise PackageNotFoundError(name)", ToolLoadError, "is not installed on"),
    ],
    ids=["other version", "not installed"],
)
def test_other_versions_are_refused(queues, scheduler, code, kind, words):
    """A worker of another version, or without this package, is refused before anything is sent."""
    preload = scheduler.folder / "other.py"
    preload.write_text(OTHER.replace("WHAT", code))
    scheduler.add_worker("--preload", str(preload), is_warm=False)
    scheduler.wait_for(1)

    assert words in refused(kind=kind, queues=queues)


def certificates(folder):
    """Make a CA and one certificate that it signed; return the settings of Dask that name them."""
    import datetime as dt
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def name(text):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    def write(path, key, certificate):
        encoding = serialization.Encoding.PEM
        form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (folder / f"{path}.key").write_bytes(key.private_bytes(encoding, form, none))
        (folder / f"{path}.pem").write_bytes(certificate.public_bytes(encoding))

    def made(subject, key, issuer, issuer_key, is_ca):
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
                critical=False,
            )
            .sign(issuer_key, hashes.SHA256())
        )

    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    write("ca", ca_key, made("ca", ca_key, "ca", ca_key, True))
    write("node", key, made("node", key, "ca", ca_key, False))
    found = {"ca-file": "ca.pem"}
    for part in ("scheduler", "worker", "client"):
        found |= {f"{part}.cert": "node.pem", f"{part}.key": "node.key"}
    return {f"distributed.comm.tls.{name}": str(folder / path) for name, path in found.items()}


def test_tls(queues, cluster_of, monkeypatch, tmp_path):
    """By TLS with a CA of one's own a run is as without; whoever has no certificate stays out."""
    import dask
    import distributed  # whose settings are there once it is imported

    assert distributed

    names = certificates(tmp_path)
    for key, value in names.items():
        variable = key.upper().replace(".", "__").replace("-", "_")
        monkeypatch.setenv(f"DASK_{variable}", value)
    with dask.config.set(names):
        cluster = cluster_of(workers=1, scheme="tls")
        found, _report = execute(jobs_of(6, queues.url), "dask")

    assert cluster.address.startswith("tls://")
    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    queues.asked.clear()
    assert "no certificate of ours" in refused(kind=ParameterError, queues=queues)
    plain = cluster.address.replace("tls://", "tcp://")
    assert "cannot be reached" in refused(plain, ConnectionFailedError, queues)
