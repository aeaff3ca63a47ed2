"""Where progress is shown when not in a widget panel: a terminal line, text in a cell, the end."""

from __future__ import annotations

import shutil
import uuid
from typing import TYPE_CHECKING, Protocol, TextIO

from aibrain_jupyter.widgets.progress_html import final_html
from aibrain_jupyter.widgets.progress_text import final_text, line_text, panel_text

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.progress_state import Snapshot


class Surface(Protocol):
    """Something that shows snapshots: `show` once, `update` any number of times, `finish` once."""

    def show(self, snapshot: Snapshot) -> None:
        """Appear."""

    def update(self, snapshot: Snapshot) -> None:
        """Bring what is shown up to date."""

    def finish(self, snapshot: Snapshot) -> None:
        """Leave what is to stay."""


class TerminalLine:
    """One line of a terminal, written over itself; the last state stays."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._written = 0

    def show(self, snapshot: Snapshot) -> None:
        """Write the line."""
        self._write(f"{snapshot.run_id} {snapshot.title}: {line_text(snapshot)}")

    update = show

    def finish(self, snapshot: Snapshot) -> None:
        """Write the last line and leave it."""
        self._write(final_text(snapshot), end="\n")

    def _write(self, line: str, *, end: str = "") -> None:
        # One column is left free: a full line makes some terminals wrap, and then "\r" returns
        # to the second half only.
        room = shutil.get_terminal_size().columns - 1
        encoding = self._stream.encoding or "ascii"
        cut = line[:room].encode(encoding, "replace").decode(encoding)
        self._stream.write(f"\r{cut.ljust(self._written)}{end}")
        self._stream.flush()
        self._written = len(cut)


class CellText:
    """Text in the cell's output, replaced in place. No widget, no HTML."""

    def __init__(self) -> None:
        self._display_id = uuid.uuid4().hex
        self._last = ""

    def show(self, snapshot: Snapshot) -> None:
        """Display the panel as text."""
        self._display(panel_text(snapshot), update=False)

    def update(self, snapshot: Snapshot) -> None:
        """Replace the text if it has changed."""
        self._display(panel_text(snapshot), update=True)

    def finish(self, snapshot: Snapshot) -> None:
        """Replace it by the line that stays."""
        self._display(final_text(snapshot), update=True)

    def _display(self, text: str, *, update: bool) -> None:
        from IPython.display import display

        if text == self._last:
            return
        self._last = text
        display(  # type: ignore[no-untyped-call]
            {"text/plain": text}, raw=True, display_id=self._display_id, update=update
        )


class EndOnly:
    """Nothing while the run goes on, HTML and text at its end: for runs that nobody watches."""

    def show(self, snapshot: Snapshot) -> None:
        """Show nothing yet."""

    def update(self, snapshot: Snapshot) -> None:
        """Show nothing yet."""

    def finish(self, snapshot: Snapshot) -> None:
        """Display the line that stays."""
        from IPython.display import display

        display(  # type: ignore[no-untyped-call]
            {"text/html": final_html(snapshot), "text/plain": final_text(snapshot)}, raw=True
        )
