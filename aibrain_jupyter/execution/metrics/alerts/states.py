"""
The states of alerts: ok, pending, firing, resolved, as in Prometheus, and one more: no value.

A condition must hold for the rule's time before it fires. What is not known is not in order: it has
no value. No pending alert goes on then, but none that fires is called resolved for want of a
measurement before an hour; then it is, and says why. How long something holds is counted by a clock
that nobody sets: a computer's time may be set forth or back meanwhile.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aibrain_jupyter.execution.metrics.alerts.rules import Rule

OK, PENDING, FIRING, RESOLVED = "ok", "pending", "firing", "resolved"
NO_VALUE: Final = "no value"
"""Nothing was measured, or too little: whether it is in order is not known."""
FORGET: Final = dt.timedelta(hours=1)
"""After so long without a value a firing alert is over."""
SHOWN: Final = dt.timedelta(minutes=15)
"""For so long a resolved alert is still seen."""


@dataclass(frozen=True, slots=True)
class Alert:
    """
    A rule and what it is watched for (`of`; empty: everything), with its `state`, `since` when it
    has that, the last `value` (None: not known). `began` and `known_at` are the seconds, of the
    clock that only goes on, at which it got that state and had that value.
    """

    rule: Rule
    of: str
    state: str
    since: dt.datetime
    value: float | None = None
    began: float = 0.0
    known_at: float = 0.0

    @property
    def says(self) -> str:
        """What is to be said, a sentence."""
        if self.state == RESOLVED and self.value is None:
            return f"{self.of}{': ' if self.of else ''}nothing has been measured for an hour"
        if self.state == NO_VALUE:
            return self.rule.said_of_nothing(self.of)
        return self.rule.said(self.value, self.of)


class Alerts:
    """The alerts of some rules. Not thread-safe."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = {rule.name: rule for rule in rules}
        self._alerts: dict[tuple[str, str], Alert] = {}

    def known(self) -> list[Alert]:
        """Return the alerts there are, firing ones first."""
        order = (FIRING, PENDING, RESOLVED, NO_VALUE, OK)
        return sorted(self._alerts.values(), key=lambda one: order.index(one.state))

    def remember(
        self, rule: str, of: str, since: dt.datetime, value: float | None, seconds: float
    ) -> None:
        """
        Take up an alert that fires already, such as that of a kernel which has ended.

        It counts as known at `seconds`, of the clock of `tick`: now.
        """
        if rule in self.rules and (rule, of) not in self._alerts:
            found = Alert(self.rules[rule], of, FIRING, since, value, seconds, seconds)
            self._alerts[rule, of] = found

    def take_over(self, others: Alerts) -> None:
        """Take the states of alerts of the same rules."""
        for key, alert in others._alerts.items():
            if self.rules.get(key[0]) == alert.rule:
                self._alerts[key] = alert

    def tick(
        self,
        values: Mapping[str, Mapping[str, float | None]],
        now: dt.datetime,
        seconds: float | None = None,
    ) -> list[Alert]:
        """
        Bring the states up to date; return the alerts that fire now, or are resolved now.

        `values` are by rule and what it is of; None, or no value at all: it is not known. `now` is
        aware, for who reads it; `seconds`, by which is counted, never go back (None: those of
        `now`).
        """
        changed, at = [], now.timestamp() if seconds is None else seconds
        found = {(name, of): v for name, those in values.items() for of, v in those.items()}
        for key in dict.fromkeys([*self._alerts, *found]):
            if key[0] not in self.rules:
                continue
            nothing = Alert(self.rules[key[0]], key[1], NO_VALUE, now, began=at)
            before = self._alerts.get(key) or nothing
            after = _next(before, found.get(key), now, at)
            if after.state == NO_VALUE and key not in found:
                self._alerts.pop(key, None)
            else:
                self._alerts[key] = after
            if after.state != before.state and after.state in (FIRING, RESOLVED):
                changed.append(after)
        return changed


def _next(alert: Alert, value: float | None, now: dt.datetime, at: float) -> Alert:
    if value is None:
        return _unknown(alert, now, at)
    alert = replace(alert, value=value, known_at=at)
    is_bad, state = alert.rule.is_bad(value), alert.state
    if is_bad and state in (OK, NO_VALUE, RESOLVED):
        alert = replace(alert, state=PENDING, since=now, began=at)
    if is_bad and alert.state == PENDING:
        is_long = at - alert.began >= alert.rule.for_s
        return replace(alert, state=FIRING, since=now, began=at) if is_long else alert
    if not is_bad and state == FIRING:
        return replace(alert, state=RESOLVED, since=now, began=at)
    if not is_bad and (state in (PENDING, NO_VALUE) or _is_seen_enough(alert, at)):
        return replace(alert, state=OK, since=now, began=at)
    return alert


def _unknown(alert: Alert, now: dt.datetime, at: float) -> Alert:
    if alert.state in (OK, PENDING) or _is_seen_enough(alert, at):
        return replace(alert, state=NO_VALUE, since=now, began=at, value=None)
    if alert.state == FIRING and at - alert.known_at > FORGET.total_seconds():
        return replace(alert, state=RESOLVED, since=now, began=at, value=None)
    return alert


def _is_seen_enough(alert: Alert, at: float) -> bool:
    return alert.state == RESOLVED and at - alert.began > SHOWN.total_seconds()
