"""The progress panel in a real JupyterLab and Notebook 7: seen, clicked, gone, and saved."""

from __future__ import annotations

import nbformat
import pytest

pytestmark = pytest.mark.browser

in_both = pytest.mark.parametrize("front_end", ["lab", "notebook"])

# Twelve calls, three at a time: six end at once, the others when the file `release` exists or
# the event that stands for the run's cancel token is set. However slow the browser is, the run
# waits for it. A cancelled call may need a while to end, as a blocking one does.
RUN = """
import asyncio, pathlib
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import *
from aibrain_jupyter.widgets.progress.display import make_progress

async def run(release, farewell_s=0):
    cancelled = asyncio.Event()
    loop = asyncio.get_running_loop()
    # A click may arrive on another thread.
    progress = make_progress("auto", on_cancel=lambda: loop.call_soon_threadsafe(cancelled.set))
    listener, queue = progress.listener, list(range(12))
    listener(RunStarted("r1", "iam users", 12))

    async def work():
        while queue:
            index = queue.pop(0)
            target = AwsTarget(account=f"{index:012d}", region="eu-west-1")
            listener(CallStarted(index, target, "iam users"))
            listener(CallProgressed(index, 2, 200))
            while index >= 6 and not cancelled.is_set() and not pathlib.Path(release).exists():
                await asyncio.sleep(0.05)
            outcome = Outcome.DENIED if index == 4 else Outcome.OK
            if cancelled.is_set():
                queue.clear()
                await asyncio.sleep(farewell_s)
                outcome = Outcome.CANCELLED
            listener(CallFinished(index, target, "iam users", outcome, 200, 1.0, "live"))

    await asyncio.gather(*[work() for _ in range(3)])
    listener(RunFinished("r1", 1.5, cancelled.is_set()))
    progress.close()
    print("cancelled" if cancelled.is_set() else "done")
"""

# 32 calls at a time. The first 900 are over at once and every tenth of them failed, in many ways;
# the others read a page each 0.1 s for longer than anybody watches.
LARGE = """
import asyncio
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import *
from aibrain_jupyter.widgets.progress.display import make_progress

BAD = [Outcome.DENIED, Outcome.THROTTLED, Outcome.TIMED_OUT, Outcome.FAILED]

async def run(calls):
    listener, waiting = make_progress("auto", on_cancel=lambda: None).listener, iter(range(calls))
    listener(RunStarted("r1", "iam users", calls))

    async def work():
        for n in waiting:
            target = AwsTarget(account=f"{n:012d}", region="eu-west-1")
            listener(CallStarted(n, target, "iam users"))
            for page in range(1, 1 if n < 900 else 200):
                await asyncio.sleep(0.1)
                listener(CallProgressed(n, page, page * 100))
            outcome = Outcome.OK if n % 10 else BAD[n // 10 % 4]
            why = f"{n % 7} {'long ' * 30}"
            listener(CallFinished(n, target, "iam users", outcome, 100, 0.2, "live", why))

    await asyncio.gather(*[work() for _ in range(32)])
"""
# Two calls that wait for a sign-in, and a clock that goes on.
PAUSED = """
import asyncio, pathlib
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import *
from aibrain_jupyter.shared.pauses import Pause
from aibrain_jupyter.widgets.progress.display import make_progress

async def run(release):
    progress = make_progress("auto", on_cancel=lambda: None)
    listener, target = progress.listener, AwsTarget(account="111122223333", region="eu-west-1")
    listener(RunStarted("r1", "iam users", 9))
    for n in range(2):
        listener(CallStarted(n, target, "iam users"))
        listener(CallProgressed(n, 3, 300))
    why = "The session of corp has ended. Its calls wait 10 min for a new one."
    listener(CallsPaused("corp", Pause(why, "Run in a terminal: aws sso login --profile corp")))
    while not pathlib.Path(release).exists():
        await asyncio.sleep(0.05)
    listener(CallsPaused("corp", None))
    while not pathlib.Path(release + "-end").exists():
        await asyncio.sleep(0.05)
    listener(RunFinished("r1", 1.5, False))
    progress.close()
"""
# For two seconds and a few changes of the page, at each: how large the output is.
WATCH = """output => new Promise(resolve => {
    const sizes = [];
    const look = () => sizes.push({
        nodes: output.querySelectorAll("*").length,
        height: Math.round(output.getBoundingClientRect().height),
    });
    const observer = new MutationObserver(look);
    observer.observe(output, {childList: true, subtree: true});
    const began = Date.now();
    const timer = setInterval(() => {
        const passed = Date.now() - began;
        if ((passed < 2000 || sizes.length < 5) && passed < 60000) return;
        clearInterval(timer);
        observer.disconnect();
        resolve(sizes);
    }, 100);
})"""
FITS = """output => output.querySelector("[role=progressbar]").getBoundingClientRect().right
    <= output.getBoundingClientRect().right"""
