"""
The live panel: one HTML widget that is replaced at each update, and a Cancel button.

One widget holds everything that changes, so an update is one message. Before it an
output that is not seen meanwhile has the last state, for notebooks that are saved in
the middle of the run. When that is over the widgets are closed and this output shows
static HTML: a saved notebook holds no widget that no longer exists.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.widgets.html import CODE, MUTED, escape, root, style
from aibrain_jupyter.widgets.progress.html import final_forms, panel_html, saved_forms, status_html
from aibrain_jupyter.widgets.progress.output import CellOutput, widget_form
from aibrain_jupyter.widgets.progress.text import MOST_ACTIVE, pause_notices

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.widgets.progress.state import Snapshot


# The front ends' own ring is a thin line of little contrast, and a button takes no style for it.
_FOCUS_RING = (
    "<style>.aibrain-cancel:focus-visible"
    "{outline:2px solid currentColor!important;outline-offset:2px}</style>"
)


_SAVED_EVERY_S: Final = 1.0


class Panel:
    """
    The panel of one run.

    `on_cancel` may be called on any thread. `show` has to be called in the run's cell, the other
    two may come from a thread that began in a copy of that cell's context.
    """

    def __init__(self, on_cancel: Callable[[], None], *, is_background: bool = False) -> None:
        self._on_cancel = on_cancel
        self._is_background = is_background
        self._saved, self._output = CellOutput(), CellOutput()
        self._saved_at = 0.0
        self._reserved_rows = 0
        self._notice: Any = None

    def show(self, snapshot: Snapshot) -> None:
        """Make the widgets and display them, with static forms beside the widget view."""
        # Imported for the first run that takes long: the others need not pay for it.
        from ipywidgets import HTML, Button, HBox, Layout, VBox

        self._body = HTML(self._html(snapshot), layout=Layout(margin="0", width="100%"))
        self._button = Button(
            description="Cancel",
            tooltip="Stop this run and keep the rows there are",
            layout=Layout(width="110px", margin="0"),
        )
        self._button.add_class("aibrain-cancel")
        self._button.on_click(lambda _button: self._on_cancel())
        self._hint = HTML(self._hint_html(snapshot), layout=Layout(margin="0 0 0 10px"))
        self._foot = HBox(
            [self._button, self._hint],
            layout=Layout(align_items="center", margin="6px 0 2px", overflow="visible"),
        )
        self._box = VBox(
            [self._body, self._foot],
            layout=Layout(max_width="760px", padding="4px 2px", overflow="visible"),
        )
        self._save(snapshot)
        self._output.put(widget_form(self._box))

    def update(self, snapshot: Snapshot) -> None:
        """Bring the panel up to date. What has not changed is not sent."""
        if time.monotonic() - self._saved_at > _SAVED_EVERY_S:
            self._save(snapshot)
        self._body.value = self._html(snapshot)
        self._show_pauses(snapshot)
        if snapshot.is_cancelling and not self._button.disabled:
            self._button.disabled = True
            self._button.description = "Cancelling…"
        self._hint.value = self._hint_html(snapshot)

    def finish(self, snapshot: Snapshot) -> None:
        """Put the static forms in the panel's place and close every widget."""
        self._saved.put(final_forms(snapshot))
        self._output.put({})
        for widget in (self._box, self._foot, self._hint, self._button, self._body, self._notice):
            # Closing a widget leaves its layout and style open: they are widgets of their own.
            for part in ("layout", "style"):
                if (owned := getattr(widget, part, None)) is not None:
                    owned.close()
            if widget is not None:
                widget.close()

    def _save(self, snapshot: Snapshot) -> None:
        """Put what a notebook that is saved now shows when it is opened without its kernel."""
        self._saved_at = time.monotonic()
        self._saved.put(saved_forms(snapshot))

    def _show_pauses(self, snapshot: Snapshot) -> None:
        # A widget of its own: what is replaced every second cannot be selected and copied.
        html = "".join(notice.html() for notice in pause_notices(snapshot))
        if html and self._notice is None:
            from ipywidgets import HTML, Layout

            self._notice = HTML(layout=Layout(margin="4px 0"))
        if self._notice is not None and self._notice.value != html:
            self._notice.value = html
            shown = [self._notice] if html else []
            self._box.children = [*shown, self._body, self._foot]

    def _html(self, snapshot: Snapshot) -> str:
        self._reserved_rows = max(self._reserved_rows, min(len(snapshot.active), MOST_ACTIVE))
        return panel_html(snapshot, reserved_rows=self._reserved_rows)

    def _hint_html(self, snapshot: Snapshot) -> str:
        status = status_html(snapshot)
        if snapshot.is_cancelling:
            return root(status)
        # Stop reaches the cell that runs, which a background run is no part of.
        other_way = (
            f"or <code{style(CODE)}>%aibrain cancel {escape(snapshot.run_id)}</code>"
            if self._is_background
            else "or press Stop"
        )
        return root(f"<span{style(MUTED)}>{other_way}</span>{_FOCUS_RING}{status}")
