"""What is known of a frame that is saved or compared: looked up by its cells in what runs gave."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.provenance.kept_rows import runs_of_session
from aibrain_jupyter.execution.provenance.origin import origin_of
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.tool_executors.evidence.known import (
    known_of_frame,
    known_of_run,
    without_answers,
)

if TYPE_CHECKING:
    import pandas as pd

    from aibrain_jupyter.execution.provenance.origin import Origin
    from aibrain_jupyter.tool_executors.evidence.known import Known


def known_of(frame: pd.DataFrame, origin: Origin | None = None) -> Known:
    """Return what is known of a frame, by what is in it; `origin` where it was looked up before."""
    origin = origin or origin_of(frame)
    if origin.is_as_collected:
        return known_of_run(without_answers(origin.sources[0].collected(frame)))
    names = ("id", "tool", "rows", "rows_used", "columns_left_out", "cells_changed")
    made = {
        "sources": [{name: getattr(run, name) for name in names} for run in origin.sources],
        "changes": list(origin.changes),
        "claimed": origin.claimed,
    }
    runs = [without_answers(run.collected()) for run in origin.sources]
    beside = {} if runs else _collected_here()
    return known_of_frame(frame, dt.datetime.now(dt.UTC), runs, made, beside)


def _collected_here() -> dict[str, dict[str, Any]]:
    """Return what the runs of this session gave, as far as their rows are kept."""
    return {
        run.id: {
            "columns": [] if run.frame is None else [str(name) for name in run.frame.columns],
            "gaps": run.provenance.get("gaps", 0),
            "is_demo": bool(run.provenance.get("is_demo")),
        }
        for run in runs_of_session(get_session())
    }