RING = "e => { const s = getComputedStyle(e); return s.outlineStyle + ' ' + s.outlineWidth }"


@in_both
def test_a_run_is_seen_while_it_runs_and_leaves_one_line(open_notebook, lab):
    """Bar, counts and running calls; then one static line, in the page and in the file."""
    notebook = open_notebook([RUN, "await run('release-1')"])
    notebook.run_all()
    output = notebook.output(1)

    output.get_by_role("progressbar", name="iam users").wait_for()
    seen = output.inner_text().splitlines()
    assert "6 of 12 calls · 50 %" in seen
    assert ["5 ok", "1 denied", "3 running", "3 waiting"] == seen[3:7]
    assert "000000000006/eu-west-1" in seen[7]
    assert "2 pages" in seen[7]
    assert "1 denied" in output.get_by_role("group", name="Failures").inner_text()
    assert "iam users: 50 % of 12 calls, some denied" == output.get_by_role("status").inner_text()
    assert output.get_by_role("button", name="Cancel").is_enabled()
    assert "or press Stop" in seen  # a click may not arrive in every front end (VS Code)

    state, widget = notebook.save().cells[1].outputs
    assert {"text/html", "text/plain"} == set(state.data)
    assert "iam users is running: " in state.data["text/plain"]
    assert "<script" not in state.data["text/html"]
    assert ["application/vnd.jupyter.widget-view+json"] == list(widget.data)
    assert "is running" not in output.inner_text()

    (lab.folder / "release-1").touch()
    notebook.wait_until_idle()
    output.get_by_text("12 calls: 11 ok, 1 denied").wait_for()
    assert 0 == output.get_by_role("progressbar").count()
    assert 0 == output.get_by_role("button").count()

    saved = notebook.save()
    shown, gone, *_ = saved.cells[1].outputs
    assert [{"text/html", "text/plain"}, set()] == [set(shown.data), set(gone.data)]
    assert "widgets" not in saved.metadata
    (lab.folder / "release-1").unlink()


def test_a_notebook_saved_in_mid_run_shows_its_last_state_without_its_kernel(open_notebook, lab):
    """How far it was and what had failed, and no error of a widget that is not there any more."""
    notebook = open_notebook([RUN, "await run('release-saved')"])
    notebook.run_all()
    output = notebook.output(1)
    output.get_by_role("group", name="Failures").wait_for()
    saved = notebook.saved_with(1, "6 of 12 calls")
    (lab.folder / "release-saved").touch()
    notebook.wait_until_idle()
    (lab.folder / "release-saved").unlink()
    notebook.close()
    nbformat.write(saved, lab.folder / "saved-in-mid-run.ipynb")

    again = open_notebook(None, name="saved-in-mid-run.ipynb")
    shown = again.output(1)
    shown.get_by_text("6 of 12 calls").wait_for()
    seen = shown.inner_text()
    assert "5 ok" in seen
    assert "1 denied" in seen
    assert "%aibrain history" in seen
    assert "Error" not in seen
    again.keep_picture("saved-in-mid-run")


