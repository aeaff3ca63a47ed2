"""Events from LookupEvents: the time and one selection are asked for, the rest is looked at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.answers.paging import pages
from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.cloudtrail.event_rows import id_of, mapping, row_of, time_of
from aibrain_jupyter.aws.cloudtrail.found_events import FoundEvent
from aibrain_jupyter.aws.cloudtrail.hand_over import HandOver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aibrain_jupyter.aws.cloudtrail.selection import Selection, Span
    from aibrain_jupyter.shared.base_tool import CallContext

SOURCE: Final = "LookupEvents"
_MOST: Final = 50


def looked_up(ctx: CallContext, selection: Selection, span: Span) -> Iterator[FoundEvent]:
    """
    Yield the events of a span from LookupEvents, the latest first.

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
    for page in pages(ctx, "cloudtrail", "LookupEvents", request):
        for record in page.get("Events") or ():
            event = _event_of(record)
            time = time_of(event) or record.get("EventTime")
            if span.has(time) and selection.matches(event, record, but=seen_to):
                yield FoundEvent(
                    time,
                    record.get("EventId") or id_of(event),
                    row_of(
                        event,
                        record=record,
                        read_from=SOURCE,
                        columns=ctx.columns,
                        revealed=aws_call(ctx).revealed,
                    ),
                )
        hand_over.check()


def _event_of(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(json.loads(record.get("CloudTrailEvent") or "{}"))
