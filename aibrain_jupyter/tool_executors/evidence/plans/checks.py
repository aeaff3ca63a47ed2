"""
Checks of a plan: a query that no row may meet, over the rows that were collected.

A row that a cell not known leaves undecided makes the check *not known*, and so does whatever
speaks against these being all rows: neither is a pass. Rows that are excluded on purpose are not
judged.

A check that is needed is about what has no row: an account without a trail. So it asks the accounts
that were meant, not the rows that came.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.exclusions import COLUMN, exclusions_of, mark
from aibrain_jupyter.evidence.plans.plan import COUNTS_ACCOUNTS, Check, is_needed
from aibrain_jupyter.evidence.saving.claims import reasons_against
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.tool_executors.where.evaluate import Evaluation
from aibrain_jupyter.tool_executors.where.parse import parse_query

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.evidence.store.store import Store
    from aibrain_jupyter.shared.collected import Collected
    from aibrain_jupyter.tool_executors.evidence.known import Known
    from aibrain_jupyter.tool_executors.where.kinds import Mask

PASSED: Final = "passed"
FAILED: Final = "failed"
NOT_KNOWN: Final = "not known"
NOT_JUDGED: Final = "not judged: newer than the item, --again collects it"


def judged_run(
    checks: Iterable[Check], collected: Collected, known: Known, store: Store, row: str
) -> list[dict[str, Any]]:
    """
    Return the verdict of each check over the rows of a run; see `judged`. `row` is the plan's, as
    exclusions name it.
    """
    today = dt.datetime.now(dt.UTC).date()
    rows, _ = mark(collected.frame, exclusions_of(store, today, row))
    return judged(
        checks,
        rows,
        collected.started_at,
        places=[target.place for target in collected.targets],
        gaps=collected.gaps,
        is_whole=not reasons_against(known.sections["completeness"]),
    )


def check_of(said: Mapping[str, Any]) -> Check:
    """Return the check that a verdict of a manifest is of."""
    return Check(said["name"], said["where"], is_needed=is_needed(said))


def judged(
    checks: Iterable[Check],
    rows: pd.DataFrame,
    now: dt.datetime,
    *,
    places: Sequence[Mapping[str, str]],
    gaps: Sequence[Mapping[str, Any]] = (),
    is_whole: bool = True,
) -> list[dict[str, Any]]:
    """
    Return the verdict of each check.

    Args:
        checks: What no row may meet, or one of each account must.

        rows: What was collected; those excluded on purpose are marked.

        now: What ``90 days ago`` counts from, aware.

        places: Where it was asked: the parts of each target by column.

        gaps: What is missing, with the columns of its place.

        is_whole: Whether nothing speaks against these being all rows: no gap, no total that does
            not agree, no empty answer that nothing confirms.

    Returns:
        For each check ``name``, ``where``, ``verdict`` (`PASSED`, `FAILED`, `NOT_KNOWN`), ``rows``
        that meet it, ``not_known``: rows of which it is not known, its ``rule`` in words, and what
        it ``counts``: of one that is needed accounts, those without a row that meets it.

    Raises:
        InputError: a query does not fit the columns.
    """
    places = [place for place in places if place]  # what has no account has none that lacks a row
    meant = rows[rows[COLUMN].isna()] if COLUMN in rows else rows
    meant = meant.reset_index(drop=True)
    found = []
    for check in checks:
        query = parse_query(check.where)
        month = get_settings().get("fiscal_year_start")
        asked = Evaluation(meant, query, now, fiscal_year_start=month)
        may, may_not = (asked.may(query.tree, says=says) for says in (True, False))
        if check.is_needed:
            missing = gaps or (() if is_whole else ({},))
            bad, unsure = _lacking(meant, may, may & ~may_not, places, missing)
            verdict = FAILED if bad else NOT_KNOWN if unsure or not places else PASSED
        else:
            bad, unsure = int((may & ~may_not).sum()), int((may & may_not).sum())
            has_rows = len(meant) or not len(rows)  # where all are excluded none was judged
            is_sure = is_whole and has_rows and not unsure
            verdict = FAILED if bad else PASSED if is_sure else NOT_KNOWN
        counts = COUNTS_ACCOUNTS if check.is_needed else "row"
        facts = {"name": check.name, "where": check.where, "rule": check.rule, "counts": counts}
        found.append({**facts, "verdict": verdict, "rows": bad, "not_known": unsure})
    return found


def _lacking(
    rows: pd.DataFrame,
    may: Mask,
    is_sure: Mask,
    places: Sequence[Mapping[str, str]],
    gaps: Sequence[Mapping[str, Any]],
) -> tuple[int, int]:
    """Count the accounts without a row that meets a query, and those of which it is not known."""
    bad = unsure = 0
    for column, account in dict.fromkeys(next(iter(place.items())) for place in places):
        mine = (rows[column] == account).to_numpy()
        if (mine & is_sure).any():
            continue
        is_open = (mine & may).any() or any(gap.get(column, account) == account for gap in gaps)
        bad, unsure = bad + (not is_open), unsure + bool(is_open)
    return bad, unsure
