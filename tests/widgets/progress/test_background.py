"""
Progress of a background run, in a real kernel.

Each cell has one output that may change when the cell is over: the one it displayed itself.
"""

from __future__ import annotations

import asyncio

import pytest

from aibrain_jupyter.shared.events import RunFinished, RunStarted
from aibrain_jupyter.widgets.progress.display import Progress, make_progress

pytestmark = pytest.mark.kernel

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# A run of 40 calls, one each 0.05 s, on a thread and a loop of its own. It tells nothing before
# `go` is set, as a run does that still looks up its accounts.
START = """
import asyncio, contextvars, threading, time
from aibrain_jupyter.shared.coverage import Outcome, Target
from aibrain_jupyter.shared.events import *
from aibrain_jupyter.widgets.progress.display import make_progress

go, cancelled, ended, is_held = threading.Event(), threading.Event(), [], False

async def work(progress):
    go.wait()
    listener = progress.listener
    listener(RunStarted("r1", "iam users", 0))
    listener(RunStarted("r1", "iam users", 40))
    for index in range(40):
        listener(CallStarted(index, Target(), "iam users"))
        await asyncio.sleep(0.05)
        while is_held and not cancelled.is_set():
            await asyncio.sleep(0.01)
        listener(CallFinished(index, Target(), "iam users", Outcome.OK, 5, 0.1, "live"))
        ended.append(index)
        if cancelled.is_set():
            break
    listener(RunFinished("r1", 2.0, cancelled.is_set()))
    progress.close()

def start(mode, **given):
    progress = make_progress(mode, on_cancel=cancelled.set, is_background=True, **given)
    progress.show_now("r1", "iam users")
    threading.Thread(
        target=contextvars.copy_context().run, args=(asyncio.run, work(progress)), daemon=True
    ).start()
"""
COMPUTE = """
go.set()
while len(ended) < 16: time.sleep(0.01)
print('half')
while len(ended) < 40: time.sleep(0.01)
time.sleep(0.6); print('computed')
"""


def texts(front, *kinds):
    """The plain texts displayed so far, with the display id of each."""
    return [
        (content["transient"]["display_id"], content["data"]["text/plain"])
        for content in front.of(*kinds)
        if "text/plain" in content["data"]  # a widget alone has none, nor has what it leaves
    ]


def has_ended(front):
    """Whether the line that stays has been sent."""
    return any("40 calls: " in text for _, text in texts(front, "update_display_data"))


def assert_printed_only(front, cell, text):
    """The cell has no output besides what it printed itself."""
    assert text == "".join(content["text"] for content in front.of("stream", under=cell))
    assert [] == front.of("display_data", "execute_result", "error", under=cell)


def test_a_panel_goes_on_while_another_cell_computes(front):
    """Shown by its own cell before any event, then moved from a thread; the other cell is clean."""
    first = front.run_cell(START + "start('auto')")
    shown, widget = front.of("display_data", under=first)
    assert [WIDGET_VIEW] == list(widget["data"])
    assert {"text/html", "text/plain"} == set(shown["data"])
    assert "r1 iam users is running" in shown["data"]["text/plain"]
    assert "looking up accounts" in str(front.of("comm_open", under=first))

    other = front.ask(COMPUTE)
    front.listen_until(lambda: "computed" in str(front.of("stream", under=other)))
    half = next(n for n, m in enumerate(front.heard) if "half" in str(m["content"].get("text")))
    moved = [str(m["content"]) for m in front.heard[half:] if m["msg_type"] == "comm_msg"]
    assert any("of 40 calls" in content for content in moved)
    front.listen_until(lambda: has_ended(front) and "idle" in front.states(other))

    *_, (display_id, text) = texts(front, "update_display_data")
    assert display_id == shown["transient"]["display_id"]
    assert text.endswith("40 calls: 40 ok · 2.0 s")
    assert_printed_only(front, other, "half\ncomputed\n")


def test_text_goes_on_while_another_cell_computes(front):
    """Without widgets too: one output of the first cell, replaced."""
    first = front.run_cell(START + "start('text')")
    other = front.ask(COMPUTE)
    front.listen_until(lambda: has_ended(front) and "idle" in front.states(other))

    ((display_id, _),) = texts(front, "display_data")
    assert 1 == len(front.of("display_data", under=first))
    updates = texts(front, "update_display_data")
    assert {display_id} == {update_id for update_id, _ in updates}
    sent = [m["header"]["date"] for m in front.heard if m["msg_type"] == "update_display_data"]
    seconds = (sent[-1] - sent[0]).total_seconds()
    assert 3 < len(updates) < 6 * seconds + 6
    assert_printed_only(front, other, "half\ncomputed\n")


def test_a_captured_cell_does_not_swallow_the_end(front):
    """The run ends while a later cell keeps its own outputs to itself (``%%capture``)."""
    front.run_cell(START + "start('auto')")
    front.run_cell(f"%%capture kept\n{COMPUTE}")
    front.listen_until(lambda: has_ended(front))
    said = front.run_cell("print(kept.stdout.split(), len(kept.outputs))")

    assert_printed_only(front, said, "['half', 'computed'] 0\n")


def test_cancel_is_clicked_between_cells(front):
    """The button works when no cell runs, and names the command that does the same."""
    first = front.run_cell(START + "is_held = True; start('auto'); go.set()")
    opened = front.of("comm_open", under=first)
    (button,) = [o for o in opened if "ButtonModel" == o["data"]["state"]["_model_name"]]
    assert any("%aibrain cancel r1" in str(content) for content in opened)

    # Front ends bring these with them (VS Code, Colab); any other they would have to download.
    assert {"@jupyter-widgets/base", "@jupyter-widgets/controls"} == {
        model["data"]["state"]["_model_module"] for model in opened
    }

    front.click(button["comm_id"])
    front.listen_until(lambda: has_ended(front))

    ((_, text),) = texts(front, "update_display_data")
    assert "cancelled, 40 calls: " in text


def test_where_nobody_watches_the_end_takes_the_place_of_the_beginning(front):
    """Asked for by name under papermill, the line that stays is in the cell that started it."""
    first = front.run_cell(START + "start('widget', is_front_end=False); go.set()")
    front.listen_until(lambda: has_ended(front))

    (shown,) = front.of("display_data")
    assert [shown] == front.of("display_data", under=first)
    assert {"text/html", "text/plain"} == set(shown["data"])
    assert [shown["transient"]["display_id"]] == [
        display_id for display_id, _ in texts(front, "update_display_data")
    ]


class Recorder:
    """A surface that keeps what was asked of it."""

    def __init__(self):
        self.calls = []

    def show(self, snapshot):
        self.calls.append(snapshot)

    update = finish = show


def test_nothing_appears_that_was_not_shown_at_once():
    """A run that nobody showed stays silent, however long it takes."""
    recorder = Recorder()

    async def run(progress):
        progress.listener(RunStarted("r1", "iam users", 1))
        await asyncio.sleep(0.8)
        progress.listener(RunFinished("r1", 0.8, False))

    asyncio.run(run(Progress(recorder, is_background=True)))

    assert [] == recorder.calls


def test_a_terminal_shows_nothing_of_a_background_run(monkeypatch):
    """What the user is typing is not written over."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    progress = make_progress("auto", on_cancel=lambda: None, is_background=True)
    progress.show_now("r1", "iam users")

    assert progress.listener.__name__ == "ignore"
