"""
The calls of runs that have ended since: added up from the history, those of a run once.

What began before minutes are told apart is added to its day at once, and not to a minute that would
become a day's right after. A history that was never added up, such as one of an older version, is
taken in parts, so that other kernels can write between them. They are added up here and not by a
GROUP BY, whose sorting of five columns takes longer than reading them.
"""

# ruff: noqa: S608 - what is put into SQL are our own words

from __future__ import annotations

import json
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from aibrain_jupyter.shared.base_tool import LIVE
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.metrics.sketch import Sketch
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    import sqlite3

MINUTE: Final = 60
DAY: Final = 86_400
CALLS_AT_ONCE: Final = 50_000
"""So many calls, and those of one run more, are added up in a transaction: some tenths of a
second."""
SOURCES: Final = {
    LIVE: "live",
    "memory": "from_memory",
    "disk": "from_disk",
    "team": "from_team",
    "stale": "stale",
}
OUTCOMES: Final = {
    name: name.replace(" ", "_")
    for name in ("denied", "throttled", "timed out", "failed", "cancelled", "not enabled")
}
_Group: TypeAlias = "tuple[int, int, str, str, str, str]"
"""Span, start, the tool as written, title, account and region."""
_ENDED: Final = "NOT is_measured AND outcome != 'unfinished'"


class Slot(NamedTuple):
    """A minute or day (`span`, `start`; seconds since 1970), and what its calls are of."""

    span: int
    start: int
    series: tuple[str, str, str, str, str]


class Calls:
    """
    Calls added up: how many by source and outcome, their rows, and the seconds of those that asked
    their provider, each value with how often it came; `unmeasured` asked while metrics were off.
    """

    __slots__ = ("asked", "ends", "rows", "seconds", "unmeasured")

    def __init__(self) -> None:
        self.ends: dict[tuple[str, str], int] = {}
        self.rows = self.unmeasured = 0
        self.seconds: dict[float, int] = {}
        self.asked = ""

    def counts(self, names: tuple[str, ...]) -> tuple[int, ...]:
        """Return how many there are in all, by source and by outcome, in the order of `names`."""
        return _counted(tuple(self.ends.items()), self.rows, names)

    def latency(self) -> bytes:
        """Return the seconds as an encoded sketch."""
        return _encoded(tuple(self.seconds.items()))


@lru_cache(maxsize=4096)
def _counted(
    ends: tuple[tuple[tuple[str, str], int], ...], rows: int, names: tuple[str, ...]
) -> tuple[int, ...]:
    found = {"calls": sum(count for _, count in ends), "rows": rows}
    for (source, outcome), count in ends:
        for name in (SOURCES.get(source), OUTCOMES.get(outcome)):
            if name is not None:
                found[name] = found.get(name, 0) + count
    return tuple(found.get(name, 0) for name in names)


@lru_cache(maxsize=4096)  # of thousands of places most took as few milliseconds as the others
def _encoded(seconds: tuple[tuple[float, int], ...]) -> bytes:
    found = Sketch()
    for value, count in seconds:
        found.add(value, count)
    return found.encode()


def last_of_part(file: sqlite3.Connection) -> int | None:
    """Return the last key of the runs that are added up next; None: there are none."""
    before = (
        f"SELECT key, SUM(calls) OVER (ORDER BY key) - calls AS before FROM runs WHERE {_ENDED}"
    )
    query = f"SELECT MAX(key) FROM ({before}) WHERE COALESCE(before, 0) < ?"
    found: int | None = file.execute(query, (CALLS_AT_ONCE,)).fetchone()[0]
    return found


def take_part(file: sqlite3.Connection, last: int, *, days_before: int) -> dict[Slot, Calls]:
    """
    Return the calls of the runs up to that key, which are marked as measured.

    What began before `days_before` (seconds since 1970) is given by day.
    """
    runs = "SELECT key, CAST(strftime('%s', started) AS INTEGER), tool, is_counted FROM runs"
    which = f"{_ENDED} AND key <= ?"
    ended = {key: about for key, *about in file.execute(f"{runs} WHERE {which}", (last,))}
    groups = _added_up(file, ended, last, days_before)
    found: dict[Slot, Calls] = {}
    for (span, start, tool, title, account, region), calls in groups.items():
        name, service = _tool_and_service(tool, title, calls.asked)
        slot = Slot(span, start, (name, service, "", account, region))
        _merge(found.setdefault(slot, calls), calls)
    file.execute(f"UPDATE runs SET is_measured = 1 WHERE {which}", (last,))
    return found


def _merge(into: Calls, calls: Calls) -> None:
    if into is calls:
        return
    into.rows += calls.rows
    into.unmeasured += calls.unmeasured
    for end, count in calls.ends.items():
        into.ends[end] = into.ends.get(end, 0) + count
    for seconds, count in calls.seconds.items():
        into.seconds[seconds] = into.seconds.get(seconds, 0) + count


def _added_up(
    file: sqlite3.Connection, ended: dict[int, Any], last: int, days_before: int
) -> dict[_Group, Calls]:
    query = (
        "SELECT run_key, title, account_id, region, requests, source, outcome, rows, seconds"
        " FROM calls WHERE run_key BETWEEN ? AND ?"
    )
    found: dict[_Group, Calls] = {}
    of_run: dict[tuple[str, str, str], Calls] = {}
    run, slot, is_counted = -1, (0, 0, ""), True
    rows_of = file.execute(query, (min(ended, default=last), last))
    for key, title, account, region, asked, source, outcome, rows, seconds in rows_of:
        if key != run:
            run, of_run = key, {}
            began, tool, is_counted = ended.get(key, (0, "", True))
            span = DAY if began < days_before else MINUTE
            slot = (span, began // span * span, tool)
        calls = of_run.get((title, account, region))
        if calls is None:
            if key not in ended:
                continue  # it goes on
            group = (*slot, title, account, region)
            calls = found.get(group) or found.setdefault(group, Calls())
            of_run[title, account, region] = calls
        if asked and len(calls.asked) < len(asked):  # one that failed may have asked nothing
            calls.asked = asked
        ends, end = calls.ends, (source, outcome)
        ends[end] = ends.get(end, 0) + 1
        if rows:
            calls.rows += rows
        # One that never began took no time and has no source; one that did may take next to none.
        if seconds is not None and (source == LIVE or (seconds and not source)):
            calls.seconds[seconds] = calls.seconds.get(seconds, 0) + 1
            calls.unmeasured += not is_counted
    return found


@lru_cache(maxsize=4096)
def _tool_and_service(tool: str, title: str, asked: str) -> tuple[str, str]:
    """Return a tool's own name and the service its calls are about; empty where it is not known."""
    registry = get_tool_registry()
    name = registry.own_name(tool, title.split())
    if asked not in ("", "{}"):
        return name, next(iter(json.loads(asked))).rpartition(":")[0]
    with suppress(AibrainError):  # a tool that is installed no longer
        spec = registry.spec(name)
        label = registry.handler_of(spec).labels(name, dict(spec.preset or {})).service
        return name, "" if label == name else label
    return name, ""
