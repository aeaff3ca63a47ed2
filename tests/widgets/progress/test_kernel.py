"""Progress in a real kernel without a browser: what a run leaves in the notebook file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest
from papermill import execute_notebook

pytestmark = pytest.mark.kernel

RUN = """
import asyncio, sys
from aibrain_jupyter.shared.coverage import Outcome, Target
from aibrain_jupyter.shared.events import *
from aibrain_jupyter.widgets.progress.display import make_progress

async def run(mode, seconds, is_front_end=None):
    progress = make_progress(mode, on_cancel=lambda: None, is_front_end=is_front_end)
    listener = progress.listener
    listener(RunStarted("r1", "iam users", 1))
    listener(CallStarted(0, Target(), "iam users"))
    await asyncio.sleep(seconds)
    listener(CallFinished(0, Target(), "iam users", Outcome.OK, 5, seconds, "live"))
    listener(RunFinished("r1", seconds, False))
    progress.close()
"""


@pytest.fixture(scope="module")
def executed():
    """One notebook, run by nbclient: each way to show progress in a cell of its own."""
    cells = [
        RUN,
        "await run('auto', 0.9)",
        "await run('widget', 0.9)",
        "await run('text', 0.9)",
        "print('ipywidgets' in sys.modules)",
        "await run('widget', 0.9, is_front_end=True)",
        "await run('widget', 0.1, is_front_end=True)",
        (
            "from ipywidgets import Widget; print(len(Widget.widgets) if hasattr(Widget, 'widgets')"
            " else len(__import__('ipywidgets').widgets.widget._instances))"
        ),
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells]
    )
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    return notebook


def outputs(notebook, index):
    return notebook.cells[index].outputs


def test_auto_shows_nothing_where_nobody_watches(executed):
    """A notebook run by nbclient has no output that differs from run to run."""
    assert [] == outputs(executed, 1)


def test_widget_without_a_front_end_leaves_one_static_line(executed):
    """Asked for by name, progress leaves HTML and text; nothing that would have to be live."""
    (output,) = outputs(executed, 2)

    assert {"text/html", "text/plain"} == set(output.data)
    assert output.data["text/plain"].endswith("1 call: 1 ok · 0.9 s")


def test_text_is_replaced_in_place(executed):
    """Text progress is one output whose last state stays."""
    (output,) = outputs(executed, 3)

    assert {"text/plain"} == set(output.data)
    assert output.data["text/plain"].endswith("1 call: 1 ok · 0.9 s")


def test_widgets_are_imported_only_for_a_panel(executed):
    """Runs that show no panel do not pay for ipywidgets."""
    assert "False\n" == outputs(executed, 4)[0].text


def test_a_panel_ends_as_html_and_text(executed):
    """When the run is over the output holds no widget any more."""
    output, gone = outputs(executed, 5)

    assert [{"text/html", "text/plain"}, set()] == [set(output.data), set(gone.data)]
    assert "1 call: 1 ok" in output.data["text/html"]


def test_a_short_run_shows_no_panel(executed):
    """Nothing flickers under half a second."""
    assert [] == outputs(executed, 6)


def test_every_widget_is_closed(executed):
    """No model of a panel stays open in the kernel."""
    assert "0\n" == outputs(executed, 7)[0].text


def test_papermill_and_nbval_see_a_slow_run_alike(tmp_path, monkeypatch):
    """A run that would show a panel to a person leaves no trace that differs from run to run."""
    monkeypatch.setenv("AIBRAIN_TEST_FOLDER", str(tmp_path))
    tools = Path(__file__).parents[2] / "execution" / "data"
    cells = [
        f"import sys; sys.path.insert(0, {str(tools)!r}); import counting_tools",
        "%load_ext aibrain_jupyter\ncounting_tools.register()",
        "%aibrain count_things seconds=0.9 --no-cache --accounts a0,a1",
    ]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "3", "language": "python"}},
    )
    nbformat.write(notebook, tmp_path / "in.ipynb")
    execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", progress_bar=False)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "out.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert 0 == done.returncode, done.stdout

    rows, coverage = nbformat.read(tmp_path / "out.ipynb", 4).cells[2].outputs
    assert "execute_result" == rows.output_type
    assert "2 accounts, 2 calls, 0 failed" in coverage.data["text/plain"]
