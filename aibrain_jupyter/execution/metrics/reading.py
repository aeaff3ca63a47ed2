"""
The metrics as they are read: by verbs, dashboard, exporters and alerts.

Everything is of all kernels of this user, from the history; `live`, `recent` and `counted` are of
this kernel alone and read no file.
"""

from __future__ import annotations

import contextlib
import sqlite3
import warnings
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from aibrain_jupyter.execution.metrics.measuring import drain, get_gauges
from aibrain_jupyter.execution.metrics.new_calls import DAY, MINUTE
from aibrain_jupyter.execution.metrics.recording import record_now
from aibrain_jupyter.execution.metrics.store import (
    CALLS,
    REQUESTS,
    TABLES,
    UNMEASURED,
    WITH_LATENCY,
    open_metrics,
)
from aibrain_jupyter.shared.error_handler import HistoryError
from aibrain_jupyter.shared.metrics.meter import get_meter
from aibrain_jupyter.shared.metrics.sketch import Sketch

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from aibrain_jupyter.execution.runs.history.history import History
    from aibrain_jupyter.shared.metrics.meter import Figures, Minutes, Series

LABELS: Final = ("tool", "service", "operation", "account_id", "region")
TIMES: Final = ("minute", "day")
_EVER: Final = 1e12


class UnreadMetricsError(HistoryError):
    """The history cannot be read: what was measured is not known, which is not nothing."""


class Unfinished(NamedTuple):
    """How many runs have not ended: of this kernel, and of others."""

    here: int
    elsewhere: int


@dataclass(slots=True)
class Total:
    """
    The figures of one group.

    `labels` are those it was grouped by, with ``start`` (seconds since 1970) where that was by
    time. `asked` has the figures of requests by the names of `store.REQUESTS`, `latency` their
    seconds on the wire; `ended` those of calls by the names of `store.CALLS` and ``unmeasured``
    (those that asked while metrics were off), `call_latency` the seconds of calls that asked their
    source. A group without any has zeros and empty sketches: `is_asked_known` tells what they mean.
    """

    labels: dict[str, Any]
    asked: dict[str, int]
    latency: Sketch
    ended: dict[str, int]
    call_latency: Sketch

    @property
    def is_asked_known(self) -> bool:
        """
        Whether the figures of requests are what was asked.

        Where calls asked their source and no request was counted, that was not measured: no figure
        of requests is known, and none of them is 0.
        """
        has_asked = self.ended["live"] or self.ended["unmeasured"]
        return bool(self.asked["requests"]) or not has_asked

    @property
    def hit_rate(self) -> float | None:
        """The part of calls that the cache answered, 0 to 1; None: no call got an answer."""
        hits = sum(self.ended[name] for name in ("from_memory", "from_disk", "from_team", "stale"))
        answered = hits + self.ended["live"]
        return hits / answered if answered else None

    @property
    def throttled_share(self) -> float | None:
        """The part of attempts that were refused for rate, 0 to 1; None: nothing was asked."""
        attempts = self.asked["requests"] + self.asked["retried"]
        return self.asked["throttled"] / attempts if attempts else None

    @property
    def failed(self) -> int:
        """Calls that ended in a gap by their own: refused, throttled, timed out, failed."""
        names = ("denied", "throttled", "timed_out", "failed", "not_enabled")
        return sum(self.ended[name] for name in names)


