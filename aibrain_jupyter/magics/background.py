"""
Start a run in the background, and say in its own cell what became of it.

The cell shows the progress and one line; both are brought up to date there, by
display id, whatever cell runs by then. The variable of ``-o`` is set on the
kernel's own loop or before the next cell, so never in the middle of a cell that
does not wait for the run.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.runs.background import BackgroundRun
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.alerting import watch_alerts
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.texts.exceptions import words_of
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.widgets.jobs import job_ended, job_started
from aibrain_jupyter.widgets.progress.display import make_progress
from aibrain_jupyter.widgets.progress.output import CellOutput

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from aibrain_jupyter.execution.runs.request import Request
    from aibrain_jupyter.shared.collected import Saver
    from aibrain_jupyter.shared.events import Listener

_BEFORE_A_CELL: Final = "pre_execute"


def run_in_background(
    request: Request, shell: InteractiveShell, saver: Saver | None = None
) -> BackgroundRun:
    """Start a request and return its run; nothing of it is printed. `saver` keeps its rows."""
    return start_in_background(
        lambda token, listener: BackgroundRun(request, token=token, listener=listener),
        shell,
        saver,
        progress=request.options.progress,
    )


def start_in_background(
    make: Callable[[CancelToken, Listener], BackgroundRun],
    shell: InteractiveShell,
    saver: Saver | None = None,
    *,
    progress: str = "",
) -> BackgroundRun:
    """
    Start what is made of a token that cancels it and a listener, and return it.

    `saver` keeps its rows; `progress` is how it is shown, empty: as configured.
    """
    watch_alerts(shell)
    token = CancelToken()
    shown = make_progress(
        progress or get_settings().get("progress"), on_cancel=token.cancel, is_background=True
    )
    run = make(token, shown.listener)
    shown.show_now(run.id, run.title)
    delivery = _Delivery(run, shell)

    def end() -> None:
        shown.close()
        if run.error is not None:
            get_session().last_error = run.error
        if saver is not None:
            delivery.saved = _saved(run, saver, shell)
        delivery.say()
        delivery.call_soon()

    run.start(on_end=end, on_collected=delivery)
    return run


def _saved(run: BackgroundRun, saver: Saver, shell: InteractiveShell) -> Message | None:
    """Have the rows of a run that has ended kept; say what came of it. Raises nothing."""
    from aibrain_jupyter.magics.saving import end_save

    if run.run is None:  # it could not be planned, which is said
        saver.drop()
        return None
    try:
        return end_save(saver, run.run, run.frame, shell.user_ns)
    except Exception as exc:  # noqa: BLE001 - nobody waits here to be told otherwise
        get_session().last_error = exc
        what = getattr(exc, "what", "") or words_of(exc)
        title = f"{run.id} was not saved: {what}"
        return Message(title, tuple(getattr(exc, "next_steps", ())), is_warning=True)


class _Delivery:
    """The line in the starting cell, and what is left to do in the main thread, once."""

    def __init__(self, run: BackgroundRun, shell: InteractiveShell) -> None:
        self._run = run
        self._shell = shell
        self._output = CellOutput()
        name = run.request.options.output
        started = job_started(f"{run.id} {run.title}", name, is_old=name in shell.user_ns)
        self._output.put(started._repr_mimebundle_())
        self.saved: Message | None = None
        self._lock = threading.Lock()
        self._left = [self._end, self._assign] if name else [self._end]
        shell.events.register(_BEFORE_A_CELL, self)

    def say(self) -> None:
        """Say what came of it. Said twice it is the same: an output has one content."""
        # Without a kernel, "updating" a display would print into whatever cell runs by then.
        if hasattr(self._shell, "kernel"):
            run, frame = self._run, self._run.frame
            said = job_ended(
                f"{run.id} {run.title}",
                name=run.request.options.output,
                columns=0 if frame is None else len(frame.columns),
                summary=None if run.run is None else run.run.summary,
                error=run.error,
                saved=self.saved,
            )
            self._output.put(said._repr_mimebundle_())

    def __call__(self) -> None:
        """Do what is left if the run has ended; called in a cell that begins or that waits."""
        if not self._run.is_running:
            while (step := self._next()) is not None:
                step()

    def call_soon(self) -> None:
        """Have the variable set without a cell, on the kernel's loop if there is one."""
        kernel = getattr(self._shell, "kernel", None)
        loop = getattr(getattr(kernel, "io_loop", None), "asyncio_loop", None)
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._assign_now)

    def _assign_now(self) -> None:
        if len(self._left) > 1 and (step := self._next()) is not None:
            step()

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            return self._left.pop() if self._left else None

    def _assign(self) -> None:
        if self._run.error is None:
            self._shell.user_ns[self._run.request.options.output] = self._run.frame

    def _end(self) -> None:
        self._shell.events.unregister(_BEFORE_A_CELL, self)
        # nbclient hears only what belongs to the cell it waits for, so it is said in one of those.
        self.say()
