from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from html import unescape as html_unescape

import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import (
    CallFinished,
    CallProgressed,
    CallStarted,
    RunFinished,
    RunStarted,
    ignore,
)
from aibrain_jupyter.shared.pauses import Pause
from aibrain_jupyter.widgets.html import _STAND_IN
from aibrain_jupyter.widgets.progress import display
from aibrain_jupyter.widgets.progress.causes import Cause
from aibrain_jupyter.widgets.progress.display import Progress, make_progress
from aibrain_jupyter.widgets.progress.html import final_html, panel_html, saved_html, status_html
from aibrain_jupyter.widgets.progress.state import ActiveCall, RunProgress, Snapshot
from aibrain_jupyter.widgets.progress.surfaces import TerminalLine
from aibrain_jupyter.widgets.progress.text import (
    bar_text,
    final_text,
    line_text,
    milestone_text,
    panel_text,
    pause_notices,
    rough_seconds,
    saved_text,
)

TARGET = AwsTarget(account="111122223333", region="eu-west-1")
RUNNING = Snapshot(
    run_id="r7",
    title="iam users",
    total=48,
    counts={Outcome.OK: 15, Outcome.EMPTY: 2, Outcome.DENIED: 1},
    from_cache=3,
    active=tuple(
        ActiveCall("iam users", f"111122223333/eu-west-{n}", 12.0 - n, n, n * 100) for n in range(8)
    ),
    rows=1204,
    seconds=12.3,
    remaining=20.5,
    calls_per_second=1.2,
    curve=(0.0, 0.0, 1.0, 1.0, 2.0, 2.0),
    causes=(Cause(Outcome.DENIED, "Account 1 refused iam:ListUsers.", 1),),
    known_causes=3,
)
FINISHED = Snapshot(
    run_id="r7",
    title="iam users",
    total=3,
    counts={Outcome.OK: 2, Outcome.DENIED: 1},
    rows=41,
    seconds=14.2,
    is_finished=True,
)


class Recorder:
    """A surface that keeps what it was given, and when."""

    def __init__(self):
        self.calls = []

    def show(self, snapshot):
        self.calls.append(("show", snapshot))

    def update(self, snapshot):
        self.calls.append(("update", snapshot))

    def finish(self, snapshot):
        self.calls.append(("finish", snapshot))

    @property
    def names(self):
        return [name for name, _ in self.calls]


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def progress(recorder):
    return Progress(recorder)


async def run(listener, seconds, events=0):
    """A run that takes `seconds` and reports `events` pages, evenly."""
    listener(RunStarted("r7", "iam users", 1))
    listener(CallStarted(0, TARGET, "iam users"))
    loop = asyncio.get_running_loop()
    began, sent = loop.time(), 0
    while (passed := loop.time() - began) < seconds:
        while sent < events * passed / seconds:
            sent += 1
            listener(CallProgressed(0, sent, sent))
        await asyncio.sleep(0.01)
    for page in range(sent + 1, events + 1):
        listener(CallProgressed(0, page, page))
    listener(CallFinished(0, TARGET, "iam users", Outcome.OK, events, seconds, "live"))
    listener(RunFinished("r7", seconds, False))


def test_a_short_run_shows_nothing(progress, recorder, monkeypatch):
    """A run that is over at once does not flicker."""
    assert 0.5 == display.DELAY_S
    monkeypatch.setattr(display, "DELAY_S", 60.0)  # a busy machine may take half a second for it
    asyncio.run(run(progress.listener, 0.05))
    progress.close()

    assert [] == recorder.names


def test_5000_events_make_few_updates(progress, recorder):
    """The number of updates depends on the time that passes, not on the events."""
    asyncio.run(run(progress.listener, 1.6, events=5000))

    assert "show" == recorder.names[0]
    assert "finish" == recorder.names[-1]
    assert 1 <= recorder.names.count("update") <= 1.6 * 5
    assert 5000 == recorder.calls[-1][1].rows


def test_planning_is_shown_and_one_timer_goes_on(progress, recorder):
    """A long look-up of accounts appears; the calls after it update what is there."""

    async def plan_and_run():
        progress.listener(RunStarted("r7", "iam users", 0))
        await asyncio.sleep(0.7)
        await run(progress.listener, 0.7)
        await asyncio.sleep(0.3)  # a second timer would make it appear again

    asyncio.run(plan_and_run())

    assert ["show", "finish"] == [recorder.names[0], recorder.names[-1]]
    assert 1 == recorder.names.count("show")
    assert [True, False] == [recorder.calls[n][1].is_planning for n in (0, -2)]


def test_closing_twice_finishes_once(progress, recorder):
    """The run's own end and the caller's ``finally`` do not both leave a line."""
    asyncio.run(run(progress.listener, 0.8))
    progress.close()
    progress.close()

    assert 1 == recorder.names.count("finish")


