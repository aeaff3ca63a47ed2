"""
The timeline of a run that goes on, replaced in place at most twice a second.

A thread of its own draws it: the run's loop has better things to do. It takes a small part of the
time at most, so where drawing takes long it is drawn less often. When the run has ended the static
picture takes the place of the widget.
"""

from __future__ import annotations

import contextvars
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.widgets.html import stand_in
from aibrain_jupyter.widgets.progress.output import CellOutput, widget_form
from aibrain_jupyter.widgets.timeline.picture import timeline_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.execution.timeline.of_run import Timeline
    from aibrain_jupyter.widgets.blocks import Page

INTERVAL_S: Final = 0.5
LONGEST_S: Final = 5.0
_PART_OF_TIME: Final = 0.05
_SAVED_EVERY_S: Final = 2.0


class LivePage:
    """
    A page shown as a widget, with a static form before it for a notebook that is saved meanwhile.

    `page` gives it as it is; None: there is nothing more to come. `last` gives what stays. `follow`
    has to be called in the cell that shows it.
    """

    def __init__(
        self,
        page: Callable[[], Page | None],
        last: Callable[[], Page],
        *,
        has_button: bool = False,
        part_of_time: float = _PART_OF_TIME,
    ) -> None:
        self._page, self._last = page, last
        self._has_button = has_button
        self._part_of_time = part_of_time
        self._widgets: list[Any] = []
        self._saved, self._output = CellOutput(), CellOutput()
        self._saved_at = 0.0
        self._widget: Any = None
        self._is_closed = threading.Event()

    def follow(self) -> threading.Thread:
        """Show it, and keep it up to date until there is nothing more to come."""
        from ipywidgets import HTML, Layout

        page = self._page() or self._last()
        self._widget = HTML(
            _as_wide_as_there_is_room(page), layout=Layout(margin="0", width="100%")
        )
        self._widgets = [self._widget]
        if self._has_button:
            self._widgets += self._with_button()
        self._save(page)
        self._output.put(widget_form(self._widgets[-1]))
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=lambda: context.run(self._keep_up), name="aibrain-live-page", daemon=True
        )
        thread.start()
        return thread

    @property
    def is_open(self) -> bool:
        """Whether it is still kept up to date."""
        return not self._is_closed.is_set()

    def close(self) -> None:
        """Leave the static form now; from any thread."""
        self._is_closed.set()

    def _with_button(self) -> list[Any]:
        from ipywidgets import Button, Layout, VBox

        button = Button(
            description="Close",
            tooltip="Stop the updates; what was shown last stays",
            layout=Layout(width="90px", margin="6px 0 2px"),
        )
        button.on_click(lambda _button: self.close())
        return [button, VBox([self._widget, button], layout=Layout(overflow="visible"))]

    def _keep_up(self) -> None:
        pause = INTERVAL_S
        while not self._is_closed.wait(pause):
            began = time.perf_counter()
            page = self._page()
            if page is None:
                break
            html = _as_wide_as_there_is_room(page)
            if html != self._widget.value:
                self._widget.value = html
            if time.monotonic() - self._saved_at > _SAVED_EVERY_S:
                self._save(page)
            # By the clock, not by the processor: where others want it as well, drawing takes
            # longer, and so does the pause.
            took = time.perf_counter() - began
            pause = min(max(INTERVAL_S, took / self._part_of_time), LONGEST_S)
        self._is_closed.set()
        last = self._last()
        self._saved.put(last._repr_mimebundle_())
        self._output.put({})
        for widget in reversed(self._widgets):
            # Closing a widget leaves its layout and style open: they are widgets of their own.
            for part in ("layout", "style"):
                if (owned := getattr(widget, part, None)) is not None:
                    owned.close()
            widget.close()

    def _save(self, page: Page) -> None:
        self._saved_at = time.monotonic()
        self._saved.put({"text/plain": page.text(), "text/html": stand_in(page.html())})


def _as_wide_as_there_is_room(page: Page) -> str:
    """Return the HTML of a page for a widget, which would be as wide as its longest line."""
    return f'<div style="width:0;min-width:100%">{page.html()}</div>'


def follow_timeline(
    now: Callable[[], Timeline | None], last: Callable[[], Timeline]
) -> threading.Thread:
    """Show the timeline of a run that goes on; `now` gives None when it has ended."""

    def page() -> Page | None:
        timeline = now()
        return None if timeline is None else timeline_page(timeline)

    return LivePage(page, lambda: timeline_page(last())).follow()
