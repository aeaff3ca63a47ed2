"""What a dashboard shows, as data: one moment of everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.execution.metrics.alerts.states import Alert


@dataclass(frozen=True, slots=True)
class RunLine:
    """
    A run: going on (`state` ``running``) or ended. `counts` are its calls by outcome, `calls` how
    many it has (None: not known yet), `is_here` whether this kernel ran it.
    """

    id: str
    title: str
    state: str
    started: dt.datetime
    seconds: float | None
    counts: Mapping[str, int]
    calls: int | None
    rows: int | None = None
    is_here: bool = True
    under_way: int = 0


class Asked(NamedTuple):
    """
    An operation in the time shown: how often, its time on the wire altogether, its latency in
    milliseconds (None: not measured), the parts (0 to 1) of attempts refused for rate and of
    answers that were errors.
    """

    name: str
    requests: int
    seconds: float
    p50_ms: float | None
    p90_ms: float | None
    p99_ms: float | None
    throttled_share: float | None
    error_share: float


class Pacing(NamedTuple):
    """Requests a second of an operation in an account of late, and the `limit` found earlier."""

    name: str
    account: str
    now: float
    limit: float | None


class Problem(NamedTuple):
    """Why so many `calls` ended in a gap in the time shown, in how many places."""

    outcome: str
    why: str
    calls: int
    places: int


class Ending(NamedTuple):
    """When a session ends, in seconds from now; None: that is not known."""

    of: str
    seconds: float | None


class Size(NamedTuple):
    """How big a store is (`size`, in bytes), what is in it, and its limit (0: it has none)."""

    name: str
    size: int
    what: str = ""
    limit: int = 0


class Hour(NamedTuple):
    """Look-ups and hits of the cache in the hour that begins then (seconds since 1970)."""

    begin: float
    asked: int
    hits: int


@dataclass(frozen=True, slots=True)
class Moment:
    """
    Everything at one moment (`at`, aware).

    Of the span that is shown (`span_s` seconds until now), over all kernels: `requests`, `calls`,
    of these `failed`, latency and shares (None: nothing was asked). `requests` is None where
    nothing of what calls asked was measured; `unmeasured` calls asked while metrics were off, and
    the calls of `elsewhere` runs of other kernels, which go on or ended with it, are not counted.
    `per_second` (None: metrics are off), `queue`, `places` and `lag_s` are of this kernel, now.
    """

    at: dt.datetime
    span_s: float
    requests: int | None = 0
    unmeasured: int = 0
    elsewhere: int = 0
    calls: int = 0
    failed: int = 0
    p50_ms: float | None = None
    p90_ms: float | None = None
    p99_ms: float | None = None
    throttled_share: float | None = None
    hit_rate: float | None = None
    per_second: float | None = 0.0
    queue: int = 0
    places: int = 0
    lag_s: float = 0.0
    rates: Sequence[float] = ()
    runs: Sequence[RunLine] = ()
    operations: Sequence[Asked] = ()
    pacing: Sequence[Pacing] = ()
    problems: Sequence[Problem] = ()
    sessions: Sequence[Ending] = ()
    sizes: Sequence[Size] = ()
    hours: Sequence[Hour] = ()
    alerts: Sequence[Alert] = ()
    unread: Sequence[str] = field(default=())
    """What of the history could not be read, in words: figures and runs are missing, not zero."""
    unwatched: str = ""
    """Why it is not known which alerts fire."""
