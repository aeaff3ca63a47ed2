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


class FoundEvents:
    """The events of one export. CloudTrail may deliver an event more than once."""

    def __init__(self) -> None:
        self._events: list[FoundEvent] = []
        self._ids: set[str] = set()
        self.doubles = 0

    def add(self, events: Iterable[FoundEvent]) -> None:
        """Take in events; of those with the same id the first is kept."""
        for event in events:
            if event.event_id is not None:
                if event.event_id in self._ids:
                    self.doubles += 1
                    continue
                self._ids.add(event.event_id)
            self._events.append(event)

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows by time; events of the same moment by id, those without a time last."""
        self._events.sort(key=lambda event: (event.time or _LAST, event.event_id or ""))
        return [event.row for event in self._events]
