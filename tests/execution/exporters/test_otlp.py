"""Spans and metrics for a real OTLP receiver, read by the official protobuf messages."""

from __future__ import annotations

import threading

import pytest

from aibrain_jupyter.execution.exporters.destinations import SendingError, destination_of
from aibrain_jupyter.execution.runs.session import get_session

from .conftest import SECRET, Receiver

pytestmark = pytest.mark.slow


def spans_of(receiver):
    """The spans that came, each with its attributes as a dict."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
        ExportTraceServiceRequest,
    )

    found = []
    for path, body in receiver.bodies:
        if path == "/v1/traces":
            message = ExportTraceServiceRequest.FromString(body)
            for resource in message.resource_spans:
                for scope in resource.scope_spans:
                    found += [(span, attributes(span.attributes)) for span in scope.spans]
    return found


def attributes(pairs):
    """Attributes by name."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in pairs}


def test_a_run_is_a_trace_of_its_calls_and_requests(said, receiver):
    """Run, call and request hang together, at the times they happened, named by conventions."""
    assert "spans of 1 run" in said(f"%aibrain stats --to otlp:{receiver.url}")

    spans, run = spans_of(receiver), get_session().runs[0]
    assert 1 == len({span.trace_id for span, _ in spans})
    (top,) = [span for span, _ in spans if not span.parent_span_id]
    assert "run ec2_security_groups" == top.name
    assert round(run.started_at.timestamp() * 1e6) * 1000 == top.start_time_unix_nano
    calls = {span.span_id: found for span, found in spans if span.parent_span_id == top.span_id}
    assert len(run.calls) == len(calls)
    assert ["denied"] == [
        one["aibrain.outcome"] for one in calls.values() if one["aibrain.outcome"] != "ok"
    ]
    requests = [(span, found) for span, found in spans if span.parent_span_id in calls]
    assert len(run.call_log) == len(requests)
    assert 1 + len(calls) + len(requests) == len(spans)
    span, found = next(one for one in requests if "SecurityGroups" in one[1]["rpc.method"])
    assert "aws-api" == found["rpc.system"] == found["rpc.system.name"]
    assert "ec2" == found["rpc.service"]
    assert found["aws.request_id"]
    assert found["cloud.region"]
    assert 12 == len(found["cloud.account.id"])
    assert span.kind == 3  # CLIENT
    refused = [one for one, found in requests if found["http.response.status_code"] >= 400]
    assert [2] == [one.status.code for one in refused]  # ERROR
    parents = {span.span_id: span for span, _ in spans}
    for span, _ in requests:
        parent = parents[span.parent_span_id]
        slack = 50_000_000  # clocks of call and request are read a moment apart
        assert parent.start_time_unix_nano - slack <= span.start_time_unix_nano
        assert span.end_time_unix_nano <= parent.end_time_unix_nano + slack


def test_metrics_come_along(said, receiver):
    """A histogram of durations in seconds and how calls ended, as the receiver reads them."""
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
        ExportMetricsServiceRequest,
    )

    said(f"%aibrain stats --to otlp:{receiver.url}/")

    bodies = [body for path, body in receiver.bodies if path == "/v1/metrics"]
    message = ExportMetricsServiceRequest.FromString(bodies[-1])
    metrics = {
        metric.name: metric
        for resource in message.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    points = metrics["rpc.client.call.duration"].histogram.data_points
    assert len(get_session().runs[0].call_log) == sum(point.count for point in points)
    assert "s" == metrics["rpc.client.call.duration"].unit
    ended = metrics["aibrain.calls"].sum.data_points
    assert 6 == sum(point.as_int for point in ended)


def test_a_run_is_sent_once_and_kept_while_nobody_takes_it(said, receiver):
    """A receiver that refuses gets the run when it is back; one that has it gets no second."""
    word = f"otlp:{receiver.url}"
    receiver.status = 400
    with pytest.raises(SendingError):
        destination_of(word).send()
    receiver.status, receiver.bodies[:] = 200, []

    said(f"%aibrain stats --to {word}")
    first = len(spans_of(receiver))
    said(f"%aibrain stats --to {word}")

    assert first > 6
    assert first == len(spans_of(receiver))


def test_no_cell_row_or_error_text_leaves(shell, said, receiver):
    """What a cell says, what rows hold and what a refusal says in words is in no message."""
    said(f"y = %aibrain iam_users where='user_name != \"{SECRET}\"'")
    said(f"%aibrain stats --to otlp:{receiver.url}")

    sent = b"".join(body for _, body in receiver.bodies)
    assert b"iam_users" in sent
    for hidden in (SECRET, "not authorized", "sg-", "user_name", *shell.user_ns["y"]["user_name"]):
        assert hidden.encode() not in sent, hidden


def test_refused_metrics_are_said_and_count_nothing_twice(said, receiver):
    """Who takes spans but no metrics is said to; what is sent again has each call once."""
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
        ExportMetricsServiceRequest,
    )

    word = f"otlp:{receiver.url}"
    receiver.refused = ("/v1/metrics",)
    for _ in range(2):
        with pytest.raises(SendingError, match="sent to otlp"):
            destination_of(word).send()
    receiver.refused = ()
    said(f"%aibrain stats --to {word}")

    runs = get_session().runs
    assert len(runs) == len([span for span, _ in spans_of(receiver) if not span.parent_span_id])
    body = [body for path, body in receiver.bodies if path == "/v1/metrics"][-1]
    found = [
        metric
        for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == "aibrain.calls"
    ]
    counted = sum(point.as_int for metric in found for point in metric.sum.data_points)
    assert sum(len(run.calls) for run in runs) == counted


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_receiver_that_leads_elsewhere_took_nothing(said, receiver, status):
    """A redirect is followed nowhere and is an error: the runs are kept for the next time."""
    word = f"otlp:{receiver.url}"
    with Receiver() as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        receiver.status, receiver.leads_to = status, other.url
        with pytest.raises(SendingError):
            destination_of(word).send()
        other.shutdown()
    assert [] == other.bodies

    receiver.status, receiver.leads_to, receiver.bodies[:] = 200, "", []
    said(f"%aibrain stats --to {word}")
    assert spans_of(receiver)


@pytest.mark.parametrize("kind", ["otlp", "push"])
def test_a_login_goes_as_one_and_is_seen_nowhere(said, receiver, kind):
    """A name and a password in an address are HTTP's authentication, in no words said of it."""
    address = receiver.url.replace("//", "//who:hunt%2Fer2@")
    shown = said(f"%aibrain stats --to {kind}:{address}")
    receiver.status = 401
    with pytest.raises(SendingError) as refused:
        destination_of(f"{kind}:{address}").send()

    assert {"Basic d2hvOmh1bnQvZXIy"} == set(receiver.logins)
    for text in (shown, str(refused.value), destination_of(f"{kind}:{address}").problem):
        assert "er2" not in text
