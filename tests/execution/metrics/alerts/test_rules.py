"""Rules of alerts: as written, checked before anything is watched."""

from __future__ import annotations

import re
import warnings

import pytest

from aibrain_jupyter.execution.metrics.alerts.rules import FIGURES, read_rules, rule_of
from aibrain_jupyter.execution.metrics.alerts.watching import AlertWatch
from aibrain_jupyter.execution.runs.history.history import History
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import ParameterError, UnknownNameError
from aibrain_jupyter.tool_registry import get_tool_registry

_RULE = {"name": "slow", "metric": "p99_ms", "when": "above 10s"}


@pytest.fixture
def own_rules(tmp_path):
    """Return a function that puts a text in force as the file of rules."""

    def write(text):
        file = tmp_path / "rules.yml"
        file.write_text(text)
        get_settings().set("alerts_file", str(file), "a test")

    yield write
    get_settings().unset("alerts_file")


def test_the_shipped_rules_are_all_measured():
    """Every shipped rule is in force: its metric is ours or one that a provider measures."""
    providers = get_tool_registry().providers(all_of_them=True)
    measures = {name: how for one in providers for name, how in one.measures.items()}

    names = {rule.name for rule in read_rules(measures)}

    assert {
        *("throttled", "slow", "failing", "session ends", "fewer hits", "evidence altered"),
        *("evidence returned", "evidence late", "gaps in a plan"),
    } == names


def test_a_rule_has_the_unit_of_its_metric():
    """Times and shares are read as written, and said with their unit."""
    slow = rule_of({**_RULE, "for": "5m", "by": "service"}, FIGURES)
    throttled = rule_of({"name": "t", "metric": "throttled_share", "when": "above 10%"}, FIGURES)

    assert (10_000, 300, "service") == (slow.threshold, slow.for_s, slow.by)
    assert 0.1 == throttled.threshold
    assert throttled.is_bad(0.11)
    assert not throttled.is_bad(0.1)
    assert "iam: one request in a hundred takes more than 12 s (above 10s, for 5 min)" == slow.said(
        12_000, "iam"
    )


def test_own_rules_add_replace_and_turn_off(own_rules):
    """A file adds a rule, replaces the one of the same name, and turns one off."""
    own_rules(
        "alerts:\n"
        "  - {name: mine, metric: requests, when: above 1000, over: 1h}\n"
        "  - {name: slow, metric: p90_ms, when: above 2s}\n"
        "  - {name: throttled, off: true}\n"
    )

    rules = {rule.name: rule for rule in read_rules({})}

    assert {"mine", "slow", "failing", "fewer hits"} == rules.keys()
    assert ("p90_ms", 2_000) == (rules["slow"].metric, rules["slow"].threshold)
    assert 3_600 == rules["mine"].over_s


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"metric": "p99ms"}, "Did you mean p99_ms"),
        ({"by": "acount"}, "Did you mean account"),
        ({"fro": "5m"}, "Did you mean for"),
        ({"severity": "warn"}, "Did you mean warning"),
        ({"when": "10s"}, "no condition"),
        ({"when": "above soon"}, "not a duration"),
        ({"least": "many"}, "not a number"),
        ({"metric": "hit_rate", "when": "below 5%", "by": "operation"}, "need several"),
        ({"metric": "requests", "when": "above lots"}, "is no number"),
    ],
    ids=lambda value: next(iter(value.items()))[0] if isinstance(value, dict) else "",
)
def test_what_does_not_fit_is_told_before_anything_is_watched(changes, said):
    """A rule with a mistake is refused, with what could be meant."""
    with pytest.raises((ParameterError, UnknownNameError), match=said):
        rule_of({**_RULE, **changes}, FIGURES)


@pytest.mark.parametrize(
    "text",
    ["alerts: {name: x}", "alerts: [{metric: p99_ms}]", "alerts: [{name: x}]", "a: [", "- 1"],
)
def test_a_file_that_is_no_list_of_rules_is_refused(own_rules, text):
    """A file without rules, or with one that names no metric, says so."""
    own_rules(text)

    with pytest.raises(ParameterError, match=r"rules\.yml|metric"):
        read_rules({})


def test_a_file_that_is_not_there_is_refused(tmp_path):
    """A named file that cannot be read is no silent end of the watch."""
    get_settings().set("alerts_file", str(tmp_path / "none.yml"), "a test")
    try:
        with pytest.raises(ParameterError, match=r"none\.yml cannot be read"):
            read_rules({})
    finally:
        get_settings().unset("alerts_file")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alert: [{name: a, metric: p99_ms, when: above 1s}]", "'alert'.*alerts"),
        ("alerts: [{name: a, metric: failed_share, when: above nan}]", "nan of rule a is no"),
        ("alerts: [{name: a, metric: failed_share, when: above inf}]", "inf of rule a is no"),
        ("alerts: [{name: a, metric: failed_share, when: above 10}]", "with 10, more than all"),
        ("alerts: [{name: a, metric: failed_share, when: above 5%, over: 0}]", "over of rule a"),
        ("alerts: [{name: a, metric: failed_share, when: above 5%, for: [1]}]", "for of rule a"),
        ("alerts: [{name: a, metric: failed_share, when: above 5%, least: ²}]", "least of rule a"),
        ("alerts: [{name: throtled, off: true}]", "throtled.*throttled"),
        (
            "alerts: [{name: a, metric: requests, when: above 5}, {name: a, metric: requests}]",
            "a.*twice",
        ),
    ],
)
def test_what_would_never_fire_is_refused(own_rules, text, said):
    """A file whose rules would be passed over in silence is an error that names the place."""
    own_rules(text)
    with pytest.raises((ParameterError, UnknownNameError)) as caught:
        read_rules({})
    assert re.search(said, str(caught.value), re.DOTALL)


def test_a_file_of_rules_that_is_no_text_is_refused(own_rules, tmp_path):
    """Bytes that are no UTF-8 are an error like any other, and end no thread."""
    own_rules("")
    (tmp_path / "rules.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ParameterError, match="cannot be read"):
        read_rules({})


def test_rules_that_cannot_be_read_are_told_of_where_nobody_asks(own_rules, tmp_path):
    """A run that nobody sits at says once that its alerts are not watched, and why."""
    own_rules("alerts: [{name: a, metric: p99ms, when: above 1s}]")
    history, watch = History(tmp_path / "history.sqlite"), AlertWatch()
    history.opened().close()

    with pytest.warns(UserWarning, match="p99ms"):
        watch.tick(history)
    with warnings.catch_warnings(record=True) as again:
        warnings.simplefilter("always")
        watch.tick(history)
    assert [] == again
