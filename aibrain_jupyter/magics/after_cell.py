"""
Show something at once, or below a cell's value.

A magic returns its value before IPython displays it, so a line that belongs
under the table cannot be displayed by the magic itself. It waits for the event
IPython sends at the end of each cell, which also comes when a later line of the
cell raises, and for silent cells, which send no ``post_run_cell``. A cell with
several runs shows one value at most, so there each line names its run.

What a cell raised stands in its output when ``post_run_cell`` comes, and a step may follow it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

    from aibrain_jupyter.widgets.blocks import Page
    from aibrain_jupyter.widgets.coverage_line import CoverageLine

_EVENT: Final = "post_execute"
_ENDED: Final = "post_run_cell"


def show(value: Page) -> None:
    """Display a view in the output of the cell that runs now."""
    from IPython.display import display

    display(value)  # type: ignore[no-untyped-call]


class AfterCell:
    """What one shell still has to show when its cell ends, in the order it was given."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self._waiting: list[CoverageLine] = []

    def show(self, value: CoverageLine) -> None:
        """Display `value` when the cell that runs now has ended."""
        if not self._waiting:
            self.shell.events.register(_EVENT, self._display)
        self._waiting.append(value)

    def forget(self) -> None:
        """Drop what is waiting and the wish to be called."""
        if self._waiting:
            self.shell.events.unregister(_EVENT, self._display)
        self._waiting = []

    def _display(self) -> None:
        waiting = self._waiting
        self.forget()
        for value in waiting:
            show(value.with_its_run() if len(waiting) > 1 else value)

    def load(self) -> None:
        """Be told of each cell that ends."""
        self.shell.events.register(_ENDED, self._ended)

    def unload(self) -> None:
        """Leave nothing behind."""
        self.forget()
        if self._ended in self.shell.events.callbacks[_ENDED]:
            self.shell.events.unregister(_ENDED, self._ended)

    def _ended(self, result: ExecutionResult | None) -> None:
        if result is None or result.error_in_exec is None or "pandas" not in sys.modules:
            return
        from aibrain_jupyter.magics.failed_write import way_out_of

        if notice := way_out_of(result.error_in_exec, self.shell.user_ns):
            show(notice)
