"""
Progress of a run: what is shown, where, and how often.

Nothing appears for runs shorter than `DELAY_S`. After that the surface is
brought up to date by a timer on the loop the events arrive on, every
`INTERVAL_S` whatever the number of events: 10 000 events a second cost as much
as ten, and the notebook server's message limit is never reached.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.events import Event, Listener, RunFinished, RunStarted, ignore
from aibrain_jupyter.widgets.progress_panel import Panel
from aibrain_jupyter.widgets.progress_state import RunProgress
from aibrain_jupyter.widgets.progress_surfaces import CellText, EndOnly, TerminalLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.widgets.progress_surfaces import Surface

DELAY_S: Final = 0.5
INTERVAL_S: Final = 0.2


class Progress:
    """
    The progress of one run. Give `listener` to the run and `close` it in a ``finally``.

    `surface` None shows nothing.
    """

    def __init__(self, surface: Surface | None, state: RunProgress) -> None:
        self._surface = surface
        self._state = state
        self._timer: asyncio.TimerHandle | None = None
        self._is_shown = False

    @property
    def listener(self) -> Listener:
        """What the run tells its events to; safe from any thread."""
        return ignore if self._surface is None else self._listen

    def close(self) -> None:
        """Stop, and leave the static form. Harmless when the run has said itself that it ended."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._is_shown and self._surface is not None:
            self._is_shown = False
            self._state.end_now()
            self._surface.finish(self._state.snapshot())

    def _listen(self, event: Event) -> None:
        self._state.add(event)
        # Both come on the loop; the others may come from worker threads and only count.
        if isinstance(event, RunStarted):
            if self._timer is None:  # it comes again when planning is over
                self._timer = asyncio.get_running_loop().call_later(DELAY_S, self._tick)
        elif isinstance(event, RunFinished):
            self.close()

    def _tick(self) -> None:
        assert self._surface is not None
        snapshot = self._state.snapshot()
        if self._is_shown:
            self._surface.update(snapshot)
        else:
            self._is_shown = True
            self._surface.show(snapshot)
        self._timer = asyncio.get_running_loop().call_later(INTERVAL_S, self._tick)


def make_progress(
    mode: str, *, on_cancel: Callable[[], None], is_front_end: bool | None = None
) -> Progress:
    """
    Return the progress of a run that is about to start.

    Args:
        mode: ``auto``: a panel where somebody can click on it, a line in a terminal, nothing
            elsewhere (nbclient, papermill, nbval, pipes). ``widget``: the panel; where nobody
            can see it, its static end. ``text``: text in the cell or the terminal. ``none``.

        on_cancel: Called when Cancel is clicked, maybe on another thread.

        is_front_end: Whether a front end watches the kernel; found out when None.
    """
    state = RunProgress()

    def cancel() -> None:
        state.cancel_requested()
        on_cancel()

    return Progress(_choose(mode, cancel, is_front_end), state)


def _choose(mode: str, cancel: Callable[[], None], is_front_end: bool | None) -> Surface | None:
    if mode == "none":
        return None
    in_kernel = _kernel() is not None
    watched = has_front_end() if is_front_end is None else is_front_end
    if mode == "text" and in_kernel:
        return CellText()
    if watched and mode in ("auto", "widget"):
        return Panel(cancel)
    if in_kernel:
        return EndOnly() if mode == "widget" else None
    return TerminalLine(sys.stderr) if sys.stderr.isatty() else None


def has_front_end() -> bool:
    """
    Tell whether somebody can watch and click: the front end of a kernel that takes input.

    nbclient, nbconvert, papermill and nbval run cells with ``allow_stdin`` off, JupyterLab,
    Notebook and VS Code with it on; nothing else tells them apart.
    """
    return bool(getattr(_kernel(), "_allow_stdin", False))


def _kernel() -> object | None:
    # A shell can only be running when IPython was imported; plain Python need not import it.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None)
