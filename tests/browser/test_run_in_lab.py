"""The main job in a real JupyterLab: seen while it runs, cancelled by a click, read afterwards."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Read here: the tests themselves see none of our environment variables.
SCREENSHOTS = os.environ.get("AIBRAIN_SCREENSHOTS")

# Each answer of the embedded account takes a while, so that a browser can watch.
START = """
%load_ext aibrain_jupyter
from aibrain_jupyter.demo.account import start_demo
from aibrain_jupyter.shared.connection_pool import get_client_pool
start_demo(get_client_pool(), latency_ms={latency_ms});
"""
EXPORT = """%%aibrain aws_export --accounts demo-prod,demo-dev --regions all --no-cache{options}
service: ec2
resource: security_groups
"""


def _screenshot(notebook, name):
    """Keep a picture where AIBRAIN_SCREENSHOTS says, for people to look at."""
    if SCREENSHOTS:
        Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        notebook.screenshot(f"{SCREENSHOTS}/{name}.png")


def test_a_run_is_watched_and_its_gap_is_read(open_notebook):
    """Progress while it runs; then the table, and under it the coverage with its gap."""
    notebook = open_notebook([START.format(latency_ms=400), EXPORT.format(options="")])
    notebook.run_all()
    output = notebook.output(1)
    output.get_by_role("progressbar", name="ec2 security_groups").wait_for(timeout=90_000)
    _screenshot(notebook, "running")

    notebook.wait_until_idle(120)
    output.get_by_text("ec2:DescribeSecurityGroups").wait_for()
    _screenshot(notebook, "finished")

    seen = output.inner_text()
    assert "account_id" in seen
    assert "demo data" in seen
    assert "2 accounts, 3 regions, 6 calls, 1 failed (denied)" in seen
    assert seen.index("account_id") < seen.index("1 gap")
    assert 0 == output.get_by_role("progressbar").count()


def test_a_click_on_cancel_ends_the_cell_with_what_it_has(open_notebook):
    """The cell ends soon after the click, unfinished calls are gaps, and the next cell runs."""
    notebook = open_notebook(
        [
            START.format(latency_ms=2500),
            EXPORT.format(options=" --max-parallel 2 -o rules"),
            "print('still alive')",
        ]
    )
    notebook.run_all()
    output = notebook.output(1)
    output.get_by_text(re.compile(r"^\d ok$")).wait_for(timeout=120_000)
    notebook.wait_for_status("busy")  # the panel's own messages do not make the cell look idle
    output.get_by_role("button", name="Cancel").click()

    notebook.output(2).get_by_text("still alive").wait_for(timeout=10_000)
    seen = output.inner_text()
    assert "rules = " in seen
    assert "cancelled" in seen
    _screenshot(notebook, "cancelled")


def test_a_wrong_name_is_three_lines(open_notebook):
    """An error in the notebook is what happened and what to do, not a traceback."""
    notebook = open_notebook(
        ["%load_ext aibrain_jupyter", "%aibrain aws_export service=iamm resource=users"]
    )
    notebook.run_all()
    output = notebook.output(1)
    output.get_by_text("Did you mean iam?").wait_for(timeout=60_000)
    _screenshot(notebook, "error")

    lines = output.inner_text().strip().splitlines()
    assert "UnknownNameError: There is no service of AWS named 'iamm'." == lines[0]
    assert len(lines) <= 4
