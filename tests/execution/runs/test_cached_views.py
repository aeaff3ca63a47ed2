"""What is read and not shown, and what is not known, is counted with a run."""

from __future__ import annotations

import pandas as pd

from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.execution.calls.outcomes import outcome_of_value
from aibrain_jupyter.execution.runs.combine import RunSummary, coverage_frame, coverage_rows
from aibrain_jupyter.shared.base_tool import ToolResult
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.widgets.coverage_line import CoverageLine

FRAME = pd.DataFrame({"key": ["a", "b"], "not_known": ["policy, tags: denied", None]})


def _outcome(result):
    return outcome_of_value(Job.calling(0, "kms keys", print), result, seconds=0.1, started_at=None)


def test_rows_that_are_not_shown_are_no_empty_answer():
    """A filter that leaves nothing does not make a call empty: the service had rows."""
    nothing = FRAME.iloc[:0]

    assert Outcome.OK is _outcome(ToolResult(nothing, left_out=2)).outcome
    assert Outcome.EMPTY is _outcome(ToolResult(nothing)).outcome


def test_the_coverage_counts_rows_and_cells():
    """Per call: rows shown, rows left out, cells that are not known."""
    row = coverage_frame(coverage_rows([_outcome(ToolResult(FRAME, left_out=5))]), ()).iloc[0]

    assert (2, 5, 2) == (row["rows"], row["left_out"], row["not_known"])


def test_the_line_says_both():
    """Under the rows: how many more were read, and how many cells are not known."""
    gap = Gap(Outcome.DENIED, "no", operation="kms:GetKeyPolicy", columns=("policy",))
    summary = RunSummary("r1", "kms_keys", 1, 2, gaps=(gap,), not_known=2, left_out=5)

    text = CoverageLine(summary).text()

    assert "2 rows · 5 more read, not shown" in text
    assert "1 detail is unknown, 2 cells not known" in text
