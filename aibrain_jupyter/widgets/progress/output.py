"""
One output of one cell: shown once, replaced in place from any thread.

A background run outlives the cell that started it. What it has to say later
goes by display id to the output that is there already, never to the cell that
happens to run at that moment.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def widget_form(widget: Any) -> dict[str, Any]:
    """Return the form of a widget alone: what is saved of it has an output of its own."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


class CellOutput:
    """An output of the cell that runs when `put` is called first."""

    def __init__(self) -> None:
        self._transient = {"display_id": uuid.uuid4().hex}
        self._publisher: Any = None

    def put(self, bundle: Mapping[str, Any], *, again: bool = False) -> None:
        """
        Show a bundle of forms by MIME type; later in the place of the last, in whatever cell.

        With `again` it is shown once more, in the cell that runs now, and both are replaced later.
        """
        is_shown = self._publisher is not None and not again
        if not is_shown:
            from IPython.core.getipython import get_ipython

            shell = get_ipython()
            assert shell is not None
            # Remembered: while a later cell runs under %%capture, the shell's own publisher is
            # another one, and what is told to it belongs to that cell.
            self._publisher = shell.display_pub
        self._publisher.publish(
            dict(bundle), metadata={}, transient=self._transient, update=is_shown
        )
