"""
Reads everything a dashboard shows, again and again, each thing as often as it is worth.

What this kernel has in memory is read each time; what is in the history, whose writers are ten
seconds behind anyway, every few seconds, and folders once a minute. What cannot be read is said to
be missing.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter, defaultdict, deque
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.advanced_cache import get_cache_manager
from aibrain_jupyter.execution.dashboard.problems import FAILED, going_on, grouped, written_since
from aibrain_jupyter.execution.dashboard.runs import RUNS, WrittenRuns, line_of
from aibrain_jupyter.execution.dashboard.sizes import sizes_of
from aibrain_jupyter.execution.dashboard.state import (
    Asked,
    Ending,
    Hour,
    Moment,
    Pacing,
    Problem,
    RunLine,
)
from aibrain_jupyter.execution.metrics.alerts.states import FIRING, PENDING
from aibrain_jupyter.execution.metrics.alerts.watching import get_watch
from aibrain_jupyter.execution.metrics.reading import Metrics, Total, UnreadMetricsError
from aibrain_jupyter.execution.metrics.recording import record_now
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.metrics.sketch import Sketch
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from aibrain_jupyter.execution.runs.under_way import RunUnderWay
    from aibrain_jupyter.shared.tools.provider import KnownLimit

OPERATIONS: Final = 8
_OFTEN_S: Final = 2.0
_SELDOM_S: Final = 10.0
"""The history is written every ten seconds."""
_RARELY_S: Final = 60.0
_PART_OF_TIME: Final = 0.005
"""That reading one thing may take, where there are thousands of accounts."""
_RATE_OVER_S: Final = 10.0
_RATES: Final = 60
"""Of the requests a second, as a curve: one a reading of `_OFTEN_S`."""
_SESSION: Final = "session_ends_in_s"


class DashboardReader:
    """
    Gives a `Moment` at a time; `span` is what it shows of the past.

    Not thread-safe. `is_fresh` writes what was measured before it is read, for a picture that is
    made once. `clock` gives seconds that never go back: by it is known what is read anew.
    """

    def __init__(
        self,
        span: dt.timedelta,
        *,
        is_fresh: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._span = span
        self._clock = clock
        self._is_fresh = is_fresh
        self._going: set[str] = set()
        self._counted: dict[str, Counter[str]] = {}
        self._written = WrittenRuns()
        self._kept: dict[str, tuple[float, Any]] = {}
        self._samples: deque[tuple[float, dict[tuple[str, str, str], int]]] = deque()
        self._rates: deque[float] = deque(maxlen=_RATES)
        self._unread: tuple[str, ...] = ()

    def read(self) -> Moment:
        """Return everything as it is now."""
        now = dt.datetime.now(dt.UTC)
        # Once for all that is shown: a run may end at any time.
        runs = list(get_session().under_way.values())
        self._look_again_after_a_run({run.id for run in runs})
        since = now - self._span
        groups = self._every(_SELDOM_S, "groups", lambda: self._totals(since))
        elsewhere = self._every(_SELDOM_S, "elsewhere", lambda: self._elsewhere(since))
        self._every(_OFTEN_S, "rates", self._sample)
        live = Metrics.live()
        figures = _figures(groups)
        # The history has the calls of a run when it has ended.
        self._count(runs)
        for ended in self._counted.values():
            figures["calls"] = figures.get("calls", 0) + ended.total()
            failed = sum(count for word, count in ended.items() if word in FAILED)
            figures["failed"] = figures.get("failed", 0) + failed
        return Moment(
            at=now,
            span_s=self._span.total_seconds(),
            elsewhere=elsewhere,
            **figures,
            per_second=self._per_second(),
            rates=tuple(self._rates),
            queue=int(live["queue"]),
            places=int(live["places"]),
            lag_s=live["loop_lag_s"],
            runs=self._runs(runs),
            operations=_operations(groups),
            pacing=self._every(_OFTEN_S, "pacing", self._pacing),
            problems=self._every(_OFTEN_S, "problems", lambda: self._problems(since, runs)),
            sessions=self._every(_SELDOM_S, "sessions", _sessions),
            sizes=self._every(_RARELY_S, "sizes", sizes_of),
            hours=self._every(_SELDOM_S, "hours", _hours),
            alerts=[one for one in get_watch().known() if one.state in (FIRING, PENDING)],
            unread=self._unread,
            unwatched=_unwatched(),
        )

    def _per_second(self) -> float | None:
        if not get_settings().get("metrics"):
            return None
        return self._rates[-1] if self._rates else 0.0

    def _look_again_after_a_run(self, going: set[str]) -> None:
        """Read all of the history anew when a run has ended: what was its own is there now."""
        if self._going - going:
            record_now(get_session().history)
            for name in ("groups", "elsewhere", "why", "problems", "runs", "sizes"):
                self._kept.pop(name, None)
        self._going = going

    def _count(self, runs: list[RunUnderWay]) -> None:
        """Count how the calls ended of the runs that go on, each call once."""
        counted = {run.id: self._counted.get(run.id, Counter()) for run in runs}
        for run in runs:
            found = counted[run.id]
            found.update(str(one.outcome) for one in run.outcomes[found.total() :])
        self._counted = counted

    def _every(self, seconds: float, name: str, read: Callable[[], Any]) -> Any:
        """Return what `read` gives, read anew so often, and less often where that takes long."""
        due, found = self._kept.get(name, (0.0, None))
        began = self._clock()
        if began >= due:
            found = read()
            now = self._clock()
            pause = min((now - began) / _PART_OF_TIME, _RARELY_S)
            self._kept[name] = now + max(seconds, pause), found
        return found

    def _totals(self, since: dt.datetime) -> list[Total]:
        by, metrics = ("service", "operation"), Metrics(get_session().history)
        try:
            found = metrics.totals(by, since=since, is_fresh=self._is_fresh)
        except UnreadMetricsError as exc:
            self._unread = (f"runs and figures: {exc.why}",)
            return []
        self._unread = ()
        return found

    def _elsewhere(self, since: dt.datetime) -> int:
        try:
            return Metrics(get_session().history).unfinished(since).elsewhere
        except UnreadMetricsError:
            return 0  # said to be unread

    def _problems(self, since: dt.datetime, runs: list[RunUnderWay]) -> list[Problem]:
        history = get_session().history
        written = self._every(_SELDOM_S, "why", lambda: written_since(history, since))
        return grouped([*written, *going_on(runs)])

    def _sample(self) -> None:
        """Note how many requests there were by now, by operation and account."""
        counts, now = Metrics.sent(), self._clock()
        self._samples.append((now, counts))
        while len(self._samples) > 2 and now - self._samples[1][0] >= _RATE_OVER_S:
            self._samples.popleft()
        first, before = self._samples[0]
        if now > first:
            grown = sum(counts.values()) - sum(before.values())
            self._rates.append(grown / (now - first))

    def _pacing(self) -> list[Pacing]:
        """Return the busiest operations of late, by account where a limit is known."""
        if len(self._samples) < 2:
            return []
        (first, before), (last, now) = self._samples[0], self._samples[-1]
        limits = self._every(_RARELY_S, "limits", _limits)
        found: list[Pacing] = []
        free: dict[str, float] = defaultdict(float)
        for key, count in now.items():
            rate = (count - before.get(key, 0)) / (last - first)
            service, operation, account = key
            if not rate:
                continue
            name = f"{service}:{operation}"
            known = [one.rate for one in limits if _is_of(one, key)]
            if known:
                found.append(Pacing(name, account, rate, min(known)))
            else:
                free[name] += rate
        found += [Pacing(name, "", rate, None) for name, rate in free.items()]
        # What is near its limit is worth more than what is merely busy.
        found.sort(key=lambda one: (-(one.now / one.limit if one.limit else 0.0), -one.now))
        return found[:OPERATIONS]

    def _runs(self, under_way: list[RunUnderWay]) -> list[RunLine]:
        """Return what goes on, newest first, then what has ended, of other kernels too."""
        found = [line_of(run, self._counted.get(run.id, {})) for run in reversed(under_way)]
        written = self._every(_OFTEN_S, "runs", lambda: self._written.read(get_session().history))
        ids = {line.id for line in found}
        return [*found, *(line for line in written if line.id not in ids)][:RUNS]


def _is_of(limit: KnownLimit, key: tuple[str, str, str]) -> bool:
    return (limit.service, limit.operation) == key[:2] and limit.account in ("", key[2])


def _figures(groups: list[Total]) -> dict[str, Any]:
    """Return what all groups are together; nothing where there is none."""
    if not groups:
        return {}
    asked: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    latency = Sketch()
    for group in groups:
        asked.update(group.asked)
        ended.update(group.ended)
        latency.merge(group.latency)
    one = Total({}, dict(asked), latency, dict(ended), Sketch())
    return {
        "requests": asked["requests"] if one.is_asked_known else None,
        "unmeasured": ended["unmeasured"],
        "calls": ended["calls"],
        "failed": one.failed,
        "throttled_share": one.throttled_share,
        "hit_rate": one.hit_rate,
        **_latency(one),
    }


def _operations(groups: list[Total]) -> list[Asked]:
    """Return what took most of the time on the wire: slow, or asked often."""
    found = []
    for one in groups:
        requests = one.asked["requests"]
        if requests:
            name = f"{one.labels['service']}:{one.labels['operation']}"
            seconds, errors = one.asked["wire_ms"] / 1000, one.asked["errors"] / requests
            p50, p90, p99 = _latency(one).values()
            throttled = one.throttled_share
            found.append(Asked(name, requests, seconds, p50, p90, p99, throttled, errors))
    return sorted(found, key=lambda one: -one.seconds)[:OPERATIONS]


def _latency(one: Total) -> dict[str, float | None]:
    parts = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99}
    found = {name: one.latency.quantile(part) for name, part in parts.items()}
    return {name: None if s is None else round(s * 1000, 1) for name, s in found.items()}


def _unwatched() -> str:
    """Return why it is not known what fires; nothing where it is."""
    if not get_settings().get("alerts"):
        return "alerts: the setting alerts is off"
    problem = get_watch().problem
    return "" if problem is None else f"alerts: {problem.what} {problem.why}".strip()


def _sessions() -> list[Ending]:
    found = [
        Ending(reading.of or provider.name, reading.value)
        for provider in get_tool_registry().used_providers()
        if _SESSION in provider.measures
        for reading in provider.readings([_SESSION])
    ]
    # What is not known stands last.
    return sorted(found, key=lambda one: float("inf") if one.seconds is None else one.seconds)


def _limits() -> list[KnownLimit]:
    return [limit for one in get_tool_registry().used_providers() for limit in one.limits()]


def _hours() -> list[Hour]:
    return [Hour(*one) for one in get_cache_manager().get_advanced_stats()["over_time"]]
