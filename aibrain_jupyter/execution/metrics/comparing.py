"""The metrics of a time beside those of an earlier one: what became slower, throttled, failing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.metrics.reading import Metrics
from aibrain_jupyter.execution.metrics.stats import GROUPS, figures_of
from aibrain_jupyter.shared.frames.stack import table_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pandas as pd

    from aibrain_jupyter.execution.metrics.reading import Total
    from aibrain_jupyter.execution.runs.history.history import History

FEW: Final = 20
"""With fewer requests (or a quarter as many calls) on either side nothing is said of a change."""
SLOWER: Final = 1.25
"""A 90th percentile that is so many times that of before is slower; the other way round, faster."""
_MORE_SHARE: Final = 0.01
"""A share that grew by less is no change, however small it was."""
_FIGURES: Final = ("p90_ms", "throttled_share", "failed_share", "hit_rate", "requests", "calls")


def compared_frame(
    history: History,
    by: Sequence[str],
    *,
    since: dt.datetime,
    until: dt.datetime,
    before: dt.timedelta,
) -> pd.DataFrame:
    """
    Return the figures of a time beside those of the same span earlier, the worst changes first.

    Args:
        history: Where they are.

        by: Names of `stats.GROUPS`, not ``day``.

        since, until: The time (aware).

        before: By how much the other one was earlier.

    Returns:
        One row per group that either has: its columns (str), ``change`` (str: ``slower``,
        ``throttled more``, ``fails more``, ``fewer hits``, then ``faster``, ``throttled less``,
        ``fails less``, put together by commas; ``new`` and ``gone`` where one side has nothing;
        ``too few`` where less than 20 requests and 5 calls are to be compared on a side; empty: as
        before), ``slower_by`` (the 90th percentile by that of before, Float64), and each of
        ``p90_ms``, ``throttled_share``, ``failed_share`` (of calls), ``hit_rate``, ``requests``,
        ``calls`` with the same of before (``p90_ms_before``). NA is what is not known.
    """
    columns = [name for group in by for name in GROUPS[group]]
    metrics, has_calls = Metrics(history), "operation" not in columns
    sides = [
        _by_key(metrics.totals(columns, since=since - away, until=until - away), columns, has_calls)
        for away in (before - before, before)
    ]
    rows = []
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        now, earlier = (side.get(key, {}) for side in sides)
        change, badness = _change(now, earlier)
        row = dict(zip(columns, key, strict=True))
        for name in _FIGURES:
            row |= {name: now.get(name), f"{name}_before": earlier.get(name)}
        ratio = _ratio(now.get("p90_ms"), earlier.get("p90_ms"))
        row |= {"change": ", ".join(change), "slower_by": ratio}
        rows.append((badness, row))
    rows.sort(key=lambda item: (-item[0], -(item[1]["requests"] or 0)))
    return table_of([row for _, row in rows], _dtypes(columns))


def _dtypes(columns: Sequence[str]) -> dict[str, str]:
    found = {**dict.fromkeys(columns, "str"), "change": "str", "slower_by": "Float64"}
    for name in _FIGURES:
        kind = "Int64" if name in ("requests", "calls") else "Float64"
        found |= {name: kind, f"{name}_before": kind}
    return found


def _by_key(
    totals: Sequence[Total], columns: Sequence[str], has_calls: bool
) -> dict[tuple[Any, ...], dict[str, Any]]:
    found = {}
    for total in totals:
        figures = figures_of(total, has_calls=has_calls)
        if not has_calls and not figures["requests"]:
            continue
        calls = figures.get("calls")
        figures["failed_share"] = round(figures["failed"] / calls, 4) if calls else None
        found[tuple(total.labels[name] for name in columns)] = figures
    return found


def _change(now: dict[str, Any], before: dict[str, Any]) -> tuple[list[str], float]:
    """Return the words for what changed, and how bad that is (0: not at all)."""
    if not before or not now:
        return ["gone" if before else "new"], 0.0
    words, badness = [], 0.0
    has_requests = min(now["requests"] or 0, before["requests"] or 0) >= FEW
    has_calls = min(now.get("calls") or 0, before.get("calls") or 0) >= FEW // 4
    if not (has_requests or has_calls):
        return ["too few"], 0.0
    better = []
    if has_requests:
        ratio = _ratio(now["p90_ms"], before["p90_ms"]) or 1.0
        if ratio >= SLOWER:
            words.append("slower")
            badness += ratio - 1
        elif ratio <= 1 / SLOWER:
            better.append("faster")
    shares = [("throttled_share", "throttled", has_requests), ("failed_share", "fails", has_calls)]
    for name, word, is_enough in shares:
        grown = (now[name] or 0.0) - (before[name] or 0.0)
        if is_enough and grown >= _MORE_SHARE:
            words.append(f"{word} more")
            badness += 10 * grown
        elif is_enough and grown <= -_MORE_SHARE:
            better.append(f"{word} less")
    hits, hits_before = now.get("hit_rate"), before.get("hit_rate")
    if has_calls and hits is not None and hits_before and hits < hits_before / 2:
        words.append("fewer hits")
        badness += 0.5
    return [*words, *better], badness


def _ratio(now: float | None, before: float | None) -> float | None:
    return round(now / before, 2) if now is not None and before else None
