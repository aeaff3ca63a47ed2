"""
Rules of alerts: read from YAML, checked before anything is watched.

A rule says which metric, over what and for how long, is above or below what. What can be measured
is in `FIGURES`; providers add what only they know (`Provider.measures`).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.config import get_settings, user_dir
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.shared.texts.durations import format_duration, parse_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARE, MILLISECONDS, SECONDS, COUNT = "share", "ms", "s", "count"
"""The units of metrics: 0 to 1, written ``10%``; times, written ``10s``; numbers."""

FIGURES: Final = {
    "throttled_share": (SHARE, "{value} of the attempts were refused for rate"),
    "failed_share": (SHARE, "{value} of the calls failed"),
    "error_share": (SHARE, "{value} of the answers were refusals or faults"),
    "p50_ms": (MILLISECONDS, "half of the requests take more than {value}"),
    "p90_ms": (MILLISECONDS, "one request in ten takes more than {value}"),
    "p99_ms": (MILLISECONDS, "one request in a hundred takes more than {value}"),
    "hit_rate": (SHARE, "{value} of the calls were answered by the cache"),
    "hit_rate_by_last_week": (SHARE, "the cache's hit rate is {value} of that of a week before"),
    "requests": (COUNT, "{value} requests"),
}
"""What can be measured of a time: the unit, and what is said of a value."""
_PARTS: Final = ("throttled_share", "failed_share", "error_share", "hit_rate")
"""Metrics that are part of a whole: 1 at most."""
GROUPS: Final = ("tool", "service", "operation", "account", "region")
_KEYS: Final = ["name", "metric", "by", "over", "when", "for", "least", "off", "severity"]
_WHEN: Final = re.compile(r"(above|below|>|<)\s*(\S+)")
_SEVERITIES: Final = ("warning", "critical")
_STEP: Final = "%aibrain alerts --rules shows those there are, as they can be written."


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A rule.

    `by` is what it is watched for each of (empty: everything together), `over_s` the seconds that
    are looked at, `is_above` whether more than `threshold` is bad (else less), `for_s` for how long
    it must be so, `least` how many requests (of calls' metrics: calls) there must be, `unit` and
    `says` those of its metric; `when` is how the condition was written.
    """

    name: str
    metric: str
    when: str
    is_above: bool
    threshold: float
    unit: str = COUNT
    says: str = "{value}"
    by: str = ""
    over_s: float = 300.0
    for_s: float = 0.0
    least: int = 0
    severity: str = "warning"

    def is_bad(self, value: float) -> bool:
        """Tell whether a value is what the rule is about."""
        return value > self.threshold if self.is_above else value < self.threshold

    def said(self, value: float | None, of: str = "") -> str:
        """Return what is to be said of a value: a sentence without any row."""
        if value is None:
            return f"{of}: not known" if of else "not known"
        what = self.says.format(value=shown(value, self.unit))
        for_ = f", for {format_duration(self.for_s)}" if self.for_s else ""
        return f"{of}{': ' if of else ''}{what} ({self.when}{for_})"

    def said_of_nothing(self, of: str = "") -> str:
        """Return what is to be said where there is no value."""
        if self.metric not in FIGURES:
            why = "not known, or nothing to look at"
        else:
            less = f", or of less than {self.least}" if self.least else ""
            why = f"nothing measured in the last {format_duration(self.over_s)}{less}"
        return f"{of}{': ' if of else ''}{why}"


def shown(value: float, unit: str) -> str:
    """Return a value with its unit."""
    if unit == SHARE:
        return f"{value:.0%}" if value >= 0.1 or not value else f"{value:.1%}"
    if unit == MILLISECONDS:
        return f"{value:.0f} ms" if value < 1000 else format_duration(value / 1000)
    if unit == SECONDS:
        return format_duration(value) if value > 0 else f"over since {format_duration(-value)}"
    return f"{value:,.0f}"


def rules_file() -> Path | None:
    """Return the file of the user's own rules: the settings', or ``alerts.yml`` of the data."""
    if named := get_settings().get("alerts_file"):
        return Path(named).expanduser()
    usual = user_dir("data") / "alerts.yml"
    return usual if usual.exists() else None


def read_rules(measures: Mapping[str, tuple[str, str]]) -> list[Rule]:
    """
    Return the rules in force: the shipped ones, and those of the user's file.

    Args:
        measures: What providers measure: unit and sentence by metric. A shipped rule of a metric
            that nobody here measures is left out.

    Raises:
        ParameterError: the file cannot be read, or something in it does not fit.
    """
    known = {**FIGURES, **measures}
    shipped = _parsed((Path(__file__).with_name("shipped.yaml")).read_text("utf-8"), "shipped")
    names = [entry["name"] for entry in shipped]
    found = {entry["name"]: entry for entry in shipped if entry["metric"] in known}
    file = rules_file()
    if file is not None:
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise ParameterError(
                f"The rules of alerts in {file.name} cannot be read.",
                why=str(getattr(exc, "strerror", None) or exc),
                next_steps=["%config AibrainMagics.alerts_file names the file; empty: none."],
            ) from exc
        own = {entry["name"]: entry for entry in _parsed(text, file.name)}
        for entry in own.values():
            if entry.get("off") and entry["name"] not in names:
                raise unknown_name("rule to turn off", entry["name"], names, next_steps=[_STEP])
        found |= own
    return [rule_of(entry, known) for entry in found.values() if not entry.get("off")]


