"""
From events to lives: from when until when each thing was there.

An event that deletes ends a life; where none was seen to begin, it began before anybody looked. A
name may be given again, so it can have several lives; an id that is unique has one. What is listed
now is the last life of its name, unless it was made after the event: then that ended another one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.resources.expressions import search
from aibrain_jupyter.aws.resources.populations.declaration import CREATED, DELETED, RENAMED
from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.aws.resources.populations.declaration import Change, Population

_CLOCKS: Final = dt.timedelta(seconds=2)
"""What the time of an event and that of what it made may differ by: both are cut to seconds."""


@dataclass(frozen=True, slots=True)
class Told:
    """
    One change of one thing, as an event tells it; `where` is the event's log file, if any.

    `by` says what told it; `event_id` is the event's id, or the item's.
    """

    time: dt.datetime
    kind: str
    key: str
    new_key: str
    event_id: str
    where: str
    event: Mapping[str, Any]
    by: str = "CloudTrail event"


@dataclass(slots=True)
class Life:
    """
    One thing: `start` and `end` are None where no event tells (`is_open`: it may be there now).

    `former` are its earlier names, `told` the events that tell of it.
    """

    key: str
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    is_open: bool = True
    former: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


def told_by(
    change: Change, event: Mapping[str, Any], time: dt.datetime | None, event_id: str, where: str
) -> list[Told] | None:
    """Return what an event tells; None: it does not say when, or of what."""
    if event.get("errorCode") or (change.when and not search(change.when, event)):
        return []
    found = search(change.key, event)
    keys = found if isinstance(found, list) else [found]
    new_key = search(change.new_key, event) if change.new_key else ""
    if time is None or not keys or not all(_is_text(key) for key in (*keys, new_key)):
        return None
    return [Told(time, change.kind, key, new_key, event_id, where, event) for key in keys]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Unreadable)


class Lives:
    """The lives that events of one population tell of, by key."""

    def __init__(self, population: Population, told: Iterable[Told]) -> None:
        self._population = population
        self.all: list[Life] = []
        self._open: dict[str, Life] = {}
        for each in sorted(told, key=lambda told: (told.time, told.kind != DELETED)):
            self._take(each)

    def same(self, key: str) -> str:
        """Return what keys of the same thing have in common."""
        return key.lower() if self._population.ignores_case else key

    def of_listed(self, key: str, made: dt.datetime | None) -> Life:
        """
        Return the life of what is listed now, and take it out of `all`.

        Args:
            key: Its key.

            made: When it was made, as the listing says; None: it does not say.
        """
        own = [life for life in self.all if self.same(life.key) == self.same(key)]
        # A rename that waits for its hour: the event is there, the listing has the old name.
        own = own or [
            life
            for life in self.all
            if life.is_open and self.same(key) in map(self.same, life.former)
        ]
        if any(life.is_open for life in own):
            own = [life for life in own if life.is_open]
        elif made is not None:
            # It was made before a deletion and is there now: the deletion did not come about.
            own = [life for life in own if life.end is None or life.end > made + _CLOCKS]
        elif not self._population.is_unique:
            own = []
        for life in own:
            self.all.remove(life)
        found = own[-1] if own else Life(key)
        if made is not None:
            found.start, found.end = made, None
        return found

    def _take(self, told: Told) -> None:
        key = self.same(told.key)
        if self._population.is_unique and key not in self._open and self._was_there(key):
            return  # told twice, as of an instance that is terminated a second time
        life = self._open.get(key)
        if told.kind == CREATED:
            if life is not None:
                if self._population.is_unique:
                    return
                life.is_open = False  # its end was missed
            life = self._begin(told.key, told.time)
        elif life is None:
            life = self._begin(told.key, None)
        life.told.append(told)
        if told.kind == DELETED:
            life.end, life.is_open = told.time, False
            del self._open[key]
        elif told.kind == RENAMED:
            del self._open[key]
            life.former.append(life.key)
            life.key = told.new_key
            if missed := self._open.get(self.same(life.key)):
                missed.is_open = False
            self._open[self.same(life.key)] = life

    def _begin(self, key: str, start: dt.datetime | None) -> Life:
        life = self._open[self.same(key)] = Life(key, start)
        self.all.append(life)
        return life

    def _was_there(self, key: str) -> bool:
        return any(self.same(life.key) == key for life in self.all)


def was_there(
    start: tuple[dt.datetime | None, dt.datetime | None],
    end: tuple[dt.datetime, dt.datetime | None],
    period: Sequence[dt.datetime],
) -> bool | None:
    """
    Tell whether something was there in a period; None: that is not known.

    Args:
        start: The earliest and the latest moment at which it can have begun; None: not known.

        end: The earliest and the latest moment at which it can have ended; None: not known, or
            it is there.

        period: From the first moment to just before the second.
    """
    (first, last), (gone, over) = start, end
    begin, until = period
    if (first is not None and first >= until) or (over is not None and over <= begin):
        return False
    if last is not None and last < until and gone >= begin:
        return True
    return None
