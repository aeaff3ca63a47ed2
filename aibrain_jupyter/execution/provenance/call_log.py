"""The call log of a run as a table: one row for each request that was answered."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.call_log import AnsweredRequest, unpacked
from aibrain_jupyter.shared.frames.stack import UTC, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from aibrain_jupyter.execution.runs.combine import KeptCall

_COLUMNS = {
    "call": "Int64",
    "source": "str",
    "at": UTC,
    "service": "str",
    "operation": "str",
    "sent_to": "str",
    "request_id": "str",
    "status": "Int64",
    "attempts": "Int64",
    "throttled": "Int64",
    "page": "Int64",
    "rows": "Int64",
    "bytes": "Int64",
    "waited_s": "Float64",
    "wire_s": "Float64",
    "parse_s": "Float64",
    "server_date": UTC,
    "clock_skew_s": "Float64",
}
_FIELDS = [field.name for field in fields(AnsweredRequest)]


def call_log_frame(calls: Iterable[KeptCall], places: Sequence[str]) -> pd.DataFrame:
    """
    Return one row per answered request, call by call, in the order of the answers.

    Returns:
        The `places` of the call's target; ``call`` (its number, from 0, as in the coverage),
        ``source`` (``live``, or the level of the cache: then these are the requests of the
        original collection, and the time is theirs), then the fields of `AnsweredRequest` and
        ``clock_skew_s``: how many seconds the provider's clock was ahead (half a second and the
        time on the wire unsure). Times are UTC; ``rows``, ``bytes`` and ``server_date`` may be
        missing. Requests that nobody answered are not in it: they are gaps.
    """
    found: list[dict[str, Any]] = []
    for call in calls:
        where = {**call.target.parts, "call": call.number, "source": call.source}
        for request in unpacked(call.requests):
            row = {name: getattr(request, name) for name in _FIELDS}
            skew = request.clock_skew_s
            found.append({**where, **row, "clock_skew_s": None if skew is None else round(skew, 3)})
    return table_of(found, {**dict.fromkeys(places, "str"), **_COLUMNS})
