"""
Details: the requests that fill columns of rows already known.

A detail ends in one of three ways, and they never mix. The service answers; the service says
that there is none (the codes in `absent`), which is an answer too, the empty one; or the detail
was not given (refused, throttled, failed), and then its columns stay missing and a `Gap` says
why. `Details` keeps the gaps of one call and turns the rows into its result. In the
rows, `NOT_KNOWN` names the columns whose detail was not given.

A value that came and cannot be read (`Unreadable`) costs its cell: `result` makes a gap of it.

A detail of which no column is wanted (`CallContext.columns`) is not asked at all. Secrets are
hidden in every answer (``aws/answers/secrets/hide_in_answer.py``).

A *reader* is a function from an answer to columns. Given ``{}`` it returns the columns of
"there is none"; from that its column names are known, so a gap cannot name other ones.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from aibrain_jupyter.aws.answers.absences import says_gone
from aibrain_jupyter.aws.answers.paging import SaysNoneError, call, pages
from aibrain_jupyter.aws.answers.secrets.hide_in_answer import clean_answer
from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.resources.expressions import search
from aibrain_jupyter.aws.resources.row_reasons import items_of, reasons_of
from aibrain_jupyter.aws.resources.values import READ_FAULTS
from aibrain_jupyter.shared.base_tool import ToolResult
from aibrain_jupyter.shared.coverage import NOWHERE, Gap, Outcome
from aibrain_jupyter.shared.error_handler import (
    IncompleteAnswerError,
    ListingLostError,
    ProviderError,
)
from aibrain_jupyter.shared.frames.build import frame_of, series_of
from aibrain_jupyter.shared.frames.columns import NOT_KNOWN
from aibrain_jupyter.shared.frames.unreadable import Unreadable, fitted, told_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.frames.columns import Column
    from aibrain_jupyter.shared.frames.unreadable import Unread

Row = dict[str, Any]
_Answer = TypeVar("_Answer")


class Details:
    """
    The details of one call: asks for them, keeps what was not given. Safe in `CallContext.map`.

    `now` is when the collection began (aware, UTC); ages are counted to it.
    """

    def __init__(self, ctx: CallContext) -> None:
        self.ctx = ctx
        self.now = dt.datetime.now(dt.UTC)
        self._asked: Counter[str] = Counter()
        self._gaps: list[Gap] = []
        self._of_batches: list[Gap] = []
        self._unknown: list[Gap] = []
        self._notes: list[str] = []
        self._lock = Lock()

    def read(
        self,
        reader: Callable[[Mapping[str, Any]], Row],
        service: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        item: str | None,
        absent: Collection[str] = (),
        region: str = "",
        also: Collection[str] = (),
    ) -> Row:
        """
        Ask for one detail and return its columns; none of them when it was not given.

        `also` are columns that are made of these and of others.
        """
        answer = self.ask(
            service,
            operation,
            params,
            item=item,
            columns=(*reader({}), *also),
            absent=absent,
            region=region,
        )
        operation = f"{service}:{operation}"
        return {} if answer is None else self.made(reader, answer, item=item, operation=operation)

    def made(
        self,
        reader: Callable[[Mapping[str, Any]], Row],
        record: Mapping[str, Any],
        *,
        item: str | None,
        operation: str = "",
    ) -> Row:
        """Return the columns of a record; none, with a gap, where `reader` cannot read it."""
        try:
            return reader(record)
        except READ_FAULTS as exc:
            why = f"What came cannot be read ({type(exc).__name__}: {exc})."
            columns = tuple(reader({}))
            if self.is_wanted(columns):
                self.missing(
                    Gap(Outcome.FAILED, why, operation=operation, item=item or "", columns=columns),
                    is_of_batch=True,
                )
            return {}

    def ask(
        self,
        service: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        columns: Iterable[str],
        item: str | None = "",
        absent: Collection[str] = (),
        region: str = "",
    ) -> Row | None:
        """Return the answer, ``{}`` when the service says there is none, None when not given."""
        none: Row = {}
        return self._attempt(
            lambda: _called(self.ctx, service, operation, params, region=region, absent=absent),
            f"{service}:{operation}",
            params,
            empty=none,
            item=item,
            columns=columns,
            absent=absent,
            region=region,
        )

    def ask_all(
        self,
        service: str,
        operation: str,
        key: str,
        params: Mapping[str, Any] | None = None,
        *,
        columns: Iterable[str],
        item: str | None = "",
        absent: Collection[str] = (),
        region: str = "",
        made: Callable[[Any], Any] | None = None,
    ) -> list[Any] | None:
        """Return what `listed` does, ``[]`` for none, None when it was not given."""
        names = tuple(columns)
        # Whatever only fills columns is no row of the export.
        how: dict[str, Any] = {"region": region, "counts_rows": not names, "made": made}
        return self._attempt(
            lambda: listed(self.ctx, service, operation, key, params, **how),
            f"{service}:{operation}",
            params or {},
            empty=[],
            item=item,
            columns=names,
            absent=absent,
            region=region,
        )

    def for_rows(self, columns: Iterable[str]) -> tuple[str, ...]:
        """
        Return the columns of a detail that decides how many rows there are.

        Empty, which is always asked, where none of them is wanted: the rows must not depend on
        the columns that are chosen.
        """
        names = tuple(columns)
        return names if self.is_wanted(names) else ()

    def missing(self, gap: Gap, *, is_of_batch: bool = False) -> None:
        """
        Keep a gap that was found otherwise; account and region are filled in.

        With `is_of_batch` it is about one of the items of a request that did not fail.
        """
        target = self.ctx.target
        with self._lock:
            self._unknown.append(gap)
            (self._of_batches if is_of_batch else self._gaps).append(
                gap if gap.target is not NOWHERE else replace(gap, target=target)
            )

    def note(self, text: str) -> None:
        """Keep a one-line remark for the result."""
        with self._lock:
            if text not in self._notes:
                self._notes.append(text)

    def gaps(self) -> tuple[Gap, ...]:
        """
        Return what was not given. An operation that failed alike for each of several items is
        one gap without an item: a role that lacks a permission is one finding, not a hundred.
        """
        groups: dict[tuple[str, Outcome], list[Gap]] = {}
        for gap in self._gaps:
            groups.setdefault((gap.operation, gap.outcome), []).append(gap)
        found: list[Gap] = []
        for (operation, _), gaps in groups.items():
            if 1 < len(gaps) == self._asked[operation]:
                targets = {gap.target for gap in gaps}
                target = targets.pop() if len(targets) == 1 else self.ctx.target
                columns = dict.fromkeys(name for gap in gaps for name in gap.columns)
                gaps = [replace(gaps[0], item="", target=target, columns=tuple(columns))]
            found += sorted(gaps, key=lambda gap: gap.item)
        return (*found, *sorted(self._of_batches, key=lambda gap: gap.item))

    def result(self, rows: Sequence[Row], columns: Sequence[Column]) -> ToolResult:
        """
        Return the rows, ordered by the first column, as the result of the call.

        The frame has the columns that are wanted, in the order of `columns`, and `NOT_KNOWN`.
        """
        first = columns[0].name
        wanted = self.ctx.columns
        chosen = [
            column
            for column in columns
            if column.name != NOT_KNOWN.name and (wanted is None or column.name in wanted)
        ]
        ordered: Sequence[Mapping[str, Any]]
        ordered, unread = fitted(sorted(rows, key=lambda row: str(row.get(first))), chosen)
        own = self._unread(ordered, unread, first)
        reasons = self._not_known(ordered, {column.name for column in chosen}, own)
        frame = frame_of(ordered, chosen)
        frame[NOT_KNOWN.name] = series_of(reasons, NOT_KNOWN.dtype)
        return ToolResult(
            frame,
            gaps=self.gaps(),
            operations=dict(self.ctx.operations),
            collected_at=self.now,
            notes=tuple(self._notes),
        )

    def _unread(
        self, rows: Sequence[Mapping[str, Any]], unread: Sequence[Unread], first: str
    ) -> dict[int, list[str]]:
        """Keep a gap for each cell that could not be read; return their columns by row."""
        by_row: dict[int, list[str]] = {}
        once: dict[tuple[Any, str, str], Unread] = {}  # an item may have several rows
        for cell in unread:
            by_row.setdefault(cell.row, []).append(cell.column)
            once.setdefault((str(rows[cell.row].get(first)), cell.column, cell.why), cell)
        target = self.ctx.target
        for number, columns, why in told_of(list(once.values())):
            item = str(rows[number].get(first) or "")
            gap = Gap(Outcome.FAILED, why, target, item=item, columns=columns)
            self._of_batches.append(gap)
        return by_row

    def _not_known(
        self,
        rows: Sequence[Mapping[str, Any]],
        names: Collection[str],
        unread: Mapping[int, Collection[str]],
    ) -> list[str | None]:
        """Return per row which of the columns `names` are not known, and why; None: none."""
        if not (self._unknown or unread):
            return [None] * len(rows)
        by_item: dict[str, list[Gap]] = {}
        # Not as they came: threads ask, and where two explain a cell each run names the same one.
        for gap in sorted(self._unknown, key=lambda gap: (gap.operation, gap.outcome, gap.columns)):
            by_item.setdefault(gap.item, []).append(gap)
        own = [items_of(row, by_item) for row in rows]
        # What is not about single rows (a region's default, an answer for all) is about each.
        general = sorted(by_item.keys() - set().union(*own))
        return [
            reasons_of(
                row,
                names,
                [gap for item in (*sorted(items), *general) for gap in by_item[item]],
                unread.get(number, ()),
            )
            for number, (row, items) in enumerate(zip(rows, own, strict=True))
        ]

    def is_wanted(self, columns: Iterable[str]) -> bool:
        """Tell whether one of these columns is wanted; of no column at all: always."""
        wanted = self.ctx.columns
        return wanted is None or not (names := set(columns)) or not names.isdisjoint(wanted)

    def _attempt(
        self,
        request: Callable[[], _Answer],
        operation: str,
        params: Mapping[str, Any],
        *,
        empty: _Answer,
        item: str | None,
        columns: Iterable[str],
        absent: Collection[str],
        region: str,
    ) -> _Answer | None:
        names = tuple(columns)
        if not self.is_wanted(names):
            return None
        if not all(_is_there(value) for value in params.values()):
            self.missing(_not_named(operation, params, item or "", names), is_of_batch=True)
            return None
        with self._lock:
            self._asked[operation] += 1
        try:
            return request()
        except SaysNoneError:
            self.ctx.check()
            return empty
        except ProviderError as error:
            target = self.ctx.target
            self.ctx.check()  # a call that is over its own time ends; it does not fill up with gaps
            code = error.facts.get("code", "")
            if code in absent and not says_gone(code, error.why):
                return empty
            if not error.outcome.is_gap:
                with self._lock:
                    self._unknown.append(Gap(error.outcome, "", item=item or "", columns=names))
                self.note(f"{operation}: {error.what} Unknown: {', '.join(names)}.")
                return None
            at = replace(target, region=region) if region else target
            gap = Gap.of(error, at, item=item or "", columns=names)
            self.missing(replace(gap, operation=operation))
            return None


def _is_there(value: Any) -> bool:
    """Tell whether an input has a value; one taken from a listing may have been left out there."""
    if isinstance(value, list):
        return all(_is_there(each) for each in value)
    return value is not None and not isinstance(value, Unreadable)


def _not_named(
    operation: str, params: Mapping[str, Any], item: str, columns: tuple[str, ...]
) -> Gap:
    missing = ", ".join(name for name, value in params.items() if not _is_there(value))
    why = f"It was listed without what names it ({missing})."
    return Gap(Outcome.FAILED, why, operation=operation, item=item, columns=columns)


def listed(
    ctx: CallContext,
    service: str,
    operation: str,
    key: str,
    params: Mapping[str, Any] | None = None,
    *,
    region: str = "",
    counts_rows: bool = True,
    made: Callable[[Any], Any] | None = None,
) -> list[Any]:
    """
    Return the records under `key` (JMESPath) of every page, or what is `made` of each as it comes.

    A refusal is raised, never an empty list. A listing that lost its place is read again from its
    first page, as often as the call may repair. Secrets are hidden.
    """

    while True:
        found: list[Any] = []
        try:
            for page in pages(
                ctx, service, operation, params or {}, region=region, counts_rows=counts_rows
            ):
                answer = clean_answer(service, operation, page, aws_call(ctx).revealed)
                # Nearly every list is a member: not worth a search.
                records = answer.get(key) if key.isidentifier() else search(key, answer)
                if isinstance(records, Unreadable):
                    raise IncompleteAnswerError(
                        f"The answer of {service}:{operation} cannot be read: {records.why}.",
                        why=str(records),
                        facts={"operation": f"{service}:{operation}"},
                    )
                there = records if isinstance(records, list) else [records]
                there = [record for record in there if record is not None]
                found += map(made, there) if made else there
            return found
        except ListingLostError as lost:  # nothing of before is kept
            if not ctx.may_repair(lost.repair):
                raise


def _called(ctx: CallContext, service: str, operation: str, *asked: Any, **more: Any) -> Row:
    answer = call(ctx, service, operation, *asked, **more)
    return clean_answer(service, operation, answer, aws_call(ctx).revealed)
