"""What alerts are told of evidence: whether the store verifies, what was returned, what is late."""

from __future__ import annotations

import datetime as dt
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.evidence.decisions.states import RETURNED, code_states, state_of
from aibrain_jupyter.evidence.plans import due as dues
from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.evidence.verification.report import ALTERED
from aibrain_jupyter.evidence.verification.verify import verify
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.tools.provider import Reading
from aibrain_jupyter.tool_executors.evidence.plans.named import plan_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aibrain_jupyter.evidence.store.store import Item

VERIFY_EVERY_S: Final = 6 * 3600
"""A store is read whole to be verified, so that is not done at every look."""
_NEEDED: Final = ("late", "missing", "stale", "returned", "rejected")


def evidence_readings(metrics: Sequence[str]) -> Iterator[Reading]:
    """Yield the values of the metrics of evidence that are asked for; nothing without a store."""
    store = default_store()
    if not store.exists:
        return
    folder = store.folder.name
    if "evidence_findings" in metrics:
        count = _findings(str(store.folder), int(time.time() // VERIFY_EVERY_S))
        yield Reading("evidence_findings", folder, count)
    try:
        items = store.items()
    except AibrainError:  # the findings say it
        for name in ("evidence_returned", "plan_late", "plan_gaps"):
            if name in metrics:
                yield Reading(name, folder, None)
        return
    if "evidence_returned" in metrics:
        returned = [item for item in items if _is_returned(item)]
        yield Reading("evidence_returned", folder, float(len(returned)))
    if {"plan_late", "plan_gaps"} & set(metrics):
        for name in str(get_settings().get("alerts_plans")).split(","):
            if name.strip():
                yield from _of_plan(name.strip(), items, metrics)


@lru_cache(maxsize=4)
def _findings(folder: str, when: int) -> float | None:
    try:
        report = verify(folder)
    except (AibrainError, OSError, ValueError):
        return None
    return float(sum(finding.kind == ALTERED for finding in report.findings))


def _is_returned(item: Item) -> bool:
    return state_of(item) == RETURNED or RETURNED in code_states(item).values()


def _of_plan(name: str, items: Sequence[Item], metrics: Sequence[str]) -> Iterator[Reading]:
    now = dt.datetime.now(dt.UTC)
    try:
        duties = dues.due_of(plan_of(name, now=now), items, now)
    except AibrainError:
        duties = None
    words = {"plan_late": _NEEDED, "plan_gaps": ("incomplete",)}
    for metric, statuses in words.items():
        if metric in metrics:
            found = None if duties is None else sum(one.status in statuses for one in duties)
            yield Reading(metric, name, None if found is None else float(found))
