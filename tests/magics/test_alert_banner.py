"""The banner of alerts in a real kernel: under a cell when it fires, kept true where it is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
import pytest

from ..kernels import PATIENT_PAPERMILL, running_kernel

pytestmark = pytest.mark.kernel

_RULES = """
alerts:
  - {name: throttled, metric: throttled_share, by: service, when: above 50%, over: 1h}
"""
_TOOL = """
import time

def ask(ctx, *, times, throttled):
    for _ in range(times):
        ctx.answered.append(
            [time.time(), "iam", "ListUsers", "", "id", 200, 1 + throttled, 1, 1, 9, throttled,
             0.0, 0.1, 0.0, ""]
        )
    return [{"name": "a"}]
"""
_SETUP = """
import sys, time
sys.path.insert(0, {folder!r})
%load_ext aibrain_jupyter
%config AibrainMagics.alerts_file = {rules!r}
from aibrain_jupyter.shared.base_tool import Param, ToolSpec
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.execution.metrics.alerts.watching import get_watch
params = (Param("times", int, "how often"), Param("throttled", int, "how often refused"))
get_tool_registry().register(
    ToolSpec("ask_iam", "Ask.", "asking:ask", params=params, is_cacheable=False)
)

states = set()  # what the banner, which is told before, has been told
get_watch().on_change.append(lambda known: states.update(one.state for one in known))

def until(state):
    end = time.monotonic() + 55
    while state not in states:
        assert time.monotonic() < end, get_watch().frame()
        time.sleep(0.05)
"""


@pytest.fixture
def setup(tmp_path):
    """Return the first cell: a tool that says how often it was throttled, and a rule."""
    (tmp_path / "asking.py").write_text(_TOOL)
    (tmp_path / "rules.yml").write_text(_RULES)
    return _SETUP.format(folder=str(tmp_path), rules=str(tmp_path / "rules.yml"))


def _texts(kernel, kind, msg_id=None):
    found = kernel.of(kind, under=msg_id) if msg_id else kernel.of(kind)
    texts = [content["data"].get("text/plain", "") for content in found if "data" in content]
    return [text for text in texts if "alert" in text.lower()]


def test_a_banner_comes_under_the_next_cell_and_stays_true(setup):
    """An alert that fires is shown when a cell ends; when it is over, the same output says so."""
    with running_kernel(dict(os.environ)) as kernel:
        kernel.run_cell(setup)
        kernel.run_cell("%aibrain ask_iam times=4 throttled=2 ;")
        fired = kernel.run_cell("until('firing')")
        kernel.listen_until(lambda: _texts(kernel, "display_data", fired), "the banner")
        quiet = kernel.run_cell("1 + 1")
        kernel.run_cell("%aibrain ask_iam times=90 throttled=0 ;\nuntil('resolved')")
        kernel.listen_until(lambda: _texts(kernel, "update_display_data"), "the banner's end")
        (banner,) = _texts(kernel, "display_data", fired)
        after = _texts(kernel, "update_display_data")

        assert "! 1 alert" in banner
        assert "iam: 67% of the attempts were refused for rate (above 50%)" in banner
        assert "All alerts are resolved" in after[-1]
        assert [] == _texts(kernel, "display_data", quiet)


def test_an_unattended_run_tells_a_webhook(setup, tmp_path, monkeypatch):
    """What fired is told though papermill ends the kernel; a failed cell is its exit status."""
    import http.server
    import json
    import subprocess
    import threading
    import time

    told = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    notebook = nbformat.v4.new_notebook()
    cells = [setup, "%aibrain ask_iam times=4 throttled=2 ;", "raise SystemExit(3)"]
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in cells]
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "P", "language": "python"}
    path = Path(tmp_path) / "plan.ipynb"
    nbformat.write(notebook, path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AIBRAIN_NOTIFY", f"json://127.0.0.1:{server.server_port}/")
        out = str(path.with_suffix(".out.ipynb"))
        words = [sys.executable, "-c", PATIENT_PAPERMILL, str(path), out]
        ran = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
        until = time.monotonic() + 240
        while not told and time.monotonic() < until:
            time.sleep(0.05)
        server.shutdown()

    assert 0 != ran.returncode
    assert ["firing: throttled"] == [one["title"] for one in told]
