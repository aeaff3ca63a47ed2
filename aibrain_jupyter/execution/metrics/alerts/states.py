"""
The states of alerts: ok, pending, firing, resolved, as in Prometheus.

A condition must hold for the rule's time before it fires. What is not known changes nothing for an
hour: no pending alert goes on, but none that fires is called resolved for want of a measurement
before; then it is, and says why.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aibrain_jupyter.execution.metrics.alerts.rules import Rule

OK, PENDING, FIRING, RESOLVED = "ok", "pending", "firing", "resolved"
FORGET: Final = dt.timedelta(hours=1)
"""After so long without a value a firing alert is over."""
SHOWN: Final = dt.timedelta(minutes=15)
"""For so long a resolved alert is still seen."""


@dataclass(frozen=True, slots=True)
class Alert:
    """
    A rule and what it is watched for (`of`; empty: everything), with its `state`, `since` when it
    has that, the last `value` (None: not known) and when that was `known_at`.
    """

    rule: Rule
    of: str
    state: str
    since: dt.datetime
    value: float | None = None
    known_at: dt.datetime | None = None

    @property
    def says(self) -> str:
        """What is to be said, a sentence."""
        if self.state == RESOLVED and self.value is None:
            return f"{self.of}{': ' if self.of else ''}nothing has been measured for an hour"
        return self.rule.said(self.value, self.of)


class Alerts:
    """The alerts of some rules. Not thread-safe."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = {rule.name: rule for rule in rules}
        self._alerts: dict[tuple[str, str], Alert] = {}

    def known(self) -> list[Alert]:
        """Return the alerts there are, firing ones first."""
        order = (FIRING, PENDING, RESOLVED, OK)
        return sorted(self._alerts.values(), key=lambda one: order.index(one.state))

    def remember(self, rule: str, of: str, since: dt.datetime, value: float | None) -> None:
        """Take up an alert that fires already, such as that of a kernel which has ended."""
        if rule in self.rules and (rule, of) not in self._alerts:
            found = Alert(self.rules[rule], of, FIRING, since, value, since)
            self._alerts[rule, of] = found

    def take_over(self, others: Alerts) -> None:
        """Take the states of alerts of the same rules."""
        for key, alert in others._alerts.items():
            if self.rules.get(key[0]) == alert.rule:
                self._alerts[key] = alert

    def tick(
        self, values: Mapping[str, Mapping[str, float | None]], now: dt.datetime
    ) -> list[Alert]:
        """
        Bring the states up to date; return the alerts that fire now, or are resolved now.

        `values` are by rule and what it is of; None, or no value at all: it is not known. `now` is
        aware.
        """
        changed = []
        found = {(name, of): v for name, those in values.items() for of, v in those.items()}
        for key in dict.fromkeys([*self._alerts, *found]):
            if key[0] not in self.rules:
                continue
            before = self._alerts.get(key) or Alert(self.rules[key[0]], key[1], OK, now)
            after = _next(before, found.get(key), now)
            if after.state == OK and key not in found:
                self._alerts.pop(key, None)
            else:
                self._alerts[key] = after
            if after.state != before.state and after.state in (FIRING, RESOLVED):
                changed.append(after)
        return changed


def _next(alert: Alert, value: float | None, now: dt.datetime) -> Alert:
    if value is None:
        return _unknown(alert, now)
    alert = replace(alert, value=value, known_at=now)
    is_bad, state = alert.rule.is_bad(value), alert.state
    if is_bad and state in (OK, RESOLVED):
        alert = replace(alert, state=PENDING, since=now)
    if is_bad and alert.state == PENDING:
        is_long = (now - alert.since).total_seconds() >= alert.rule.for_s
        return replace(alert, state=FIRING, since=now) if is_long else alert
    if not is_bad and state == FIRING:
        return replace(alert, state=RESOLVED, since=now)
    if not is_bad and (state == PENDING or (state == RESOLVED and now - alert.since > SHOWN)):
        return replace(alert, state=OK, since=now)
    return alert


def _unknown(alert: Alert, now: dt.datetime) -> Alert:
    if alert.state == PENDING or (alert.state == RESOLVED and now - alert.since > SHOWN):
        return replace(alert, state=OK, since=now, value=None)
    if alert.state == FIRING and now - (alert.known_at or alert.since) > FORGET:
        return replace(alert, state=RESOLVED, since=now, value=None)
    return alert
