"""The life of the embedded account: start, stop, failures, the death of its parent."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from botocore.exceptions import ClientError

from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.demo.account import demo_status, start_demo, stop_demo
from aibrain_jupyter.shared.error_handler import DemoError

PARENT = """
import json, os, sys, time
from aibrain_jupyter.demo.account import start_demo
from aibrain_jupyter.aws.clients.pool import ClientPool
account = start_demo(ClientPool())
if sys.argv[1] == "forked" and os.fork() == 0:
    time.sleep(300)
    os._exit(0)
print(json.dumps({"port": int(account.endpoint.rsplit(":", 1)[1])}), flush=True)
time.sleep(300)
"""


@pytest.fixture
def pool():
    """A client pool; whatever the test started is stopped."""
    pool = ClientPool()
    yield pool
    stop_demo(pool)


def _answers(port):
    with socket.socket() as probe:
        return 0 == probe.connect_ex(("127.0.0.1", port))


def _wait_until_gone(port, *, within_s=60):
    end = time.monotonic() + within_s
    while _answers(port) and time.monotonic() < end:
        time.sleep(0.05)
    return not _answers(port)


def test_start_use_and_stop(pool):
    """The profiles work from start to stop and are gone after it; nothing else is touched."""
    environment = dict(os.environ)
    account = start_demo(pool, latency_ms=250)

    assert account == demo_status()
    assert ("demo-prod", "demo-dev") == account.profiles
    assert {"demo-prod": "111122223333", "demo-dev": "444455556666"} == dict(account.accounts)
    assert ("us-east-1", "eu-west-1", "eu-central-1") == account.regions
    assert set(account.profiles) == set(pool.session_profiles)
    assert all(profile.is_demo for profile in pool.session_profiles.values())

    sts = pool.client("sts", profile="demo-dev", region="us-east-1")
    begun = time.monotonic()
    identity = sts.get_caller_identity()

    assert time.monotonic() - begun >= 0.25
    assert "444455556666" == identity["Account"]
    assert "arn:aws:sts::444455556666:assumed-role/AuditReadOnly/demo.auditor" == identity["Arn"]

    assert start_demo(pool) is account
    assert pool.client("sts", profile="demo-dev", region="us-east-1") is sts

    port = int(account.endpoint.rsplit(":", 1)[1])
    assert stop_demo(pool) is True
    assert not _answers(port)
    assert demo_status() is None
    assert {} == dict(pool.session_profiles)
    assert [] == pool.prepare
    assert stop_demo(pool) is False
    assert environment == dict(os.environ)


def test_a_server_that_died_is_replaced(pool):
    """After a crash there is no account, and starting again gives a new one."""
    first = start_demo(pool)
    os.kill(first.pid, signal.SIGKILL)
    assert _wait_until_gone(int(first.endpoint.rsplit(":", 1)[1]))
    end = time.monotonic() + 60
    while demo_status() is not None and time.monotonic() < end:
        time.sleep(0.05)

    assert demo_status() is None

    second = start_demo(pool)

    assert first.pid != second.pid
    assert second.endpoint == pool.endpoint("demo-prod", "iam")


def test_the_server_dies_with_its_parent():
    """A parent killed without warning leaves no server, even if its own child lives on."""
    families = ["alone", "forked"] if hasattr(os, "fork") else ["alone"]
    parents = [
        subprocess.Popen(
            [sys.executable, "-c", PARENT, family], stdout=subprocess.PIPE, start_new_session=True
        )
        for family in families
    ]
    try:
        ports = [json.loads(parent.stdout.readline())["port"] for parent in parents]
        assert all(_answers(port) for port in ports)

        for parent in parents:
            os.kill(parent.pid, signal.SIGKILL)
            parent.wait()

        assert [True for _ in families] == [_wait_until_gone(port) for port in ports]
    finally:
        for parent in parents:
            # The forked child is in the parent's process group and outlives it.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)
            parent.stdout.close()


def test_a_server_that_cannot_start_is_quoted(pool, tmp_path, monkeypatch):
    """What the server said last is the reason of the error; no process is left."""
    (tmp_path / "moto").mkdir()
    (tmp_path / "moto" / "__init__.py").write_text("raise RuntimeError('moto is broken here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    with pytest.raises(DemoError) as caught:
        start_demo(pool)

    assert "RuntimeError: moto is broken here" in caught.value.why
    assert caught.value.next_steps
    assert demo_status() is None
    assert {} == dict(pool.session_profiles)


def test_without_moto_the_next_step_installs_it(pool, monkeypatch):
    """A missing extra is named with the command that brings it."""
    monkeypatch.setitem(sys.modules, "moto", None)

    with pytest.raises(DemoError) as caught:
        start_demo(pool)

    assert ('Run %pip install "aibrain_jupyter[demo]" and try again.',) == caught.value.next_steps


def test_another_period_is_another_edition(pool):
    """What was cached of one period is no answer of the other; a region granted changes no data."""
    editions = []
    for options in ({}, {"is_granted": True}, {"is_later": True}):
        demo = start_demo(pool, today="2026-03-01", **options)
        editions.append({pool.session_profiles[name].edition for name in demo.profiles})

    assert [{""}, {""}, {"later"}] == editions


def test_a_region_that_is_refused_can_be_granted(pool):
    """Started with access granted, the denied region answers; started without, it refuses."""
    asked = []
    for is_granted in (False, True):
        start_demo(pool, is_granted=is_granted)
        try:
            pool.client("ec2", profile="demo-dev", region="eu-central-1").describe_vpcs()
            asked.append("answered")
        except ClientError as exc:
            asked.append(exc.response["Error"]["Code"])

    assert ["UnauthorizedOperation", "answered"] == asked
