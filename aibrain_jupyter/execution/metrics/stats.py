"""The metrics as tables: what was asked, how long it took, how it ended; of a time, of one run."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.metrics.reading import LABELS, Metrics, Total, nothing_of
from aibrain_jupyter.execution.metrics.store import CALLS
from aibrain_jupyter.shared.base_tool import LIVE
from aibrain_jupyter.shared.call_log import unpacked
from aibrain_jupyter.shared.frames.stack import UTC, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from aibrain_jupyter.execution.runs.combine import KeptCall
    from aibrain_jupyter.execution.runs.history.history import History

GROUPS: Final = {
    "tool": ("tool",),
    "service": ("service",),
    "operation": ("service", "operation"),
    "account": ("account_id",),
    "region": ("region",),
    "day": ("day",),
}
"""What stats are grouped by, and the columns of it."""
_OF_CALLS: Final = ("operation",)
"""Groups that calls have no part in: a call may need several operations."""
_INTEGERS: Final = """
    requests rows throttled retried errors calls failed refused lost cancelled from_memory from_disk
    from_team bytes rows_given unmeasured
"""
_FLOATS: Final = """
    p50_ms p90_ms p99_ms throttled_share hit_rate call_p50_s call_p99_s waited_s wire_s parse_s
"""
_DTYPES: Final = {
    **dict.fromkeys(_INTEGERS.split(), "Int64"),
    **dict.fromkeys(_FLOATS.split(), "Float64"),
}
_ORDER: Final = """
    requests rows p50_ms p90_ms p99_ms throttled throttled_share retried errors calls failed refused
    lost cancelled hit_rate from_memory from_disk from_team rows_given call_p50_s call_p99_s
    waited_s wire_s parse_s bytes unmeasured
