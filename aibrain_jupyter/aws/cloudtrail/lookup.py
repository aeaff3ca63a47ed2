"""Events from LookupEvents: the time and one selection are asked for, the rest is looked at."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.answers.paging import pages
from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.cloudtrail.event_rows import UNREAD, id_of, row_of, time_of
from aibrain_jupyter.aws.cloudtrail.found_events import FoundEvent
from aibrain_jupyter.aws.cloudtrail.hand_over import HandOver
from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aibrain_jupyter.aws.cloudtrail.event_rows import RowOf
    from aibrain_jupyter.aws.cloudtrail.selection import Selection, Span
    from aibrain_jupyter.shared.base_tool import CallContext

SOURCE: Final = "LookupEvents"
_MOST: Final = 50


def looked_up(
    ctx: CallContext,
    selection: Selection,
    span: Span,
    *,
    region: str = "",
    make_row: RowOf = row_of,
) -> Iterator[FoundEvent]:
    """
    Yield the events of a span from LookupEvents, the latest first.

    Args:
        ctx: The call context.

        selection: Which events.

        span: Of which time.

        region: Another region than the call's own.

        make_row: What makes the row of an event.

    Raises:
        CallTimeoutError: the call's time is nearly over; what was yielded is all there is.
        ProviderError: the service refused or failed.
    """
    request: dict[str, Any] = {"MaxResults": _MOST}
    if span.start is not None:
        request["StartTime"] = span.start
    if span.end is not None:
        request["EndTime"] = span.end  # events at that very moment come, too
    seen_to = ""
    if attribute := selection.lookup_attribute():
        seen_to, request["LookupAttributes"] = attribute[0], [attribute[1]]
    hand_over = HandOver(ctx)
    hand_over.check()
    for page in pages(ctx, "cloudtrail", "LookupEvents", request, region=region):
        for record in page.get("Events") or ():
            event = _event_of(record)
            time = time_of(event) or record.get("EventTime")
            if not isinstance(time, dt.datetime):
                time = None
            # Of one that cannot be read nobody can tell: it stays.
            is_wanted = UNREAD in event or selection.matches(event, record, but=seen_to)
            if span.has(time) and is_wanted:
                yield FoundEvent(
                    time,
                    record.get("EventId") or id_of(event),
                    make_row(
                        event,
                        record=record,
                        read_from=SOURCE,
                        columns=ctx.columns,
                        revealed=aws_call(ctx).revealed,
                    ),
                )
        hand_over.check()


def _event_of(record: Mapping[str, Any]) -> Mapping[str, Any]:
    text = record.get("CloudTrailEvent")
    try:
        event = json.loads(text or "")
    except (TypeError, ValueError):
        event = None
    if isinstance(event, dict):
        return event
    return {UNREAD: Unreadable(text or "", "the event is no JSON")}
