"""Where progress is shown when not in a widget panel: a terminal line, text in a cell, the end."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Protocol, TextIO

from aibrain_jupyter.widgets.progress.html import final_forms, saved_forms
from aibrain_jupyter.widgets.progress.output import CellOutput
from aibrain_jupyter.widgets.progress.text import final_text, line_text, panel_text, pause_notices

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.progress.state import Snapshot


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
        self._told: list[str] = []

    def show(self, snapshot: Snapshot) -> None:
        """Write the line; above it, once, what the run waits for."""
        paused = [notice.text() for notice in pause_notices(snapshot)]
        for text in paused:
            if text not in self._told:
                # Whole, for it names a command; a line that is written over would be cut.
                self._stream.write(f"\r{' ' * self._written}\r{text}\n")
        self._told = paused
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
        self._output = CellOutput()
        self._last = ""

    def show(self, snapshot: Snapshot) -> None:
        """Put the panel as text."""
        self._put(panel_text(snapshot))

    update = show

    def finish(self, snapshot: Snapshot) -> None:
        """Put the line that stays."""
        self._put(final_text(snapshot))

    def _put(self, text: str) -> None:
        if text != self._last:
            self._last = text
            self._output.put({"text/plain": text})


class EndOnly:
    """Nothing while the run goes on, HTML and text at its end: for runs that nobody watches."""

    def __init__(self) -> None:
        self._output = CellOutput()

    def show(self, snapshot: Snapshot) -> None:
        """Show nothing yet."""

    def update(self, snapshot: Snapshot) -> None:
        """Show nothing yet."""

    def finish(self, snapshot: Snapshot) -> None:
        """Put the line that stays."""
        self._output.put(final_forms(snapshot))


class BeginAndEnd(EndOnly):
    """HTML and text at the beginning and at the end: for background runs that nobody watches."""

    def show(self, snapshot: Snapshot) -> None:
        """Take a place in the cell that runs: later it is another cell's turn."""
        self._output.put(saved_forms(snapshot))
