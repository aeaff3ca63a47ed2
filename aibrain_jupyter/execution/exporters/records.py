"""What is told of a run that has ended: itself, its calls, their requests, each as flat data."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.base_tool import LIVE
from aibrain_jupyter.shared.call_log import unpacked
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aibrain_jupyter.execution.runs.combine import KeptCall
    from aibrain_jupyter.execution.runs.run import Run
    from aibrain_jupyter.shared.call_log import AnsweredRequest

RUN, CALL, REQUEST = "run", "call", "request"
Record = dict[str, Any]


def records_of(run: Run) -> Iterator[Record]:
    """
    Yield the run, then each call, followed by the requests that it sent.

    All have ``type`` (`RUN`, `CALL`, `REQUEST`), ``run`` (its id), ``tool``, ``started`` and
    ``ended`` (aware, UTC; None: a call that never began), ``seconds``. A run has ``calls``,
    ``rows``, ``gaps``, ``from_cache``, ``outcome``; a call its number ``call``, ``title``, the
    parts of its place, ``outcome``, ``source``, ``rows``, ``throttled`` and ``error`` (the name of
    the class); a request ``call``, ``service``, ``operation``, ``sent_to``, ``request_id``,
    ``status``, ``attempts``, ``throttled``, ``page``, ``rows``, ``bytes``, ``waited_s``, ``wire_s``
    and ``parse_s``. What the cache answered sent no request.
    """
    yield run_record(run)
    for call in run.calls:
        yield call_record(run, call)
        for request in requests_of(call):
            yield request_record(run, call, request)


def tool_of(run: Run) -> str:
    """Return the tool by its own name: ``iam_users``, also where ``aws_export`` was written."""
    return get_tool_registry().own_name(run.request.spec.name, run.plan.title.split())


def run_record(run: Run) -> Record:
    """Return the record of the run itself."""
    summary = run.summary
    ended = run.started_at + dt.timedelta(seconds=summary.seconds)
    return {
        "type": RUN,
        "run": run.id,
        "tool": tool_of(run),
        "title": run.plan.title,
        "started": run.started_at,
        "ended": ended,
        "seconds": round(summary.seconds, 3),
        "calls": summary.calls,
        "rows": summary.rows,
        "gaps": len(summary.gaps),
        "from_cache": summary.from_cache,
        "outcome": run.outcome_word,
        "is_demo": summary.is_demo,
    }


def call_record(run: Run, call: KeptCall) -> Record:
    """Return the record of a call."""
    started = call.started_at
    return {
        "type": CALL,
        "run": run.id,
        "tool": tool_of(run),
        "call": call.number,
        "title": call.title,
        **call.target.parts,
        "started": started,
        "ended": None if started is None else started + dt.timedelta(seconds=call.seconds),
        "seconds": round(call.seconds, 3),
        "outcome": str(call.outcome),
        "source": call.source,
        "rows": call.rows,
        "throttled": call.throttled,
        "error": type(call.error).__name__ if call.error else "",
    }


def requests_of(call: KeptCall) -> list[AnsweredRequest]:
    """Return the answered requests that a call sent itself."""
    return unpacked(call.requests) if call.source == LIVE else []


def request_record(run: Run, call: KeptCall, one: AnsweredRequest) -> Record:
    """Return the record of a request."""
    seconds = one.waited_s + one.wire_s + one.parse_s
    return {
        "type": REQUEST,
        "run": run.id,
        "tool": tool_of(run),
        "call": call.number,
        **call.target.parts,
        "service": one.service,
        "operation": one.operation,
        "sent_to": one.sent_to,
        "request_id": one.request_id,
        "started": one.at - dt.timedelta(seconds=seconds),
        "ended": one.at,
        "seconds": round(seconds, 4),
        "status": one.status,
        "attempts": one.attempts,
        "throttled": one.throttled,
        "page": one.page,
        "rows": one.rows,
        "bytes": one.bytes,
        "waited_s": one.waited_s,
        "wire_s": one.wire_s,
        "parse_s": one.parse_s,
    }


def as_json(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record whose times are texts (ISO 8601, UTC) and that has no empty values."""
    return {
        name: value.isoformat() if isinstance(value, dt.datetime) else value
        for name, value in record.items()
        if value not in ("", None)
    }
