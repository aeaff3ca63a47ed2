"""
Asks an independent total: its calls, one after the other, become a `Count`.

A refusal, or whatever else keeps a total from being told, is a `Count` without a number and with
the reason; only a call that is over ends here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.answers.paging import call
from aibrain_jupyter.aws.clients.current_call import AwsCall
from aibrain_jupyter.aws.clients.home_regions import home_region
from aibrain_jupyter.aws.resources.declaration import BATCH, DETAIL
from aibrain_jupyter.aws.resources.details import listed
from aibrain_jupyter.aws.resources.expressions import search
from aibrain_jupyter.shared.base_tool import import_target
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.events import ignore
from aibrain_jupyter.shared.frames.unreadable import Unreadable
from aibrain_jupyter.shared.tools.totals import Count, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aibrain_jupyter.aws.resources.declaration import Call
    from aibrain_jupyter.aws.resources.totals.declaration import Total
    from aibrain_jupyter.shared.base_tool import CallContext

Item = dict[str, Any]


def ask(ctx: CallContext, total: Total, heard: Sequence[Any] | None = None) -> Count:
    """
    Return what a total says now, of the place of `ctx`.

    Its requests are counted with those of the call and shown as no rows of it. `heard` is what the
    run was answered, for a total that is about that.

    Raises:
        CallCancelledError: the call was cancelled (CallTimeoutError: is past its deadline).
    """
    if total.kind is Kind.NONE:
        return Count(why=total.nothing)
    if total.kind is Kind.KNOWN:
        return Count(1, as_of=dt.datetime.now(dt.UTC))
    target = ctx.target
    if total.is_at_home:
        home = home_region("", partition=target.partition)
        target = dataclasses.replace(target, region=home)
    asking = dataclasses.replace(
        ctx,
        target=target,
        emit=ignore,
        columns=None,
        own=AwsCall(allowed=frozenset(total.allowed)),
    )
    try:
        if total.code:
            more = () if heard is None else (heard,)
            found: Count = import_target(total.code, what=total.source)(asking, total, *more)
            return found
        return _counted(asking, total)
    except AibrainError as error:
        ctx.check()
        return Count(why=f"{error.outcome}: {error.what}")
    finally:
        ctx.may_be_kept = ctx.may_be_kept and asking.may_be_kept


def count_of(items: Sequence[Item], total: Total, as_of: dt.datetime) -> Count:
    """Return the count that the items of a total's last call make."""
    counted = [item for item in items if not total.when or search(total.when, item)]
    if not items and total.nothing:
        return Count(why=total.nothing)
    times = [search(total.as_of, item) for item in items] if total.as_of else [as_of]
    as_of = min((time for time in times if isinstance(time, dt.datetime)), default=as_of)
    span = _span(items, total)
    if total.ids:
        names = [search(total.ids, item) for item in counted]
        if not all(isinstance(name, str) and name for name in names):
            return Count(why=f"{total.source} lists something without what names it")
        ids = frozenset(names)
        return Count(len(ids), ids, as_of, span=span)
    numbers = [search(total.number, item) if total.number else 1 for item in counted]
    if not all(isinstance(number, int | float) for number in numbers):
        return Count(why=f"{total.source} does not say how many there are")
    return Count(int(sum(numbers)), as_of=as_of, span=span)


def _span(items: Sequence[Item], total: Total) -> tuple[dt.datetime, dt.datetime] | None:
    """Return the time that the items cover together, for a total that is about some time only."""
    _, begin, end = total.window
    if not begin or not items:
        return None
    return min(search(begin, item) for item in items), max(search(end, item) for item in items)


def _counted(ctx: CallContext, total: Total) -> Count:
    began = dt.datetime.now(dt.UTC)
    target = ctx.target
    here = {"account": target.account, "region": target.region, "partition": target.partition}
    items: list[Item] = [{"here": here}]
    for number, one in enumerate(total.calls):
        items = _asked(ctx, one, items)
        if number == 0 and not items and total.off:
            return Count(why=total.off)
    return count_of(items, total, began)


def _asked(ctx: CallContext, one: Call, items: Sequence[Item]) -> list[Item]:
    """Return the items that a call makes of those above it."""
    if one.kind != BATCH:
        found = ctx.map(lambda item: list(_below(ctx, one, item, _inputs(one, item))), items)
        return [item for below in found for item in below]
    [(name, expression)] = one.inputs.items()
    values = [search(expression, item) for item in items]
    chunks = [values[start : start + one.size] for start in range(0, len(values), one.size)]
    below = [list(_below(ctx, one, items[0], {name: chunk})) for chunk in chunks]
    return [item for chunk in below for item in chunk]


def _inputs(one: Call, item: Item) -> Item:
    return {name: search(text, item) for name, text in one.inputs.items()}


def _below(ctx: CallContext, one: Call, item: Item, inputs: Item) -> Iterator[Item]:
    service, operation = one.operation.split(":")
    request = {**one.fixed, **inputs}
    records: Iterable[Any]
    if one.kind == DETAIL:
        records = search(one.records, call(ctx, service, operation, request)) or ()
    else:
        records = listed(ctx, service, operation, one.records, request)
    for record in records:
        if isinstance(record, Unreadable):
            continue
        members = record if isinstance(record, dict) else {}
        yield {**item, **members, one.alias: record}
