"""
Run a request and show what came of it.

The rows are the cell's value. What is said about them (coverage, or a receipt
with ``-o``) is displayed besides; what is missing is said even with ``--quiet``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.metrics.recording import AT_EXIT
from aibrain_jupyter.execution.runs.from_memory import run_from_memory
from aibrain_jupyter.execution.runs.run import check_recording, plan_request, run_request
from aibrain_jupyter.magics.after_cell import show
from aibrain_jupyter.shared.config import get_settings

if TYPE_CHECKING:
    from aibrain_jupyter.execution.runs.request import Request
    from aibrain_jupyter.execution.runs.run import Run
    from aibrain_jupyter.magics.after_cell import AfterCell
    from aibrain_jupyter.shared.collected import Saver


def run_and_show(request: Request, after_cell: AfterCell, saver: Saver | None = None) -> Any:
    """
    Carry out a request and return the cell's value; `saver` keeps its rows.

    Returns:
        The rows, a DataFrame; None with ``-o`` (unless ``--show``) and with ``--dry-run``; with
        ``--bg`` the `BackgroundRun`.

    Raises:
        ParameterError: the figures of runs are to go where they cannot; nothing was run.
        AibrainError: no call succeeded, or there are gaps and they are not accepted. What was
            reached is displayed before.
    """
    check_recording()
    options = request.options
    if options.dry_run:
        from aibrain_jupyter.widgets.plan import plan_page

        show(plan_page(plan_request(request)))
        if options.save:
            from aibrain_jupyter.magics.saving import preview_save
            from aibrain_jupyter.widgets.notice import drawn

            show(drawn(preview_save(request)))
        return None
    if options.save and saver is None:
        from aibrain_jupyter.magics.saving import begin_save

        request, saver = begin_save(request)
        try:
            return run_and_show(request, after_cell, saver)
        except BaseException:
            saver.drop()
            raise
    if options.background:
        from aibrain_jupyter.magics.background import run_in_background

        return run_in_background(request, after_cell.shell, saver)

    from aibrain_jupyter.widgets.coverage_line import CoverageLine, receipt

    run = None if options.fresh else run_from_memory(request)
    if run is None:
        run = carry_out(request)
    if run.error is not None:
        if run.summary.calls > 1 or run.frame is not None:
            # One failed call is all in its error; of several, some may have been reached.
            show(CoverageLine(run.summary))
        if options.output in after_cell.shell.user_ns:
            from aibrain_jupyter.widgets.notice import Notice

            # As with any assignment whose right side fails; but old rows are easily taken for new.
            said = f"{options.output} still holds what it held before this cell"
            reached = ["The rows of this run: %aibrain last --rows"]
            show(Notice(said, reached if run.frame is not None else [], "warning"))
        raise run.error
    is_silent = options.quiet and not run.summary.gaps
    if options.output:
        after_cell.shell.user_ns[options.output] = run.frame
    if not is_silent and options.output:
        columns = 0 if run.frame is None else len(run.frame.columns)
        show(receipt(options.output, columns, run.summary))
    elif not is_silent:
        after_cell.show(CoverageLine(run.summary))
    if saver is not None:
        _save(saver, run, after_cell)
    return run.frame if options.show or not options.output else None


def _save(saver: Saver, run: Run, after_cell: AfterCell) -> None:
    from aibrain_jupyter.magics.saving import end_save
    from aibrain_jupyter.widgets.notice import drawn

    if said := end_save(saver, run, run.frame, after_cell.shell.user_ns):
        show(drawn(said))


def carry_out(request: Request) -> Run:
    """Run a request under its progress and return the run, also of one that failed."""
    from aibrain_jupyter.widgets.progress.display import make_progress

    if not AT_EXIT:
        watch_alerts_here()
    token = CancelToken()
    progress = make_progress(
        request.options.progress or get_settings().get("progress"), on_cancel=token.cancel
    )
    try:
        return run_request(request, listener=progress.listener, token=token)
    finally:
        progress.close()


def watch_alerts_here() -> None:
    """Have alerts watched and shown in this kernel, from its first run on."""
    from IPython.core.getipython import get_ipython

    from aibrain_jupyter.magics.alerting import watch_alerts

    if (shell := get_ipython()) is not None:
        watch_alerts(shell)
