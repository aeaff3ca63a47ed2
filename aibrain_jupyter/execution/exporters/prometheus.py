"""
What this kernel counted, for Prometheus, by its official client.

A collector reads the figures when it is asked, so a scrape is the only time they cost. A kernel is
short-lived and often cannot be reached: a text file (node exporter) and a push gateway are the
usual ways, a port is opened on request and on this machine only.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.exporters.records import tool_of
from aibrain_jupyter.execution.metrics.measuring import LAG
from aibrain_jupyter.execution.metrics.reading import Metrics
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.imports import import_target
from aibrain_jupyter.shared.texts.addresses import split_login

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aibrain_jupyter.shared.metrics.meter import Figures

JOB: Final = "aibrain_jupyter"
PUSH_TIMEOUT_S: Final = 5.0
_WHAT: Final = "The Prometheus export"
_LABELS: Final = ("tool", "service", "operation", "account_id", "region")
_BOUNDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_COUNTERS: Final = {
    "requests": ("requests", "Answered requests to providers."),
    "errors": ("request_errors", "Answers that were refusals or faults (status 400 and more)."),
    "throttled": ("requests_throttled", "Attempts that were refused for their rate."),
    "retried": ("requests_retried", "Attempts after the first."),
    "rows": ("request_items", "Items that the answers had."),
    "bytes": ("response_bytes", "Bytes of the answers' bodies."),
    "waited_s": ("request_waiting_seconds", "Time requests were held back for pace."),
    "parse_s": ("request_parsing_seconds", "Time spent reading answers."),
}
_GAUGES: Final = {
    "queue": ("calls_waiting", "Calls that have not begun."),
    "places": ("calls_running", "Calls under way."),
    "loop_lag_s": ("loop_lag_seconds", "How late the event loop of a run was when last seen."),
}


class Collector:
    """What a registry asks for the figures; every name begins with ``aibrain_``."""

    def __init__(self) -> None:
        self._runs = RunCounts()

    def collect(self) -> Iterator[Any]:
        """Yield the families, as the client wants them."""
        figures = Metrics.counted()
        for name, (metric, help_text) in _COUNTERS.items():
            family = _family("Counter")(f"aibrain_{metric}", help_text, labels=_LABELS)
            for series, found in figures.items():
                family.add_metric([str(label) for label in series], getattr(found, name))
            yield family
        yield self._durations(figures)
        is_measuring = get_settings().get("metrics")
        for name, (metric, help_text) in _GAUGES.items():
            if name == LAG and not is_measuring:
                continue  # nobody looked at it, which is no lag of 0
            value = Metrics.live()[name]
            yield _family("Gauge")(f"aibrain_{metric}", help_text, value=value)
        yield from self._runs.families()

    def _durations(self, figures: Any) -> Any:
        family = _family("Histogram")(
            "aibrain_request_duration_seconds",
            "Time of answered requests on the wire.",
            labels=("service", "operation"),
        )
        together: dict[tuple[str, str], list[Figures]] = {}
        for series, found in figures.items():
            together.setdefault((series.service, series.operation), []).append(found)
        for labels, parts in together.items():
            counts = [0] * (len(_BOUNDS) + 1)
            for part in parts:
                for upper, count in part.latency.buckets():
                    place = next((n for n, bound in enumerate(_BOUNDS) if upper <= bound), -1)
                    counts[place] += count
            buckets, total = [], 0
            for bound, count in zip((*map(str, _BOUNDS), "+Inf"), counts, strict=True):
                total += count
                buckets.append((bound, total))
            family.add_metric(list(labels), buckets, sum(part.wire_s for part in parts))
        return family


class RunCounts:
    """Runs and calls of this kernel that have ended, each counted once: the numbers only grow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: set[str] = set()
        self._runs: Counter[tuple[str, str]] = Counter()
        self._calls: Counter[tuple[str, str, str]] = Counter()

    def families(self) -> Iterator[Any]:
        """Yield both counters."""
        with self._lock:
            self._count()
            found: list[dict[Any, int]] = [dict(self._runs), dict(self._calls)]
        labels = ("tool", "outcome")
        runs = _family("Counter")("aibrain_runs", "Runs that have ended.", labels=labels)
        calls = _family("Counter")(
            "aibrain_calls", "Calls that have ended.", labels=(*labels, "source")
        )
        for family, counts in zip((runs, calls), found, strict=True):
            for key, count in counts.items():
                family.add_metric(list(key), count)
            yield family

    def _count(self) -> None:
        for run in list(get_session().runs):
            if run.id not in self._seen:
                self._seen.add(run.id)
                tool = tool_of(run)
                self._runs[tool, run.outcome_word] += 1
                self._calls.update((tool, str(c.outcome), c.source) for c in run.calls)


def make_registry() -> Any:
    """
    Return a registry of its own, with our figures alone.
    Raises ToolLoadError: prometheus_client is not installed.
    """
    registry = _client("CollectorRegistry")()
    registry.register(Collector())
    return registry


def write_file(path: Path, registry: Any) -> None:
    """Replace a text file for the node exporter, at once and whole. Raises OSError."""
    _client("write_to_textfile")(str(path), registry)


def push(url: str, registry: Any) -> None:
    """
    Replace what the push gateway has of this kernel. Raises OSError: it cannot be reached.

    Its group is the job and an instance, a random name of this kernel: no user, no host. A login in
    the address goes as HTTP's basic authentication.
    """
    url, login = split_login(url)
    handler = {} if login is None else {"handler": _signed_in(*login)}
    instance = get_session().history.kernel[:12]
    _client("push_to_gateway")(
        url,
        job=JOB,
        registry=registry,
        grouping_key={"instance": instance},
        timeout=PUSH_TIMEOUT_S,
        **handler,
    )


def _signed_in(name: str, password: str) -> Callable[..., Callable[[], None]]:
    send = import_target(
        "prometheus_client.exposition:basic_auth_handler", what=_WHAT, extra="prometheus"
    )

    def handler(url: str, method: str, timeout: float, headers: Any, data: bytes) -> Any:
        return send(url, method, timeout, headers, data, name, password)

    return handler


def open_port(port: int, registry: Any) -> Any:
    """Serve the figures on 127.0.0.1; return the server. Raises OSError: the port is taken."""
    server, _ = _client("start_http_server")(port, addr="127.0.0.1", registry=registry)
    return server


def _family(kind: str) -> Any:
    return import_target(
        f"prometheus_client.core:{kind}MetricFamily", what=_WHAT, extra="prometheus"
    )


def _client(name: str) -> Any:
    return import_target(f"prometheus_client:{name}", what=_WHAT, extra="prometheus")
