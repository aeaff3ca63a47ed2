"""Occurrences: the spans of an audit period for each of which something is to be collected."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.evidence.plans.plan import MONTHS_OF, ONCE
from aibrain_jupyter.shared.error_handler import unknown_name
from aibrain_jupyter.shared.texts.periods import Period

if TYPE_CHECKING:
    from aibrain_jupyter.evidence.plans.plan import CollectionPlan, PlanRow

_WEEK: Final = dt.timedelta(days=7)
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Occurrence:
    """
    One span: its `period`, how it is called (``FY2026-Q1``, or its days), and the last moment at
    which it may be collected (aware).
    """

    words: str
    period: Period
    due: dt.datetime

    @property
    def start(self) -> dt.datetime:
        """Its first moment."""
        assert self.period.start is not None  # a plan's period has both ends
        return self.period.start

    @property
    def end(self) -> dt.datetime:
        """The moment just after it."""
        assert self.period.end is not None
        return self.period.end


def occurrences_of(plan: CollectionPlan, row: PlanRow) -> list[Occurrence]:
    """Return the occurrences of a row in the plan's period in order; the last may end early."""
    start, end = plan.period.start, plan.period.end
    assert start is not None
    assert end is not None
    found: list[Occurrence] = []
    edge = start
    while edge < end:
        number = len(found) + 1
        after = min(end if row.every == ONCE else _after(start, row.every, number), end)
        span = Period(edge, after, plan.period.zone)
        grace = row.due if row.due is not None else dt.timedelta(0)
        found.append(Occurrence(_words(plan, row, span, number), span, after + grace))
        edge = after
    return found


def occurrence_named(plan: CollectionPlan, row: PlanRow, words: str) -> Occurrence:
    """
    Return the occurrence of a row that is called so.

    Raises:
        UnknownNameError: there is none, with those there are.
    """
    known = {one.words.lower(): one for one in occurrences_of(plan, row)}
    if found := known.get(words.strip().lower()):
        return found
    names = [one.words for one in known.values()]
    steps = [f"They are: {', '.join(names[:6])}."]
    raise unknown_name("occurrence", words, names, of=f"row {row.id}", next_steps=steps)


def occurrence_at(plan: CollectionPlan, row: PlanRow, now: dt.datetime) -> Occurrence:
    """Return the occurrence that a moment lies in: the first before all, the last after all."""
    found = occurrences_of(plan, row)
    begun = [one for one in found if one.start <= now]
    return begun[-1] if begun else found[0]


def _after(start: dt.datetime, every: str, number: int) -> dt.datetime:
    if every not in MONTHS_OF:
        return start + number * _WEEK
    year, month = divmod(
        start.year * _MONTHS + start.month - 1 + number * MONTHS_OF[every], _MONTHS
    )
    return start.replace(year=year, month=month + 1, day=1)


def _words(plan: CollectionPlan, row: PlanRow, span: Period, number: int) -> str:
    whole = plan.period_words.strip().upper()
    is_year = whole.removeprefix("FY").isdigit() and span.start is not None
    if span == plan.period and is_year:
        return whole
    if is_year and row.every == "quarter":
        return f"{whole}-Q{number}"
    if row.every == "month" and span.start is not None and span.start.day == 1:
        return f"{span.start:%Y-%m}"
    return span.days if span.zone == "UTC" else str(span)
