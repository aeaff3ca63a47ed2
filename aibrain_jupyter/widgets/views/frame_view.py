"""
Frames made for reading: coverage, history, tools, jobs, comparisons, the entries of the cache.

The value of such a cell is a DataFrame with everything in it. Where it is shown, filtered and
sorted ones too, it is drawn as a page whose lines fit 800 pixels, which names the columns it leaves
out. A frame of chosen columns is drawn as any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.widgets.blocks import Block, Page
from aibrain_jupyter.widgets.views import comparison, healing, lists, planned, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

VIEW: Final = "aibrain_view"
"""The attribute of a frame that names its view."""
_VIEWS: Final[Mapping[str, Callable[[pd.DataFrame], list[Block]]]] = {
    "comparison": comparison.comparison,
    "calls": runs.calls_of_run,
    "collection": planned.collection,
    "coverage": runs.coverage,
    "doctor": healing.doctor,
    "due": planned.due,
    "entries": lists.entries,
    "history": runs.history,
    "jobs": runs.jobs,
    "tools": lists.tools,
    "troubles": healing.troubles,
}

_ALSO_EMPTY: Final = ("comparison",)
"""Views of frames that say something without a row."""


def as_view(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the frame, marked to be drawn by the view of that name."""
    frame.attrs[VIEW] = name
    return frame


def view_of(frame: pd.DataFrame) -> Page | None:
    """Return what a frame is drawn as; None: it has no view, or no longer the columns of one."""
    name = frame.attrs.get(VIEW, "")
    if (
        name not in _VIEWS
        or (frame.empty and name not in _ALSO_EMPTY)
        or not frame.columns.is_unique
    ):
        return None
    try:
        return Page(name.capitalize(), _VIEWS[name](frame))
    except KeyError:
        return None
