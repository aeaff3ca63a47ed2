"""The table view and Shift+Tab in a real JupyterLab: searched, sorted, explained, and static."""

from __future__ import annotations

import nbformat
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FRAME = """
%load_ext aibrain_jupyter
import pandas as pd
users = pd.DataFrame({
    "user_name": [f"user-{n}" for n in range(12)],
    "keys": pd.array([*range(11), None], dtype="Int64"),
    "not_known": pd.Series([*[None] * 11, "keys: denied"], dtype="str"),
})
users.attrs["aibrain"] = {"tool": "iam_users", "params": {}, "run": "r7"}
"""


def test_a_table_is_searched_sorted_and_static_without_its_kernel(open_notebook, lab, page):
    """All rows by search, numbers as numbers, what is not known as such; saved it is a table."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    notebook = open_notebook([FRAME, "%aibrain table users"])
    notebook.run_all()
    output = notebook.output(1)
    search = output.get_by_role("searchbox")
    search.wait_for(timeout=60_000)
    assert "12 rows × 3 columns" in output.inner_text()

    first = output.locator(".dt-container tbody tr").first
    for user in ("user-11", "user-10"):  # not known before all numbers, and after them
        output.get_by_role("columnheader", name="keys").first.click()
        first.get_by_text(user).wait_for()
    search.fill("user-11")
    output.get_by_text("Showing 1 to 1 of 1").wait_for()
    assert "denied" == output.get_by_text("not known", exact=True).first.get_attribute("title")
    header = output.locator(".dt-container").get_by_text("user_name", exact=True).first
    assert "name of the user" == header.get_attribute("title")
    notebook.keep_picture("table")

    saved = notebook.save()
    notebook.close()
    nbformat.write(saved, lab.folder / "saved-table.ipynb")
    again = open_notebook(None, name="saved-table.ipynb").output(1)
    again.get_by_text("not known (denied)").wait_for()
    assert "user-11" in again.inner_text()
    assert "Error" not in again.inner_text()
    assert 0 == again.get_by_role("searchbox").count()
    assert [] == [url for url in asked if not url.startswith((lab.url, "data:", "blob:"))]


def test_shift_tab_explains_the_columns(open_notebook):
    """On the name of a result, in the front end's own tooltip."""
    notebook = open_notebook([FRAME, "users"])
    notebook.run_all()
    notebook.wait_until_idle()
    page = notebook.page
    page.locator(".jp-CodeCell").nth(1).locator(".cm-content").click()
    page.keyboard.press("End")
    page.keyboard.press("Shift+Tab")

    page.locator(".jp-Tooltip").get_by_text("name of the user").wait_for(timeout=60_000)
    notebook.keep_picture("shift-tab")
    page.keyboard.press("Escape")
