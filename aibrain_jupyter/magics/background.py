"""
Start a run in the background, and say in its own cell what became of it.

The cell shows the progress and one line; both are brought up to date there, by
display id, whatever cell runs by then. The variable of ``-o`` is set on the
kernel's own loop or before the next cell, so never in the middle of a cell that
does not wait for the run.
"""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.background import BackgroundRun
from aibrain_jupyter.execution.cancel import CancelToken
from aibrain_jupyter.execution.session import get_session
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.widgets.job_view import JobEnded, JobStarted
from aibrain_jupyter.widgets.progress import make_progress

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from aibrain_jupyter.execution.request import Request

_BEFORE_A_CELL: Final = "pre_execute"


def run_in_background(request: Request, shell: InteractiveShell) -> BackgroundRun:
    """Start a request and return its run; nothing of it is printed."""
    token = CancelToken()
    progress = make_progress(
        request.options.progress or get_settings().get("progress"),
        on_cancel=token.cancel,
        is_background=True,
    )
    run = BackgroundRun(request, token=token, listener=progress.listener)
    progress.show_now(run.id, run.title)
    delivery = _Delivery(run, shell)
    line = _Line(run, shell)

    def end() -> None:
        progress.close()
        if run.error is not None:
            get_session().last_error = run.error
        delivery.call_soon()
        line.update()

    run.start(on_end=end, on_collected=delivery)
    return run


class _Delivery:
    """Sets the variable of ``-o``, once, in the main thread."""

    def __init__(self, run: BackgroundRun, shell: InteractiveShell) -> None:
        self._run = run
        self._shell = shell
        self._name = run.request.options.output
        self._lock = threading.Lock()
        self._is_due = bool(self._name)
        if self._is_due:
            shell.events.register(_BEFORE_A_CELL, self)

    def __call__(self) -> None:
        """Set it if the run has ended and it is not set."""
        if self._run.is_running:
            return
        with self._lock:
            is_due, self._is_due = self._is_due, False
        if is_due:
            self._shell.events.unregister(_BEFORE_A_CELL, self)
            if self._run.error is None:
                self._shell.user_ns[self._name] = self._run.frame

    def call_soon(self) -> None:
        """Ask for it from the run's thread: on the kernel's loop, if there is one."""
        kernel = getattr(self._shell, "kernel", None)
        loop = getattr(getattr(kernel, "io_loop", None), "asyncio_loop", None)
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self)


class _Line:
    """The line in the starting cell: that it runs, then what came of it."""

    def __init__(self, run: BackgroundRun, shell: InteractiveShell) -> None:
        from IPython.display import display

        self._run = run
        # Elsewhere "updating" a display would print into whatever cell runs by then.
        self._can_update = hasattr(shell, "kernel")
        self._display_id = uuid.uuid4().hex
        name = run.request.options.output
        started = JobStarted(run.id, run.title, name, is_old=name in shell.user_ns)
        display(started, display_id=self._display_id)  # type: ignore[no-untyped-call]

    def update(self) -> None:
        from IPython.display import update_display

        if self._can_update:
            update_display(_ended(self._run), display_id=self._display_id)  # type: ignore[no-untyped-call]


def _ended(run: BackgroundRun) -> Any:
    frame = run.frame
    return JobEnded(
        run.id,
        run.title,
        name=run.request.options.output,
        columns=0 if frame is None else len(frame.columns),
        summary=None if run.run is None else run.run.summary,
        error=run.error,
    )
