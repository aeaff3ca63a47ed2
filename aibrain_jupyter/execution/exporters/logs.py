"""
Runs for the standard `logging`: who sets it up decides where they go.

``aibrain_jupyter.runs`` tells each run at INFO (WARNING when something is missing),
``aibrain_jupyter.calls`` each call at DEBUG (WARNING when it ended in a gap), and
``aibrain_jupyter.requests`` each request at DEBUG. A record has the fields of `records_of` as
attributes, ``aibrain_run``, ``aibrain_call``, …, and the time at which it happened.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.exporters.records import CALL, REQUEST, RUN, as_json, records_of
from aibrain_jupyter.shared.coverage import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.runs.run import Run

NAME: Final = "aibrain_jupyter"
_LOGGERS: Final = {RUN: f"{NAME}.runs", CALL: f"{NAME}.calls", REQUEST: f"{NAME}.requests"}
_GAPS: Final = frozenset(str(outcome) for outcome in Outcome if outcome.is_gap)


def is_wanted() -> bool:
    """Tell whether somebody set up logging so that runs are heard."""
    return logging.getLogger(_LOGGERS[RUN]).isEnabledFor(logging.INFO)


def log(runs: Sequence[Run]) -> int:
    """Log the records of runs; return how many were."""
    count = 0
    for run in runs:
        for record in records_of(run):
            level = _level(record)
            logger = logging.getLogger(_LOGGERS[record["type"]])
            if not logger.isEnabledFor(level):
                continue
            extra = {f"aibrain_{name}": value for name, value in as_json(record).items()}
            entry = logger.makeRecord(
                logger.name, level, __file__, 0, _words(record), (), None, extra=extra
            )
            if (ended := record["ended"] or record["started"]) is not None:
                entry.created = ended.timestamp()
                entry.msecs = entry.created % 1 * 1000
            logger.handle(entry)
            count += 1
    return count


def _level(record: dict[str, Any]) -> int:
    if record["type"] == RUN:
        return logging.INFO if record["outcome"] == "complete" else logging.WARNING
    if record["type"] == CALL and record["outcome"] in _GAPS:
        return logging.WARNING
    return logging.DEBUG


def _words(record: dict[str, Any]) -> str:
    if record["type"] == RUN:
        figures = f"{record['calls']} calls, {record['rows']} rows, {record['gaps']} gaps"
        what = f"{record['title']}: {record['outcome']}, {figures}"
    elif record["type"] == CALL:
        place = "/".join(filter(None, (record.get("account_id"), record.get("region"))))
        what = f"call {record['call']} {record['title']} {place}: {record['outcome']}"
    else:
        what = f"call {record['call']} {record['service']}:{record['operation']}"
        what += f" {record['status']} {record['request_id']}"
    return f"{record['run']} {what} in {record['seconds']:.3f} s"
