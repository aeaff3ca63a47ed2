"""Why calls ended in gaps: of all runs of a time, each reason once."""

# ruff: noqa: S608 - what is put into SQL are question marks

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.dashboard.state import Problem
from aibrain_jupyter.shared.coverage import Outcome

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from aibrain_jupyter.execution.runs.history.history import History
    from aibrain_jupyter.execution.runs.under_way import RunUnderWay

MOST: Final = 6
FAILED: Final = tuple(str(one) for one in Outcome if one.is_gap and one is not Outcome.CANCELLED)
_WORD: Final = re.compile(r"[\w-]+")
_DIGITS_OF_AN_ID: Final = 5
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


Found = tuple[str, str, tuple[str, str], int]
"""Outcome, why, place, and how many calls."""


def written_since(history: History, since: dt.datetime) -> list[Found]:
    """Return what failed of the runs that began since then and have ended, in whatever kernel."""
    marks = ", ".join("?" * len(FAILED))
    rows = history.rows_of(
        "SELECT calls.outcome AS outcome, why, account_id, region, COUNT(*) AS count FROM calls"
        " JOIN runs ON runs.key = calls.run_key WHERE runs.started >= ? AND NOT runs.is_warming"
        f" AND calls.outcome IN ({marks})"
        " GROUP BY calls.outcome, why, account_id, region",
        (since.isoformat(), *FAILED),
    )
    return [
        (row["outcome"], row["why"], (row["account_id"], row["region"]), row["count"])
        for row in rows
    ]


def going_on(runs: Iterable[RunUnderWay]) -> list[Found]:
    """Return what has failed by now of runs that go on."""
    return [
        (str(one.outcome), one.error.reason if one.error else "", one.target.place, 1)
        for run in runs
        for one in list(run.outcomes)
        if one.outcome in FAILED
    ]


def grouped(found: Iterable[Found]) -> list[Problem]:
    """
    Return calls by reason, the `MOST` frequent first.

    Messages that differ only in account, region and long numbers are the same reason. Cancelled
    calls are nobody's fault and not among them.
    """
    counts: Counter[tuple[str, str]] = Counter()
    places: dict[tuple[str, str], set[tuple[str, str]]] = {}
    words: dict[tuple[str, str], set[str]] = {}
    for outcome, why, place, count in found:
        key = outcome, _without_names(why)
        counts[key] += count
        places.setdefault(key, set()).add(place)
        words.setdefault(key, set()).add(why)
    problems = []
    for (outcome, general), count in counts.most_common():
        said = words[outcome, general]
        # One account's name would be wrong for all of them.
        why = next(iter(said)) if len(said) == 1 else general
        problems.append(Problem(outcome, why, count, len(places[outcome, general])))
    return problems[:MOST]


def _without_names(why: str) -> str:
    def general(match: re.Match[str]) -> str:
        word = match[0]
        is_id = sum(map(str.isdigit, word)) >= _DIGITS_OF_AN_ID
        return "…" if is_id or _REGION.fullmatch(word) else word

    return _WORD.sub(general, why)
