"""A comparison in a real JupyterLab: read in 800 pixels and in 1280, in light and in dark."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DARK, LIGHT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FRAMES = """
%load_ext aibrain_jupyter
import pandas as pd
old = pd.DataFrame({
    "account_id": "111122223333", "region": "eu-west-1",
    "arn": [f"arn:aws:ec2:eu-west-1:111122223333:instance/i-0{n:016x}" for n in range(40)],
    "is_public": [False] * 40, "groups": [["web", "db"]] * 40, "age_days": range(40), "type": "t3",
})
new = old.iloc[3:].assign(age_days=range(40, 77), size=1).drop(columns="type")
new.loc[10, "is_public"] = True
new.at[11, "groups"] = ["web", "db", "a group with a name that is rather long for a security group"]
new.at[12, "groups"] = ["db", "web"]
new["not_known"] = [*[None] * 30, *["is_public: denied"] * 7]
"""


def test_a_comparison_is_read_in_any_width(open_notebook):
    """What is apart and what changed is under the cell, and nothing is wider than the cell."""
    notebook = open_notebook([FRAMES, "%aibrain evidence compare old new --key arn"])
    notebook.run_all()
    notebook.wait_until_idle()
    output = notebook.output(1)
    text = output.inner_text()

    for words in ("3 rows removed", "Changed: 2 cells", "Not known: 7 cells", "Volatile: 37 cells"):
        assert words in text
    for theme in (LIGHT, DARK):
        notebook.change_theme(theme)
        for width in (1280, 800):
            notebook.page.set_viewport_size({"width": width, "height": 1500})
            page = output.locator(".jp-RenderedHTMLCommon").last
            assert page.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), (theme, width)
            notebook.keep_picture(f"comparison-{theme.split()[-1].lower()}-{width}")
