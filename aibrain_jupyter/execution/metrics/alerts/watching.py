"""
The watch: at each tick values are read, states change, changes are entered, told and shown.

The recorder ticks it behind the runs and every half minute between them. Whoever shows alerts is
called when something has changed (`on_change`), in that thread.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import threading
import time
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.metrics.alerts.kept import enter, firing
from aibrain_jupyter.execution.metrics.alerts.readings import values_of
from aibrain_jupyter.execution.metrics.alerts.rules import read_rules, rules_file
from aibrain_jupyter.execution.metrics.alerts.states import FIRING, NO_VALUE, Alert, Alerts
from aibrain_jupyter.execution.metrics.alerts.telling import Entry, get_notifier, title_of
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.frames.stack import UTC, table_of
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from aibrain_jupyter.execution.metrics.reading import UnreadMetricsError
    from aibrain_jupyter.execution.runs.history.history import History
    from aibrain_jupyter.shared.tools.provider import Provider

_COLUMNS = {
    "rule": "str",
    "of": "str",
    "state": "str",
    "value": "Float64",
    "says": "str",
    "when": "str",
    "since": UTC,
    "severity": "str",
    "metric": "str",
}


class AlertWatch:
    """
    The alerts of this kernel. Safe from any thread.

    `clock` gives now, aware; `seconds` those of a clock that nobody sets, by which is counted how
    long something holds (None: those of `clock`).
    """

    def __init__(
        self,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        seconds: Callable[[], float] | None = None,
    ) -> None:
        self.on_change: list[Callable[[Sequence[Alert]], object]] = []
        self._clock = clock
        self._seconds = seconds or (lambda: clock().timestamp())
        self._lock = threading.Lock()
        self._alerts: Alerts | None = None
        self._made_of: Any = None
        self._providers: dict[Provider, None] = {}
        self.problem: AibrainError | None = None

    def tick(self, history: History, providers: Sequence[Provider] | None = None) -> None:
        """
        Look once. `providers` are asked from now on; None: those whose tools were used here.

        Nothing is watched where the setting ``alerts`` says so, before the first run of all unless
        somebody asks, nor with rules that cannot be read; these, and a history that cannot, are the
        `problem` then, and where nobody asked (no `providers`) a warning, once. Nothing is raised.
        """
        is_asked = providers is not None
        if not get_settings().get("alerts") or not (is_asked or history.path.exists()):
            return
        if providers is None:
            providers = get_tool_registry().used_providers()
        with self._lock:
            self._providers |= dict.fromkeys(providers)
            providers, now = [*self._providers], self._clock()
            try:
                alerts = self._of_rules(history, providers)
            except AibrainError as exc:
                self._warn_once(exc, is_asked)
                return
            unread: list[UnreadMetricsError] = []
            values = values_of(alerts.rules.values(), history, providers, now, unread)
            self._warn_once(unread[0] if unread else None, is_asked)
            before = _firing(alerts)
            changed = alerts.tick(values, now, self._seconds())
            for alert in changed:
                self._tell(history, alert)
            known = alerts.known()
            has_moved = before != _firing(alerts)
        if changed or has_moved:
            for show in self.on_change:
                show(known)

    def _warn_once(self, problem: AibrainError | None, is_asked: bool) -> None:
        before, self.problem = self.problem, problem
        if problem is None or is_asked or str(problem) == str(before):
            return
        with contextlib.suppress(UserWarning):  # made an error by a filter
            warnings.warn(
                f"Alerts are not watched: {problem.what} {problem.why}".strip(), stacklevel=3
            )

    def wait(self, seconds: float) -> bool:
        """Wait for a tick under way, so long at most; tell whether there is none."""
        if not self._lock.acquire(timeout=seconds):
            return False
        self._lock.release()
        return True

    def known(self) -> list[Alert]:
        """Return the alerts of the last tick, firing ones first."""
        with self._lock:
            return self._alerts.known() if self._alerts else []

    def frame(self) -> pd.DataFrame:
        """
        Return the alerts of the last tick, firing ones first, then rules without any.

        Returns:
            One row per rule and what it is of: ``rule``, ``of`` (empty: everything), ``state``
            (``firing``, ``pending``, ``resolved``, ``no value``: not known, ``ok``), ``value``
            (Float64; NA: not known), ``says``, ``when`` (the condition), ``since`` (UTC; NA: no
            value yet), ``severity``, ``metric``.
        """
        known = self.known()
        rows = [{**_row(one), "of": one.of, "since": one.since, "says": one.says} for one in known]
        with self._lock:
            rules = list(self._alerts.rules.values()) if self._alerts else []
        seen = {one.rule.name for one in known}
        for rule in rules:
            if rule.name not in seen:
                nothing = Alert(rule, "", NO_VALUE, self._clock())
                rows.append({**_row(nothing), "says": nothing.says})
        return table_of(rows, _COLUMNS)

    def _of_rules(self, history: History, providers: Sequence[Provider]) -> Alerts:
        """Return the alerts of the rules in force; states stay when the rules are read anew."""
        file = rules_file()
        stamp = file.stat().st_mtime_ns if file is not None and file.exists() else 0
        made_of = (history.path, str(file), stamp, tuple(p.name for p in providers))
        if self._alerts is None or made_of != self._made_of:
            measures = {name: how for p in providers for name, how in p.measures.items()}
            fresh = Alerts(read_rules(measures))
            with contextlib.suppress(sqlite3.Error, OSError):
                for rule, of, since, value in firing(history):
                    fresh.remember(rule, of, since, value, self._seconds())
            if self._alerts is not None and self._made_of[0] == history.path:
                fresh.take_over(self._alerts)
            self._alerts, self._made_of = fresh, made_of
        return self._alerts

    def _tell(self, history: History, alert: Alert) -> None:
        try:
            key = enter(history, alert)
        except (sqlite3.Error, OSError):
            key = 0  # rather told twice than not at all
        if key is not None:
            get_notifier().tell(title_of(alert), alert.says, Entry(history, key))


def _firing(alerts: Alerts) -> set[tuple[str, str]]:
    return {(one.rule.name, one.of) for one in alerts.known() if one.state == FIRING}


def _row(alert: Alert) -> dict[str, Any]:
    rule = alert.rule
    same = {"rule": rule.name, "when": rule.when, "severity": rule.severity, "metric": rule.metric}
    return {**same, "state": alert.state, "value": alert.value}


@cache
def get_watch() -> AlertWatch:
    """Return the watch of this process."""
    return AlertWatch(seconds=time.monotonic)
