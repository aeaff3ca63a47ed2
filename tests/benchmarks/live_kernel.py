"""A real kernel for the benchmarks: cells, Stop, and a click on a button."""

from __future__ import annotations

import contextlib
import time


class LiveKernel:
    """Sends cells to a kernel and listens to what it says."""

    def __init__(self, manager, client):
        self._manager, self._client = manager, client
        self._comms = {}  # what each widget says of itself, by comm id

    def run(self, code):
        """Run a cell to its end and return what it printed."""
        return self.until_idle(self.ask(code))

    def ask(self, code):
        """Send a cell; return its message id."""
        return self._client.execute(code, store_history=False)

    def until_printed(self, msg_id, text):
        """Listen until the cell has printed `text`."""
        printed = ""
        while text not in printed:
            printed += self._hear(msg_id)[1]

    def until_idle(self, msg_id):
        """Listen until the cell has ended; return what it printed."""
        printed, kind = "", ""
        while kind != "idle":
            kind, text = self._hear(msg_id)
            printed += text
        assert "ok" == self._client.get_shell_msg(timeout=60)["content"]["status"]
        return printed

    def stop(self):
        """Press Stop."""
        self._manager.interrupt_kernel()

    def has_button(self, label):
        """Tell whether a button of that label has appeared."""
        return any(label in str(state.get("description")) for state in self._comms.values())

    def click(self, label):
        """Click the last button of that label."""
        comm_id = [c for c, s in self._comms.items() if label in str(s.get("description"))][-1]
        content = {
            "comm_id": comm_id,
            "data": {"method": "custom", "content": {"event": "click"}},
        }
        self._client.shell_channel.send(self._client.session.msg("comm_msg", content))

    def forget_buttons(self):
        """Forget the widgets of earlier cells."""
        self._comms.clear()

    def listen(self, msg_id, is_enough):
        """Listen to a cell until `is_enough()`."""
        while not is_enough():
            self._hear(msg_id)

    def _hear(self, msg_id):
        message = self._client.get_iopub_msg(timeout=60)
        content, kind = message["content"], message["msg_type"]
        if kind == "comm_open":
            self._comms[content["comm_id"]] = content["data"].get("state", {})
        if kind == "error":
            raise RuntimeError("\n".join(content["traceback"]))
        if message["parent_header"].get("msg_id") != msg_id:
            return "", ""
        return content.get("execution_state", ""), content.get("text", "")


@contextlib.contextmanager
def live_kernel():
    """A kernel of this interpreter for the block."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel()
    try:
        yield LiveKernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def seconds_since(began):
    """Return the seconds since `began`, of ``time.perf_counter``."""
    return time.perf_counter() - began
