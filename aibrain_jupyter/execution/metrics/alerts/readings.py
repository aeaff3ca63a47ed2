"""The values of rules: figures of a time from the history, and what providers say."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.metrics.alerts.rules import FIGURES, MILLISECONDS
from aibrain_jupyter.execution.metrics.reading import Metrics, UnreadMetricsError
from aibrain_jupyter.execution.metrics.stats import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.execution.metrics.alerts.rules import Rule
    from aibrain_jupyter.execution.metrics.reading import Total
    from aibrain_jupyter.execution.runs.history.history import History
    from aibrain_jupyter.shared.tools.provider import Provider

_OF_CALLS: Final = ("failed_share", "hit_rate", "hit_rate_by_last_week")
_WEEK: Final = dt.timedelta(days=7)


def values_of(
    rules: Iterable[Rule],
    history: History,
    providers: Sequence[Provider],
    now: dt.datetime,
    unread: list[UnreadMetricsError],
) -> dict[str, dict[str, float | None]]:
    """
    Return the value of each rule by what it is of, such as ``iam``.

    None is a value that is not known: nothing was asked, or too little. Providers are asked for
    what rules are about, and only then. Where the history cannot be read, no figure is known,
    and `unread` gets why.
    """
    rules = list(rules)
    told = _of_providers([rule.metric for rule in rules if rule.metric not in FIGURES], providers)
    with Metrics(history) as metrics:
        return _figures_of(rules, metrics, told, now, unread)


def _figures_of(
    rules: Sequence[Rule],
    metrics: Metrics,
    told: Mapping[str, Mapping[str, float | None]],
    now: dt.datetime,
    unread: list[UnreadMetricsError],
) -> dict[str, dict[str, float | None]]:
    timed = {(rule.by, rule.over_s) for rule in rules if rule.unit == MILLISECONDS}
    seen: dict[tuple[Any, ...], dict[str, Total]] = {}

    def totals(rule: Rule, until: dt.datetime) -> Mapping[str, Total]:
        key = (rule.by, rule.over_s, until)
        if key not in seen:
            try:
                is_timed = (rule.by, rule.over_s) in timed
                seen[key] = _totals(rule, metrics, until, is_timed=is_timed)
            except UnreadMetricsError as exc:
                unread.append(exc)
                seen[key] = {}
        return seen[key]

    found: dict[str, dict[str, float | None]] = {}
    for rule in rules:
        if rule.metric not in FIGURES:
            found[rule.name] = dict(told.get(rule.metric, {}))
            continue
        if unread:  # locked or damaged: each further try would wait as long
            found[rule.name] = {}
            continue
        of = totals(rule, now)
        before = totals(rule, now - _WEEK) if rule.metric == "hit_rate_by_last_week" else {}
        found[rule.name] = {
            name: _value(rule, total, before.get(name)) for name, total in of.items()
        }
    return found


def _totals(
    rule: Rule, metrics: Metrics, until: dt.datetime, *, is_timed: bool
) -> dict[str, Total]:
    columns = GROUPS[rule.by] if rule.by else ()
    since = until - dt.timedelta(seconds=rule.over_s)
    # Written by the recorder just before; what is not written yet is seen at the next tick.
    totals = metrics.totals(
        columns,
        since=since,
        until=until,
        is_fresh=False,
        latency_in=("metric_requests",) if is_timed else (),
    )
    return {":".join(str(total.labels[name]) for name in columns): total for total in totals}


def _value(rule: Rule, total: Total, before: Total | None) -> float | None:
    count = total.ended["calls"] if rule.metric in _OF_CALLS else total.asked["requests"]
    if count < rule.least:
        return None
    if rule.metric == "hit_rate_by_last_week":
        if before is None or before.ended["calls"] < rule.least or not before.hit_rate:
            return None
        return None if total.hit_rate is None else total.hit_rate / before.hit_rate
    if rule.metric == "throttled_share":
        return total.throttled_share
    if rule.metric == "hit_rate":
        return total.hit_rate
    if rule.metric == "failed_share":
        return total.failed / count if count else None
    if rule.metric == "error_share":
        return total.asked["errors"] / count if count else None
    if rule.metric == "requests":
        return float(count) if total.is_asked_known and not total.ended["unmeasured"] else None
    seconds = total.latency.quantile(int(rule.metric[1:3]) / 100)
    return None if seconds is None else seconds * 1000


def _of_providers(
    metrics: Sequence[str], providers: Iterable[Provider]
) -> dict[str, dict[str, float | None]]:
    found: dict[str, dict[str, float | None]] = {}
    for provider in providers:
        wanted = [name for name in dict.fromkeys(metrics) if name in provider.measures]
        if not wanted:
            continue
        try:
            readings = list(provider.readings(wanted))
        except Exception:  # noqa: BLE001, S112 - what one does not know must not end the watch
            continue
        for reading in readings:
            found.setdefault(reading.metric, {})[reading.of] = reading.value
    return found