def test_a_run_that_broke_off_leaves_its_static_form(progress, recorder):
    """An error between start and end still takes the live panel away."""

    async def broken():
        progress.listener(RunStarted("r7", "iam users", 2))
        progress.listener(CallStarted(0, TARGET, "iam users"))
        await asyncio.sleep(0.7)

    asyncio.run(broken())
    progress.close()

    assert ("finish", True) == (recorder.names[-1], recorder.calls[-1][1].was_cancelled)
    assert "cancelled, 2 calls: 2 not finished" in final_text(recorder.calls[-1][1])


@pytest.mark.parametrize("mode", ["none", "auto", "widget", "text"])
def test_without_kernel_and_terminal_nothing_is_listened_to(mode, monkeypatch):
    """A script whose errors go to a file gets no progress in it."""
    monkeypatch.setattr(sys, "stderr", io.StringIO())

    assert ignore is make_progress(mode, on_cancel=lambda: None, is_front_end=False).listener


def test_the_panel_in_words():
    """Everything the panel shows is there as text."""
    assert [
        "r7 iam users  [████████x░░░░░░░░░░░░░░░]  18 of 48 calls · 37 %",
        "15 ok · 2 empty · 1 denied · 8 running · 22 waiting",
        "  111122223333/eu-west-0  12 s",
        "  111122223333/eu-west-1  1 page  100 rows  11 s",
        "  111122223333/eu-west-2  2 pages  200 rows  10 s",
        "  111122223333/eu-west-3  3 pages  300 rows  9 s",
        "  111122223333/eu-west-4  4 pages  400 rows  8 s",
        "  111122223333/eu-west-5  5 pages  500 rows  7 s",
        "  and 2 more running",
        "  ! 1 denied: Account 1 refused iam:ListUsers.",
        "  ! and 2 earlier causes of failure",
        "1,204 rows · 3 from cache · 12 s elapsed · about 20 s left · ▁▅█ 1.2 calls/s",
    ] == panel_text(RUNNING).splitlines()


PAUSED = replace(
    RUNNING,
    paused=(Pause("The session of <prod> has ended.", "Run in a terminal: aws sso login"),),
    remaining=None,
)


def test_a_pause_says_what_to_do():
    """In the panel, as text, in a terminal (once, whole) and to a screen reader."""
    stream = io.StringIO()
    line = TerminalLine(stream)
    line.show(PAUSED)
    line.update(PAUSED)

    for text in (panel_text(PAUSED), stream.getvalue()):
        assert "! The session of <prod> has ended." in text
        assert 1 == text.count("Run in a terminal: aws sso login")
    assert "has ended. Run in a terminal: aws sso login" in milestone_text(PAUSED)
    assert "has ended" not in panel_text(RUNNING) + panel_html(PAUSED)
    (notice,) = pause_notices(PAUSED)
    assert "&lt;prod&gt;" in notice.html()
    assert ">aws sso login</code>" in notice.html()


def test_planning_says_so_and_claims_no_figures():
    """Before the number of calls is known there is no \"0 of 0\" and no 100 %, in no form."""
    planning = Snapshot(run_id="r7", title="iam users", seconds=3.2)
    html = panel_html(planning)

    assert [
        "r7 iam users  [░░░░░░░░░░░░░░░░░░░░░░░░]  looking up accounts and regions",
        "3 s elapsed",
    ] == panel_text(planning).splitlines()
    assert "looking up accounts and regions · 3 s elapsed" == line_text(planning)
    assert "aria-valuenow" not in html
    assert "%</span>" not in html
    assert 2 == html.count("looking up accounts and regions")


def test_what_stays_of_a_run_that_ended_while_planning():
    """A wrong region is found out late, and nothing was called then."""
    ended = Snapshot(run_id="r7", title="iam users", seconds=1.2, is_finished=True)

    assert final_text(ended).endswith("nothing was called · 1.2 s")


def test_what_stays_is_one_line():
    """Run, title, bar, calls by outcome, duration."""
    assert "r7 iam users  [███████████xxxxx]  3 calls: 2 ok, 1 denied · 14 s" == final_text(
        FINISHED
    )


def test_one_failure_among_thousands_is_seen():
    """The bar shows a mark for a single refused call."""
    snapshot = Snapshot(total=10_000, counts={Outcome.OK: 9_999, Outcome.DENIED: 1})

    assert "[███████████████x]" == bar_text(snapshot, 16)


def test_the_bar_speaks():
    """A screen reader finds a progress bar with its value in words."""
    html = panel_html(RUNNING)

    assert 'role="progressbar"' in html
    assert 'aria-valuemax="48" aria-valuenow="18"' in html
    assert f'aria-valuetext="{line_text(RUNNING)}"' in html


