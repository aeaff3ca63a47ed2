"""The magics in real kernels, driven as notebooks are: nbclient, papermill, nbval, a front end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

pytestmark = pytest.mark.kernel

DATA = Path(__file__).parent / "data"
LOAD = "%load_ext aibrain_jupyter"
WRONG = "%aibrain aws_export service=iamm resource=users"
LINES = [
    "UnknownNameError: There is no service of AWS named 'iamm'.",
    "  Next: Did you mean iam?",
    "  Next: %aibrain help aws_export lists what can be given.",
]
TOOLS = f"""\
import sys
sys.path.insert(0, {str(DATA)!r})
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.tool_registry import get_tool_registry
get_tool_registry().register(
    ToolSpec("patchy", "One row and a gap.", "magic_tools:patchy", is_cacheable=False)
)
"""


def notebook(*cells):
    """A notebook of these code cells."""
    nb = nbformat.v4.new_notebook()
    nb.cells = [nbformat.v4.new_code_cell(source) for source in cells]
    nb.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nb


@pytest.fixture
def wrong_notebook(tmp_path):
    """A notebook on disk whose second cell names a service that does not exist."""
    path = tmp_path / "wrong.ipynb"
    nbformat.write(notebook(LOAD, WRONG, "print('after')"), path)
    return path


def command(*words):
    """Run a command of this environment."""
    return subprocess.run(
        [sys.executable, "-m", *words], capture_output=True, text=True, check=False, timeout=120
    )


def test_a_wrong_cell_fails_with_three_lines_in_the_notebook():
    """nbclient stops, and the saved cell has exactly our lines as its error output."""
    nb = notebook(LOAD, WRONG, "print('after')")
    with pytest.raises(CellExecutionError, match="Did you mean iam"):
        NotebookClient(nb, timeout=60).execute()

    assert [] == nb.cells[0].outputs
    assert ["error"] == [output.output_type for output in nb.cells[1].outputs]
    assert LINES == nb.cells[1].outputs[0].traceback
    assert [] == nb.cells[2].outputs


@pytest.mark.slow
def test_a_wrong_cell_fails_papermill(wrong_notebook, tmp_path):
    """The run fails, says why, and the reason is in the output notebook."""
    written = tmp_path / "out.ipynb"
    done = command("papermill", str(wrong_notebook), str(written), "--no-progress-bar")

    assert 0 != done.returncode
    assert LINES[1].strip() in done.stderr
    assert any(
        "Did you mean iam?" in str(c.get("outputs")) for c in nbformat.read(written, 4).cells
    )


@pytest.mark.slow
def test_a_wrong_cell_fails_nbval(wrong_notebook):
    """The notebook as a test is red, also with the lax comparison."""
    done = command("pytest", "--nbval-lax", "-p", "no:cacheprovider", str(wrong_notebook))

    assert 1 == done.returncode
    assert LINES[1].strip() in done.stdout


def test_the_saved_cell_has_rows_and_coverage_as_text_and_html():
    """Value first, coverage below; nothing printed, no widget, also where later code fails."""
    nb = notebook(LOAD, TOOLS, "%aibrain patchy", "rows = %aibrain patchy\n1 / 0", "len(rows)")
    NotebookClient(nb, timeout=60, allow_errors=True).execute()
    value, coverage = nb.cells[2].outputs
    failure, line = nb.cells[3].outputs

    assert ("execute_result", "display_data") == (value.output_type, coverage.output_type)
    assert {"text/plain", "text/html"} == set(value.data) == set(coverage.data)
    assert "1 gap" in coverage.data["text/plain"]
    assert ("ZeroDivisionError", "display_data") == (failure.ename, line.output_type)
    assert "1" == nb.cells[4].outputs[0].data["text/plain"]
    assert "widgets" not in nb.metadata


def test_a_front_end_gets_the_completions():
    """The kernel's answer to Tab has our offers, and only those."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive(LOAD, timeout=60)
        text = "%%aibrain aws_export\nservice: ia"
        reply = client.complete(text, reply=True, timeout=60)["content"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)

    assert "iam" in reply["matches"]
    assert all(match.startswith("ia") for match in reply["matches"])
    assert "ia" == text[reply["cursor_start"] : reply["cursor_end"]]