"""


def stats_frame(
    history: History,
    by: Sequence[str],
    *,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> pd.DataFrame:
    """
    Return the figures of a time, of all kernels of this user.

    Args:
        history: Where they are.

        by: Names of `GROUPS`.

        since, until: As in `Metrics.totals`.

    Returns:
        One row per group, most requests first (by day: in their order), with its columns (``tool``,
        ``service``, ``operation``, ``account_id``, ``region``, str; ``day``, UTC) and

        - of answered requests: ``requests``, ``rows`` (items they had), ``p50_ms``, ``p90_ms``,
          ``p99_ms`` (time on the wire, within 2 %), ``throttled`` (attempts refused for rate),
          ``throttled_share`` (of all attempts, 0 to 1), ``retried`` (attempts after the first),
          ``errors`` (answers that were refusals or faults), ``waited_s`` (held back for pace),
          ``wire_s``, ``parse_s``, ``bytes``;
        - of calls: ``calls``, ``failed`` (ended in a gap, but not by Cancel), of these ``refused``
          (permission) and ``lost`` (no answer in time), ``cancelled``; ``hit_rate`` (answered by
          the cache, 0 to 1), ``from_memory``, ``from_disk``, ``from_team``, ``rows_given`` (rows
          that came, from the cache too), ``call_p50_s``, ``call_p99_s`` (whole calls that asked),
          ``unmeasured`` (calls that asked while metrics were off: what they asked is in no figure).

        Int64 and Float64; NA is what is not known: no request has no percentile, by operation there
        are no calls, and where none of the calls was measured there are no requests. Empty accounts
        and regions are calls without a place; ``*`` are old days whose places were added up; an
        empty tool is what planning asked.
    """
    columns = [name for group in by for name in GROUPS[group]]
    totals = Metrics(history).totals(columns, since=since, until=until)
    return totals_frame(totals, columns)


def totals_frame(totals: Iterable[Total], columns: Sequence[str]) -> pd.DataFrame:
    """Return groups as rows: see `stats_frame`; `columns` are those of the groups."""
    has_calls = not set(columns) & set(_OF_CALLS)
    rows = []
    for total in totals:
        if not has_calls and not total.asked["requests"]:
            continue
        labels = dict(total.labels)
        if "day" in columns:
            labels["day"] = dt.datetime.fromtimestamp(labels["start"], dt.UTC)
        rows.append({**labels, **figures_of(total, has_calls=has_calls)})
    groups = {name: UTC if name == "day" else "str" for name in columns}
    return table_of(rows, {**groups, **{name: _DTYPES[name] for name in _ORDER.split()}})


def figures_of(total: Total, *, has_calls: bool = True) -> dict[str, Any]:
    """Return the columns of a row of `stats_frame`, None for what is not known."""
    asked, ended = total.asked, total.ended
    found: dict[str, Any] = {
        name: asked[name] if total.is_asked_known else None
        for name in ("requests", "rows", "throttled", "retried", "errors", "bytes")
    }
    for name, part in (("p50_ms", 0.5), ("p90_ms", 0.9), ("p99_ms", 0.99)):
        found[name] = _rounded(total.latency.quantile(part), 1000, 1)
    found["throttled_share"] = _rounded(total.throttled_share, 1, 4)
    for name in ("waited", "wire", "parse"):
        found[f"{name}_s"] = asked[f"{name}_ms"] / 1000 if total.is_asked_known else None
    if has_calls:
        kept = ("calls", "cancelled", "from_memory", "from_disk", "from_team", "unmeasured")
        found |= {name: ended[name] for name in kept}
        found |= {"failed": total.failed, "refused": ended["denied"], "lost": ended["timed_out"]}
        found |= {"rows_given": ended["rows"], "hit_rate": _rounded(total.hit_rate, 1, 4)}
        found["call_p50_s"] = _rounded(total.call_latency.quantile(0.5), 1, 3)
        found["call_p99_s"] = _rounded(total.call_latency.quantile(0.99), 1, 3)
    return found


def _rounded(value: float | None, times: float, digits: int) -> float | None:
    return None if value is None else round(value * times, digits)


def run_totals(calls: Iterable[KeptCall], tool: str, columns: Sequence[str]) -> list[Total]:
    """
    Return the figures of one run of this kernel by names of `LABELS`, most requests first.

    Results from the cache count as hits; the requests of their collection are those of another run.
    """
    found: dict[tuple[str, ...], Total] = {}

    def group(service: str, operation: str, place: tuple[str, str]) -> Total:
        values = dict(zip(LABELS, (tool, service, operation, *place), strict=True))
        key = tuple(values[name] for name in columns)
        if key not in found:
            labels = {name: values[name] for name in columns}
            found[key] = nothing_of(labels)
        return found[key]

    for call in calls:
        requests = unpacked(call.requests) if call.source in ("", LIVE) else []
        service = requests[0].service if requests else ""
        _count_call(group(service, "", call.target.place), call)
        for request in requests:
            total = group(request.service, request.operation, call.target.place)
            asked = total.asked
            asked["requests"] += 1
            asked["rows"] += request.rows or 0
            asked["pages"] += request.rows is not None
            asked["errors"] += request.status >= 400
            asked["throttled"] += request.throttled
            asked["retried"] += request.attempts - 1
            asked["bytes"] += request.bytes or 0
            asked["waited_ms"] += round(request.waited_s * 1000)
            asked["wire_ms"] += round(request.wire_s * 1000)
            asked["parse_ms"] += round(request.parse_s * 1000)
            total.latency.add(request.wire_s)
    return sorted(found.values(), key=lambda total: -total.asked["requests"])


def _count_call(total: Total, call: KeptCall) -> None:
    ended, source = total.ended, call.source
    ended["calls"] += 1
    ended["rows"] += call.rows or 0
    sources = {LIVE: "live", "memory": "from_memory", "disk": "from_disk", "team": "from_team"}
    for name in (sources.get(source, source), str(call.outcome).replace(" ", "_")):
        if name in CALLS:
            ended[name] += 1
    if source in ("", LIVE) and call.seconds:
        total.call_latency.add(call.seconds)
