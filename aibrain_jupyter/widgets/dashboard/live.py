"""The dashboard while it is open: one at a time, with a button that closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.widgets.dashboard.page import dashboard_page
from aibrain_jupyter.widgets.timeline.live import LivePage

if TYPE_CHECKING:
    from aibrain_jupyter.execution.dashboard.reading import DashboardReader
    from aibrain_jupyter.widgets.blocks import Page

PART_OF_TIME: Final = 0.03
"""That reading and drawing it takes, at most."""

_open: list[LivePage] = []


def open_dashboard(reader: DashboardReader, last: DashboardReader) -> LivePage:
    """
    Show a dashboard in the cell that runs; one that is open already becomes static.

    `reader` reads it while it is open, `last` what stays.
    """
    close_dashboard()

    def page() -> Page:
        return dashboard_page(reader.read())

    live = LivePage(
        page, lambda: dashboard_page(last.read()), has_button=True, part_of_time=PART_OF_TIME
    )
    _open.append(live)
    live.follow()
    return live


def close_dashboard() -> bool:
    """Leave the static form of the dashboard that is open; tell whether there was one."""
    had_one = False
    while _open:
        live = _open.pop()
        had_one |= live.is_open
        live.close()
    return had_one
