"""
A real kernel to talk to, as a front end without a screen does: it sends cells and hears everything.

``AIBRAIN_TEST_KERNEL_PYTHON`` names another interpreter for it.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import time

WAIT_S = 60
# Read here: the tests themselves see none of our environment variables.
_PYTHON = os.environ.get("AIBRAIN_TEST_KERNEL_PYTHON", sys.executable)


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

    def run_cell(self, code):
        """Run a cell to its end and return its message id; fail if it failed."""
        msg_id = self.ask(code)
        content = self.reply(msg_id)
        assert "ok" == content["status"], "\n".join(content.get("traceback", []))
        return msg_id

    def run(self, code):
        """Run a cell to its end and return what it printed; fail if it failed."""
        return self.printed(self.run_cell(code))

    def of(self, *kinds, under=None):
        """Return the contents of messages of these types so far, those under one cell if given."""
        return [
            message["content"]
            for message in self.heard
            if message["msg_type"] in kinds
            and under in (None, message["parent_header"].get("msg_id"))
        ]

    def printed(self, msg_id):
        """Return the text printed under a cell so far."""
        return "".join(content["text"] for content in self.of("stream", under=msg_id))

    def states(self, msg_id):
        """Return the busy and idle states published for a message so far."""
        return [content["execution_state"] for content in self.of("status", under=msg_id)]

    def wait_for_print(self, msg_id, text):
        """Wait until a cell has printed `text`."""
        self.listen_until(lambda: text in self.printed(msg_id), f"{text!r} printed")

    def is_idle_within(self, seconds, msg_id):
        """Take in what the kernel publishes for so long at most; return whether a cell is over."""
        deadline = time.monotonic() + seconds
        while "idle" not in self.states(msg_id) and time.monotonic() < deadline:
            self._hear()
        return "idle" in self.states(msg_id)

    def listen_until(self, is_enough, what="what the test waits for"):
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


@contextlib.contextmanager
def running_kernel(env):
    """Start a kernel with this environment; end it on leaving."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager()
    manager.kernel_spec.argv = [_PYTHON, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager.start_kernel(env=env)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=WAIT_S)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


PATIENT_PAPERMILL = """
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
LocalProvisioner.get_shutdown_wait_time = lambda self, recommended=5.0: 240.0
from papermill.cli import papermill
papermill()
"""
"""
Papermill's command as code for ``python -c``, which gives a kernel the time it takes to end.

As it is, it kills one after five seconds, which on a busy machine are over before it has ended.
"""
