"""Runs in a real JupyterLab and Notebook 7: watched, cancelled, stopped, left alone, and read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

in_both = pytest.mark.parametrize("front_end", ["lab", "notebook"])

# Each answer of the embedded account takes a while, so that a browser can watch.
START = """
%load_ext aibrain_jupyter
from aibrain_jupyter.demo.account import start_demo
from aibrain_jupyter.aws.clients.pool import get_client_pool
start_demo(get_client_pool(), latency_ms={latency_ms});
"""
EXPORT = """%%aibrain aws_export --accounts demo-prod,demo-dev --regions all --no-cache{options}
service: ec2
resource: security_groups
"""

COUNT = f"""
%load_ext aibrain_jupyter
import os, sys
os.environ["AIBRAIN_TEST_FOLDER"] = os.getcwd()
sys.path.insert(0, {str(Path(__file__).parents[1] / "execution" / "data")!r})
import counting_tools
from aibrain_jupyter.execution.runs.session import get_session
counting_tools.register()
"""
COUNT_THINGS = (
    "%aibrain count_things seconds={seconds} --no-cache --max-parallel 2 {options} "
    f"--accounts {','.join(f'a{n}' for n in range(12))}"
)


def test_a_run_is_watched_and_its_gap_is_read(open_notebook):
    """Progress while it runs; then the table, and under it the coverage with its gap."""
    notebook = open_notebook([START.format(latency_ms=1000), EXPORT.format(options="")])
    notebook.run_all()
    output = notebook.output(1)
    output.get_by_role("progressbar", name="ec2 security_groups").wait_for(timeout=90_000)
    notebook.keep_picture("running")

    notebook.wait_until_idle()
    output.get_by_text("ec2:DescribeSecurityGroups").first.wait_for()
    notebook.keep_picture("finished")

    seen = output.inner_text()
    assert "account_id" in seen
    assert "demo data" in seen
    assert "2 accounts, 3 regions, 6 calls, 1 failed (denied)" in seen
    assert seen.index("account_id") < seen.index("1 gap")
    assert 0 == output.get_by_role("progressbar").count()


@in_both
def test_cancel_and_stop_end_the_cell_and_the_next_ones_run(open_notebook, front_end, lab):
    """After Run All, each ends its own cell soon, with the rows there are; what waits is kept."""
    (lab.folder / "hold").write_text(" ".join(f"a{n}" for n in range(4, 12)))
    notebook = open_notebook(
        [
            COUNT,
            COUNT_THINGS.format(seconds=1, options="-o first"),
            "print('after', len(first))",
            COUNT_THINGS.format(seconds=1, options="-o second"),
            "print('last', len(second))",
        ]
    )
    notebook.run_all()
    for cell, end in ((1, "Cancel"), (3, "Stop")):
        output = notebook.output(cell)
        output.get_by_text(re.compile(r"^[2-9] ok$")).wait_for(timeout=60_000)
        notebook.wait_for_status("busy")  # the panel's own messages do not make it look idle
        if end == "Cancel":
            output.get_by_role("button", name="Cancel").click()
        else:
            notebook.stop()
        notebook.output(cell + 1).get_by_text(re.compile("^(after|last) [1-9]")).wait_for(
            timeout=60_000
        )
        seen = output.inner_text()
        assert re.search(r"cancelled, 12 calls: \d+ ok, \d+ cancelled", seen), end
        assert ("first = " if end == "Cancel" else "second = ") in seen
        notebook.keep_picture(f"{front_end}-{end}")
    (lab.folder / "hold").unlink()


def test_a_wrong_name_is_three_lines(open_notebook):
    """An error in the notebook is what happened and what to do, not a traceback."""
    notebook = open_notebook(
        ["%load_ext aibrain_jupyter", "%aibrain aws_export service=iamm resource=users"]
    )
    notebook.run_all()
    output = notebook.output(1)
    output.get_by_text("Did you mean iam?").wait_for(timeout=60_000)
    notebook.keep_picture("error")

    lines = output.inner_text().strip().splitlines()
    assert "UnknownNameError: There is no service of AWS named 'iamm'." == lines[0]
    assert len(lines) <= 4
