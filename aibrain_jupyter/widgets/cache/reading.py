"""While many entries of the cache are read: how far it is, after a second of silence."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.widgets.blocks import Page, line
from aibrain_jupyter.widgets.progress.output import CellOutput
from aibrain_jupyter.widgets.spans import format_size, mark_command, plural

if TYPE_CHECKING:
    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

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
        words = f"Going through the cache: {read:,} of {total:,} entries"
        bundle = Page("Cache", [line(words)])._repr_mimebundle_()
        self._output.put(bundle)
        self._is_shown = True

    def is_replaced_by(self, view: Page) -> bool:
        """Put what is to stay in the place of the line; False where that cannot be."""
        if not self._is_shown or not self._can_update:
            return False
        self._output.put(view._repr_mimebundle_())
        return True


def entries_page(table: pd.DataFrame, *, is_cut: bool) -> Page:
    """Return how many entries a table has; where the front end cuts it, how to see fewer."""
    size = format_size(int(table["size_bytes"].sum()))
    figures = f"{plural(len(table), 'result')}, {size}"
    if not is_cut:
        return Page("Entries", [line(figures)])
    by_tool = table["tool"].value_counts()
    narrower = str(by_tool.index[0]) if len(by_tool) > 1 else "--region NAME"
    command = f"%aibrain cache list {narrower}"
    return Page(
        "Entries",
        [
            line(f"{figures}: the table has them all, newest first."),
            line(mark_command(f"{command}: fewer; also by --account, --region, --older-than")),
        ],
    )
