"""The review of evidence in a real JupyterLab and Notebook 7: by keyboard alone, narrow, saved."""

from __future__ import annotations

import nbformat
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

in_both = pytest.mark.parametrize("front_end", ["lab", "notebook"])
# Two items: one that has all rows, and one of a run with a gap. A cell of the first is an attack.
SAVED = """
%load_ext aibrain_jupyter
import pandas as pd
from aibrain_jupyter.evidence.store.store import Store
folder = "{folder}"
%config AibrainMagics.evidence_folder = folder
users = pd.DataFrame({{
    "arn": [f"arn:aws:iam::111122223333:user/user-{{n}}" for n in range(40)],
    **{{f"column_{{n}}": ["<img src=x onerror='window.hacked=1'>"] * 40 for n in range(9)}},
}})
%aibrain evidence save users --rfi RFI-014 --key arn --title "IAM users"
store = Store(folder)
with store.draft("Buckets") as draft:
    draft.path("data/buckets.jsonl", rows=1).write_text('{{"name": "logs"}}\\n')
    times = {{"from": "2026-07-08T00:00:00Z", "to": "2026-07-08T00:00:00Z"}}
    store.commit(draft, {{
        "title": "S3 buckets", "kind": "collected", "codes": [],
        "columns": [{{"name": "name", "dtype": "str"}}],
        "times": {{"as_of": {{"words": "2026-07-08", **times}}, "collected": times, "remarks": []}},
        "incomplete_because": ["1 gap: eu-west-3 denied s3:ListAllMyBuckets"],
    }}, status="incomplete", facts={{"title": "S3 buckets", "rows": 1}})
"""
HAS_FOCUS = "element => element === document.activeElement"
FITS = """output => [...output.querySelectorAll("select,textarea,button,[role=region]")].every(e =>
    e.getBoundingClientRect().right <= output.getBoundingClientRect().right + 1
    && e.getBoundingClientRect().width > 30)"""


def tab_to(element, key="Tab"):
    """Press Tab until an element has the focus, which can be seen."""
    for _ in range(25):
        if element.evaluate(HAS_FOCUS):
            break
        element.page.keyboard.press(key)
    assert element.evaluate("element => element.matches(':focus-visible')")


@in_both
def test_a_review_by_keyboard_alone(open_notebook, lab, front_end):
    """Tab, Enter and Space: look at both, be refused, give the reason, comment, approve."""
    source = SAVED.format(folder=f"store-{front_end}")
    notebook = open_notebook([source, "%aibrain evidence review", "%aibrain evidence ledger"])
    notebook.run_all()
    notebook.wait_until_idle()
    output, keys = notebook.output(1), notebook.page.keyboard
    items = output.get_by_role("listbox", name="Items to review")
    items.wait_for()
    notebook.keep_picture(f"review-{front_end}")

    notebook.page.locator(".jp-CodeCell").nth(1).locator(".cm-content").focus()
    keys.press("Escape")
    sheet = output.get_by_role("region")
    tab_to(sheet)
    keys.press("PageDown")  # the arrows are the notebook's
    notebook.page.wait_for_function("e => e.scrollTop > 0", arg=sheet.element_handle())
    tab_to(output.get_by_role("button", name="Next item"), "Shift+Tab")
    keys.press("Enter")
    output.get_by_role("region", name="Item S3 buckets, incomplete").wait_for()
    assert "eu-west-3 denied" in output.get_by_role("region").inner_text()

    approve = output.get_by_role("button", name="Approve")
    tab_to(approve)
    keys.press("Enter")
    output.get_by_role("alert").get_by_text("approve needs a reason").wait_for()
    notebook.keep_picture(f"review-refused-{front_end}")
    assert "Traceback" not in output.inner_text()

    reason = output.get_by_role("textbox", name="Reason")
    tab_to(reason, "Shift+Tab")
    keys.type("eu-west-3 is out of scope")
    tab_to(output.get_by_role("textbox", name="Comment"))
    keys.type("excluded since 2025")
    tab_to(output.get_by_role("checkbox", name="The auditor may read it"))
    keys.press("Space")
    tab_to(output.get_by_role("button", name="Comment"), "Shift+Tab")
    keys.press("Space")
    output.get_by_role("status").get_by_text("auditor").wait_for()
    assert "excluded since 2025" in output.get_by_role("region").inner_text()
    assert "eu-west-3 is out of scope" == reason.input_value()

    tab_to(approve, "Shift+Tab")
    keys.press("Space")
    output.get_by_role("status").get_by_text("approves it").wait_for()
    notebook.keep_picture(f"review-approved-{front_end}")
    assert "S3 buckets · approved" in items.inner_text().replace("\xa0", " ")
    assert 1 == items.evaluate("list => list.selectedIndex")

    said = notebook.save().cells[1].outputs
    assert "approved" in said[0].data["text/plain"]
    assert notebook.page.evaluate("() => window.hacked === undefined")


def test_it_fits_and_is_read_in_the_dark_and_in_a_file(open_notebook, lab):
    """At 1280 and 800 pixels all of it is seen; without its kernel the state of the moment is."""
    source = SAVED.format(folder="store-dark")
    notebook = open_notebook([source, "%aibrain evidence review"], theme="JupyterLab Dark")
    notebook.run_all()
    notebook.wait_until_idle()
    output = notebook.output(1)
    output.get_by_role("listbox").wait_for()
    for width in (1280, 800):
        notebook.page.set_viewport_size({"width": width, "height": 900})
        notebook.page.wait_for_function(
            "() => document.querySelector('.aibrain-board')?.getBoundingClientRect().width > 0"
        )
        output.get_by_role("button", name="Next item").scroll_into_view_if_needed()
        assert output.evaluate(FITS)
        notebook.keep_picture(f"review-dark-{width}")
    assert not output.get_by_text("In words").is_visible()  # it stands in the widget's place only

    saved = notebook.save()
    notebook.close()
    nbformat.write(saved, lab.folder / "saved-review.ipynb")
    again = open_notebook(None, name="saved-review.ipynb")
    again.output(1).get_by_text("The first 10 of 40 rows").wait_for()
    again.keep_picture("review-saved")
    assert 0 == again.output(1).get_by_role("button").count()
    assert "Error" not in again.output(1).inner_text()
