"""
What this process asked of providers, by minute: added up from the notes of the call log.

A call is counted when it ends, by whoever made it (`measure_call`): its notes are there already
(``shared/call_log.py``), so nothing is written twice and a result from the cache, which asked
nothing, counts nothing here. What was added is taken by who keeps it (``execution/metrics``).
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.metrics.sketch import Sketch
from aibrain_jupyter.shared.texts.utf8 import without_halves

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aibrain_jupyter.shared.base_tool import CallContext

MINUTE_S: Final = 60
KEEP_MINUTES: Final = 30
"""For so long what was taken can still be seen here, minute by minute."""


class Series(NamedTuple):
    """
    What a figure is of.

    `tool` is empty for what planning a run asked (identities, regions), `account_id` and `region`
    are the call's target, empty where they are not known.
    """

    tool: str
    service: str
    operation: str
    account_id: str
    region: str


def _kept(series: Series) -> Series:
    """Return a series as it can be kept and sent: half a surrogate pair can be neither."""
    return Series(*map(without_halves, series))


class Figures:
    """
    What was counted of answered requests.

    `requests`, of these `errors` were refusals or faults (status 400 and more), `pages` those that
    are a page of a list, `rows` the items they had, `bytes` their bodies' length; `throttled`
    attempts were refused for rate, `retried` sent again. `waited_s`, `wire_s`, `parse_s` are
    seconds held back for pace, on the wire, and reading; `latency` has each request's seconds on
    the wire.
    """

    __slots__ = (
        *("requests", "pages", "rows", "errors", "throttled", "retried", "bytes"),
        *("waited_s", "wire_s", "parse_s", "latency"),
    )
    COUNTS: Final = __slots__[:-1]

    def __init__(self) -> None:
        self.requests = self.pages = self.rows = self.errors = 0
        self.throttled = self.retried = self.bytes = 0
        self.waited_s = self.wire_s = self.parse_s = 0.0
        self.latency = Sketch()

    def add(self, other: Figures) -> None:
        """Add everything that another one has."""
        for name in self.COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.latency.merge(other.latency)


Minutes = dict[tuple[int, Series], Figures]
"""Figures by the minute's begin (seconds since 1970) and what they are of."""


class Meter:
    """The figures of this process. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: Minutes = {}
        self._taken: list[Minutes] = []
        self._recent: Minutes = {}
        self._total: dict[Series, Figures] = {}

    def add(self, tool: str, place: tuple[str, str], notes: Sequence[Sequence[Any]]) -> None:
        """Add the answered requests of a call: notes in the form of the call log."""
        pending = self._pending
        with self._lock:
            for note in notes:
                at, service, operation, _, _, status, attempts, _, rows, size, throttled = note[:11]
                key = (int(at) // 60 * 60, Series(tool, service, operation, *place))
                found = pending.get(key)
                if found is None:
                    found = pending.setdefault((key[0], _kept(key[1])), Figures())
                found.requests += 1
                if rows is not None:
                    found.pages += 1
                    found.rows += rows
                if status >= 400:
                    found.errors += 1
                found.throttled += throttled
                found.retried += attempts - 1
                found.bytes += size or 0
                found.waited_s += note[11]
                wire_s = note[12]
                found.wire_s += wire_s
                found.parse_s += note[13]
                found.latency.add(wire_s)

    def add_counts(
        self,
        tool: str,
        place: tuple[str, str],
        operations: Mapping[str, int],
        *,
        rows: int,
        throttled: int,
    ) -> None:
        """Add requests that were counted and not noted: how long they took is not known."""
        minute = int(time.time()) // 60 * 60
        with self._lock:
            for number, (name, count) in enumerate(operations.items()):
                service, _, operation = name.rpartition(":")
                key = (minute, _kept(Series(tool, service, operation, *place)))
                found = self._pending.setdefault(key, Figures())
                found.requests += count
                if not number:  # told of all of them together
                    found.rows += rows
                    found.throttled += throttled

    @property
    def is_pending(self) -> bool:
        """Whether there is something that was not taken."""
        return bool(self._pending)

    def take(self) -> Minutes:
        """
        Return what was added since the last time; say `kept` or `put_back` of it afterwards.

        Until then it is counted here all the same: what was sent never becomes less.
        """
        with self._lock:
            taken, self._pending = self._pending, {}
            if taken:
                self._taken.append(taken)
            return taken

    def kept(self, taken: Minutes) -> None:
        """Say that what was taken is kept: it stays visible here for a while."""
        with self._lock:
            self._let_go(taken)
            oldest = time.time() - KEEP_MINUTES * MINUTE_S
            self._recent = {k: v for k, v in self._recent.items() if k[0] >= oldest}
            for (minute, series), figures in taken.items():
                self._recent.setdefault((minute, series), Figures()).add(figures)
                self._total.setdefault(series, Figures()).add(figures)

    def put_back(self, taken: Minutes) -> None:
        """Take back what could not be kept."""
        with self._lock:
            self._let_go(taken)
            for key, figures in taken.items():
                self._pending.setdefault(key, Figures()).add(figures)

    def _let_go(self, taken: Minutes) -> None:
        self._taken = [one for one in self._taken if one is not taken]

    def _not_kept(self) -> Iterator[tuple[tuple[int, Series], Figures]]:
        for minutes in (*self._taken, self._pending):
            yield from minutes.items()

    def recent(self) -> Minutes:
        """Return copies of the last `KEEP_MINUTES` minutes of this process, kept or not."""
        found: Minutes = {}
        oldest = time.time() - KEEP_MINUTES * MINUTE_S
        with self._lock:
            for key, figures in (*self._recent.items(), *self._not_kept()):
                if key[0] >= oldest:
                    found.setdefault(key, Figures()).add(figures)
        return found

    def sent(self) -> dict[tuple[str, str, str], int]:
        """Return how often something was sent by now, by service, operation and account."""
        found: Counter[tuple[str, str, str]] = Counter()
        with self._lock:
            pending = ((series, figures) for (_, series), figures in self._not_kept())
            for series, figures in (*self._total.items(), *pending):
                key = (series.service, series.operation, series.account_id)
                found[key] += figures.requests + figures.retried
        return dict(found)

    def totals(self) -> dict[Series, Figures]:
        """Return copies of everything this process counted since it began, by series."""
        found: dict[Series, Figures] = {}
        with self._lock:
            for series, figures in self._total.items():
                found.setdefault(series, Figures()).add(figures)
            for (_, series), figures in self._not_kept():
                found.setdefault(series, Figures()).add(figures)
        return found


@cache
def get_meter() -> Meter:
    """Return the figures of this process."""
    return Meter()


def measure_call(tool: str, context: CallContext) -> None:
    """Count what a call that has ended asked its provider, if that is measured now."""
    if get_settings().get("metrics"):
        count_call(tool, context)


def count_call(tool: str, context: CallContext) -> None:
    """Count what a call asked its provider that ended while metrics were on."""
    if not (context.answered or context.operations):
        return
    place = context.target.place
    if context.answered:
        get_meter().add(tool, place, context.answered)
    else:
        counts = {"rows": context.rows, "throttled": context.throttled}
        get_meter().add_counts(tool, place, context.operations, **counts)
