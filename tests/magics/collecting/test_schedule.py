"""A plan, unattended: what ``.github/SCHEDULE.md`` says is what happens, by papermill."""

from __future__ import annotations

import http.server
import json
import os
import re
import shlex
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest
import yaml

from ...kernels import PATIENT_PAPERMILL

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

_PAGE = (Path(__file__).parents[3] / ".github" / "SCHEDULE.md").read_text()
_PLAN = """
plan: weekly
title: Users every week
period: 2026
accounts: [demo-dev]
rows:
  - id: users
    controls: [A.5.16]
    tool: iam_users
"""
_REFUSED = """
  - id: instances
    controls: [A.8.1]
    tool: ec2_instances
    regions: [us-east-1, eu-central-1]
"""


def _blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", _PAGE, re.DOTALL)


def _notebook(folder, *, granted):
    """Write the page's notebook, the demo account begun in it, as nobody has another here."""
    parameters, load, collect = _blocks("python")
    demo = f"%aibrain demo start{' --granted' * granted}"
    cells = [nbformat.v4.new_code_cell(text.strip()) for text in (parameters, load, demo, collect)]
    cells[0].metadata.tags = ["parameters"]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "P", "language": "python"}
    nbformat.write(notebook, folder / "collect.ipynb")


def _run(folder):
    """Carry out the page's command and return what came of it."""
    papermill, *words = shlex.split(_blocks("sh")[0])
    assert "papermill" == papermill
    return subprocess.run(
        [sys.executable, "-c", PATIENT_PAPERMILL, *words],
        cwd=folder,
        env={**os.environ, "AIBRAIN_ALERTS_PLANS": "plan.yml"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture
def told(monkeypatch):
    """What a webhook is told while the test goes on."""
    found = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            found.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AIBRAIN_NOTIFY", f"json://127.0.0.1:{server.server_port}/")
        yield found
        server.shutdown()


def test_exit_status_notebook_and_message_say_how_it_went(tmp_path, told):
    """Gaps are a status that is not 0 and one message; without them it is 0, and the end told."""
    (tmp_path / "plan.yml").write_text(_PLAN + _REFUSED)
    _notebook(tmp_path, granted=False)

    failed = _run(tmp_path)

    assert 0 != failed.returncode, failed.stderr
    saved = (tmp_path / "collected.ipynb").read_text()
    assert "Not every row of the plan is complete" in saved
    _wait_for(told, "firing: gaps in a plan")
    gaps = [one for one in told if one["title"] == "firing: gaps in a plan"]
    assert 1 == len(gaps)
    assert "plan.yml: evidence that is incomplete: 1" in gaps[0]["message"]
    assert "444455556666" not in json.dumps(told)

    _notebook(tmp_path, granted=True)
    went_well = _run(tmp_path)

    assert 0 == went_well.returncode, went_well.stderr
    _wait_for(told, "resolved: gaps in a plan")
    assert 2 == len([one for one in told if "gaps in a plan" in one["title"]])


def _wait_for(told, title):
    until = time.monotonic() + 240
    while title not in [one["title"] for one in told]:
        assert time.monotonic() < until, told
        time.sleep(0.05)


def test_cron_and_actions_use_the_same_command():
    """The lines for cron and GitHub Actions run the command that was tested, and no other."""
    command, cron = (block.strip() for block in _blocks("sh"))
    jobs = yaml.safe_load(_blocks("yaml")[0])["jobs"]
    runs = [step["run"] for step in jobs["collect"]["steps"] if "run" in step]

    assert command in runs
    assert re.sub(r'"runs/\$\(date \+\\%F\)\.ipynb"', "collected.ipynb", cron).endswith(command)
