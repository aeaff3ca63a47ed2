"""The progress panel in a real JupyterLab: seen, clicked, gone, and saved."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

# Twelve calls, three at a time: six end at once, the others when the file `release` exists or
# the event that stands for the run's cancel token is set. However slow the browser is, the run
# waits for it. A cancelled call needs 1.5 s to end, as a blocking one does.
RUN = """
import asyncio, pathlib
from aibrain_jupyter.shared.coverage import Outcome, Target
from aibrain_jupyter.shared.events import *
from aibrain_jupyter.widgets.progress import make_progress

async def run(release):
    cancelled = asyncio.Event()
    loop = asyncio.get_running_loop()
    # A click may arrive on another thread.
    progress = make_progress("auto", on_cancel=lambda: loop.call_soon_threadsafe(cancelled.set))
    listener, queue = progress.listener, list(range(12))
    listener(RunStarted("r1", "iam users", 12))

    async def work():
        while queue:
            index = queue.pop(0)
            target = Target(account=f"{index:012d}", region="eu-west-1")
            listener(CallStarted(index, target, "iam users"))
            listener(CallProgressed(index, 2, 200))
            while index >= 6 and not cancelled.is_set() and not pathlib.Path(release).exists():
                await asyncio.sleep(0.05)
            outcome = Outcome.DENIED if index == 4 else Outcome.OK
            if cancelled.is_set():
                queue.clear()
                await asyncio.sleep(1.5)
                outcome = Outcome.CANCELLED
            listener(CallFinished(index, target, "iam users", outcome, 200, 1.0, "live"))

    await asyncio.gather(*[work() for _ in range(3)])
    listener(RunFinished("r1", 1.5, cancelled.is_set()))
    progress.close()
    print("cancelled" if cancelled.is_set() else "done")
"""


def test_a_run_is_seen_while_it_runs_and_leaves_one_line(open_notebook, lab):
    """Bar, counts and running calls; then one static line, in the page and in the file."""
    notebook = open_notebook([RUN, "await run('release-1')"])
    notebook.run_all()
    output = notebook.output(1)

    output.get_by_role("progressbar", name="iam users").wait_for()
    seen = output.inner_text()
    assert "6 of 12 calls · 50 %" in seen
    assert ["5 ok", "1 denied", "3 running", "3 waiting"] == [
        line for line in seen.splitlines() if line.endswith(("ok", "denied", "running", "waiting"))
    ]
    assert "000000000006/eu-west-1" in seen
    assert "2 pages" in seen
    assert output.get_by_role("button", name="Cancel").is_enabled()

    (lab.folder / "release-1").touch()
    notebook.wait_until_idle()
    output.get_by_text("12 calls: 11 ok, 1 denied").wait_for()
    assert 0 == output.get_by_role("progressbar").count()
    assert 0 == output.get_by_role("button").count()

    saved = notebook.save()
    shown = saved.cells[1].outputs[0]
    assert {"text/html", "text/plain"} == set(shown.data)
    assert "widgets" not in saved.metadata


def test_cancel_is_a_click_away(open_notebook):
    """A click on Cancel says so at once, and the run ends with what it has."""
    notebook = open_notebook([RUN, "await run('never')"])
    notebook.run_all()
    output = notebook.output(1)

    output.get_by_role("button", name="Cancel").click()
    output.get_by_role("button", name="Cancelling…").wait_for()
    assert output.get_by_role("button", name="Cancelling…").is_disabled()
    notebook.wait_until_idle()

    output.get_by_text("cancelled, 12 calls: 5 ok, 1 denied, 3 cancelled").wait_for()
    assert "cancelled" == output.inner_text().splitlines()[-1]


def test_cancel_can_be_reached_from_the_keyboard(open_notebook):
    """Focus and Space do what a click does: no mouse is needed."""
    notebook = open_notebook([RUN, "await run('never')"])
    notebook.run_all()
    button = notebook.output(1).get_by_role("button", name="Cancel")

    button.focus()
    notebook.page.keyboard.press("Space")
    notebook.wait_until_idle()

    notebook.output(1).get_by_text("cancelled, 12 calls: ").wait_for()


def test_a_notebook_saved_in_the_middle_of_a_run_still_shows_something(open_notebook, lab):
    """The output in the file has HTML and text beside the widget view."""
    notebook = open_notebook([RUN, "await run('release-2')"])
    notebook.run_all()
    notebook.output(1).get_by_role("progressbar").wait_for()

    (shown,) = notebook.save().cells[1].outputs
    assert {"text/html", "text/plain"} < set(shown.data)
    assert "12 calls" in shown.data["text/plain"]
    (lab.folder / "release-2").touch()


def test_nothing_asks_the_internet(open_notebook):
    """JupyterLab, the page and our outputs talk to the local server only."""
    notebook = open_notebook(
        ["from aibrain_jupyter.widgets.notice import Notice", "Notice('Hello')"]
    )
    asked = []
    notebook.page.on("request", lambda request: asked.append(request.url))
    notebook.page.reload()
    notebook.open()
    notebook.run_all()
    notebook.wait_until_idle()

    notebook.output(1).get_by_text("Hello").wait_for()
    assert [] == [url for url in asked if not url.startswith((notebook.lab.url, "data:", "blob:"))]
