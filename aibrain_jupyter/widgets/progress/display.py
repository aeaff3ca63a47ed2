"""
Progress of a run: what is shown, where, and how often.

Nothing appears for runs shorter than `DELAY_S`. After that the surface is
brought up to date by a timer on the loop the events arrive on, every
`INTERVAL_S` whatever the number of events: 10 000 events a second cost as much
as ten, and the notebook server's message limit is never reached.

A background run is shown at once, by the cell that starts it (`show_now`): once that
cell has ended nothing can appear in it any more, only be replaced. Its events then
come from a thread and a loop of its own, and so do the updates.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.events import Event, Listener, RunFinished, RunStarted, ignore
from aibrain_jupyter.widgets.progress.panel import Panel
from aibrain_jupyter.widgets.progress.state import RunProgress
from aibrain_jupyter.widgets.progress.surfaces import (
    BeginAndEnd,
    CellText,
    EndOnly,
    TerminalLine,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.widgets.progress.surfaces import Surface

DELAY_S: Final = 0.5
INTERVAL_S: Final = 0.2


class Progress:
    """
    The progress of one run. Give `listener` to the run and `close` it in a ``finally``.

    `surface` None shows nothing. With `is_background` nothing appears by itself: `show_now` does
    it, and everything after may come from another thread.
    """

    def __init__(self, surface: Surface | None, *, is_background: bool = False) -> None:
        self._surface = surface
        self._is_background = is_background
        self._timer: asyncio.TimerHandle | None = None
        self._is_shown = self._is_closed = False
        # The cell's thread may close what the run's thread is bringing up to date.
        self._lock = threading.Lock()

    @cached_property
    def state(self) -> RunProgress:
        """What is known of the run; made when there is something to show."""
        return RunProgress()

    @property
    def listener(self) -> Listener:
        """What the run tells its events to; safe from any thread."""
        return ignore if self._surface is None else self._listen

    def show_now(self, run_id: str = "", title: str = "") -> None:
        """
        Appear in the cell that is running now, on its thread, before the run has told anything.

        The run is shown as one that looks up what to call, until it tells more.
        """
        if self._surface is None:
            return
        self.state.add(RunStarted(run_id, title, 0))
        with self._lock:
            self._appear(self._surface)
            self._is_shown = True

    def close(self) -> None:
        """Stop, and leave the static form. Harmless when the run has said itself that it ended."""
        with self._lock:
            if self._surface is None or self._is_closed:
                return
            self._is_closed = True
            if self._timer is not None:
                self._timer.cancel()
            if self._is_shown:
                self.state.end_now()
                self._surface.finish(self.state.snapshot())

    def _listen(self, event: Event) -> None:
        self.state.add(event)
        # Both come on the loop; the others may come from worker threads and only count.
        if isinstance(event, RunStarted):
            if self._timer is None:  # it comes again when planning is over
                self._tick_in(INTERVAL_S if self._is_shown else DELAY_S)
        elif isinstance(event, RunFinished):
            self.close()

    def _appear(self, surface: Surface) -> None:
        try:
            surface.show(self.state.snapshot())
        except ModuleNotFoundError:  # a kernel without ipywidgets: the same, as text
            self._surface = CellText()
            self._surface.show(self.state.snapshot())

    def _tick_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._tick)

    def _tick(self) -> None:
        with self._lock:
            if self._surface is None or self._is_closed:
                return
            if self._is_shown:
                self._surface.update(self.state.snapshot())
            elif not self._is_background:
                self._is_shown = True
                self._appear(self._surface)
            self._tick_in(INTERVAL_S)


def make_progress(
    mode: str,
    *,
    on_cancel: Callable[[], None],
    is_front_end: bool | None = None,
    is_background: bool = False,
) -> Progress:
    """
    Return the progress of a run that is about to start.

    Args:
        mode: ``auto``: a panel where somebody can click on it, a line in a terminal, nothing
            elsewhere (nbclient, papermill, nbval, pipes). ``widget``: the panel; where nobody
            can see it, its static end. ``text``: text in the cell or the terminal. ``none``.

        on_cancel: Called when Cancel is clicked, maybe on another thread.

        is_front_end: Whether a front end watches the kernel; found out when None.

        is_background: The run goes on when its cell has ended. Call `Progress.show_now` in the
            cell; start the run's thread in a copy of the cell's context. A plain terminal shows
            nothing of such a run: its line would run into what is being typed.
    """

    def cancel() -> None:
        progress.state.cancel_requested()
        on_cancel()

    watched = has_front_end() if is_front_end is None else is_front_end
    progress = Progress(_choose(mode, cancel, watched, is_background), is_background=is_background)
    return progress


def _choose(
    mode: str, cancel: Callable[[], None], watched: bool, is_background: bool
) -> Surface | None:
    if mode == "none":
        return None
    in_kernel = _kernel() is not None
    if mode == "text" and in_kernel:
        return CellText()
    if watched and mode in ("auto", "widget"):
        return Panel(cancel, is_background=is_background)
    if in_kernel:
        at_the_end = BeginAndEnd() if is_background else EndOnly()
        return at_the_end if mode == "widget" else None
    return TerminalLine(sys.stderr) if sys.stderr.isatty() and not is_background else None


def has_front_end() -> bool:
    """
    Tell whether somebody can watch and click: the front end of a kernel that takes input.

    nbclient, nbconvert, papermill and nbval run cells with ``allow_stdin`` off, JupyterLab,
    Notebook and VS Code with it on; nothing else tells them apart.
    """
    return bool(getattr(_kernel(), "_allow_stdin", False))


def is_watched() -> bool:
    """Tell whether somebody sees what a cell shows while it runs: a front end, or a terminal."""
    return has_front_end() or (_kernel() is None and sys.stdin is not None and sys.stdin.isatty())


def _kernel() -> object | None:
    # A shell can only be running when IPython was imported; plain Python need not import it.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None)
