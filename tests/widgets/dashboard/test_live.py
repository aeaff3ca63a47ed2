"""``%aibrain dashboard`` in a real kernel: one at a time, few messages, closed without a trace."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

pytestmark = pytest.mark.kernel

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
DATA = Path(__file__).parents[2] / "execution" / "data"


@pytest.fixture(autouse=True)
def _tool(kernel, tmp_path):
    """Load the extension with the tool in trouble, folders of this test alone."""
    kernel.run(f"""
import os, sys, time, pathlib, threading
for name in ("DATA", "CACHE"):
    os.environ[f"AIBRAIN_{{name}}_DIR"] = {str(tmp_path)!r} + "/" + name
os.environ["AIBRAIN_TEST_FOLDER"] = {str(tmp_path)!r}
if {str(DATA)!r} not in sys.path:
    sys.path.insert(0, {str(DATA)!r})
from aibrain_jupyter.execution.runs.session import get_session
get_session.cache_clear()
%reload_ext aibrain_jupyter
import troubled_tools
troubled_tools.FOLDER = pathlib.Path({str(tmp_path)!r})
troubled_tools.register()
%config AibrainMagics.progress = "none"
os.chdir({str(tmp_path)!r})
""")


def bundles(kernel, *kinds):
    """What was displayed or replaced so far."""
    return [content["data"] for content in kernel.of(*kinds)]


def test_one_is_open_and_closing_leaves_html(kernel):
    """A second one closes the first; --close leaves static HTML, no widget and no thread."""
    kernel.run("%aibrain dashboard")
    first = len(bundles(kernel, "update_display_data"))
    kernel.run("%aibrain dashboard")
    replaced = "update_display_data"
    kernel.listen_until(
        lambda: {} in bundles(kernel, replaced)[first:], "the first one has become static"
    )
    before = len(bundles(kernel, replaced))
    kernel.run("%aibrain dashboard --close")
    kernel.listen_until(
        lambda: {} in bundles(kernel, replaced)[before:], "the second one has become static"
    )

    last = [one for one in bundles(kernel, replaced) if "text/html" in one][-1]
    assert "Dashboard" in last["text/plain"]
    assert "aibrain-stand-in" not in last["text/html"]
    left = kernel.run(
        "live = [t for t in threading.enumerate() if t.name == 'aibrain-live-page']\n"
        "for t in live: t.join(60)\n"  # it closes its widgets after the last words
        "print([t.name for t in live if t.is_alive()])"
    )
    assert "[]\n" == left
    told = kernel.run_cell("%aibrain dashboard --close")
    shown = kernel.of("display_data", under=told)
    assert "No dashboard is open" in shown[0]["data"]["text/plain"]


def test_at_most_two_updates_a_second(kernel):
    """However much goes on, the widget is replaced twice a second and not more."""
    before = len(kernel.heard)
    kernel.run("%aibrain dashboard")
    accounts = ",".join(f"{2 * n:012d}" for n in range(200))
    kernel.run(f"x = %aibrain list_vpcs --accounts {accounts} seconds=0.1")
    kernel.listen_until(lambda: len(_updates(kernel, before)) > 1, "two updates")
    kernel.run("%aibrain dashboard --close")

    sent = [message["header"]["date"].timestamp() for message in _updates(kernel, before)]
    assert 0.45 < min(later - at for at, later in itertools.pairwise(sent))


def _updates(kernel, before):
    """The messages after the first `before` that replace what a widget shows."""
    return [
        message
        for message in kernel.heard[before:]
        if message["msg_type"] == "comm_msg"
        and "value" in message["content"]["data"].get("state", {})
    ]


def test_the_file_is_written_once(kernel, tmp_path):
    """--html says what it wrote, refuses to replace it, and does so when it is told to."""
    kernel.run("x = %aibrain list_vpcs --accounts 111122223300,111122223301")
    kernel.run("%aibrain dashboard --html board.html")
    first = (tmp_path / "board.html").read_text()
    assert "! 50 %" in first

    refused = kernel.reply(kernel.ask("%aibrain dashboard --html board.html"))
    assert "is there already" in "\n".join(refused["traceback"])
    kernel.run("%aibrain dashboard --html board.html --overwrite")
    wrong = kernel.reply(kernel.ask("%aibrain dashboard --html board.xlsx"))
    assert "not the name of an HTML file" in "\n".join(wrong["traceback"])
