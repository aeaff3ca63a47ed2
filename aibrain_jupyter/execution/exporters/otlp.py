"""
Runs for OpenTelemetry, by its official SDK over OTLP/HTTP: spans made after the fact, and metrics.

A run is a trace: the run, below it its calls, below those their requests, with the times at which
they happened. Attributes follow the semantic conventions for RPC and AWS; what these have no word
for begins with ``aibrain.``. Nothing is set up for the process: no global provider, no context.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter._version import __version__
from aibrain_jupyter.execution.exporters.records import (
    call_record,
    request_record,
    requests_of,
    run_record,
    tool_of,
)
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.imports import import_target
from aibrain_jupyter.shared.texts.addresses import split_login
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.execution.exporters.records import Record
    from aibrain_jupyter.execution.runs.run import Run

TIMEOUT_S: Final = 5.0
_WHAT: Final = "The OpenTelemetry export"
_AT_ONCE: Final = 500
"""Spans of one message: a run of thousands of requests is several."""
_BOUNDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_NAMES: Final = {"account_id": "cloud.account.id", "region": "cloud.region"}
_OF_METRICS: Final = ["rpc.system.name", "rpc.system", "rpc.service", "rpc.method", "error.type"]
_GAPS: Final = frozenset(str(outcome) for outcome in Outcome if outcome.is_gap)


class Otlp:
    """
    A receiver of traces and metrics at `endpoint` (``http://host:4318``).

    Empty: where ``OTEL_EXPORTER_OTLP_ENDPOINT`` says, on this machine otherwise.

    Raises:
        ToolLoadError: the SDK or its exporter is not installed.
    """

    def __init__(self, endpoint: str = "") -> None:
        http = "opentelemetry.exporter.otlp.proto.http"
        endpoint, login = split_login(endpoint)
        headers = None if login is None else {"authorization": _basic(*login)}
        paths = {"trace": "v1/traces", "metric": "v1/metrics"}
        at = {
            k: f"{endpoint.rstrip('/')}/{path}" if endpoint else None for k, path in paths.items()
        }
        resource = _load("opentelemetry.sdk.resources:Resource").create(
            {
                "service.name": "aibrain_jupyter",
                "service.version": __version__,
                "service.instance.id": get_session().history.kernel,
            }
        )
        common: dict[str, Any] = {"timeout": TIMEOUT_S, "headers": headers}
        spans = _load(f"{http}.trace_exporter:OTLPSpanExporter")
        self._spans = spans(endpoint=at["trace"], session=_session(), **common)
        self._memory = _load(
            "opentelemetry.sdk.trace.export.in_memory_span_exporter:InMemorySpanExporter"
        )()
        provider = _load("opentelemetry.sdk.trace:TracerProvider")(
            resource=resource,
            sampler=_load("opentelemetry.sdk.trace.sampling:ALWAYS_ON"),
            shutdown_on_exit=False,
        )
        simple = _load("opentelemetry.sdk.trace.export:SimpleSpanProcessor")
        # Not the batching one: it drops what is more than its queue takes.
        provider.add_span_processor(simple(self._memory))
        self._tracer = provider.get_tracer("aibrain_jupyter", __version__)
        metrics = _load(f"{http}.metric_exporter:OTLPMetricExporter")
        self._done: set[str] = set()
        self._metrics = Measured(
            metrics(endpoint=at["metric"], session=_session(), **common), resource
        )

    def send(self, runs: Sequence[Run]) -> int:
        """
        Send the spans of runs and the metrics so far; return how many spans.

        A run whose spans were taken is not sent or counted again, whatever failed after it.
        Raises OSError: the receiver cannot be reached or refused them.
        """
        success = _load("opentelemetry.sdk.trace.export:SpanExportResult").SUCCESS
        count = 0
        for run in runs:
            if run.id in self._done:
                continue
            self._memory.clear()
            self._make_spans(run)
            spans = self._memory.get_finished_spans()
            for first in range(0, len(spans), _AT_ONCE):
                if self._spans.export(spans[first : first + _AT_ONCE]) is not success:
                    raise OSError("the receiver of OTLP traces cannot be reached, or refused them")
            count += len(spans)
            self._metrics.add(run)
            self._done.add(run.id)
        self._metrics.send()
        self._memory.clear()
        return count

    def close(self) -> None:
        """Give back connections and threads."""
        self._spans.shutdown()
        self._metrics.close()

    def _make_spans(self, run: Run) -> None:
        kinds = _load("opentelemetry.trace:SpanKind")
        record = run_record(run)
        top = self._begin(f"run {record['tool']}", record, {}, _run_attributes(record))
        inside = {"context": _load("opentelemetry.trace:set_span_in_context")(top)}
        system = _rpc_system(run)
        for call in run.calls:
            record = call_record(run, call)
            if record["started"] is None:
                record = {**record, "started": run.started_at, "ended": run.started_at}
            span = self._begin(f"call {record['title']}", record, inside, _call_attributes(record))
            below = {"context": _load("opentelemetry.trace:set_span_in_context")(span)}
            for request in requests_of(call):
                one = request_record(run, call, request)
                attributes = _request_attributes(one, system)
                name = f"{one['service']}/{one['operation']}"
                kind = {**below, "kind": kinds.CLIENT}
                self._end(self._begin(name, one, kind, attributes), one, one["status"] >= 400)
            self._end(span, record, record["outcome"] in _GAPS)
        record = run_record(run)
        self._end(top, record, record["outcome"] == "failed")

    def _begin(
        self, name: str, record: Record, where: Mapping[str, Any], attributes: Mapping[str, Any]
    ) -> Any:
        known = {key: value for key, value in attributes.items() if value not in (None, "")}
        started = _nanoseconds(record["started"])
        if not where:  # a trace of its own, whatever goes on in this thread
            where = {"context": _load("opentelemetry.context:Context")()}
        return self._tracer.start_span(name, start_time=started, attributes=known, **where)

    def _end(self, span: Any, record: Record, has_failed: bool) -> None:
        if has_failed:
            code = _load("opentelemetry.trace:StatusCode").ERROR
            span.set_status(_load("opentelemetry.trace:Status")(code))
        span.end(end_time=_nanoseconds(record["ended"]))


class Measured:
    """The metrics of the runs that were sent: cumulative, by the SDK's own instruments."""

    def __init__(self, exporter: Any, resource: Any) -> None:
        self._is_taken = True
        self._note_results_of(exporter)
        reader = _load("opentelemetry.sdk.metrics.export:PeriodicExportingMetricReader")
        # Never by itself: they go when a run has ended.
        self._reader = reader(exporter, export_interval_millis=float("inf"))
        provider = _load("opentelemetry.sdk.metrics:MeterProvider")
        self._provider = provider([self._reader], resource=resource, shutdown_on_exit=False)
        meter = self._provider.get_meter("aibrain_jupyter", __version__)
        self._durations = meter.create_histogram(
            "rpc.client.call.duration",
            unit="s",
            description="Time of answered requests on the wire.",
            explicit_bucket_boundaries_advisory=_BOUNDS,
        )
        self._throttled = meter.create_counter(
            "aibrain.requests.throttled", unit="{request}", description="Refused for their rate."
        )
        self._calls = meter.create_counter(
            "aibrain.calls", unit="{call}", description="Calls that have ended."
        )

    def add(self, run: Run) -> None:
        """Count the calls and requests of a run."""
        system, tool = _rpc_system(run), tool_of(run)
        for call in run.calls:
            ended = {"aibrain.tool": tool, "aibrain.outcome": str(call.outcome)}
            self._calls.add(1, {**ended, "aibrain.source": call.source})
            for request in requests_of(call):
                one = request_record(run, call, request)
                found = _request_attributes(one, system)
                wanted = (
                    "rpc.system.name",
                    "rpc.system",
                    "rpc.service",
                    "rpc.method",
                    "error.type",
                )
                attributes = {k: found[k] for k in wanted if found.get(k)}
                self._durations.record(one["wire_s"], attributes)
                if one["throttled"]:
                    self._throttled.add(one["throttled"], attributes)

    def send(self) -> None:
        """Send everything. Raises OSError: the receiver cannot be reached or refused it."""
        if not self._provider.force_flush(TIMEOUT_S * 1000) or not self._is_taken:
            raise OSError("the receiver of OTLP metrics cannot be reached, or refused them")

    def close(self) -> None:
        """Give back connections and threads."""
        self._provider.shutdown()

    def _note_results_of(self, exporter: Any) -> None:
        """Have what `exporter` says of each message kept: the reader passes over a refusal."""
        success = _load("opentelemetry.sdk.metrics.export:MetricExportResult").SUCCESS
        export = exporter.export

        def noted(*values: Any, **options: Any) -> Any:
            result = export(*values, **options)
            self._is_taken = result is success
            return result

        exporter.export = noted


def _run_attributes(record: Record) -> dict[str, Any]:
    names = ("run", "tool", "title", "outcome", "calls", "rows", "gaps", "from_cache", "is_demo")
    return {f"aibrain.{name}": record[name] for name in names}


def _call_attributes(record: Record) -> dict[str, Any]:
    names = ("run", "tool", "call", "outcome", "source", "rows", "throttled")
    found = {f"aibrain.{name}": record[name] for name in names}
    return {**found, **_place(record), "error.type": record["error"]}


def _request_attributes(record: Record, system: str) -> dict[str, Any]:
    status = record["status"]
    return {
        # Both the name of the conventions and the one before it, which most receivers know.
        "rpc.system.name": system,
        "rpc.system": system,
        "rpc.service": record["service"],
        "rpc.method": record["operation"],
        "aws.request_id" if system == "aws-api" else "aibrain.request_id": record["request_id"],
        "http.response.status_code": status,
        "http.request.resend_count": (record["attempts"] - 1) or None,
        "error.type": str(status) if status >= 400 else None,
        **_place(record),
        "cloud.region": record["sent_to"] or record.get("region"),
        **{
            f"aibrain.{name}": record[name]
            for name in ("run", "call", "page", "rows", "throttled", "waited_s", "parse_s")
        },
    }


def _session() -> Any:
    """Return a session that follows no redirect: where one leads, nothing would be left."""
    found = _load("requests:Session")()
    found.max_redirects = 0
    return found


def _basic(name: str, password: str) -> str:
    return f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"


def _place(record: Record) -> dict[str, Any]:
    return {name: record.get(column) for column, name in _NAMES.items()}


def _rpc_system(run: Run) -> str:
    return get_tool_registry().handler_of(run.request.spec).provider.rpc_system or "http"


def _nanoseconds(moment: dt.datetime) -> int:
    # Microseconds are what is known: a float has no room for nanoseconds since 1970.
    return round(moment.timestamp() * 1e6) * 1000


def _load(target: str) -> Any:
    return import_target(target, what=_WHAT, extra="otel")