def test_the_curve_is_one_shape_with_words():
    """However long the run, calls per second are a single path, and its peak is told in words."""
    html = panel_html(replace(RUNNING, curve=tuple(range(40))))

    assert 1 == html.count("<path")
    assert 'role="img" aria-label="Calls per second, at most 39.0"' in html


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (7.4, "7 s"), (22, "20 s"), (58, "1 min"), (200, "3 min"), (3700, "1 h"),
     (8100, "2 h 20 min")],
)  # fmt: skip
def test_an_estimate_claims_no_more_than_it_knows(seconds, text):
    """The time left is rounded, so that it neither flickers nor pretends."""
    assert text == rough_seconds(seconds)


def test_a_slow_run_is_told_by_the_minute():
    """Twelve calls a minute are not "0.2 calls/s"."""
    assert "12 calls/min" in line_text(replace(RUNNING, calls_per_second=0.2))


def test_a_listener_is_told_at_milestones_only():
    """A run of 10 000 calls with every kind of failure says something new six times."""
    state = RunProgress()
    state.add(RunStarted("r7", "iam users", 10_000))
    kinds = [Outcome.DENIED, Outcome.THROTTLED, Outcome.FAILED]
    told = []
    for n in range(10_000):
        outcome = kinds[n // 1000 % 3] if n % 10 == 0 else Outcome.OK
        state.add(CallStarted(n, TARGET, "iam users"))
        state.add(CallFinished(n, TARGET, "iam users", outcome, 1, 1.0, "live", f"why {n}"))
        if n % 20 == 0 and (text := milestone_text(state.snapshot())) not in told:
            told.append(text)

    assert "iam users: 0 % of 10,000 calls, some denied" == told[0]
    assert "iam users: 75 % of 10,000 calls, some denied, some throttled, some failed" == told[-1]
    assert 6 == len(told)
    assert 'role="status"' in status_html(state.snapshot())
    assert "aria-live" not in panel_html(state.snapshot())


def test_every_form_works_in_front_ends_that_allow_little():
    """No script, no address, no style sheet, nothing to load: VS Code, Colab and GitHub show it."""
    forms = [f(RUNNING) for f in (panel_html, saved_html, status_html)] + [final_html(FINISHED)]
    for html in forms:
        html = html.replace(_STAND_IN, "")  # without it JupyterLab shows what it is not to show
        assert not re.search(r"<script|<link|<style|<img|url\(|https?:|//|\bon\w+=", html), html


def test_a_notebook_saved_meanwhile_has_the_last_state():
    """How far it was and why calls had failed, that it was saved meanwhile, and where to look."""
    first, *others = saved_text(RUNNING).splitlines()

    assert first.startswith("r7 iam users is running: 18 of 48 calls · ")
    assert all(line in html_unescape(saved_html(RUNNING)) for line in (first, *others))
    assert any("denied: " in line for line in others)
    assert "saved meanwhile: %aibrain history" in others[-1]


def test_titles_never_become_html():
    """A title that looks like a tag is shown as its text."""
    evil = Snapshot(
        title="<script>",
        total=1,
        active=(ActiveCall("<b>", "<i>", 1, 1, 1),),
        causes=(Cause(Outcome.DENIED, '<i>"', 1),),
    )

    for html in (panel_html(evil), final_html(evil), saved_html(evil), status_html(evil)):
        assert "<script>" not in html
        assert "<i>" not in html
        assert "&lt;script&gt;" in html


def test_a_terminal_that_knows_no_blocks_gets_plain_signs():
    """A terminal in an old encoding shows question marks instead of raising."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    TerminalLine(stream).finish(FINISHED)

    assert b"3 calls: 2 ok, 1 denied" in stream.buffer.getvalue()


SCRIPT = """
import asyncio
from aibrain_jupyter.shared.coverage import Outcome, Target
from aibrain_jupyter.shared.events import *
from aibrain_jupyter.widgets.progress.display import make_progress

async def run(listener):
    listener(RunStarted("r1", "iam users", 1))
    listener(CallStarted(0, Target(), "iam users"))
    await asyncio.sleep(1.0)
    listener(CallFinished(0, Target(), "iam users", Outcome.OK, 5, 1.0, "live"))
    listener(RunFinished("r1", 1.0, False))

asyncio.run(run(make_progress("auto", on_cancel=print).listener))
import sys
assert "IPython" not in sys.modules and "ipywidgets" not in sys.modules
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are of POSIX")
def test_a_terminal_shows_one_line():
    """Plain Python in a terminal: one line, written over itself, its last state stays."""
    import pty  # not on Windows

    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stderr=slave, env={**os.environ, "COLUMNS": "100"}
    ) as process:
        os.close(slave)
        written = b""
        # Linux ends a pseudo terminal whose other side is closed with an error, macOS without.
        with contextlib.suppress(OSError):
            while part := os.read(master, 1024):
                written += part
        os.close(master)

    text = written.decode()
    assert 0 == process.returncode, text
    assert "\rr1 iam users: 0 of 1 call · 1 running · 0 rows" in text
    assert text.rstrip().endswith("1 call: 1 ok · 1.0 s")
    assert 1 == text.count("\n")
