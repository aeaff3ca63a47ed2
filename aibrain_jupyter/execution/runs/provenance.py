"""
Where the rows of a run came from: plain JSON values, no secret among them.

The whole record stays with the run (``%aibrain last --provenance``); a stamp of
it travels with the frame.
"""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any

from aibrain_jupyter._version import __version__
from aibrain_jupyter.shared.base_tool import ToolResult
from aibrain_jupyter.tool_executors.stamp import make_stamp

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from aibrain_jupyter.execution.calls.job import CallOutcome
    from aibrain_jupyter.execution.runs.request import Request
    from aibrain_jupyter.execution.runs.summary import RunSummary


def describe_run(
    request: Request,
    summary: RunSummary,
    outcomes: Sequence[CallOutcome],
    *,
    started_at: dt.datetime,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    Return the stamp of a run's frame, and the whole record.

    Returns:
        The stamp as by `make_stamp`, and a mapping that has it and ``missing`` (the labels of the
        gaps), ``identities`` (ARNs), ``endpoints`` (only those that are not AWS's own),
        ``operations`` (``service:Operation`` to answered requests), ``started_at``, ``seconds``
        and ``versions``.
    """
    results = results_of(outcomes)
    targets = [outcome.target for outcome in outcomes]
    stamp = make_stamp(
        request.spec.name,
        {**request.spec.preset, **request.params},
        targets,
        results,
        gaps=len(summary.gaps),
        run_id=summary.run_id,
    )
    return stamp, {
        **stamp,
        "missing": [gap.label for gap in summary.gaps],
        "identities": sorted({t.identity for t in targets if t.identity}),
        "endpoints": sorted({t.endpoint for t in targets if t.endpoint}),
        "operations": _operations(results),
        "started_at": started_at.isoformat(),
        "seconds": round(summary.seconds, 3),
        "versions": {"aibrain_jupyter": __version__, "python": platform.python_version()},
    }


def results_of(outcomes: Sequence[CallOutcome]) -> list[ToolResult]:
    """Return the results of the calls that gave one, in call order."""
    return [outcome.value for outcome in outcomes if isinstance(outcome.value, ToolResult)]


def _operations(results: Sequence[ToolResult]) -> dict[str, int]:
    total: dict[str, int] = {}
    for result in results:
        for name, count in result.operations.items():
            total[name] = total.get(name, 0) + count
    return dict(sorted(total.items()))
