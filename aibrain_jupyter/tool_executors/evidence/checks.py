"""
Checks of a plan: a query that no row may meet, over the rows that were collected.

A row that a cell not known leaves undecided makes the check *not known*, and so do rows that could
not be read: neither is a pass. Rows that are excluded on purpose are not judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.exclusions import COLUMN
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.tool_executors.where.evaluate import Evaluation
from aibrain_jupyter.tool_executors.where.parse import parse_query

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import pandas as pd

    from aibrain_jupyter.evidence.plans.plan import Check

PASSED: Final = "passed"
FAILED: Final = "failed"
NOT_KNOWN: Final = "not known"


def judged(
    checks: Iterable[Check], rows: pd.DataFrame, now: dt.datetime, *, has_gaps: bool
) -> list[dict[str, Any]]:
    """
    Return the verdict of each check.

    Args:
        checks: What no row may meet.

        rows: What was collected; those excluded on purpose are marked.

        now: What ``90 days ago`` counts from, aware.

        has_gaps: Whether rows are missing.

    Returns:
        For each check ``name``, ``where``, ``verdict`` (`PASSED`, `FAILED`, `NOT_KNOWN`), ``rows``
        that meet it, and ``not_known``: rows of which it is not known.

    Raises:
        InputError: a query does not fit the columns.
    """
    meant = rows[rows[COLUMN].isna()] if COLUMN in rows else rows
    found = []
    for check in checks:
        query = parse_query(check.where)
        month = get_settings().get("fiscal_year_start")
        asked = Evaluation(meant.reset_index(drop=True), query, now, fiscal_year_start=month)
        may, may_not = (asked.may(query.tree, says=says) for says in (True, False))
        certain, open_rows = int((may & ~may_not).sum()), int((may & may_not).sum())
        unsure = bool(open_rows) or has_gaps
        verdict = FAILED if certain else NOT_KNOWN if unsure else PASSED
        found.append(
            {
                "name": check.name,
                "where": check.where,
                "verdict": verdict,
                "rows": certain,
                "not_known": open_rows,
            }
        )
    return found
