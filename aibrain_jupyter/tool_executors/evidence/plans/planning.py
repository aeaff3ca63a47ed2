"""The tools of collection plans that ask no provider: what is due, and which plans are shipped."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.plans import due as dues
from aibrain_jupyter.evidence.plans.plan import CollectionPlan
from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError
from aibrain_jupyter.shared.frames.stack import UTC, table_of
from aibrain_jupyter.shared.texts.moments import parse_moment
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.tool_executors.evidence.common import Reads
from aibrain_jupyter.tool_executors.evidence.plans.named import (
    is_file,
    plan_of,
    shipped_plans,
    shipped_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from aibrain_jupyter.evidence.plans.due import Duty
    from aibrain_jupyter.evidence.store.store import Item
    from aibrain_jupyter.shared.base_tool import CallContext

__all__ = ["DUE", "PLANS", "CollectionPlan", "plan_of", "shipped_plans"]

_MOST_NAMED: Final = 10
_DUE: Final = {
    "code": "str",
    "row": "str",
    "title": "str",
    "occurrence": "str",
    "status": "str",
    "item": "str",
    "due": UTC,
    "remarks": "str",
    "owner": "str",
}
_ROWS: Final = {
    "row": "str",
    "title": "str",
    "codes": "str",
    "collected_by": "str",
    "every": "str",
    "checks": "str",
    "why": "str",
}


def _due(ctx: CallContext, plan: str, period: str, at: str, strict: bool) -> pd.DataFrame:
    """
    Return what a plan asks for: a row for each code, row and occurrence.

    Returns:
        Columns ``code``, ``row``, ``title``, ``occurrence``, ``status`` (present, due, late,
        missing, stale, incomplete, returned, rejected), ``item``, ``remarks``, ``owner`` (str) and
        ``due`` (UTC): until when it may be collected. ``attrs["evidence"]`` has verdict and status:
        0 nothing is needed, 2 something is.

    Raises:
        EvidenceError: something is needed, and `strict`.
    """
    found = plan_of(plan, period, ctx.asked_at)
    store = default_store()
    items, now = store.items() if store.exists else [], ctx.asked_at
    if at:
        moment = parse_moment(at, now)
        items, now = _as_of(items, moment.end), moment.start
    duties = dues.due_of(found, items, now)
    frame = table_of([_row(duty) for duty in duties], _DUE)
    needed = [duty for duty in duties if duty.status not in dues.SETTLED]
    verdict = f"{found.title}, {found.period}: {_counted(duties)}"
    frame.attrs["evidence"] = {"verdict": verdict, "status": 2 if needed else 0}
    if strict and needed:
        hidden = len(needed) - _MOST_NAMED
        more = f"; and {hidden:,} more" if hidden > 0 else ""
        raise EvidenceError(
            f"{found.title} is not complete: {_counted(needed)}.",
            why="; ".join([_named(duty) for duty in needed[:_MOST_NAMED]]) + more,
            next_steps=[f"%aibrain evidence collect {plan} collects what a tool can."],
        )
    return frame


def _as_of(items: Sequence[Item], end: dt.datetime) -> list[Item]:
    """Return the items that there were, with what had been decided of them."""
    return [
        dataclasses.replace(item, events=tuple(e for e in item.events if e.time < end))
        for item in items
        if item.saved.time < end and not item.is_purged  # of those nothing is left to look at
    ]


def _row(duty: Duty) -> dict[str, Any]:
    return {
        "code": str(duty.code),
        "row": duty.row.id,
        "title": duty.row.title,
        "occurrence": duty.occurrence.words,
        "status": duty.status,
        "item": duty.item,
        "due": duty.occurrence.due.astimezone(dt.UTC),
        "remarks": "; ".join(duty.remarks),
        "owner": duty.row.owner,
    }


def _counted(duties: Sequence[Duty]) -> str:
    counts: dict[str, int] = {}
    for duty in duties:
        counts[duty.status] = counts.get(duty.status, 0) + 1
    order = sorted(counts, key=lambda word: word in dues.SETTLED)
    return ", ".join(f"{counts[word]:,} {word}" for word in order)


def _named(duty: Duty) -> str:
    return f"{duty.code} {duty.occurrence.words}: {duty.status}"


def _plans(ctx: CallContext, name: str, file: str) -> pd.DataFrame:
    """
    Return the shipped plans, or the rows of one; with `file` it is written there.

    Raises:
        ParameterError: there is no such plan, or the file is there already.
    """
    if not name:
        names = shipped_plans()
        found = [plan_of(one, now=ctx.asked_at) for one in names]
        rows = [
            {"plan": n, "title": p.title, "rows": len(p.rows)}
            for n, p in zip(names, found, strict=True)
        ]
        return table_of(rows, {"plan": "str", "title": "str", "rows": "Int64"})
    plan = plan_of(name, now=ctx.asked_at)
    if file:
        path = Path(file).expanduser()
        try:
            with path.open("x", encoding="utf-8") as out:
                out.write(
                    shipped_text(name) if not is_file(name) else Path(name).read_text("utf-8")
                )
        except OSError as exc:
            raise ParameterError(f"{file} cannot be written.", why=exc.strerror or "") from exc
    rows = [
        {
            "row": row.id,
            "title": row.title,
            "codes": ", ".join(code.code for code in row.codes),  # their framework is the plan's
            "collected_by": row.tool or f"a person: {row.document}",
            "every": row.every,
            "checks": "; ".join(check.name for check in row.checks),
            "why": row.why,
        }
        for row in plan.rows
    ]
    table = table_of(rows, _ROWS)
    if file:
        step = f"%aibrain evidence collect {file} --dry-run: its calls and policy"
        said = Message(f"{file}: {len(rows)} rows, to be changed", (step,))
        table.attrs["evidence"] = {"said": said}
    return table


DUE, PLANS = Reads(_due), Reads(_plans)
