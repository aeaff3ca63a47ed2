"""What an upload would do, in a real JupyterLab: read in 800 pixels and in 1280, light and dark."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DARK, LIGHT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

START = """
%load_ext aibrain_jupyter
%aibrain demo start
import tempfile
from pathlib import Path
folder = Path(tempfile.mkdtemp())
for name, text in {
    "notes.txt": "other", "CON": "x", "100% of it #1 ☂.csv": "a,b", "new.txt": "n",
    "a name that is rather long for a file and goes on for a while, as reports do.docx": "d",
}.items():
    (folder / name).write_text(text)
"""
NOTHING_IS_CUT = (
    "e => [e, ...e.querySelectorAll('div')].every(d => d.scrollWidth <= d.clientWidth + 1)"
)
CELL = (
    '%aibrain sharepoint_upload files=$folder to="FY2025/RFI-014 IAM users" '
    "unreviewed=true --dry-run"
)


def test_what_would_be_sent_is_read_in_any_width(open_notebook):
    """Each file with its end, those that stay here first; nothing is wider than the cell."""
    notebook = open_notebook([START, CELL, "%aibrain doctor"])
    notebook.run_all()
    notebook.wait_until_idle()
    output = notebook.output(1)
    text = output.inner_text()

    for words in ("3 of 5 files would go", "stays here: another file is there", "the name is"):
        assert words in text
    for theme in (LIGHT, DARK):
        notebook.change_theme(theme)
        for width in (1280, 800):
            notebook.page.set_viewport_size({"width": width, "height": 1500})
            page = output.locator(".jp-RenderedHTMLCommon").last
            assert page.evaluate(NOTHING_IS_CUT), (theme, width)
            notebook.keep_picture(f"upload-plan-{theme.split()[-1].lower()}-{width}")
