"""Dashboard and timeline in a real JupyterLab and Notebook 7: what is wrong is seen at one look."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import DARK, LIGHT

pytestmark = pytest.mark.browser

in_both = pytest.mark.parametrize("front_end", ["lab", "notebook"])
DATA = Path(__file__).parents[1] / "execution" / "data"
SETUP = """
import os, sys, pathlib, tempfile
folder = pathlib.Path({folder!r})
os.environ["AIBRAIN_TEST_FOLDER"] = str(folder)
for name in ("DATA", "CACHE"):
    os.environ[f"AIBRAIN_{{name}}_DIR"] = str(folder / name)
sys.path.insert(0, {data!r})
%load_ext aibrain_jupyter
import troubled_tools
troubled_tools.register()
%config AibrainMagics.progress = "none"
"""
ACCOUNTS = ",".join([*(f"1111222233{n:02d}" for n in range(24)), "slow24", "slow26"])
RUN = f"run = %aibrain list_vpcs --accounts {ACCOUNTS} seconds=0.3 --max-parallel 6 --bg"
WIDTHS = """output => {
    const box = output.getBoundingClientRect();
    return [...output.querySelectorAll("svg, table, div")]
        .filter(e => e.getBoundingClientRect().right > box.right + 2
            && getComputedStyle(e.parentElement).overflowX === "visible").length;
}"""


def wait_for(output, text):
    """Wait until a text is seen; before a widget there is a form of it that is not."""
    output.get_by_text(text).last.wait_for(timeout=200_000)  # read each minute where it takes long


def pictures(notebook, name, output):
    """Keep pictures in both themes at two widths; nothing may stick out of the output."""
    for theme in (LIGHT, DARK):
        notebook.change_theme(theme)
        for width in (1280, 800):
            notebook.page.set_viewport_size({"width": width, "height": 1000})
            output.scroll_into_view_if_needed()
            assert 0 == output.evaluate(WIDTHS), (name, theme, width)
            notebook.keep_picture(f"{name}-{theme.split()[-1].lower()}-{width}")


@in_both
def test_a_run_in_trouble_shows_what_is_wrong(open_notebook, front_end, tmp_path):
    """While it goes on: shares of failures and throttles are marked, each reason said once."""
    setup = SETUP.format(folder=str(tmp_path), data=str(DATA))
    notebook = open_notebook([setup, RUN, "%aibrain dashboard", "%aibrain timeline"])
    notebook.run_all()
    board, line = notebook.output(2), notebook.output(3)
    board.get_by_role("button", name="Close").wait_for(timeout=120_000)
    wait_for(board, "24 of 26 calls")
    wait_for(board, "! 50 %")
    wait_for(board, "Why calls failed")
    wait_for(board, "! 60 %")  # written every ten seconds

    seen = board.inner_text()
    assert "1 run going on" in seen
    assert "12 denied" in seen
    assert "is not authorized to perform: ec2:DescribeVpcs" in seen
    assert 1 == seen.count("not authorized")
    pictures(notebook, f"dashboard-running-{front_end}", board)
    pictures(notebook, f"timeline-running-{front_end}", line)

    (tmp_path / "release").touch()
    wait_for(line, "Critical path")
    wait_for(board, "nothing goes on")
    board.get_by_role("button", name="Close").click()
    board.get_by_role("button", name="Close").wait_for(state="detached", timeout=120_000)
    pictures(notebook, f"dashboard-closed-{front_end}", board)
    pictures(notebook, f"timeline-ended-{front_end}", line)

    saved = notebook.save()
    for cell in saved.cells[2:]:
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        assert kinds <= {"text/html", "text/plain"}, kinds


def test_saved_while_it_is_open_it_opens_as_a_picture(open_notebook, lab, tmp_path):
    """A notebook saved in the middle shows the last state as HTML where no kernel runs."""
    setup = SETUP.format(folder=str(tmp_path), data=str(DATA))
    notebook = open_notebook([setup, RUN, "%aibrain dashboard"])
    notebook.run_all()
    wait_for(notebook.output(2), "Why calls failed")
    saved = notebook.saved_with(2, "Why calls failed")
    (tmp_path / "release").touch()
    name = notebook.name
    notebook.close()

    html = "".join(o.data.get("text/html", "") for o in saved.cells[2].outputs)
    assert "Dashboard" in html
    assert "aibrain-stand-in" in html
    again = open_notebook(None, name=name)
    wait_for(again.output(2), "Why calls failed")
    assert again.output(2).get_by_text("Error displaying widget").count() == 0
    again.keep_picture("dashboard-saved")