def test_cancel_is_a_click_away(open_notebook):
    """A click on Cancel says so at once, and the run ends with what it has."""
    notebook = open_notebook([RUN, "await run('never', farewell_s=1.5)"])
    notebook.run_all()
    output = notebook.output(1)

    output.get_by_role("button", name="Cancel").click()
    output.get_by_role("button", name="Cancelling…").wait_for()
    assert output.get_by_role("button", name="Cancelling…").is_disabled()
    notebook.wait_until_idle()

    output.get_by_text("cancelled, 12 calls: 5 ok, 1 denied, 3 cancelled").wait_for()
    assert "cancelled" == output.inner_text().splitlines()[-1]


@pytest.mark.parametrize(("front_end", "key"), [("lab", "Enter"), ("notebook", "Space")])
def test_cancel_can_be_reached_from_the_keyboard(open_notebook, key):
    """Tab goes from the cell to Cancel, which shows that it has the focus; a key presses it."""
    notebook = open_notebook([RUN, "await run('never')"])
    notebook.run_all()
    button = notebook.output(1).get_by_role("button", name="Cancel")
    button.wait_for()

    notebook.page.locator(".jp-CodeCell").nth(1).locator(".cm-content").focus()
    notebook.page.keyboard.press("Escape")
    for _ in range(20):
        notebook.page.keyboard.press("Tab")
        if button.evaluate("button => button === document.activeElement"):
            break
    assert button.evaluate("button => button.matches(':focus-visible')")
    assert "solid 2px" == button.evaluate(RING)

    notebook.page.keyboard.press(key)
    notebook.wait_until_idle()
    notebook.output(1).get_by_text("cancelled, 12 calls: ").wait_for()


def test_a_panel_of_1000_calls_is_as_small_as_one_of_twelve(open_notebook):
    """Many calls and failures add nothing to the page; it does not jump, and fits a narrow one."""
    notebook = open_notebook([LARGE, "await run(1000)"])
    notebook.run_all()
    output = notebook.output(1)
    output.get_by_text("900 of 1,000 calls").first.wait_for(state="attached")
    sizes = output.evaluate(WATCH)
    assert max(size["nodes"] for size in sizes) < 150
    assert len(sizes) > 3
    assert 1 == len({size["height"] for size in sizes[1:]})

    notebook.page.set_viewport_size({"width": 640, "height": 800})
    notebook.page.wait_for_function(FITS, arg=output.element_handle(), timeout=60_000)


@in_both
def test_nothing_asks_the_internet(open_notebook, lab, page):
    """The front end, the page, our widgets and outputs talk to the local server only."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    notebook = open_notebook([RUN, "await run('release-2')"])
    notebook.run_all()
    notebook.output(1).get_by_role("progressbar").wait_for()
    (lab.folder / "release-2").touch()
    notebook.wait_until_idle()
    (lab.folder / "release-2").unlink()

    notebook.output(1).get_by_text("12 calls: 11 ok, 1 denied").wait_for()
    assert [] == [url for url in asked if not url.startswith((notebook.lab.url, "data:", "blob:"))]


def test_what_a_paused_run_waits_for_can_be_copied(open_notebook, lab):
    """The notice stays in place while the panel changes, and goes when the pause is over."""
    notebook = open_notebook([PAUSED, "await run('release-pause')"])
    notebook.run_all()
    notice = notebook.output(1).get_by_role("note", name="The session of corp")
    command = notice.locator("code")
    command.wait_for()
    node = command.element_handle()
    elapsed = notebook.output(1).get_by_text("elapsed").inner_text()
    notebook.page.wait_for_function(
        "([output, elapsed]) => !output.innerText.includes(elapsed)",
        arg=[notebook.output(1).element_handle(), elapsed],
        timeout=60_000,
    )

    assert "aws sso login --profile corp" == node.inner_text()
    assert node.evaluate("node => node.isConnected")

    (lab.folder / "release-pause").touch()
    notice.wait_for(state="detached")
    assert 1 == notebook.output(1).get_by_role("progressbar").count()
    (lab.folder / "release-pause-end").touch()
    notebook.wait_until_idle()
