"""What came of a collection: for each code whether it is complete, and what is not."""

from __future__ import annotations

import dataclasses
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.plans import due
from aibrain_jupyter.evidence.plans.fitting import Kept, reaches_end
from aibrain_jupyter.evidence.store.store import INCOMPLETE
from aibrain_jupyter.shared.frames.stack import table_of
from aibrain_jupyter.tool_executors.evidence.plans.checks import (
    FAILED,
    NOT_JUDGED,
    PASSED,
    check_of,
)
from aibrain_jupyter.tool_executors.evidence.plans.planned import said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.evidence.plans.occurrences import Occurrence
    from aibrain_jupyter.evidence.plans.plan import CollectionPlan, PlanRow
    from aibrain_jupyter.evidence.store.store import Item

COMPLETE: Final = "complete"
GAPS: Final = "with gaps"
TOTAL_OFF: Final = "total off"
CHECK_FAILED: Final = "check failed"
CHECK_NOT_KNOWN: Final = "check not known"
NOT_OVER: Final = "not over"
MISSING: Final = "missing"
_WORDS: Final = {
    TOTAL_OFF: "with a total off",
    CHECK_FAILED: "with a failed check",
    CHECK_NOT_KNOWN: "with a check not known",
}
"""How they are said after a number."""
SETTLED: Final = (due.PRESENT, due.LATE)
"""Duties that need no further collecting."""

_COLUMNS: Final = {
    "code": "str",
    "row": "str",
    "title": "str",
    "occurrence": "str",
    "status": "str",
    "item": "str",
    "rows": "Int64",
    "gaps": "Int64",
    "totals": "str",
    "checks": "str",
    "run": "str",
    "remarks": "str",
}


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of one row of a plan: its `status`, and what the table says of it."""

    row: PlanRow
    occurrence: Occurrence
    status: str
    item: str = ""
    rows: int | None = None
    gaps: int | None = None
    totals: str = ""
    checks: str = ""
    run: str = ""
    remarks: str = ""

    @classmethod
    def missing(
        cls,
        row: PlanRow,
        occurrence: Occurrence,
        why: str,
        run: str = "",
        gaps: int | None = None,
    ) -> Collected:
        """Return a row of which nothing was saved, and why."""
        return cls(row, occurrence, MISSING, gaps=gaps, run=run, remarks=why)

    @classmethod
    def by_hand(cls, row: PlanRow, occurrence: Occurrence) -> Collected:
        """Return a row that a person attaches."""
        codes = " ".join(f"--{code.kind} {shlex.quote(str(code))}" for code in row.codes)
        step = f"attach it: %aibrain evidence attach FILE {codes}"
        return cls(row, occurrence, MISSING, remarks=f"{row.document}; {step}")

    def without_sample(self, why: str) -> Collected:
        """Return the same, with the remark that its sample could not be drawn."""
        status = MISSING if self.status == COMPLETE else self.status
        said = f"{self.remarks} No sample was drawn: {why}".strip()
        return dataclasses.replace(self, status=status, remarks=said)

    def with_remark(self, said: str) -> Collected:
        """Return the same with one more remark."""
        return dataclasses.replace(self, remarks=f"{self.remarks} {said}".strip())

    @classmethod
    def of_item(cls, row: PlanRow, occurrence: Occurrence, item: Item, run: str = "") -> Collected:
        """Return a row that was saved; without a `run` it was saved before."""
        manifest = item.manifest()
        completeness = manifest.get("completeness", {})
        checks = _checks(row, manifest)
        totals = [total["verdict"] for total in completeness.get("totals", ())]
        verdicts = {check["verdict"] for check in checks}
        gaps = len(completeness.get("gaps", ()))
        if gaps:
            status = GAPS
        elif "mismatch" in totals:
            status = TOTAL_OFF
        elif FAILED in verdicts:
            status = CHECK_FAILED
        elif manifest["status"] == INCOMPLETE:
            status = GAPS
        else:
            status = COMPLETE if verdicts <= {PASSED} else CHECK_NOT_KNOWN
        if status == COMPLETE and not reaches_end(Kept.of(item), row, occurrence):
            status = NOT_OVER
        remarks = [*manifest.get("incomplete_because", ()), *manifest["times"]["remarks"]]
        if status == NOT_OVER:
            remarks.append(f"{occurrence.words} is not over: collect it again when it is.")
        if not run:
            remarks.insert(0, "saved before")
        return cls(
            row,
            occurrence,
            status,
            item.id,
            manifest.get("rows"),
            gaps,
            _counted(totals),
            "; ".join(f"{check['name']}: {said(check)}" for check in checks),
            run,
            " ".join(remarks),
        )


def table(plan: CollectionPlan, rows: Sequence[Collected]) -> pd.DataFrame:
    """
    Return what came of a collection.

    Args:
        plan: Its plan: rows keep its order.

        rows: What came of each.

    Returns:
        A row for each code of each row of the plan that was meant. Columns ``code``, ``row``,
        ``title``, ``occurrence``, ``status`` (complete, with gaps, total off, check failed, check
        not known, not over, missing), ``item``, ``totals``, ``checks``, ``run``, ``remarks`` (str),
        ``rows`` and ``gaps`` (Int64; NA: nothing was saved). ``attrs["evidence"]`` has a verdict
        and a status: 0 all complete, 2 not.
    """
    order = {row.id: number for number, row in enumerate(plan.rows)}
    rows = sorted(rows, key=lambda one: order[one.row.id])
    found = table_of([_cells(one, str(code)) for one in rows for code in one.row.codes], _COLUMNS)
    counts = _counted([_WORDS.get(one.status, one.status) for one in rows])
    items = sum(bool(one.item) for one in rows)
    verdict = f"{plan.title}: {counts or 'nothing to collect'}; {items:,} items"
    is_whole = all(one.status == COMPLETE for one in rows)
    found.attrs["evidence"] = {"verdict": verdict, "status": 0 if is_whole else 2}
    return found


def _checks(row: PlanRow, manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the verdict of each check of a row; of one that an item was never held to, none."""
    judged = {check_of(one): one for one in manifest.get("collection", {}).get("checks", ())}
    return [
        judged.get(check) or {"name": check.name, "verdict": NOT_JUDGED, "rows": 0, "not_known": 0}
        for check in row.checks
    ]


def _cells(one: Collected, code: str) -> dict[str, Any]:
    return {
        "code": code,
        "row": one.row.id,
        "title": one.row.title,
        "occurrence": one.occurrence.words,
        "status": one.status,
        "item": one.item,
        "rows": one.rows,
        "gaps": one.gaps,
        "totals": one.totals,
        "checks": one.checks,
        "run": one.run,
        "remarks": one.remarks,
    }


def _counted(words: Sequence[str]) -> str:
    return ", ".join(f"{words.count(word):,} {word}" for word in dict.fromkeys(words))
