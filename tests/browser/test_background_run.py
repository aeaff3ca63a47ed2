"""A run in the background, in a real JupyterLab: it moves in its own cell while others compute."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Read here: the tests themselves see none of our environment variables.
SCREENSHOTS = os.environ.get("AIBRAIN_SCREENSHOTS")
START = """
%load_ext aibrain_jupyter
import time
from aibrain_jupyter.demo.account import start_demo
from aibrain_jupyter.shared.connection_pool import get_client_pool
start_demo(get_client_pool(), latency_ms={latency_ms});
"""
EXPORT = """%%aibrain aws_export --accounts demo-prod,demo-dev --regions all --fresh --bg -o rules
service: ec2
resource: security_groups
"""


def _screenshot(notebook, name):
    """Keep a picture where AIBRAIN_SCREENSHOTS says, for people to look at."""
    if SCREENSHOTS:
        Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        notebook.screenshot(f"{SCREENSHOTS}/{name}.png")


def test_it_moves_while_another_cell_computes(open_notebook):
    """The panel goes on during a blocking cell; then the receipt with its gap; rows are there."""
    notebook = open_notebook(
        [
            START.format(latency_ms=600),
            EXPORT,
            "for _ in range(100):\n    time.sleep(0.1)\n    if 'rules' in dir(): break\n'computed'",
            "%aibrain jobs",
            "await get_ipython().user_ns['_2']",
        ]
    )
    notebook.run_all()
    output = notebook.output(1)
    panel = output.get_by_role("progressbar")
    panel.wait_for(timeout=90_000)
    first = panel.get_attribute("aria-valuetext")
    for _ in range(100):
        if panel.count() == 0 or panel.get_attribute("aria-valuetext") != first:
            break
        output.page.wait_for_timeout(50)
    assert "computed" not in notebook.output(2).inner_text()
    _screenshot(notebook, "background-running")

    notebook.wait_until_idle(120)
    output.get_by_text("rules =").wait_for()
    _screenshot(notebook, "background-finished")
    seen = output.inner_text()
    assert "2 accounts, 3 regions, 6 calls, 1 failed (denied)" in seen
    assert "ec2:DescribeSecurityGroups" in seen
    assert 0 == output.get_by_role("progressbar").count()
    assert "computed" in notebook.output(2).inner_text()
    assert "1 gap" not in notebook.output(2).inner_text()


def test_its_cancel_button_works_between_cells(open_notebook):
    """A click in the cell that started it ends it with what it has, and says so there."""
    notebook = open_notebook([START.format(latency_ms=3000), EXPORT])
    notebook.run_all()
    notebook.wait_until_idle(120)
    output = notebook.output(1)
    output.get_by_role("button", name="Cancel").click(timeout=30_000)

    output.get_by_text("cancelled:").wait_for(timeout=15_000)
    _screenshot(notebook, "background-cancelled")
    assert "%aibrain resume" in output.inner_text()
