"""What the history keeps of a run and of each of its calls: figures and reasons, never data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from aibrain_jupyter.execution.calls.job import CallOutcome
    from aibrain_jupyter.execution.runs.run import Run

CallRow = tuple[Any, ...]
NOT_ENDED: Final = ("", None, None, "", "", "")
"""What a call row ends with until the call has ended."""
ROWS, SOURCE = 6, 8
"""Places in a call row."""


def figures_of(run: Run) -> dict[str, Any]:
    """Return the columns of a run that has ended, by name."""
    summary = run.summary
    return {
        "calls": summary.calls,
        "rows": summary.rows,
        "gaps": len(summary.gaps),
        "from_cache": summary.from_cache,
        "seconds": round(summary.seconds, 3),
        "outcome": run.outcome_word,
    }


def call_row(outcome: CallOutcome) -> CallRow:
    """Return how a call ended as the history keeps it: in the order of its table, without rows."""
    result = outcome.value
    frame = getattr(result, "frame", None)
    return (
        outcome.index,
        *outcome.target.place,
        outcome.target.profile,
        outcome.title,
        str(outcome.outcome),
        None if frame is None else len(frame),
        round(outcome.seconds, 3),
        getattr(result, "source", ""),
        outcome.error.why or outcome.error.what if outcome.error else "",
        json.dumps(dict(getattr(result, "operations", None) or {})),
    )