class Metrics:
    """
    The metrics that a history has; make one where you need it.

    It holds nothing, but while it is a context manager a connection for all that is read in there.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._held: contextlib.ExitStack | None = None
        self._file: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        self._held = contextlib.ExitStack()
        return self

    def __exit__(self, *exc_info: object) -> None:
        held, self._held, self._file = self._held, None, None
        if held is not None:
            held.close()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        if self._held is None:
            with closing(open_metrics(self._history)) as file:
                yield file
            return
        if self._file is None:
            self._file = self._held.enter_context(closing(open_metrics(self._history)))
        yield self._file

    def totals(
        self,
        by: Sequence[str] = (),
        *,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        is_fresh: bool = True,
        latency_in: Collection[str] = WITH_LATENCY,
    ) -> list[Total]:
        """
        Return figures of all kernels, added up.

        Args:
            by: What they are grouped by: names of `LABELS`, ``minute`` or ``day`` (then labels have
                ``start``). None: one total, of everything. Calls know no operation: grouped by it
                they stand in the group of the empty operation.

            since, until: Aware times: from the minute that has the first, up to the one before the
                second. Figures older than two days are known by days (UTC): of these, those whose
                noon is in that time.

            is_fresh: Whether what this process has measured is written first, so that it counts. A
                display that reads twice a second says no, and is ten seconds behind.

            latency_in: The tables whose seconds are wanted; the sketches of others are empty. To
                add them up is most of what reading costs where there are many accounts.

        Returns:
            The groups, most requests first, or by time. A warning tells where what this process
            has measured could not be written, and is not among them.

        Raises:
            UnreadMetricsError: the history is damaged, locked or out of reach.
        """
        is_whole = record_now(self._history) if is_fresh else True
        labels = [name for name in by if name in LABELS]
        span = next((name for name in by if name in TIMES), None)
        keys = [*(["start"] if span else []), *labels]
        found: dict[tuple[Any, ...], Total] = {}
        try:
            with self._opened() as file:
                for table, names in TABLES.items():
                    has_latency = table in latency_in
                    query, values = _query(
                        table, names, labels, span, since, until, has_latency=has_latency
                    )
                    for row in file.execute(query, values):
                        _take_in(found, table, names, keys, row, has_latency=has_latency)
        except (sqlite3.Error, OSError) as exc:
            raise self._unread(exc) from exc
        if not is_whole:
            warnings.warn(
                "What this kernel measured of late cannot be written to the history and is missing"
                " in these figures.",
                stacklevel=2,
            )
        order = (lambda t: t.labels["start"]) if span else (lambda t: -t.asked["requests"])
        return sorted(found.values(), key=order)

    def unfinished(self, since: dt.datetime) -> Unfinished:
        """
        Return how many runs that began since then have not ended.

        Those of other kernels may never: their kernel was killed. What they asked is in the
        figures but for the last seconds, their calls are in none.

        Raises:
            UnreadMetricsError: as for `totals`.
        """
        query = (
            "SELECT TOTAL(kernel = ?1), TOTAL(kernel != ?1) FROM runs"
            " WHERE outcome = 'unfinished' AND started >= ?2"
        )
        try:
            with closing(open_metrics(self._history)) as file:
                values = (self._history.kernel, since.isoformat())
                here, elsewhere = file.execute(query, values).fetchone()
                return Unfinished(int(here), int(elsewhere))
        except (sqlite3.Error, OSError) as exc:
            raise self._unread(exc) from exc

    def gauges(
        self, *, since: dt.datetime | None = None, until: dt.datetime | None = None
    ) -> list[dict[str, Any]]:
        """
        Return queue, places and loop lag over time, of all kernels.

        Returns:
            One mapping a minute (a day, when older than two) and name: ``start`` (seconds since
            1970), ``span`` (60 or 86400), ``name`` (``queue``, ``places``, ``loop_lag_s``),
            ``mean`` and ``most``; by time.

        Raises:
            UnreadMetricsError: as for `totals`.
        """
        where, values = _when(None, since, until)
        query = (
            "SELECT start, span, name, sum / count AS mean, most FROM metric_gauges"  # noqa: S608
            f" WHERE {where} ORDER BY start"
        )
        try:
            with closing(open_metrics(self._history)) as file:
                file.row_factory = sqlite3.Row
                return [dict(row) for row in file.execute(query, values)]
        except (sqlite3.Error, OSError) as exc:
            raise self._unread(exc) from exc

    def _unread(self, exc: Exception) -> UnreadMetricsError:
        return UnreadMetricsError(
            "The history cannot be read: what was measured is not known.",
            why=f"{self._history.path}: {exc}",
            next_steps=[
                "Locked: run it again in a while, another program writes.",
                "Damaged: move the file away; a new one begins with the next run.",
                "%aibrain stats RUN has the figures of a run of this kernel.",
            ],
        )

    @staticmethod
    def live() -> dict[str, float]:
        """Return this kernel's ``queue``, ``places``, ``loop_lag_s`` of now: see `Gauges.now`."""
        return get_gauges().now()

    @staticmethod
    def recent() -> Minutes:
        """Return this kernel's figures of the last half hour by (minute, series): copies."""
        drain()
        return get_meter().recent()

    @staticmethod
    def sent() -> dict[tuple[str, str, str], int]:
        """
        Return this kernel's attempts since it began, by service, operation and account.

        What the recorder has not added up yet, half a second of a run, is not among them.
        """
        return get_meter().sent()

    @staticmethod
    def counted() -> dict[Series, Figures]:
        """Return this kernel's figures since it began, by series: copies; they only grow."""
        drain()
        return get_meter().totals()


def nothing_of(labels: dict[str, Any]) -> Total:
    """Return a group of these labels to which nothing was added yet."""
    asked, ended = dict.fromkeys(REQUESTS, 0), dict.fromkeys((*CALLS, *UNMEASURED), 0)
    return Total(labels, asked, Sketch(), ended, Sketch())


def _take_in(
    found: dict[tuple[Any, ...], Total],
    table: str,
    names: Sequence[str],
    keys: Sequence[str],
    row: Sequence[Any],
    *,
    has_latency: bool,
) -> None:
    key, values = tuple(row[: len(keys)]), row[len(keys) : len(keys) + len(names)]
    total = found.get(key)
    if total is None:
        labels = dict(zip(keys, key, strict=True))
        total = found[key] = nothing_of(labels)
    figures, sketch = (
        (total.asked, total.latency)
        if table == "metric_requests"
        else (total.ended, total.call_latency)
    )
    figures.update((name, int(value or 0)) for name, value in zip(names, values, strict=True))
    if has_latency:
        sketch.merge_encoded(row[-1])


def _query(
    table: str,
    names: Iterable[str],
    labels: Sequence[str],
    span: str | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
    *,
    has_latency: bool,
) -> tuple[str, list[Any]]:
    width = {"minute": MINUTE, "day": DAY, None: 0}[span]
    keys = [*([f"start / {width} * {width}"] if width else []), *labels]
    where, values = _when(span, since, until)
    sums = [f"SUM({name})" for name in names]
    if has_latency:
        sums.append("merged(latency)")
    group = f" GROUP BY {', '.join(map(str, range(1, len(keys) + 1)))}" if keys else ""
    query = (
        f"SELECT {', '.join([*keys, *sums])} FROM {table}"  # noqa: S608
        f" JOIN metric_series ON id = series WHERE {where}{group}"
    )
    if not keys:
        query += " HAVING COUNT(*)"
    return query, values


def _when(
    span: str | None, since: dt.datetime | None, until: dt.datetime | None
) -> tuple[str, list[Any]]:
    first = since.timestamp() if since else 0.0
    last = until.timestamp() if until else _EVER
    minutes, days = f"span = {MINUTE} AND start >= ? AND start < ?", ""
    values = [int(first) // 60 * 60, last]
    if span != "minute":
        # Its noon is in one of two times that follow one another, never in both.
        days = f" OR span = {DAY} AND start >= ? AND start < ?"
        values += [first - DAY / 2, last - DAY / 2]
    return f"({minutes}{days})", values
