"""
An export with its control totals: count, list, count; once more where they do not agree.

What is counted of a resource says ``totals/table.py``. The total of its parents is compared too,
with the parents as the run listed them: a lost page of parents takes children and their total
along. Beside it stand the invariants of any list: each page follows from the one before it, and no
row is there twice. They find what gets lost here, and are no total.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.answers.page_watch import PageWatch
from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.resources.expressions import search
from aibrain_jupyter.aws.resources.populations.declaration import SOURCE
from aibrain_jupyter.aws.resources.totals.asking import ask
from aibrain_jupyter.aws.resources.totals.declaration import ACCOUNT
from aibrain_jupyter.aws.resources.totals.digests import keys_of
from aibrain_jupyter.aws.resources.totals.listing import doubled, listing_of
from aibrain_jupyter.aws.resources.totals.table import TOTALS, totals_of
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.tools.totals import (
    MOST_NAMED,
    Claim,
    ControlTotal,
    Count,
    Kind,
    Listing,
    Verdict,
    judge,
    no_total,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from aibrain_jupyter.aws.answers.page_watch import Ear
    from aibrain_jupyter.aws.resources.declaration import Resource
    from aibrain_jupyter.aws.resources.totals.declaration import Heard, Total, Totals
    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult

ATTEMPTS = 2
"""How often the listing is made where the totals say that something is missing."""


def counted(resource: Resource, ctx: CallContext, listing: Callable[[], ToolResult]) -> ToolResult:
    """
    Return the result of `listing` with its control totals; a mismatch is one of its gaps.

    Raises:
        CallCancelledError: the call was cancelled (CallTimeoutError: is past its deadline).
        AibrainError: the listing failed.
    """
    if ctx.columns is not None:
        ctx.columns |= columns_of(resource)
    counts = _Counts(resource, ctx)
    counts.ask_before()
    for attempt in range(1, ATTEMPTS + 1):
        aws_call(ctx).watch = counts.watch()
        result = listing()
        totals = counts.compare(result.frame)
        has_failed = any(total.verdict.has_failed for total in totals)
        if not has_failed or result.gaps or attempt == ATTEMPTS:
            break
    notes = (*result.notes, *([_TWICE] if attempt > 1 else []))
    gaps = tuple(_gap(total, ctx) for total in totals if total.verdict.has_failed)
    return dataclasses.replace(
        result,
        gaps=(*result.gaps, *gaps),
        notes=notes,
        totals=totals,
        operations=dict(ctx.operations),
    )


_TWICE = "It was listed twice: the first time it did not agree with its control total."


def counted_later(
    resource: Resource, ctx: CallContext, frame: pd.DataFrame
) -> tuple[ControlTotal, ...]:
    """Return the control totals of rows that were collected before; asked once, now."""
    if missing := sorted(totals_of(resource).columns - {*frame.columns}):
        why = f"the rows have no {', '.join(missing)}"
        return (no_total(resource.tool_name, len(frame), ctx.target.label, why),)
    return _Counts(resource, ctx, is_later=True).compare(frame)


def columns_of(resource: Resource) -> frozenset[str]:
    """Return the columns that the totals of a resource look at."""
    return totals_of(resource).columns | ({resource.date} - {""})


class _Counts:
    """The totals of one call: its own, and its parents'."""

    def __init__(self, resource: Resource, ctx: CallContext, *, is_later: bool = False) -> None:
        self._resource, self._ctx, self._is_later = resource, ctx, is_later
        self._own = totals_of(resource)
        parents = self._own.parents
        self._parents = TOTALS[parents.resource] if parents else None
        self._ears: dict[Heard, Ear] = {}
        self._watch = PageWatch()
        self._before: dict[str, tuple[Total, Count]] = {}

    def watch(self) -> PageWatch:
        """Return what listens to the next listing."""
        self._ears = {heard: _ear(heard) for heard in self._own.heard}
        self._watch = PageWatch((heard.operation, ear) for heard, ear in self._ears.items())
        return self._watch

    def ask_before(self) -> None:
        """Ask what is asked before and after."""
        for name, totals in self._all():
            for total in totals.totals:
                if not total.is_asked_twice:
                    break
                count = self._ask(total)
                if count.number is not None:
                    self._before[name] = total, count
                    break

    def compare(self, frame: pd.DataFrame) -> tuple[ControlTotal, ...]:
        """Ask again and return what came of it."""
        if SOURCE.name in frame:
            # Totals count what is there now; rows that are gone are CloudTrail's.
            frame = frame[frame[SOURCE.name].str.startswith("now")]
        found = []
        for name, totals in self._all():
            total, before, after = self._after(name, totals)
            found.append(self._judged(name, total, frame, before, after))
        return (*found, *self._invariants(frame))

    def _all(self) -> Iterator[tuple[str, Totals]]:
        yield self._resource.tool_name, self._own
        if self._own.parents and self._parents and not self._is_later:
            yield self._own.parents.resource, self._parents

    def _ask(self, total: Total) -> Count:
        if total.heard is None:
            return ask(self._ctx, total)
        heard = self._heard(total.heard)
        if heard is None:
            return Count(why=f"the run did not ask {total.heard.operation}")
        return ask(self._ctx, total, heard)

    def _after(self, name: str, totals: Totals) -> tuple[Total, Count | None, Count]:
        if name in self._before:
            total, before = self._before[name]
            after = self._ask(total)
            if after.number is not None:
                self._before[name] = total, after  # a second listing begins here
            return total, before, after
        whys = []
        for total in totals.totals:
            count = self._from_the_run(total) or self._ask(total)
            if count.number is not None:
                return total, None, count
            whys.append(count.why)
        return totals.totals[0], None, Count(why="; ".join(dict.fromkeys(whys)))

    def _from_the_run(self, total: Total) -> Count | None:
        ids = self._heard(total.answers)
        if ids is None or not all(isinstance(name, str) for name in ids):
            return None
        return Count(len(set(ids)), frozenset(ids), dt.datetime.now(dt.UTC))

    def _heard(self, heard: Heard | None) -> list[Any] | None:
        ear = self._ears.get(heard) if heard else None
        return None if ear is None else self._watch.heard(ear)

    def _judged(
        self, name: str, total: Total, frame: pd.DataFrame, before: Count | None, after: Count
    ) -> ControlTotal:
        claim = Claim(
            name=name,
            source=total.source,
            kind=total.kind,
            scope=_scope(total).replace(ACCOUNT, self._ctx.target.account),
            differences=total.differs,
            place=self._ctx.target.label,
            is_confirmed=total.is_confirmed,
        )
        counts: Any = {"before": before, "after": after, "is_later": self._is_later}
        if total.heard is not None:
            # What the digests do not name yet is no fault of the listing.
            ids = keys_of(self._heard(total.heard) or ()) & (after.ids or frozenset())
            return judge(claim, Listing(len(ids), ids), **counts)
        if self._own.parents and name == self._own.parents.resource:
            listed_parents = self._heard(self._own.parents.heard)
            if listed_parents is None:
                return judge(claim, Listing(0), after=Count(why="the run did not list them"))
            ids = frozenset(map(str, listed_parents))
            return judge(claim, Listing(len(ids), ids), **counts)

        def listed(without: Any) -> Listing:
            where = (self._own, total, self._ctx.target, after)
            return listing_of(frame, *where, date=self._resource.date, without=without)

        listing = listed({})
        found = judge(claim, listing, **counts)
        if not total.maybe_without or found.verdict not in (Verdict.MISMATCH, Verdict.TO_EXPLAIN):
            return found
        fewer = listed(total.maybe_without)
        less = _words(total.maybe_without, "without")
        other = judge(dataclasses.replace(claim, scope=less), fewer, **counts)
        if other.verdict is Verdict.MATCH:
            return other
        if fewer.number <= (found.number or 0) <= listing.number:
            why = f"it may count a part of those {_words(total.maybe_without)}"
            return dataclasses.replace(found, verdict=Verdict.TO_EXPLAIN, why=why)
        return found

    def _invariants(self, frame: pd.DataFrame) -> Iterator[ControlTotal]:
        place = self._ctx.target.label
        names = doubled(frame)
        yield ControlTotal(
            name="rows that are there once",
            source="",
            kind=Kind.INVARIANT,
            verdict=Verdict.MISMATCH if names else Verdict.MATCH,
            listed=len(frame),
            extra=tuple(names[:MOST_NAMED]),
            why="rows are there twice" if names else "",
            place=place,
        )
        if self._is_later:
            return
        lists = [read for read in self._watch.lists if read.pages]
        broken = sorted({read.operation for read in lists if not read.is_whole})
        yield ControlTotal(
            name="pages that follow from each other",
            source=", ".join(broken),
            kind=Kind.INVARIANT,
            verdict=Verdict.MISMATCH if broken else Verdict.MATCH,
            listed=sum(read.pages for read in lists),
            why="a page is missing from a list" if broken else "",
            place=place,
        )


def _ear(heard: Heard) -> Ear:
    def ear(page: Any) -> list[Any]:
        return [search(heard.ids, record) for record in search(heard.records, page) or ()]

    return ear


def _scope(total: Total) -> str:
    return " and ".join(filter(None, (_words(total.only), _words(total.without, "without"))))


def _words(rules: Any, before: str = "") -> str:
    """Return ``kind manual``, ``without status creating``."""
    parts = [f"{name} {', '.join(map(str, values))}" for name, values in rules.items()]
    return f"{before} {' and '.join(parts)}".strip() if parts else ""


def _gap(total: ControlTotal, ctx: CallContext) -> Gap:
    return Gap(Outcome.FAILED, total.words, ctx.target, operation=total.source, item=total.name)
