"""Events as they are found: each once, in the order they happened, whatever they came from."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_LAST: Final = dt.datetime.max.replace(tzinfo=dt.UTC)


class FoundEvent(NamedTuple):
    """An event: when it happened (None: not said), its id (None: an old one), its row."""

    time: dt.datetime | None
    event_id: str | None
    row: dict[str, Any]


def rows_in_order(events: Iterable[FoundEvent]) -> list[dict[str, Any]]:
    """
    Return the rows by time; events of the same moment by id, those without a time last.

    CloudTrail may deliver an event more than once: of those with the same id the first is kept.
    """
    first: dict[str | int, FoundEvent] = {}
    for number, event in enumerate(events):
        first.setdefault(number if event.event_id is None else event.event_id, event)
    found = sorted(first.values(), key=lambda event: (event.time or _LAST, event.event_id or ""))
    return [event.row for event in found]
