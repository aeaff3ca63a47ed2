"""While many entries of the cache are read: how far it is, after a second of silence."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.widgets.blocks import Block, Page, line, mark_command, plural
from aibrain_jupyter.widgets.progress.output import CellOutput
from aibrain_jupyter.widgets.sizes import format_size

if TYPE_CHECKING:
    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from aibrain_jupyter.widgets.bundle import Shown

_SILENT_S: Final = 1.0
_EVERY_S: Final = 0.5


class CacheReading:
    """
    A line in the cell, from the first second on; called with how many were read of how many.

    Where nothing that is shown can be replaced (a terminal) the line appears once; without a shell
    not at all.
    """

    def __init__(self, shell: InteractiveShell | None) -> None:
        self._has_shell = shell is not None
        self._can_update = hasattr(shell, "kernel")
        self._output = CellOutput()
        self._is_shown = False
        self._next = time.monotonic() + _SILENT_S

    def __call__(self, read: int, total: int) -> None:
        """Say how far it is, unless that was said just now."""
        if not self._has_shell or time.monotonic() < self._next:
            return
        if self._is_shown and not self._can_update:
            return
        self._next = time.monotonic() + _EVERY_S
        bundle = _Line(
            f"Going through the cache: {read:,} of {total:,} entries"
        )._repr_mimebundle_()
        self._output.replace(bundle) if self._is_shown else self._output.show(bundle)
        self._is_shown = True

    def is_replaced_by(self, view: Shown) -> bool:
        """Put what is to stay in the place of the line; False where that cannot be."""
        if not self._is_shown or not self._can_update:
            return False
        self._output.replace(view._repr_mimebundle_())
        return True


class EntriesLine(Page):
    """How many entries a table has, and how to see fewer where the front end cuts it."""

    label = "Entries"

    def __init__(self, table: pd.DataFrame, *, shown_rows: int) -> None:
        self._count, self._bytes = len(table), int(table["size_bytes"].sum())
        self._shown_rows = shown_rows
        by_tool = table["tool"].value_counts()
        self._tool = str(by_tool.index[0]) if len(by_tool) > 1 else ""

    @property
    def is_needed(self) -> bool:
        """Whether rows of the table are not in view."""
        return self._count > self._shown_rows

    def blocks(self) -> list[Block]:
        """Return the count and what narrows the table."""
        figures = f"{plural(self._count, 'result')}, {format_size(self._bytes)}"
        if not self.is_needed:
            return [line(figures)]
        narrower = f"%aibrain cache list {self._tool or '--region NAME'}"
        return [
            line(f"{figures}: the table has them all, newest first. Its middle is not shown."),
            line(mark_command(f"{narrower}: fewer; also by --account, --region, --older-than")),
        ]


class _Line(Page):
    label = "Cache"

    def __init__(self, text: str) -> None:
        self._text = text

    def blocks(self) -> list[Block]:
        """Return the line."""
        return [line(self._text)]
