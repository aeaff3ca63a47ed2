"""What the cell of a background run says: that it goes on, then what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.widgets.blocks import Block, Callout, Page, code, dotted, line, strong
from aibrain_jupyter.widgets.coverage import CoverageLine
from aibrain_jupyter.widgets.receipt import Receipt
from aibrain_jupyter.widgets.spans import Inline, mark_command

if TYPE_CHECKING:
    from aibrain_jupyter.execution.runs.summary import RunSummary


class JobStarted(Page):
    """
    ``r7 iam users · in the background · rds is set when it is done``.

    `name` is the variable that will be set, `is_old` whether it holds something already.
    """

    label = "Background run"

    def __init__(self, run_id: str, title: str, name: str = "", *, is_old: bool = False) -> None:
        self._title = f"{run_id} {title}"
        self._name = name
        self._is_old = is_old

    def blocks(self) -> list[Block]:
        """Return the line."""
        note: Inline = ""
        if self._name:
            old = ", until then it holds what it held" if self._is_old else ""
            note = (code(self._name), f" is set when it is done{old}")
        return [dotted(strong(self._title), "in the background", note)]


class JobEnded(Page):
    """
    What came of a background run: the receipt or the coverage line, and the error if it failed.

    `summary` is None for a run that could not even be planned, `columns` those of the frame.
    """

    label = "Background run"

    def __init__(
        self,
        run_id: str,
        title: str,
        *,
        name: str = "",
        columns: int = 0,
        summary: RunSummary | None = None,
        error: BaseException | None = None,
    ) -> None:
        self._title = f"{run_id} {title}"
        self._name = name
        self._columns = columns
        self._summary = summary
        self._error = error

    def blocks(self) -> list[Block]:
        """Return the error first, then the line and the gaps."""
        summary = self._summary
        if self._error is None and summary is not None and self._name:
            return Receipt(self._name, summary.rows, self._columns, summary).blocks()
        found: list[Block] = []
        # Cancelled before anything came is no failure to whoever cancelled it.
        was_cancelled = summary is not None and summary.was_cancelled
        if self._error is not None and not was_cancelled:
            found.append(self._failure(self._error))
        if summary is not None and (self._error is None or was_cancelled or summary.calls > 1):
            found += CoverageLine(summary, self._title).blocks()
        if self._error is not None and self._name:
            found.append(line(code(self._name), " was not set"))
        return found

    def _failure(self, error: BaseException) -> Callout:
        what = getattr(error, "what", "") or f"{type(error).__name__}: {error}"
        steps = [f"Next: {step}" for step in getattr(error, "next_steps", ())]
        return Callout(
            (line(strong(f"! {self._title} failed: "), what), *map(line, map(mark_command, steps))),
            label="The run failed",
        )
