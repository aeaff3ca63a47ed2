"""A run in the background, in a real JupyterLab: it moves in its own cell while others compute."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

START = """
%load_ext aibrain_jupyter
import os, time
from aibrain_jupyter.demo.account import start_demo
from aibrain_jupyter.aws.clients.pool import get_client_pool
start_demo(get_client_pool(), latency_ms={latency_ms});
"""
EXPORT = """%%aibrain aws_export --accounts demo-prod,demo-dev --regions all --fresh --bg -o rules
service: ec2
resource: security_groups
"""


def test_it_moves_while_another_cell_computes(open_notebook, lab):
    """The panel goes on during a blocking cell; then the receipt with its gap; none is saved."""
    notebook = open_notebook(
        [
            START.format(latency_ms=1000),
            EXPORT,
            "while not os.path.exists('go-on'): time.sleep(0.05)\n'computed'",
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
    assert "%aibrain cancel r" in output.inner_text()
    notebook.keep_picture("background-running")
    panel.wait_for(state="detached")
    assert "" == notebook.output(2).inner_text()

    (lab.folder / "go-on").touch()
    notebook.wait_until_idle()
    output.get_by_text("rules =").wait_for()
    notebook.keep_picture("background-finished")
    seen = output.inner_text()
    assert "2 accounts, 3 regions, 6 calls, 1 failed (denied)" in seen
    assert "ec2:DescribeSecurityGroups" in seen
    assert 0 == output.get_by_role("progressbar").count()
    assert "computed" in notebook.output(2).inner_text()
    assert "1 gap" not in notebook.output(2).inner_text()
    saved = notebook.save()
    assert "widgets" not in saved.metadata
    assert "widget-view" not in str(saved.cells[1].outputs)


def test_its_cancel_button_works_between_cells(open_notebook):
    """A click in the cell that started it ends it with what it has, and says so there."""
    notebook = open_notebook([START.format(latency_ms=6000), EXPORT])
    notebook.run_all()
    notebook.wait_until_idle()
    output = notebook.output(1)
    output.get_by_role("button", name="Cancel").click(timeout=90_000)

    output.get_by_text("! cancelled:").wait_for(timeout=90_000)
    notebook.keep_picture("background-cancelled")
    assert "%aibrain resume" in output.inner_text()
