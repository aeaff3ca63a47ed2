"""The receipt: one line instead of the table when a result went into a variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.widgets.blocks import Block, Line, Page, badge, code, plural, strong
from aibrain_jupyter.widgets.coverage import after_line, coverage_without_rows

if TYPE_CHECKING:
    from aibrain_jupyter.execution.runs.summary import RunSummary


class Receipt(Page):
    """
    ``users = 41 rows × 12 columns · 2 accounts, 2 calls, 0 failed``, and the gaps if any.

    `rows` and `columns` are those of the frame that was assigned to `name`.
    """

    label = "Receipt"

    def __init__(self, name: str, rows: int, columns: int, summary: RunSummary) -> None:
        self._name = name
        self._shape = f"{plural(rows, 'row')} × {plural(columns, 'column')}"
        self._summary = summary

    def blocks(self) -> list[Block]:
        """Return the line, and what stands below a coverage line."""
        first = (code(self._name), " = ", strong(self._shape))
        demo = (badge("demo data"),) if self._summary.is_demo else ()
        coverage = coverage_without_rows(self._summary)
        parts = (first, *demo, *coverage.parts)
        return [Line(parts, coverage.separator), *after_line(self._summary)]
