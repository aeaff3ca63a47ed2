"""States of alerts: ok, pending, firing, resolved, by the clock that is given."""

from __future__ import annotations

import datetime as dt

from aibrain_jupyter.execution.metrics.alerts.rules import FIGURES, rule_of
from aibrain_jupyter.execution.metrics.alerts.states import Alerts

_RULE = rule_of(
    {"name": "throttled", "metric": "throttled_share", "when": "above 10%", "for": "5m"}, FIGURES
)
_START = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)


def _states(*values, rule=_RULE, minutes=1):
    """Return the state after each value, one a minute, and how often something was to be told."""
    alerts, states, told = Alerts([rule]), [], []
    for number, value in enumerate(values):
        now = _START + dt.timedelta(minutes=minutes * number)
        changed = alerts.tick({rule.name: {} if value == "none" else {"iam": value}}, now)
        told += [one.state for one in changed]
        states += [one.state for one in alerts.known()] or ["-"]
    return states, told


def test_a_condition_must_hold_before_it_fires():
    """It is pending until it has held for the rule's time; then it fires once."""
    states, told = _states(0.0, *[0.3] * 8, 0.05, 0.05)

    assert ["ok", *["pending"] * 5, *["firing"] * 3, "resolved", "resolved"] == states
    assert ["firing", "resolved"] == told


def test_a_short_peak_is_told_to_nobody():
    """What was pending and is over was no alert."""
    states, told = _states(0.3, 0.3, 0.0, 0.3, 0.3, 0.0)

    assert ["pending", "pending", "ok", "pending", "pending", "ok"] == states
    assert [] == told


def test_the_bound_itself_is_fine():
    """Above 10 % is above it."""
    assert ["ok"] * 3 == _states(0.1, 0.1, 0.1)[0]


def test_what_is_not_known_resolves_nothing():
    """A firing alert goes on firing while nothing is known, for an hour; then it is over."""
    states, told = _states(*[0.3] * 2, *[None] * 8, rule=_RULE, minutes=10)

    assert [*["pending", "firing"], *["firing"] * 6, *["resolved"] * 2] == states
    assert ["firing", "resolved"] == told


def test_what_is_not_known_goes_on_pending_for_nobody():
    """A pending alert whose value is lost begins anew."""
    states, _ = _states(0.3, 0.3, "none", 0.3)

    assert ["pending", "pending", "-", "pending"] == states


def test_what_has_no_value_is_not_in_order():
    """Nothing measured, or too little, is a state of its own and says why; ok needs a value."""
    states, told = _states(None, 0.0, None, 0.0)

    assert ["no value", "ok", "no value", "ok"] == states
    assert [] == told
    alerts = Alerts([_RULE])
    alerts.tick({_RULE.name: {"iam": None}}, _START)
    assert "iam: nothing measured in the last 5 min" == alerts.known()[0].says


def test_a_clock_that_is_set_changes_no_time_that_something_holds():
    """Set forth by a day nothing fires early or is forgotten; set back nothing waits longer."""
    for jump in (dt.timedelta(days=1), dt.timedelta(days=-1)):
        alerts, seen = Alerts([_RULE]), []
        for minute in range(8):
            now = _START + dt.timedelta(minutes=minute) + (jump if minute >= 2 else dt.timedelta())
            alerts.tick({_RULE.name: {"iam": 0.3}}, now, 60.0 * minute)
            seen.append(alerts.known()[0].state)
        assert [*["pending"] * 5, *["firing"] * 3] == seen, jump

        alerts.tick({_RULE.name: {"iam": None}}, _START + 3 * jump, 60.0 * 9)
        assert "firing" == alerts.known()[0].state, jump


def test_an_alert_that_flaps_is_told_once_an_episode():
    """Peaks shorter than the rule's time are told to nobody; each that lasts, once and its end."""
    wave = [0.3, 0.3, 0.0] * 5
    states, told = _states(*wave, *[0.3] * 7, 0.0, *wave, *[0.3] * 7, 0.0)

    assert ["firing", "resolved"] * 2 == told
    assert "firing" not in states[: len(wave)]


def test_a_resolved_alert_can_fire_again():
    """It is pending again first, and told again."""
    states, told = _states(*[0.3] * 6, 0.0, *[0.3] * 6)

    assert "resolved" == states[6]
    assert ["pending"] * 5 == states[7:12]
    assert ["firing", "resolved", "firing"] == told


def test_a_resolved_alert_is_seen_for_a_while():
    """After a quarter of an hour it is ok."""
    states, _ = _states(*[0.3] * 6, *[0.0] * 18)

    assert "resolved" == states[6 + 15]
    assert "ok" == states[-1]


def test_below_is_the_other_way_round():
    """A rule with below fires where the value is less, at once without a time."""
    rule = rule_of({"name": "hits", "metric": "hit_rate", "when": "below 50%"}, FIGURES)

    assert (["ok", "firing", "resolved"], ["firing", "resolved"]) == _states(
        0.6, 0.4, 0.5, rule=rule
    )


def test_each_place_has_an_alert_of_its_own():
    """What is fine in one service fires in another."""
    alerts = Alerts([_RULE])
    for minute in (0, 6):
        now = _START + dt.timedelta(minutes=minute)
        alerts.tick({_RULE.name: {"iam": 0.3, "ec2": 0.0}}, now)

    assert {"iam": "firing", "ec2": "ok"} == {one.of: one.state for one in alerts.known()}
