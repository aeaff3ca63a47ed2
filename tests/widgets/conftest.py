"""Samples that several test files show, and a kernel that is listened to."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import time

import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.runs.summary import RunSummary
from aibrain_jupyter.shared.coverage import Gap, Outcome


@pytest.fixture
def make_summary():
    """Return a function that makes the summary of a good run, changed where asked."""

    def make(**changes):
        usual = {
            "run_id": "r7",
            "tool": "iam_users",
            "calls": 2,
            "places": {"account": 2, "region": 1},
            "rows": 41,
            "counts": {Outcome.OK: 2},
        }
        return RunSummary(**{**usual, **changes})

    return make


@pytest.fixture
def make_gap():
    """Return a function that makes a refused call, changed where asked."""

    def make(**changes):
        usual = {
            "outcome": Outcome.DENIED,
            "why": "not authorized to perform: iam:ListUsers",
            "target": AwsTarget("444455556666", "global"),
            "operation": "iam:ListUsers",
            "action": "iam:ListUsers",
        }
        return Gap(**{**usual, **changes})

    return make


class Front:
    """A front end without a screen: it sends cells and keeps every message of the kernel."""

    def __init__(self, client):
        self._client = client
        self.heard = []

    def ask(self, code):
        """Send a cell and return its message id, without waiting."""
        return self._client.execute(code)

    def run(self, code):
        """Run a cell to its end and return its message id; fail if it failed."""
        msg_id = self.ask(code)
        reply = self._client.get_shell_msg(timeout=60)["content"]
        assert "ok" == reply["status"], "\n".join(reply.get("traceback", []))
        self.listen_until(lambda: "idle" in self.states(msg_id))
        return msg_id

    def click(self, model_id):
        """Click the button of that model."""
        data = {"method": "custom", "content": {"event": "click"}}
        message = self._client.session.msg("comm_msg", {"comm_id": model_id, "data": data})
        self._client.shell_channel.send(message)

    def listen_until(self, is_enough):
        """Take in what the kernel publishes until `is_enough()`."""
        deadline = time.monotonic() + 60
        while not is_enough():
            assert time.monotonic() < deadline, "waited in vain"
            with contextlib.suppress(queue.Empty):
                self.heard.append(self._client.get_iopub_msg(timeout=0.2))

    def of(self, *kinds, under=None):
        """Return the contents of messages of these types so far, those under one cell if given."""
        return [
            message["content"]
            for message in self.heard
            if message["msg_type"] in kinds
            and under in (None, message["parent_header"].get("msg_id"))
        ]

    def states(self, msg_id):
        """Return the busy and idle states published for a cell so far."""
        return [content["execution_state"] for content in self.of("status", under=msg_id)]


@pytest.fixture
def front():
    """A kernel of its own, behind a `Front`. ``AIBRAIN_TEST_KERNEL_PYTHON`` names its Python."""
    from jupyter_client.manager import KernelManager

    python = os.environ.get("AIBRAIN_TEST_KERNEL_PYTHON", sys.executable)
    manager = KernelManager()
    manager.kernel_spec.argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Front(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