def _parsed(text: str, file: str) -> list[dict[str, Any]]:
    import yaml

    from aibrain_jupyter.shared.texts.strict_yaml import load_yaml

    try:
        found = load_yaml(text) or {}
    except yaml.YAMLError as exc:
        raise ParameterError(f"{file} is no YAML.", why=str(exc), next_steps=[_STEP]) from exc
    if isinstance(found, dict):
        for key in found:
            if key != "alerts":
                raise unknown_name(f"part of {file}", str(key), ["alerts"], next_steps=[_STEP])
    entries = found.get("alerts", []) if isinstance(found, dict) else None
    is_fine = isinstance(entries, list) and all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in entries
    )
    if not is_fine:
        raise ParameterError(
            f"{file} has no list of rules with names under alerts.", next_steps=[_STEP]
        )
    assert isinstance(entries, list)
    names = [entry["name"] for entry in entries]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ParameterError(
            f"{file} has the rule {twice[0]} twice.", next_steps=["Give each a name of its own."]
        )
    for entry in entries:
        if "off" in entry:
            entry["off"] = str(entry["off"]).lower() in ("true", "yes", "on")
        if not entry.get("off") and not entry.get("metric"):
            raise ParameterError(f"The rule {entry['name']} has no metric.", next_steps=[_STEP])
    return entries


def rule_of(entry: Mapping[str, Any], known: Mapping[str, tuple[str, str]]) -> Rule:
    """
    Return a rule as written.

    Raises:
        UnknownNameError: a key, metric, group or severity that there is none of, with the nearest.
        ParameterError: a value that does not fit.
    """
    name = entry["name"]
    for key in entry:
        if key not in _KEYS:
            raise unknown_name(f"key of rule {name}", key, _KEYS, next_steps=[_STEP])
    metric = str(entry["metric"])
    if metric not in known:
        raise unknown_name("metric", metric, list(known), next_steps=[_STEP])
    by, severity = str(entry.get("by") or ""), str(entry.get("severity") or "warning")
    if by and by not in GROUPS:
        raise unknown_name(f"group of rule {name}", by, GROUPS, next_steps=[_STEP])
    if by == "operation" and metric in ("failed_share", "hit_rate", "hit_rate_by_last_week"):
        raise ParameterError(
            f"The rule {name} cannot be by operation: {metric} is about calls, which need several.",
            next_steps=["by: service, or by: tool."],
        )
    if severity not in _SEVERITIES:
        raise unknown_name("severity", severity, _SEVERITIES, next_steps=[_STEP])
    unit, says = known[metric]
    when = " ".join(str(entry.get("when", "")).split())
    found = _WHEN.fullmatch(when)
    if not found:
        raise ParameterError(
            f"The rule {name} says when: {when or '(nothing)'}, which is no condition.",
            next_steps=["Write for example when: above 10%, or when: below 10m."],
        )
    least = str(entry.get("least", 0))
    if not (least.isascii() and least.isdigit()):
        raise ParameterError(
            f"least of rule {name} is {least}: not a number.", next_steps=["least: 20"]
        )
    over_s = _duration(entry.get("over", "5m"), f"over of rule {name}")
    if not over_s:
        raise ParameterError(
            f"over of rule {name} is no time: nothing can be measured in it.",
            next_steps=["over: 5m"],
        )
    return Rule(
        name=name,
        metric=metric,
        when=when,
        is_above=found[1] in ("above", ">"),
        threshold=_threshold(name, found[2], unit, is_part=metric in _PARTS),
        unit=unit,
        says=says,
        by=by,
        over_s=over_s,
        for_s=_duration(entry.get("for", "0"), f"for of rule {name}"),
        least=int(least),
        severity=severity,
    )


def _duration(value: object, name: str) -> float:
    """Return seconds; what YAML may have made of it, such as a list, is said as it is."""
    return parse_duration(value if type(value) in (int, float) else str(value), name=name)


def _threshold(name: str, text: str, unit: str, *, is_part: bool) -> float:
    if unit in (MILLISECONDS, SECONDS):
        return parse_duration(text, name=f"the time of rule {name}") * (1000 if unit == "ms" else 1)
    try:
        found = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise ParameterError(
            f"{text} of rule {name} is no number.", next_steps=["Write for example 10% or 0."]
        )
    if is_part and found > 1:
        raise ParameterError(
            f"The rule {name} compares a share with {text}, more than all.",
            next_steps=[f"Write {text.removesuffix('%')}% for a share in a hundred, at most 100%."],
        )
    return found
