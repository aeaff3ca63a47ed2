"""
Frames made for reading: coverage, requests, history, tools, jobs, the cache's entries, evidence.

The value of such a cell is a DataFrame with everything in it. Where it is shown, filtered and
sorted ones too, it is drawn as a page whose lines fit 800 pixels, which names the columns it leaves
out. A frame of chosen columns is drawn as any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.frames.view import VIEW
from aibrain_jupyter.widgets.blocks import Block, Page
from aibrain_jupyter.widgets.views import (
    answered,
    comparison,
    evidence,
    healing,
    lists,
    measured,
    planned,
    requested,
    runs,
    timeline,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

_VIEWS: Final[Mapping[str, Callable[[pd.DataFrame], list[Block]]]] = {
    "alert rules": measured.alert_rules,
    "alerts": measured.alerts,
    "alerts before": measured.alerts_before,
    "answered list": requested.answered,
    "answers": answered.answers,
    "comparison": comparison.comparison,
    "calls": runs.calls_of_run,
    "collection": planned.collection,
    "compared stats": measured.compared,
    "coverage": runs.coverage,
    "doctor": healing.doctor,
    "due": planned.due,
    "entries": lists.entries,
    "findings": evidence.findings,
    "history": runs.history,
    "items": evidence.items,
    "jobs": runs.jobs,
    "ledger": evidence.ledger,
    "plan": planned.rows_of_plan,
    "patches": healing.patches,
    "package": requested.package,
    "request list": requested.requests,
    "requests": answered.requests,
    "timeline": timeline.timeline,
    "timeline by operation": timeline.timeline_by_operation,
    "timeline by worker": timeline.timeline_by_worker,
    "timeline so far": timeline.timeline_so_far,
    "stats": measured.stats,
    "tools": lists.tools,
    "totals": answered.totals,
    "trials": healing.trials,
    "troubles": healing.troubles,
}
_EVEN_EMPTY: Final = ("comparison", "findings", "items", "timeline so far")
"""Views of frames that say something without a row."""


def view_of(frame: pd.DataFrame) -> Page | None:
    """Return what a frame is drawn as; None: it has no view, or no longer the cells of one."""
    name = frame.attrs.get(VIEW)
    if not isinstance(name, str) or name not in _VIEWS or not frame.columns.is_unique:
        return None
    if frame.empty and name not in _EVEN_EMPTY:
        return None
    try:
        page = Page(name.capitalize(), _VIEWS[name](frame))
        page.text()  # what cells are is found out when they are put together
        return page
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # columns were left out, or their cells are now of another kind
