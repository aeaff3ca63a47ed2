"""A real kernel to talk to. ``AIBRAIN_TEST_KERNEL_PYTHON`` names another interpreter for it."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import time

import pytest

WAIT_S = 60


class Kernel:
    """A running kernel and all it has said so far."""

    def __init__(self, manager, client):
        self._manager, self._client = manager, client
        self.heard = []

    def ask(self, code):
        """Send a cell and return its message id, without waiting."""
        return self._client.execute(code, store_history=False)

    def reply(self, msg_id):
        """Wait for the reply to a cell, then for its idle status; return the reply's content."""
        while True:
            reply = self._client.get_shell_msg(timeout=WAIT_S)
            if reply["parent_header"].get("msg_id") == msg_id:
                break
        self.listen_until(lambda: "idle" in self.states(msg_id), f"idle after {msg_id}")
        return reply["content"]

    def run(self, code):
        """Run a cell to its end and return what it printed; fail if it failed."""
        msg_id = self.ask(code)
        content = self.reply(msg_id)
        assert "ok" == content["status"], "\n".join(content.get("traceback", []))
        return self.printed(msg_id)

    def printed(self, msg_id):
        """Return the text printed under a cell so far."""
        return "".join(m["content"]["text"] for m in self._of(msg_id, "stream"))

    def states(self, msg_id):
        """Return the busy and idle states published for a message so far."""
        return [m["content"]["execution_state"] for m in self._of(msg_id, "status")]

    def wait_for_print(self, msg_id, text):
        """Wait until a cell has printed `text`."""
        self.listen_until(lambda: text in self.printed(msg_id), f"{text!r} printed")

    def is_idle_within(self, seconds, msg_id):
        """Take in what the kernel publishes for so long at most; return whether a cell is over."""
        deadline = time.monotonic() + seconds
        while "idle" not in self.states(msg_id) and time.monotonic() < deadline:
            self._hear()
        return "idle" in self.states(msg_id)

    def listen_until(self, is_enough, what):
        """Take in what the kernel publishes until `is_enough()`."""
        deadline = time.monotonic() + WAIT_S
        while not is_enough():
            assert time.monotonic() < deadline, f"waited in vain for: {what}"
            self._hear()

    def click(self, comm_id):
        """Click the ipywidgets button of that model on the shell channel; return the message id."""
        content = {
            "comm_id": comm_id,
            "data": {"method": "custom", "content": {"event": "click"}},
        }
        message = self._client.session.msg("comm_msg", content)
        self._client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def interrupt(self):
        """Press Stop."""
        self._manager.interrupt_kernel()

    def _hear(self):
        with contextlib.suppress(queue.Empty):
            self.heard.append(self._client.get_iopub_msg(timeout=0.2))

    def _of(self, msg_id, kind):
        return [
            m
            for m in self.heard
            if m["msg_type"] == kind and m["parent_header"].get("msg_id") == msg_id
        ]


@pytest.fixture(scope="module")
def kernel():
    """One kernel for the tests of a module: each must leave it healthy for the next."""
    from jupyter_client.manager import KernelManager

    python = os.environ.get("AIBRAIN_TEST_KERNEL_PYTHON", sys.executable)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "AIBRAIN_"))}
    manager = KernelManager()
    manager.kernel_spec.argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager.start_kernel(env=env)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=WAIT_S)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
