"""Stats, their comparison, alerts and the banner in a real JupyterLab: any width, both themes."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DARK, LIGHT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SETUP = """
import datetime as dt, os, random, sys, tempfile, time
folder = tempfile.mkdtemp()
os.environ["AIBRAIN_DATA_DIR"] = folder
with open(folder + "/alerts.yml", "w") as file:
    file.write("alerts: [{name: throttled, metric: throttled_share, by: service, when: above 10%}]")
with open(folder + "/asking.py", "w") as file:
    file.write('''
import random, time
def ask(ctx):
    for service, operation, seconds in (
        ("iam", "GetAccountAuthorizationDetails", 0.4), ("iam", "ListMFADevices", 0.1),
        ("ec2", "DescribeInstances", 0.2), ("s3", "GetBucketPolicyStatus", 2.5),
    ):
        for number in range(40):
            is_throttled = service == "iam" and number % 3 == 0
            wire_s = random.lognormvariate(0, 0.3) * seconds
            ctx.answered.append([time.time(), service, operation, "", "id", 200, 1 + is_throttled,
                                 1, 25, 9000, is_throttled, 0.1, wire_s, 0.01, ""])
    return [{"name": "a"}]
''')
sys.path.insert(0, folder)
%load_ext aibrain_jupyter
from aibrain_jupyter.execution.metrics import store
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.shared.metrics.meter import Meter
from aibrain_jupyter.tool_registry import get_tool_registry
get_tool_registry().register(ToolSpec("ask_all", "Ask.", "asking:ask", is_cacheable=False))
# Figures older than two days are those of a day: of one whose noon is over a week ago.
meter, at = Meter(), time.time() - 9 * 86400
for service, operation, seconds in (
    ("iam", "GetAccountAuthorizationDetails", 0.4), ("iam", "ListMFADevices", 0.1),
    ("ec2", "DescribeInstances", 0.2), ("s3", "GetBucketPolicyStatus", 0.5),
):
    for number in range(40):
        meter.add("ask_all", ("123456789012", "eu-west-1"), [
            [at, service, operation, "", "id", 200, 1, 1, 25, 9000, 0, 0.1, seconds, 0.01, ""]])
from aibrain_jupyter.execution.metrics.alerts.watching import get_watch
states = set()  # what the banner, which is told before, has been told
get_watch().on_change.append(lambda known: states.update(one.state for one in known))
store.write(get_session().history, meter.take(), {}, at)
"""
UNTIL = """
while "firing" not in states:
    time.sleep(0.1)
"""
CELLS = [
    *(SETUP, "%aibrain ask_all ;", UNTIL, "%aibrain stats --by operation"),
    *("%aibrain stats --against last-week --by operation", "%aibrain alerts"),
    *("%aibrain alerts --rules", "%aibrain alerts --history"),
]


def test_stats_and_alerts_are_read_in_any_width(open_notebook):
    """No view is wider than the cell; the banner and the comparison say what became worse."""
    notebook = open_notebook(CELLS)
    notebook.run_all()
    notebook.output(7).get_by_text("change").first.wait_for(timeout=170_000)
    notebook.wait_until_idle()

    banner = notebook.output(2).inner_text()
    assert "! 1 alert" in banner
    assert "iam: 26% of the attempts were refused for rate (above 10%)" in banner
    assert "slower" in notebook.output(4).inner_text()
    assert "firing" in notebook.output(5).inner_text()
    for theme in (LIGHT, DARK):
        notebook.change_theme(theme)
        for width in (1280, 800):
            notebook.page.set_viewport_size({"width": width, "height": 1900})
            for number in range(2, 8):
                area = notebook.output(number).locator(".jp-RenderedHTMLCommon").last
                fits = "e => e.scrollWidth <= e.clientWidth + 1"
                assert area.evaluate(fits), (theme, width, CELLS[number])
            notebook.keep_picture(f"monitoring-{theme.split()[-1].lower()}-{width}")
            notebook.page.set_viewport_size({"width": width, "height": 700})
            notebook.output(2).scroll_into_view_if_needed()
            notebook.keep_picture(f"banner-{theme.split()[-1].lower()}-{width}")
