"""``%aibrain timeline`` in a real kernel: live while a run goes on, static HTML afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.kernel

DATA = Path(__file__).parents[2] / "execution" / "data"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def _tool(kernel, tmp_path):
    """Load the extension with the tool ``count_things``."""
    kernel.run(f"""
import os, sys, time, pathlib
for name in ("DATA", "CACHE"):
    os.environ[f"AIBRAIN_{{name}}_DIR"] = {str(tmp_path)!r} + "/" + name
os.environ["AIBRAIN_TEST_FOLDER"] = {str(tmp_path)!r}
if {str(DATA)!r} not in sys.path:
    sys.path.insert(0, {str(DATA)!r})
import counting_tools
counting_tools.FOLDER = pathlib.Path({str(tmp_path)!r})
from aibrain_jupyter.execution.runs.session import get_session
get_session.cache_clear()
%reload_ext aibrain_jupyter
counting_tools.register(is_cacheable=False)
%config AibrainMagics.progress = "none"
""")


def shown(kernel, *kinds, under):
    """The bundles of these messages under a cell."""
    return [content["data"] for content in kernel.of(*kinds, under=under)]


def test_it_is_live_and_becomes_static(kernel, tmp_path):
    """A widget while the run goes on; then its place is empty and the picture stays as HTML."""
    (tmp_path / "hold").write_text("a1 a2")
    kernel.run("run = %aibrain count_things --accounts a1,a2 --bg")
    kernel.run("while not get_session().under_way[run.id].active: time.sleep(0.05)")
    cell = kernel.run_cell("%aibrain timeline")
    live = shown(kernel, "display_data", under=cell)
    assert [WIDGET_VIEW in one for one in live].count(True) == 1
    assert "0 of 2 calls" in live[0]["text/plain"]

    (tmp_path / "hold").unlink()
    kernel.run("run.wait()")
    ends = "update_display_data"
    kernel.listen_until(lambda: {} in [c["data"] for c in kernel.of(ends)], "the widget is gone")

    last = [c["data"] for c in kernel.of(ends) if "text/html" in c["data"]][-1]
    assert "<svg role" in last["text/html"]
    assert "aibrain-stand-in" not in last["text/html"]
    assert "2 calls" in last["text/plain"]
    left = kernel.run(
        "import threading\n"
        "live = [t for t in threading.enumerate() if t.name == 'aibrain-live-page']\n"
        "for t in live: t.join(60)\n"  # it closes its widgets after the last words
        "print([t.name for t in live if t.is_alive()])"
    )
    assert "[]\n" == left


def test_the_value_is_a_frame_of_the_calls(kernel):
    """After the run, too: a row a call, the last to end on the critical path."""
    kernel.run("x = %aibrain count_things --accounts a1,a2 seconds=0.2")
    printed = kernel.run("t = %aibrain timeline\nprint(len(t), t['is_critical'].sum() >= 1)")

    assert "2 True\n" == printed


def test_a_run_that_is_none_gets_the_nearest_name(kernel):
    """A wrong run id is refused before anything is drawn."""
    kernel.run("x = %aibrain count_things --accounts a1 seconds=0")
    content = kernel.reply(kernel.ask("%aibrain timeline r999"))

    assert "error" == content["status"]
    assert "no run" in content["evalue"] or "r999" in content["evalue"]
